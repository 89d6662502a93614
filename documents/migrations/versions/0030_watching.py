"""Wall displays; what was fetched and not understood is found at once."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "display",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("paired_by", sa.String(length=64), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_display_organ_id")
        ),
        sa.ForeignKeyConstraint(["paired_by"], ["person.id"], name=op.f("fk_display_paired_by")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_display")),
    )
    op.create_index(op.f("ix_display_code_sha256"), "display", ["code_sha256"])
    op.create_index(op.f("ix_display_organ_id"), "display", ["organ_id"])
    junk = sa.text("outcome = 'junk'")
    op.create_index(
        "ix_parcel_junk",
        "parcel",
        ["organ_id", "fetched_at"],
        sqlite_where=junk,
        postgresql_where=junk,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_parcel_junk", "parcel")
    op.drop_table("display")
