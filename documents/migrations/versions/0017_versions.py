"""Versions of a draft, opinions on it, checks of content and form, its terms, paper copies."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0017"
down_revision = "0016"

ONCE = "uq_revision_kind"
BEFORE = "kind <> 'preserved'"
AFTER = "kind NOT IN ('source', 'draft', 'preserved')"
KIND = "kind IN ('content', 'form')"
WHOSE = "person_id IS NULL OR unit_id IS NULL"
STANDING = sa.text("ended_at IS NULL")
OPEN = sa.text("given_at IS NULL")


def upgrade() -> None:
    """Let drafts repeat; add the tables and what was approved."""
    op.add_column("document", sa.Column("approved_sha256", sa.String(length=64), nullable=True))
    _once_each(AFTER)
    op.create_table(
        "draft_rule",
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("content_check", sa.Boolean(), nullable=False),
        sa.Column("form_check", sa.Boolean(), nullable=False),
        sa.Column("form_checker_id", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_draft_rule_organ_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_checker_id"], ["person.id"], name=op.f("fk_draft_rule_form_checker_id")
        ),
        sa.PrimaryKeyConstraint("organ_id", name=op.f("pk_draft_rule")),
    )
    _add_checks()
    _add_opinions()
    op.create_table(
        "draft_terms",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("issue_by", sa.Date(), nullable=True),
        sa.Column("proposed_urgency", sa.Integer(), nullable=True),
        sa.Column("urgency_by", sa.String(length=64), nullable=True),
        sa.Column("urgency_at", Instant(), nullable=True),
        sa.Column("fault", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _of_document("draft_terms"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_draft_terms")),
    )
    op.create_index(op.f("ix_draft_terms_issue_by"), "draft_terms", ["issue_by"])
    op.create_table(
        "internal_copy",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column("is_unit", sa.Boolean(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("read_by", sa.String(length=64), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        _of_document("internal_copy"),
        sa.PrimaryKeyConstraint("document_id", "recipient_id", name=op.f("pk_internal_copy")),
    )
    op.create_index(op.f("ix_internal_copy_recipient_id"), "internal_copy", ["recipient_id"])
    op.create_table(
        "paper_issue",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("printed_by", sa.String(length=64), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        _of_document("paper_issue"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_issue")),
    )
    op.create_index(op.f("ix_paper_issue_document_id"), "paper_issue", ["document_id"])


def downgrade() -> None:
    """Take it away; refused by the database where a draft has several versions."""
    for table in (
        *("paper_issue", "internal_copy", "draft_terms"),
        *("draft_opinion", "draft_check", "draft_rule"),
    ):
        op.drop_table(table)
    _once_each(BEFORE)
    op.drop_column("document", "approved_sha256")


def _once_each(kinds: str) -> None:
    op.drop_index(ONCE, "revision")
    op.create_index(
        ONCE,
        "revision",
        ["document_id", "kind"],
        unique=True,
        sqlite_where=sa.text(kinds),
        postgresql_where=sa.text(kinds),
    )


def _of_document(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_document_id")
    return sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=name)


def _add_checks() -> None:
    op.create_table(
        "draft_check",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("checked_by", sa.String(length=64), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(KIND, name=op.f("ck_draft_check_kind")),
        _of_document("draft_check"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_check")),
    )
    op.create_index(op.f("ix_draft_check_document_id"), "draft_check", ["document_id"])
    op.create_index(
        "uq_draft_check_standing",
        "draft_check",
        ["document_id", "kind"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def _add_opinions() -> None:
    op.create_table(
        "draft_opinion",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", Instant(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(WHOSE, name=op.f("ck_draft_opinion_whose")),
        _of_document("draft_opinion"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_opinion_person_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_draft_opinion_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_opinion")),
    )
    op.create_index(op.f("ix_draft_opinion_document_id"), "draft_opinion", ["document_id"])
    op.create_index(
        "ix_draft_opinion_open",
        "draft_opinion",
        ["due_date"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
