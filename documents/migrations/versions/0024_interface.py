"""What the HTTP interface remembers: answers by idempotency key."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
