"""Documents that come in by hand, scan or file; envelopes."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add what was taken in, and the envelopes."""
    op.create_table(
        "intake",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("same_as", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "channel IN ('scan', 'file', 'hand', 'email')", name=op.f("ck_intake_channel")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_intake_document_id")
        ),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_intake_organ_id")),
        sa.ForeignKeyConstraint(["same_as"], ["document.id"], name=op.f("fk_intake_same_as")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_intake")),
        sa.UniqueConstraint("organ_id", "file_sha256", name=op.f("uq_intake_organ_id_file_sha256")),
    )
    op.create_index(op.f("ix_intake_same_as"), "intake", ["same_as"])
    op.create_table(
        "envelope",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("means", sa.String(length=8), nullable=False),
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("codes", sa.String(length=200), nullable=False),
        sa.Column("addressee", sa.String(length=200), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("anomalies", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("forwarded_to", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'opened', 'forwarded', 'returned')",
            name=op.f("ck_envelope_state"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_envelope_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_envelope_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
    )
    op.create_index(op.f("ix_envelope_document_id"), "envelope", ["document_id"])
    op.create_index("ix_envelope_list", "envelope", ["organ_id", "came_on", "id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("envelope")
    op.drop_table("intake")
