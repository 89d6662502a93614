"""Tables of sign_sessions."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away."""
