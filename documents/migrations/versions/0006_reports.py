"""The reports of verifications; like ledger and revisions, they only grow."""

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0006"
down_revision = "0005"

VERDICT = "verdict IN ('TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED')"
OCCASION = "occasion IN ('arrival', 'demand')"


def upgrade() -> None:
    """Add the table and its guards."""
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("occasion", sa.String(length=8), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("verdict", sa.String(length=13), nullable=False),
        sa.Column("policy_id", sa.String(length=100), nullable=False),
        sa.Column("policy_sha256", sa.String(length=64), nullable=False),
        sa.Column("trust_sha256", sa.String(length=64), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint(VERDICT, name=op.f("ck_report_verdict")),
        sa.CheckConstraint(OCCASION, name=op.f("ck_report_occasion")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_report_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_document", "report", ["document_id", "at"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER report_no_{verb.lower()} BEFORE {verb} ON report "
                "BEGIN SELECT RAISE(ABORT, 'report is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER report_append_only BEFORE UPDATE OR DELETE ON report "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("report")
