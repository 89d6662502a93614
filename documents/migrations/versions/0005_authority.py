"""Delegations, certificates and whose they are; agencies that are led by a collective."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0005"
down_revision = "0004"

APPEND_ONLY = ("delegation", "delegation_revocation", "certificate", "certificate_binding")


def upgrade() -> None:
    """Add the tables and their guards."""
    op.add_column("agency", sa.Column("collective", sa.Boolean(), nullable=True))
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("capacity", sa.String(length=10), nullable=False),
        sa.Column("grantor_id", sa.String(length=64), nullable=True),
        sa.Column("grantee_id", sa.String(length=64), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("valid_from", Instant(timezone=True), nullable=False),
        sa.Column("valid_until", Instant(timezone=True), nullable=True),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "capacity IN ('KT.', 'Q.', 'TL.', 'TUQ.')", name=op.f("ck_delegation_capacity")
        ),
        sa.ForeignKeyConstraint(["grantee_id"], ["person.id"], name="fk_delegation_grantee_id"),
        sa.ForeignKeyConstraint(["grantor_id"], ["person.id"], name="fk_delegation_grantor_id"),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name="fk_delegation_organ_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
    )
    op.create_index("ix_delegation_grantee_id", "delegation", ["grantee_id"])
    op.create_index("ix_delegation_organ_id", "delegation", ["organ_id"])
    op.create_table(
        "delegation_revocation",
        sa.Column("delegation_id", sa.String(length=36), nullable=False),
        sa.Column("revoked_at", Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name="fk_delegation_revocation_delegation_id"
        ),
        sa.PrimaryKeyConstraint("delegation_id", name="pk_delegation_revocation"),
    )
    op.create_table(
        "certificate",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisations", sa.JSON(), nullable=False),
        sa.Column("serial", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("not_before", Instant(timezone=True), nullable=False),
        sa.Column("not_after", Instant(timezone=True), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.Column("seen_from", sa.String(length=35), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_certificate"),
    )
    op.create_table(
        "certificate_binding",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("since", Instant(timezone=True), nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name="fk_certificate_binding_organ_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_certificate_binding_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["certificate.sha256"], name="fk_certificate_binding_sha256"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_binding"),
    )
    op.create_index("ix_certificate_binding_sha256", "certificate_binding", ["sha256"])
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
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    with op.batch_alter_table("agency") as batch_op:
        batch_op.drop_column("collective")
