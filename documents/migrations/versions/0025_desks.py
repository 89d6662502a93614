"""What people keep on their desk: lists, forms half written, who looks at what."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
