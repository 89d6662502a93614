"""Units, posts and absences; relations between documents; more fields of a document."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0012"
down_revision = "0011"

ROLE = "role IN ('administrator', 'clerk', 'leader', 'specialist', 'system', 'unit_head')"
KIND = "kind IN ('amends', 'answers', 'concerns', 'corrects', 'recalls', 'replaces')"

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "unit_id": sa.String(length=36),
    "language": sa.String(length=30),
    "description": sa.Text(),
    "issued_amount": sa.Integer(),
    "arrival_date": sa.Date(),
    "channel": sa.String(length=8),
}


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("abbreviation", sa.String(length=30), nullable=False),
        sa.Column("advisory", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_unit_organ_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_organ_id"), "unit", ["organ_id"])
    op.create_table(
        "post",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("position", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("competence", sa.String(length=10), nullable=False),
        sa.Column("competence_line", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("end_basis", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(ROLE, name=op.f("ck_post_role")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_post_organ_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_person_id"), "post", ["person_id"])
    op.create_index(op.f("ix_post_organ_id"), "post", ["organ_id"])
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_absence_organ_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_organ_id"), "absence", ["organ_id"])
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_table(
        "relation",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(KIND, name=op.f("ck_relation_kind")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_relation_document_id")
        ),
        sa.ForeignKeyConstraint(["about_id"], ["document.id"], name=op.f("fk_relation_about_id")),
        sa.PrimaryKeyConstraint("document_id", "kind", "about_id", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_about_id"), "relation", ["about_id"])
    # one by one: a batch makes the table anew on SQLite, and others refer to its rows
    for name, kind in COLUMNS.items():
        op.add_column("document", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Take them away."""
    for name in COLUMNS:
        op.drop_column("document", name)
    for name in ("relation", "absence", "post", "unit"):
        op.drop_table(name)
