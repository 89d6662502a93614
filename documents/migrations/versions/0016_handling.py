"""Submissions, tasks, remarks and extensions of deadlines; which dispatch completes arrivals."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0016"
down_revision = "0015"

LEADS = "part = 'lead' AND parent_id IS NULL AND state NOT IN ('returned', 'withdrawn')"


def upgrade() -> None:
    """Add the tables, the column and what lists ask."""
    op.create_table(
        "submission",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("to_id", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("lead", sa.String(length=255), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_submission_by_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_submission_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_submission_organ_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_submission_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_document_id"), "submission", ["document_id"])
    op.create_index(
        "ix_submission_waiting",
        "submission",
        ["to_id", "at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("part", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("part IN ('cooperate', 'inform', 'lead')", name=op.f("ck_task_part")),
        sa.CheckConstraint(
            "state IN ('accepted', 'done', 'given', 'in_work', 'returned', 'withdrawn')",
            name=op.f("ck_task_state"),
        ),
        sa.CheckConstraint(
            "unit_id IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_task_whose")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_task_document_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_task_given_by")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_task_organ_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task_parent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_agency",
        "task",
        ["organ_id", "due_on", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_task_lead",
        "task",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text(LEADS),
        postgresql_where=sa.text(LEADS),
    )
    op.create_index("ix_task_closed", "task", ["organ_id", "closed_at"])
    op.create_index(op.f("ix_task_document_id"), "task", ["document_id"])
    op.create_index(
        "ix_task_given",
        "task",
        ["given_by", "due_on", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_task_mine",
        "task",
        ["person_id", "due_on", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_task_parent_id"), "task", ["parent_id"])
    op.create_index(
        "ix_task_unit",
        "task",
        ["unit_id", "due_on", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("decider_id", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("wished_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["person.id"], name=op.f("fk_extension_decider_id")
        ),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_extension_organ_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_extension_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(
        "ix_extension_asked",
        "extension",
        ["decider_id", "asked_at", "id"],
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index(op.f("ix_extension_task_id"), "extension", ["task_id"])
    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("task_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("by_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.String(length=100), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.Column("in_stead_of", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_id", sa.String(length=64), nullable=True),
        sa.Column("answers_id", sa.String(length=36), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('direction', 'extension', 'opinion', 'progress', 'proposal', 'question', 'result', 'return', 'withdraw')",
            name=op.f("ck_remark_kind"),
        ),
        sa.ForeignKeyConstraint(["answers_id"], ["remark.id"], name=op.f("fk_remark_answers_id")),
        sa.ForeignKeyConstraint(["asked_id"], ["person.id"], name=op.f("fk_remark_asked_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_remark_document_id")
        ),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_remark_organ_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_remark_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_document", "remark", ["document_id", "at"])
    op.create_index(
        "ix_remark_returned",
        "remark",
        ["organ_id", "at", "id"],
        sqlite_where=sa.text("kind = 'return'"),
        postgresql_where=sa.text("kind = 'return'"),
    )
    op.create_index("ix_remark_task", "remark", ["task_id"])
    op.create_index(
        "ix_remark_wanted",
        "remark",
        ["asked_id", "at", "id"],
        sqlite_where=sa.text("asked_id IS NOT NULL AND answered_at IS NULL"),
        postgresql_where=sa.text("asked_id IS NOT NULL AND answered_at IS NULL"),
    )
    op.add_column("document", sa.Column("answers", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_document_answers",
        "document",
        ["state"],
        sqlite_where=sa.text("answers"),
        postgresql_where=sa.text("answers"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_document_answers", "document")
    op.drop_column("document", "answers")
    for name in ("remark", "extension", "task", "submission"):
        op.drop_table(name)
