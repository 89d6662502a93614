"""Actions on many documents at once, with a result each."""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
