"""Reconciliation of ledger, axis and partners; finite retries of statuses; unreadable parcels."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0011"
down_revision = "0010"

UNSENT = "sent_at IS NULL AND given_up_at IS NULL"
GIVEN_UP = "given_up_at IS NOT NULL"
OPEN = "resolved_at IS NULL"


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Add the tables and columns."""
    op.add_column("feedback", sa.Column("given_up_at", Instant(), nullable=True))
    op.drop_index("ix_feedback_unsent", "feedback")
    _partial("ix_feedback_unsent", "feedback", ["created_at"], UNSENT)
    _partial("ix_feedback_given_up", "feedback", ["given_up_at"], GIVEN_UP)
    op.create_index(op.f("ix_feedback_sent_at"), "feedback", ["sent_at"])
    op.add_column("parcel", sa.Column("unreadable", sa.Boolean(), nullable=True))
    op.add_column("delivery", sa.Column("sent_at", Instant(), nullable=True))
    op.create_index(op.f("ix_delivery_axis_id"), "delivery", ["axis_id"])
    op.create_index(op.f("ix_delivery_sent_at"), "delivery", ["sent_at"])
    # what left before the column was there: as good as is known
    op.execute("UPDATE delivery SET sent_at = updated_at WHERE axis_id IS NOT NULL")
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_organ_id"), "reconciliation", ["organ_id"])
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("partner", sa.String(length=35), nullable=False),
        sa.Column("axis_id", sa.String(length=128), nullable=False),
        sa.Column("event_at", Instant(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("repaired_at", Instant(), nullable=True),
        sa.Column("repairs", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "organ_id", "code", "subject", name=op.f("uq_finding_organ_id_code_subject")
        ),
    )
    op.create_index(op.f("ix_finding_document_id"), "finding", ["document_id"])
    _partial("ix_finding_open", "finding", ["organ_id", "code"], OPEN)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("finding")
    op.drop_table("reconciliation")
    op.drop_index(op.f("ix_delivery_sent_at"), "delivery")
    op.drop_index(op.f("ix_delivery_axis_id"), "delivery")
    op.drop_column("delivery", "sent_at")
    op.drop_column("parcel", "unreadable")
    op.drop_index(op.f("ix_feedback_sent_at"), "feedback")
    op.drop_index("ix_feedback_given_up", "feedback")
    op.drop_index("ix_feedback_unsent", "feedback")
    _partial("ix_feedback_unsent", "feedback", ["created_at"], "sent_at IS NULL")
    op.drop_column("feedback", "given_up_at")
