"""Reconciliation of ledger, axis and partners; finite retries of statuses."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing away."""
