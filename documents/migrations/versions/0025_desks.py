"""What people keep on their desk: forms half typed, who has what open, texts composed."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "kept_form",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(length=100), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_form_person_id")),
        sa.PrimaryKeyConstraint("person_id", "form_key", name=op.f("pk_kept_form")),
    )
    op.create_index(op.f("ix_kept_form_at"), "kept_form", ["at"])
    op.create_table(
        "presence",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_presence_document_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.PrimaryKeyConstraint("document_id", "person_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_seen_at"), "presence", ["seen_at"])
    op.create_table(
        "composed_text",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_composed_text_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_composed_text")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("composed_text")
    op.drop_table("presence")
    op.drop_table("kept_form")
