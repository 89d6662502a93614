"""Registers as books: transfers, loans, closings."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0015"
down_revision = "0014"

KIND = "kind IN ('copies', 'handling', 'handover', 'incoming', 'loans', 'outgoing', 'post')"
STATE = "state IN ('approved', 'bound', 'closed', 'sealed', 'signed')"
OUT = sa.text("returned_on IS NULL AND void_reason IS NULL")
CARRIED = sa.text("state IN ('approved', 'closed', 'signed')")


def upgrade() -> None:
    """Add the tables."""
    _transfers()
    _loans()
    _books()


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("means", sa.String(length=8), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("recipient", sa.String(length=500), nullable=False),
        sa.Column("envelopes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("means IN ('hand', 'post')", name=op.f("ck_transfer_means")),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_transfer_organ_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_transfer_document_id")
        ),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name=op.f("fk_transfer_clerk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_book", "transfer", ["organ_id", "means", "sent_on", "id"])
    op.create_index(op.f("ix_transfer_document_id"), "transfer", ["document_id"])


def _loans() -> None:
    op.create_table(
        "loan",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("user_name", sa.String(length=255), nullable=False),
        sa.Column("file_notation", sa.String(length=64), nullable=False),
        sa.Column("permitted_by", sa.String(length=64), nullable=False),
        sa.Column("permitted_name", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_loan_organ_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_loan_document_id")),
        sa.ForeignKeyConstraint(["permitted_by"], ["person.id"], name=op.f("fk_loan_permitted_by")),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name=op.f("fk_loan_clerk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    op.create_index("ix_loan_book", "loan", ["organ_id", "used_on", "id"])
    op.create_index(op.f("ix_loan_document_id"), "loan", ["document_id"])
    op.create_index(
        "uq_loan_out",
        "loan",
        ["document_id"],
        unique=True,
        sqlite_where=OUT,
        postgresql_where=OUT,
    )


def _books() -> None:
    op.create_table(
        "book",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("agency_name", sa.String(length=200), nullable=False),
        sa.Column("parent_name", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=50), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("clerk_name", sa.String(length=255), nullable=False),
        sa.Column("signer_id", sa.String(length=64), nullable=False),
        sa.Column("signer_name", sa.String(length=255), nullable=False),
        sa.Column("signer_position", sa.String(length=100), nullable=False),
        sa.Column("signer_competence", sa.String(length=100), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("rows_sha256", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("placement", sa.JSON(), nullable=True),
        sa.Column("current_sha256", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.CheckConstraint(KIND, name=op.f("ck_book_kind")),
        sa.CheckConstraint(STATE, name=op.f("ck_book_state")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_book_organ_id")),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name=op.f("fk_book_clerk_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name=op.f("fk_book_signer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book")),
        sa.UniqueConstraint(
            "organ_id", "kind", "year", "series", name=op.f("uq_book_organ_id_kind_year_series")
        ),
    )
    op.create_index(
        "ix_book_carried", "book", ["closed_at"], sqlite_where=CARRIED, postgresql_where=CARRIED
    )
    op.create_table(
        "book_revision",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('bound', 'sealed', 'signed')", name=op.f("ck_book_revision_kind")
        ),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_book_revision_book_id")),
        sa.PrimaryKeyConstraint("book_id", "kind", name=op.f("pk_book_revision")),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("book_revision", "book", "loan", "transfer"):
        op.drop_table(name)
