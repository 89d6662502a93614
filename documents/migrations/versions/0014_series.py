"""Series of numbers, reserved numbers, void numbers."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0014"
down_revision = "0013"

MODE = "mode IN ('common', 'type', 'group')"
STATE = "state IN ('open', 'used', 'void')"
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Add the tables and columns; give the codes there are to their entries."""
    op.create_table(
        "series_rules",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("since_year", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("incoming", sa.JSON(), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(MODE, name=op.f("ck_series_rules_mode")),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_series_rules_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_rules")),
    )
    op.create_index(
        "ix_series_rules_force", "series_rules", ["organ_id", "since_year", "recorded_at"]
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=140), nullable=False),
        sa.Column("type_name", sa.String(length=100), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("reserved_by", sa.String(length=64), nullable=False),
        sa.Column("reserved_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(STATE, name=op.f("ck_reservation_state")),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_reservation_organ_id")
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name=op.f("fk_reservation_register_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_reservation_owner_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_reservation_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("document_id", name=op.f("uq_reservation_document_id")),
        sa.UniqueConstraint(
            "register_id", "number", name=op.f("uq_reservation_register_id_number")
        ),
    )
    op.create_index(
        "ix_reservation_open",
        "reservation",
        ["expires_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.add_column("register", sa.Column("last_day", sa.Date(), nullable=True))
    op.add_column("register", sa.Column("closed_at", Instant(), nullable=True))
    op.add_column("register", sa.Column("closed_by", sa.String(length=64), nullable=True))
    op.add_column("register_entry", sa.Column("organ_id", sa.String(length=35), nullable=True))
    op.add_column("register_entry", sa.Column("year", sa.Integer(), nullable=True))
    op.add_column("register_entry", sa.Column("code", sa.String(length=140), nullable=True))
    for statement in FILL:
        op.execute(statement)
    op.create_index(
        "uq_register_entry_code", "register_entry", ["organ_id", "year", "code"], unique=True
    )


FILL = (
    "UPDATE register SET last_day = (SELECT max(entered_on) FROM register_entry"
    " WHERE register_entry.register_id = register.id)",
    "UPDATE register_entry SET"
    " organ_id = (SELECT organ_id FROM register WHERE id = register_id),"
    " year = (SELECT year FROM register WHERE id = register_id),"
    " code = (SELECT code_number || '/' || code_notation FROM document"
    " WHERE document.id = register_entry.document_id AND document.direction = 'outgoing')",
    # where two have one code already, the report says so; the index is for those to come
    "UPDATE register_entry SET code = NULL WHERE code IS NOT NULL AND document_id NOT IN ("
    "SELECT min(document_id) FROM register_entry WHERE code IS NOT NULL"
    " GROUP BY organ_id, year, code)",
)
"""What is known of the numbers given before; a code that two share stays with one of them."""


def downgrade() -> None:
    """Take them away."""
    op.drop_index("uq_register_entry_code", "register_entry")
    for name in ("code", "year", "organ_id"):
        op.drop_column("register_entry", name)
    for name in ("closed_by", "closed_at", "last_day"):
        op.drop_column("register", name)
    op.drop_table("reservation")
    op.drop_table("series_rules")
