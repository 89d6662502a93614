"""The agency catalogue: versions, codes, successions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0009"
down_revision = "0008"

HISTORY = {
    "catalogue_entry": "code, version, source, kind, name, parent, email, valid_from, valid_to, "
    "axis_version, modified_at, deleted",
    "catalogue_alias": "code, version, source, agency, valid_from, valid_to",
    "catalogue_succession": "predecessor, successor, version, source, kind, succeeded_on, basis, "
    "withdrawn",
}
"""What never changes of a row; `superseded` is set once."""
CURRENT = "superseded IS NULL"


def _ordered(kind: Any, length: int | None = None) -> Any:
    arguments = {"length": length} if length else {}
    return kind(**arguments).with_variant(kind(**arguments, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables and their guards."""
    code = _ordered(sa.String, 35)
    op.create_table(
        "catalogue_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "changed", "closed")),
        sa.CheckConstraint("source IN ('axis', 'file')", name=op.f("ck_catalogue_version_source")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue_version")),
    )
    _history(
        "catalogue_entry",
        ("code",),
        sa.Column("code", code, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=35), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("axis_version", sa.BigInteger(), nullable=True),
        sa.Column("modified_at", Instant(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('agency', 'exchange', 'enterprise')", name=op.f("ck_catalogue_entry_kind")
        ),
    )
    _history(
        "catalogue_alias",
        ("code",),
        sa.Column("code", code, nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
    )
    _history(
        "catalogue_succession",
        ("predecessor", "successor"),
        sa.Column("predecessor", code, nullable=False),
        sa.Column("successor", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("succeeded_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('merge', 'rename', 'split')", name=op.f("ck_catalogue_succession_kind")
        ),
    )
    for table, column in (
        ("catalogue_entry", "parent"),
        ("catalogue_alias", "agency"),
        ("catalogue_succession", "successor"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_table(
        "catalogue_listing",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", code, nullable=False),
        sa.Column("plain", _ordered(sa.Text), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_catalogue_listing")),
        sa.UniqueConstraint("code", name=op.f("uq_catalogue_listing_code")),
    )
    op.create_index(op.f("ix_catalogue_listing_plain"), "catalogue_listing", ["plain"])
    op.create_table(
        "catalogue_posting",
        sa.Column("word", _ordered(sa.String, 30), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_catalogue_posting")),
    )
    _guard()


def _history(table: str, key: tuple[str, ...], *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["version"], ["catalogue_version.version"], name=op.f(f"fk_{table}_version")
        ),
        sa.PrimaryKeyConstraint(*key, "version", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_current",
        table,
        list(key),
        unique=True,
        sqlite_where=sa.text(CURRENT),
        postgresql_where=sa.text(CURRENT),
    )


def _guard() -> None:
    """What was known stays as it was known: the database itself refuses to rewrite it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in HISTORY.items():
        guards = (
            ("delete", "DELETE", ""),
            ("update", f"UPDATE OF {columns}", ""),
            ("reopening", "UPDATE OF superseded", "WHEN (OLD.superseded IS NOT NULL)"),
        )
        for name, event, when in guards:
            action = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                if sqlite
                else "EXECUTE FUNCTION append_only()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {event} ON {table} "
                f"FOR EACH ROW {when} {action}"
            )


def downgrade() -> None:
    """Take them away."""
    for table in (
        *("catalogue_posting", "catalogue_listing", "catalogue_succession"),
        *("catalogue_alias", "catalogue_entry", "catalogue_version"),
    ):
        op.drop_table(table)
