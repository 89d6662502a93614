"""The queue of signatures to raise; archive copies may repeat among a document's revisions."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0004"
down_revision = "0003"

ONCE = "uq_revision_document_id_kind"
ONCE_EACH = "kind <> 'preserved'"
WANTED = "wanted IN ('B-B', 'B-T', 'B-LT', 'B-LTA')"
REACHED = "reached IN ('B-B', 'B-T', 'B-LT', 'B-LTA')"


def upgrade() -> None:
    """Add the table; let archive copies repeat."""
    op.create_table(
        "upgrade",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("wanted", sa.String(length=5), nullable=False),
        sa.Column("reached", sa.String(length=5), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("renew_before", Instant(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.CheckConstraint(WANTED, name=op.f("ck_upgrade_wanted")),
        sa.CheckConstraint(REACHED, name=op.f("ck_upgrade_reached")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_upgrade_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_upgrade")),
    )
    op.create_index("ix_upgrade_next_attempt_at", "upgrade", ["next_attempt_at"])
    op.create_index(
        "ix_upgrade_waiting",
        "upgrade",
        ["created_at"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    with op.batch_alter_table("revision") as table:
        table.drop_constraint(ONCE, type_="unique")
    _guard_again()
    op.create_index(
        "uq_revision_kind",
        "revision",
        ["document_id", "kind"],
        unique=True,
        sqlite_where=sa.text(ONCE_EACH),
        postgresql_where=sa.text(ONCE_EACH),
    )


def downgrade() -> None:
    """Take it away; refused by the database where a document has several archive copies."""
    op.drop_index("uq_revision_kind", "revision")
    with op.batch_alter_table("revision") as table:
        table.create_unique_constraint(ONCE, ["document_id", "kind"])
    _guard_again()
    op.drop_table("upgrade")


def _guard_again() -> None:
    """Add the guards of 0002 anew: SQLite changes a table by making another one."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER revision_no_{verb.lower()} BEFORE {verb} ON revision "
            "BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END"
        )
