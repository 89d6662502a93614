"""Actions on many documents at once, with a result each; what people read last."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0026"
down_revision = "0025"

_OPEN = sa.text("state IN ('open')")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("asked_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('done', 'open')", name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_batch_organ_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_batch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint(
            "person_id", "idempotency_key", name=op.f("uq_batch_person_id_idempotency_key")
        ),
    )
    op.create_index("ix_batch_mine", "batch", ["person_id", "asked_at"])
    op.create_index(
        "ix_batch_open", "batch", ["lease_until"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("seen_state", sa.String(length=12), nullable=False),
        sa.Column("seen_sha256", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('cancelled', 'done', 'refused', 'unavailable', 'waiting')",
            name=op.f("ck_batch_item_outcome"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_batch_item_document_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "ordinal", name=op.f("pk_batch_item")),
    )
    op.create_index(op.f("ix_batch_item_document_id"), "batch_item", ["document_id"])
    op.create_table(
        "reading",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("before_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reading_person_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_reading_document_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "document_id", name=op.f("pk_reading")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("reading")
    op.drop_table("batch_item")
    op.drop_table("batch")
