"""What waits for the clerk before it is registered; words of pictures; models of entries."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add them."""
    op.add_column("agency", sa.Column("clerk_registers", sa.Boolean(), nullable=True))
    op.create_table(
        "recognition",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("wanted_at", Instant(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("agency_name", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_recognition")),
    )
    op.create_index(
        "ix_recognition_due",
        "recognition",
        ["wanted_at", "sha256"],
        sqlite_where=sa.text("due"),
        postgresql_where=sa.text("due"),
    )
    op.create_table(
        "arrival_model",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("type_name", sa.String(length=100), nullable=False),
        sa.Column("to_places", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_arrival_model_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_model")),
        sa.UniqueConstraint(
            "organ_id", "owner_id", "name", name=op.f("uq_arrival_model_organ_id_owner_id_name")
        ),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("arrival_model")
    op.drop_index("ix_recognition_due", table_name="recognition")
    op.drop_table("recognition")
    op.drop_column("agency", "clerk_registers")
