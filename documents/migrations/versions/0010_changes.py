"""Recall, update and replacement: one request per document and partner."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing away."""
