"""Stock phrases and presets of those who direct."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "phrase",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("short", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('abbreviation', 'opinion', 'return')", name=op.f("ck_phrase_kind")
        ),
        sa.ForeignKeyConstraint(["organ_id"], ["agency.organ_id"], name=op.f("fk_phrase_organ_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_phrase_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    op.create_index("ix_phrase_owner", "phrase", ["organ_id", "owner_id"])
    op.create_table(
        "direction_preset",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_direction_preset_organ_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_direction_preset_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direction_preset")),
    )
    op.create_index("ix_direction_preset_owner", "direction_preset", ["organ_id", "owner_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("direction_preset")
    op.drop_table("phrase")
