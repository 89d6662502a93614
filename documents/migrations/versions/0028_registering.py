"""What waits for the clerk before it is registered."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
