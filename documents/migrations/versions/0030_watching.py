"""Boards, wall displays, notices that people saw."""

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add them."""


def downgrade() -> None:
    """Remove them."""
