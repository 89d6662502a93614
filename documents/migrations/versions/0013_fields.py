"""Types by configuration, abbreviations, refusals of secret messages."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0013"
down_revision = "0012"

THING = "thing IN ('agency', 'field', 'title', 'unit')"
OPEN = sa.text("until IS NULL")
UNSETTLED = sa.text("wiped_at IS NULL OR told_at IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "document_type",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("abbreviation", sa.String(length=30), nullable=False),
        sa.Column("normative", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_type")),
    )
    op.create_index(op.f("ix_document_type_name"), "document_type", ["name"])
    op.create_index(
        "uq_document_type_open",
        "document_type",
        ["name"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "abbreviation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("thing", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("abbreviation", sa.String(length=30), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(THING, name=op.f("ck_abbreviation_thing")),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_abbreviation_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abbreviation")),
    )
    op.create_index(op.f("ix_abbreviation_organ_id"), "abbreviation", ["organ_id"])
    op.create_index(
        "uq_abbreviation_open",
        "abbreviation",
        ["organ_id", "thing", "name"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "secret_refusal",
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("axis_id", sa.String(length=128), nullable=False),
        sa.Column("status_id", sa.String(length=36), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("refused_at", Instant(), nullable=False),
        sa.Column("document_key", sa.String(length=200), nullable=True),
        sa.Column("wiped_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organ_id", "axis_id", name=op.f("pk_secret_refusal")),
    )
    op.create_index(
        "ix_secret_refusal_unsettled",
        "secret_refusal",
        ["refused_at"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("secret_refusal", "abbreviation", "document_type"):
        op.drop_table(name)
