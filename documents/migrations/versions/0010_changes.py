"""Recall, update and replacement: one row a question; arrivals that are replaced; marks."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0010"
down_revision = "0009"

SIDE = "side IN ('receiver', 'sender')"
KIND = "kind IN ('recall', 'replace', 'update')"
STATE = "state IN ('agreed', 'asked', 'dropped', 'not_held', 'planned', 'refused')"
BEFORE = """\
(direction = 'outgoing' AND state IN ('approved', 'dispatched', 'draft', 'filed', 'numbered', 'recalled', 'replaced', 'returned', 'sealed', 'signed', 'submitted', 'void')) OR (direction = 'incoming' AND state IN ('assigned', 'completed', 'fetched', 'filed', 'in_progress', 'quarantined', 'recalled', 'refused', 'registered', 'submitted', 'verified'))\
"""
AFTER = """\
(direction = 'outgoing' AND state IN ('approved', 'dispatched', 'draft', 'filed', 'numbered', 'recalled', 'replaced', 'returned', 'sealed', 'signed', 'submitted', 'void')) OR (direction = 'incoming' AND state IN ('assigned', 'completed', 'fetched', 'filed', 'in_progress', 'quarantined', 'recalled', 'refused', 'registered', 'replaced', 'submitted', 'verified'))\
"""
CHECK = "ck_document_state"


def upgrade() -> None:
    """Add the table, the mark, and the state."""
    op.create_table(
        "change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("partner", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("letter_id", sa.String(length=36), nullable=True),
        sa.Column("target_key", sa.String(length=200), nullable=False),
        sa.Column("target_code", sa.String(length=140), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("question_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer_note", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answer_sha256", sa.String(length=64), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(SIDE, name=op.f("ck_change_side")),
        sa.CheckConstraint(KIND, name=op.f("ck_change_kind")),
        sa.CheckConstraint(STATE, name=op.f("ck_change_state")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_change_organ_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_change_document_id")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["document.id"], name=op.f("fk_change_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    for column in ("document_id", "letter_id"):
        op.create_index(op.f(f"ix_change_{column}"), "change", [column])
    for name, column, where in (
        ("ix_change_owed", "asked_at", "owed"),
        ("ix_change_unmatched", "organ_id", "side = 'receiver' AND document_id IS NULL"),
    ):
        op.create_index(
            name,
            "change",
            [column],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.add_column("register_entry", sa.Column("mark", sa.Text(), nullable=True))
    _check(BEFORE, AFTER)


def downgrade() -> None:
    """Take them away; refused by the database where an arrival was replaced."""
    _check(AFTER, BEFORE)
    op.drop_column("register_entry", "mark")
    op.drop_table("change")


def _check(before: str, after: str) -> None:
    """Let documents be in other states.

    SQLite has no statement for it, and a table of a million rows that others refer to is not
    to be made anew: the text of its CHECK is edited, as SQLite's own manual has it (lang_altertable,
    section 8).
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "document", type_="check")
        op.create_check_constraint(op.f(CHECK), "document", after)
        return
    connection = op.get_bind()
    if connection.scalar(sa.text(_FORBIDDEN)) and after == BEFORE:
        raise ValueError("an arrival was replaced: the state cannot be taken away")
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name = 'document'"
        ),
        {"before": before, "after": after},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


_FORBIDDEN = "SELECT count(*) FROM document WHERE direction = 'incoming' AND state = 'replaced'"
