"""Sealed attachments, certified copies, and who may sign copies."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0007"
down_revision = "0006"

APPEND_ONLY = ("sealed_attachment", "certified_copy")


def upgrade() -> None:
    """Add the tables and their guards."""
    op.create_table(
        "sealed_attachment",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sealed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "ordinal"],
            ["attachment.document_id", "attachment.ordinal"],
            name="fk_sealed_attachment_document_id_ordinal",
        ),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name="pk_sealed_attachment"),
    )
    op.create_table(
        "certified_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_from", sa.String(length=10), nullable=False),
        sa.Column("made_to", sa.String(length=10), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("original", sa.String(length=255), nullable=False),
        sa.Column("base", sa.String(length=60), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("signer_id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sao-y', 'sao-luc', 'trich-sao')", name=op.f("ck_certified_copy_kind")
        ),
        sa.CheckConstraint(
            "made_from IN ('paper', 'electronic')", name=op.f("ck_certified_copy_made_from")
        ),
        sa.CheckConstraint(
            "made_to IN ('paper', 'electronic')", name=op.f("ck_certified_copy_made_to")
        ),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name="fk_certified_copy_clerk_id"),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name="fk_certified_copy_organ_id"
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name="fk_certified_copy_register_id"
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name="fk_certified_copy_signer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certified_copy"),
        sa.UniqueConstraint("register_id", "number", name="uq_certified_copy_register_id_number"),
    )
    op.create_index("ix_certified_copy_organ_id", "certified_copy", ["organ_id"])
    op.create_table(
        "copy_signer",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("granted_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name="fk_copy_signer_granted_by"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_copy_signer_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_copy_signer"),
    )
    for table in APPEND_ONLY:
        for statement in _guards(table):
            op.execute(statement)


def _guards(table: str) -> list[str]:
    """The database itself refuses to change a row, as for the ledger (0002)."""
    if op.get_bind().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    ]


def downgrade() -> None:
    """Take them away; their triggers go with them."""
    for table in ("copy_signer", "certified_copy", "sealed_attachment"):
        op.drop_table(table)
