"""Sign sessions: files lent to the token tool."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0008"
down_revision = "0007"

STATES = "state IN ('closed', 'expired', 'open', 'used')"
OPERATIONS = "operation IN ('approved', 'issued')"
OPEN = "state IN ('open')"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "sign_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("base_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("upload_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_sign_session_state")),
        sa.CheckConstraint(OPERATIONS, name=op.f("ck_sign_session_operation")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["signature_request.id"], name=op.f("fk_sign_session_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_sign_session_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_session_token_sha256")),
    )
    for column in ("request_id", "document_id"):
        op.create_index(op.f(f"ix_sign_session_{column}"), "sign_session", [column])
    for name, column, unique in (
        ("uq_sign_session_open", "document_id", True),
        ("ix_sign_session_until", "until", False),
    ):
        op.create_index(
            name,
            "sign_session",
            [column],
            unique=unique,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sign_session")
