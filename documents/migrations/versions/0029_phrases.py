"""Stock phrases and presets of those who direct; results judged; files of reports."""

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
    op.create_table(
        "remark_file",
        sa.Column("remark_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["remark.id"], name=op.f("fk_remark_file_remark_id")
        ),
        sa.PrimaryKeyConstraint("remark_id", "ordinal", name=op.f("pk_remark_file")),
    )
    op.add_column("task", sa.Column("approved_at", Instant(), nullable=True))
    unjudged = sa.text("state = 'done' AND part <> 'inform' AND approved_at IS NULL")
    op.create_index(
        "ix_task_judged",
        "task",
        ["given_by", "closed_at", "id"],
        sqlite_where=unjudged,
        postgresql_where=unjudged,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_task_judged", "task")
    op.drop_column("task", "approved_at")
    op.drop_table("remark_file")
    op.drop_table("direction_preset")
    op.drop_table("phrase")
