"""The index of search and of lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from documents.tables import Instant

revision = "0019"
down_revision = "0018"

OPEN_ARRIVAL = (
    "direction = 'incoming' AND state IN ('registered', 'submitted', 'assigned', 'in_progress')"
)
LISTS = {
    "ix_document_queue": ("organ_id", "direction", "state", "created_at", "id"),
    "ix_document_arrival": ("organ_id", "direction", "arrival_date", "id"),
    "ix_document_promulgated": ("organ_id", "direction", "promulgated", "id"),
    "ix_document_coded": ("organ_id", "direction", "code_number", "id"),
    "ix_document_receipt": ("organ_id", "direction", "receipt_number", "id"),
    "ix_document_due": ("organ_id", "direction", "due_date", "id"),
    "ix_document_awaited": ("organ_id", "direction", "due_date", "id"),
    "ix_document_urgent": ("organ_id", "direction", "created_at", "id"),
    "ix_document_invitation": ("organ_id", "direction", "created_at", "id"),
    "ix_document_unit": ("unit_id", "created_at", "id"),
    "ix_document_drafter": ("drafter_id", "created_at", "id"),
    "ix_document_signer": ("signer_id", "created_at", "id"),
}
WHERE = {
    "ix_document_arrival": "arrival_date IS NOT NULL",
    "ix_document_promulgated": "promulgated IS NOT NULL",
    "ix_document_coded": "code_number IS NOT NULL",
    "ix_document_receipt": "receipt_number IS NOT NULL",
    "ix_document_due": "due_date IS NOT NULL",
    "ix_document_awaited": f"{OPEN_ARRIVAL} AND due_date IS NOT NULL",
    "ix_document_urgent": f"{OPEN_ARRIVAL} AND urgency > 0",
    "ix_document_invitation": "type_name = 'Giấy mời'",
    "ix_document_unit": "unit_id IS NOT NULL",
    "ix_document_drafter": "drafter_id IS NOT NULL",
    "ix_document_signer": "signer_id IS NOT NULL",
}
FTS = (
    "CREATE VIRTUAL TABLE search_text USING fts5(words, content='search_entry',"
    " content_rowid='seq', tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
)
_OUT = "INSERT INTO search_text(search_text, rowid, words) VALUES ('delete', old.seq, old.words);"
_IN = "INSERT INTO search_text(rowid, words) VALUES (new.seq, new.words);"
TRIGGERS = {"insert": _IN, "delete": _OUT, "update": f"{_OUT} {_IN}"}


def upgrade() -> None:
    """Add the tables, the index of words, and the indexes that lists go along."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "search_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_search_entry_document_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("document_id", name=op.f("uq_search_entry_document_id")),
    )
    if sqlite:
        op.execute(FTS)
        for verb, what in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER search_entry_{verb} AFTER {verb.upper()} ON search_entry "
                f"BEGIN {what} END"
            )
    else:
        op.create_index("ix_search_entry_words", "search_entry", ["words"], postgresql_using="gin")
        # uncompressed: a phrase is looked up in the row, and taking it apart costs most of that
        op.execute("ALTER TABLE search_entry ALTER words SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE search_entry ALTER words SET STATISTICS 1000")
    op.create_table(
        "search_cursor",
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organ_id", name=op.f("pk_search_cursor")),
    )
    op.create_table(
        "search_body",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_search_body_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_search_body")),
    )
    due = sa.text("due")
    op.create_index(
        "ix_search_body_due",
        "search_body",
        ["document_id"],
        sqlite_where=due,
        postgresql_where=due,
    )
    op.create_table(
        "saved_query",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_saved_query_organ_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_saved_query_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_query_owner_id_name")),
    )
    op.create_index(op.f("ix_saved_query_organ_id"), "saved_query", ["organ_id"])
    for name, columns in LISTS.items():
        where = sa.text(WHERE[name]) if name in WHERE else None
        op.create_index(name, "document", list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    for name in LISTS:
        op.drop_index(name, "document")
    if op.get_bind().dialect.name == "sqlite":
        for verb in TRIGGERS:
            op.execute(f"DROP TRIGGER search_entry_{verb}")
        op.execute("DROP TABLE search_text")
    for table in ("saved_query", "search_body", "search_cursor", "search_entry"):
        op.drop_table(table)
