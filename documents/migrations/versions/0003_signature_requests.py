"""Signature requests, and which of them holds a document."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0003"
down_revision = "0002"

STATES = """\
state IN ('awaits_code', 'completed', 'expired', 'failed', 'prepared', 'refused', 'sent', 'waiting', 'withdrawn')\
"""
OPEN = "state IN ('awaits_code', 'prepared', 'sent', 'waiting')"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "signature_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("holder", sa.String(length=255), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("base_sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_sha256", sa.String(length=64), nullable=False),
        sa.Column("pending_sha256", sa.String(length=64), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("order_text", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_signature_request_state")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_signature_request_document_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_request")),
    )
    op.create_index(op.f("ix_signature_request_document_id"), "signature_request", ["document_id"])
    for name, column, unique in (
        ("uq_signature_request_open", "document_id", True),
        ("ix_signature_request_work", "next_attempt_at", False),
    ):
        op.create_index(
            name,
            "signature_request",
            [column],
            unique=unique,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        )
    op.create_table(
        "signature_request_part",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frozen_sha256", sa.String(length=64), nullable=False),
        sa.Column("pending_sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["signature_request.id"],
            name=op.f("fk_signature_request_part_request_id"),
        ),
        sa.PrimaryKeyConstraint("request_id", "ordinal", name=op.f("pk_signature_request_part")),
    )
    op.add_column("document", sa.Column("frozen_by", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("document", "frozen_by")
    op.drop_table("signature_request_part")
    op.drop_table("signature_request")
