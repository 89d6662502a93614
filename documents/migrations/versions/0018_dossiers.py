"""Plan of files, dossiers and what is filed in them; periods of retention; rights and accesses."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0018"
down_revision = "0017"

APPEND_ONLY = ("access", "dossier_handover", "dossier_handover_item")


def upgrade() -> None:
    """Add the tables and their guards."""
    op.create_table(
        "filing_mark",
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        _refers("filing_mark", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("organ_id", name=op.f("pk_filing_mark")),
    )
    op.create_table(
        "retention",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        _refers("retention", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
    )
    op.create_index(op.f("ix_retention_organ_id"), "retention", ["organ_id"], unique=False)
    op.create_table(
        "access",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("target", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('download', 'export', 'print', 'view')", name=op.f("ck_access_kind")
        ),
        sa.CheckConstraint("target IN ('document', 'dossier')", name=op.f("ck_access_target")),
        _refers("access", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
    )
    op.create_index(op.f("ix_access_person_id"), "access", ["person_id"], unique=False)
    op.create_index("ix_access_target", "access", ["target_id", "kind"], unique=False)
    op.create_table(
        "access_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("target", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=False),
        sa.Column("grant_kind", sa.String(length=10), nullable=False),
        sa.Column("grantee_id", sa.String(length=64), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "grant_kind IN ('person', 'restricted', 'unit')",
            name=op.f("ck_access_change_grant_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('confirmed', 'pending', 'refused')", name=op.f("ck_access_change_state")
        ),
        sa.CheckConstraint(
            "target IN ('document', 'dossier')", name=op.f("ck_access_change_target")
        ),
        _refers("access_change", "asked_by", "person.id"),
        _refers("access_change", "decided_by", "person.id"),
        _refers("access_change", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_change")),
    )
    op.create_index(
        "ix_access_change_alert", "access_change", ["organ_id", "state", "asked_at"], unique=False
    )
    op.create_index(
        "ix_access_change_target", "access_change", ["target_id", "state"], unique=False
    )
    op.create_table(
        "dossier_handover",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("from_id", sa.String(length=64), nullable=False),
        sa.Column("to_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        _refers("dossier_handover", "from_id", "person.id"),
        _refers("dossier_handover", "made_by", "person.id"),
        _refers("dossier_handover", "organ_id", "agency.organ_id"),
        _refers("dossier_handover", "to_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_handover")),
    )
    op.create_index(
        op.f("ix_dossier_handover_from_id"), "dossier_handover", ["from_id"], unique=False
    )
    op.create_index(
        op.f("ix_dossier_handover_organ_id"), "dossier_handover", ["organ_id"], unique=False
    )
    op.create_table(
        "dossier_terms",
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("months_construction", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        _refers("dossier_terms", "organ_id", "agency.organ_id"),
        _refers("dossier_terms", "set_by", "person.id"),
        sa.PrimaryKeyConstraint("organ_id", name=op.f("pk_dossier_terms")),
    )
    op.create_table(
        "filing_plan",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("numbering", sa.String(length=8), nullable=False),
        sa.Column("arrangement", sa.String(length=12), nullable=False),
        sa.Column("drafted_by", sa.String(length=64), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "arrangement IN ('field', 'organisation')", name=op.f("ck_filing_plan_arrangement")
        ),
        sa.CheckConstraint(
            "numbering IN ('heading', 'whole')", name=op.f("ck_filing_plan_numbering")
        ),
        _refers("filing_plan", "approved_by", "person.id"),
        _refers("filing_plan", "drafted_by", "person.id"),
        _refers("filing_plan", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_plan")),
        sa.UniqueConstraint("organ_id", "year", name=op.f("uq_filing_plan_organ_id_year")),
    )
    op.create_table(
        "filing_plan_heading",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("above", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("abbreviation", sa.String(length=15), nullable=False),
        _refers("filing_plan_heading", "plan_id", "filing_plan.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_plan_heading")),
        sa.UniqueConstraint(
            "plan_id", "above", "ordinal", name=op.f("uq_filing_plan_heading_plan_id_above_ordinal")
        ),
    )
    op.create_table(
        "filing_plan_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("heading_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("compiler_id", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", Instant(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        _refers("filing_plan_entry", "compiler_id", "person.id"),
        _refers("filing_plan_entry", "heading_id", "filing_plan_heading.id"),
        _refers("filing_plan_entry", "plan_id", "filing_plan.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_plan_entry")),
        sa.UniqueConstraint(
            "plan_id", "notation", name=op.f("uq_filing_plan_entry_plan_id_notation")
        ),
    )
    op.create_index(
        op.f("ix_filing_plan_entry_compiler_id"), "filing_plan_entry", ["compiler_id"], unique=False
    )
    op.create_index(
        op.f("ix_filing_plan_entry_heading_id"), "filing_plan_entry", ["heading_id"], unique=False
    )
    op.create_table(
        "dossier",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("rights", sa.String(length=30), nullable=False),
        sa.Column("compiler_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("language", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("construction", sa.Boolean(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.Column("doc_total", sa.Integer(), nullable=True),
        sa.Column("page_total", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "rights IN ('Có điều kiện', 'Công khai')", name=op.f("ck_dossier_rights")
        ),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'submitted')", name=op.f("ck_dossier_state")
        ),
        _refers("dossier", "compiler_id", "person.id"),
        _refers("dossier", "entry_id", "filing_plan_entry.id"),
        _refers("dossier", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_dossier_entry_id")),
        sa.UniqueConstraint(
            "organ_id", "year", "notation", name=op.f("uq_dossier_organ_id_year_notation")
        ),
    )
    op.create_index("ix_dossier_compiler", "dossier", ["compiler_id", "state"], unique=False)
    op.create_index("ix_dossier_due", "dossier", ["organ_id", "state", "due_on"], unique=False)
    op.create_index("ix_dossier_list", "dossier", ["organ_id", "state", "opened_at"], unique=False)
    op.create_index(op.f("ix_dossier_unit_id"), "dossier", ["unit_id"], unique=False)
    op.create_table(
        "dossier_handover_item",
        sa.Column("handover_id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("doc_total", sa.Integer(), nullable=False),
        _refers("dossier_handover_item", "dossier_id", "dossier.id"),
        _refers("dossier_handover_item", "handover_id", "dossier_handover.id"),
        sa.PrimaryKeyConstraint("handover_id", "dossier_id", name=op.f("pk_dossier_handover_item")),
    )
    op.create_table(
        "dossier_material",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('audio', 'draft', 'note', 'other', 'photo', 'video')",
            name=op.f("ck_dossier_material_kind"),
        ),
        _refers("dossier_material", "added_by", "person.id"),
        _refers("dossier_material", "dossier_id", "dossier.id"),
        _refers("dossier_material", "removed_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_material")),
    )
    op.create_index(
        op.f("ix_dossier_material_dossier_id"), "dossier_material", ["dossier_id"], unique=False
    )
    op.create_table(
        "filing_rule",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        _refers("filing_rule", "dossier_id", "dossier.id"),
        _refers("filing_rule", "made_by", "person.id"),
        _refers("filing_rule", "organ_id", "agency.organ_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_rule")),
    )
    op.create_index(op.f("ix_filing_rule_dossier_id"), "filing_rule", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_filing_rule_organ_id"), "filing_rule", ["organ_id"], unique=False)
    op.create_table(
        "filing",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("filed_by", sa.String(length=64), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("rule_id", sa.String(length=36), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        _refers("filing", "document_id", "document.id"),
        _refers("filing", "dossier_id", "dossier.id"),
        _refers("filing", "filed_by", "person.id"),
        _refers("filing", "removed_by", "person.id"),
        _refers("filing", "rule_id", "filing_rule.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("dossier_id", "ordinal", name=op.f("uq_filing_dossier_id_ordinal")),
    )
    op.create_index(op.f("ix_filing_document_id"), "filing", ["document_id"], unique=False)
    op.create_index(
        "uq_filing_present",
        "filing",
        ["dossier_id", "document_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    for table in APPEND_ONLY:
        for statement in _guards(table):
            op.execute(statement)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


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


TABLES = (
    "filing",
    "filing_rule",
    "dossier_material",
    "dossier_handover_item",
    "dossier",
    "filing_plan_entry",
    "filing_plan_heading",
    "filing_plan",
    "dossier_terms",
    "dossier_handover",
    "access_change",
    "access",
    "retention",
    "filing_mark",
)


def downgrade() -> None:
    """Take them away; their triggers go with them."""
    for name in TABLES:
        op.drop_table(name)
