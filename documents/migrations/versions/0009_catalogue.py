"""The agency catalogue: versions, codes, successions."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing away."""
