"""Deadlines, reminders and notices: rules, notices, mornings, digests, addresses, incidents."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the tables, and an index of the archived copies that are out."""
    op.create_table(
        "reminder_morning",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reminder_morning")),
    )
    op.create_table(
        "reminder_gap",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_reminder_gap_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_gap")),
        sa.UniqueConstraint(
            "organ_id", "code", "subject", name=op.f("uq_reminder_gap_organ_id_code_subject")
        ),
    )
    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("ahead", sa.JSON(), nullable=False),
        sa.Column("on_day", sa.Boolean(), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.Column("head_after", sa.Integer(), nullable=True),
        sa.Column("leader_after", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "duty IN ('acknowledge', 'answer', 'begin', 'breach', 'calendar', 'compliance', 'data_erase', 'data_mend', 'data_reply', 'data_view', 'delegation', 'direct', 'dossier', 'extension', 'held', 'incident_first', 'incident_report', 'issue', 'issue_by', 'loan', 'number', 'opinion', 'quarantine', 'register', 'reservation', 'submit', 'task')",
            name=op.f("ck_reminder_rule_duty"),
        ),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_reminder_rule_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
    )
    op.create_index(
        "ix_reminder_rule_force", "reminder_rule", ["organ_id", "duty", "recorded_at"], unique=False
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'refused', 'sending', 'sent', 'shown', 'stale', 'unknown')",
            name=op.f("ck_digest_state"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("day", "person_id", name=op.f("uq_digest_day_person_id")),
    )
    op.create_index(
        "ix_digest_open",
        "digest",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("done_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "duty IN ('acknowledge', 'answer', 'begin', 'breach', 'calendar', 'compliance', 'data_erase', 'data_mend', 'data_reply', 'data_view', 'delegation', 'direct', 'dossier', 'extension', 'held', 'incident_first', 'incident_report', 'issue', 'issue_by', 'loan', 'number', 'opinion', 'quarantine', 'register', 'reservation', 'submit', 'task')",
            name=op.f("ck_incident_duty"),
        ),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_incident_organ_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_incident_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["organ_id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "mailbox",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mailbox_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("in_stead_of", sa.String(length=64), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "duty IN ('acknowledge', 'answer', 'begin', 'breach', 'calendar', 'compliance', 'data_erase', 'data_mend', 'data_reply', 'data_view', 'delegation', 'direct', 'dossier', 'extension', 'held', 'incident_first', 'incident_report', 'issue', 'issue_by', 'loan', 'number', 'opinion', 'quarantine', 'register', 'reservation', 'submit', 'task')",
            name=op.f("ck_notice_duty"),
        ),
        sa.CheckConstraint(
            "stage IN ('ahead', 'due', 'head', 'late', 'leader')", name=op.f("ck_notice_stage")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_notice_document_id")
        ),
        sa.ForeignKeyConstraint(["in_stead_of"], ["person.id"], name=op.f("fk_notice_in_stead_of")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_notice_organ_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "subject_id",
            "duty",
            "person_id",
            "stage",
            "day",
            name=op.f("uq_notice_subject_id_duty_person_id_stage_day"),
        ),
    )
    op.create_index("ix_notice_day", "notice", ["organ_id", "day"], unique=False)
    op.create_index("ix_notice_person", "notice", ["person_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_loan_out",
        "loan",
        ["organ_id", "used_on"],
        sqlite_where=sa.text("returned_on IS NULL AND void_reason IS NULL"),
        postgresql_where=sa.text("returned_on IS NULL AND void_reason IS NULL"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_loan_out", "loan")
    for name in (
        *("notice", "mailbox", "incident", "digest"),
        *("reminder_rule", "reminder_gap", "reminder_morning"),
    ):
        op.drop_table(name)
