"""What waits for the clerk before it is issued; groups of recipients."""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
