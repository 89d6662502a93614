"""What waits for the clerk before it is issued; groups of recipients."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add them."""
    op.add_column("agency", sa.Column("clerk_issues", sa.Boolean(), nullable=True))
    op.add_column("document", sa.Column("awaits", sa.String(length=10), nullable=True))
    op.create_index(
        "ix_document_awaits",
        "document",
        ["organ_id", "awaits", "created_at", "id"],
        sqlite_where=sa.text("awaits IS NOT NULL"),
        postgresql_where=sa.text("awaits IS NOT NULL"),
    )
    op.create_index(op.f("ix_certified_copy_source_sha256"), "certified_copy", ["source_sha256"])
    op.create_table(
        "issue_order",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("ordered_at", Instant(), nullable=False),
        sa.Column("expected_code", sa.String(length=140), nullable=False),
        sa.Column("expected_day", sa.Date(), nullable=False),
        sa.Column("reservation_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_issue_order_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_issue_order")),
    )
    op.create_table(
        "recipient_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("preset", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_recipient_group_organ_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_group")),
    )
    op.create_index(
        "uq_recipient_group_name", "recipient_group", ["organ_id", "owner_id", "name"], unique=True
    )
    op.create_table(
        "recipient_group_member",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["recipient_group.id"],
            name=op.f("fk_recipient_group_member_group_id"),
        ),
        sa.PrimaryKeyConstraint("group_id", "ordinal", name=op.f("pk_recipient_group_member")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("recipient_group_member")
    op.drop_table("recipient_group")
    op.drop_table("issue_order")
    op.drop_index(op.f("ix_certified_copy_source_sha256"), table_name="certified_copy")
    op.drop_index("ix_document_awaits", table_name="document")
    op.drop_column("document", "awaits")
    op.drop_column("agency", "clerk_issues")
