"""Stock phrases and presets of those who direct."""

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
