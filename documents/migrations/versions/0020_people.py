"""Which post is the main one, deputies in charge, delegations of handling; a post for everybody."""

import hashlib
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from documents.tables import Instant

revision = "0020"
down_revision = "0019"

EVER = date(1900, 1, 1)
"""The first day of a post of which no decision is on record."""

PERSON = sa.table(
    "person",
    *(
        sa.column(name, sa.String())
        for name in ("id", "organ_id", "position", "role", "competence", "competence_line")
    ),
    sa.column("active", sa.Boolean()),
)
POST = sa.table(
    "post",
    *(
        sa.column(name, sa.String())
        for name in ("id", "person_id", "organ_id", "position", "role", "competence")
    ),
    *(sa.column(name, sa.String()) for name in ("competence_line", "basis", "end_basis")),
    sa.column("since", sa.Date()),
    sa.column("until", sa.Date()),
    sa.column("recorded_at", Instant()),
)


def upgrade() -> None:
    """Add columns and table; whoever has no post yet gets the one the directory names."""
    op.add_column("post", sa.Column("main", sa.Boolean(), nullable=True))
    op.add_column("post", sa.Column("in_charge", sa.Boolean(), nullable=True))
    op.add_column("post", sa.Column("ended_at", Instant(), nullable=True))
    op.create_index(op.f("ix_person_full_name"), "person", ["full_name"])
    op.create_table(
        "work_delegation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("from_id", sa.String(length=64), nullable=False),
        sa.Column("to_id", sa.String(length=64), nullable=False),
        sa.Column("to_post_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("from_post_ids", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("unit_ids", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("absence_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organ_id"], ["agency.organ_id"], name=op.f("fk_work_delegation_organ_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["person.id"], name=op.f("fk_work_delegation_from_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_work_delegation_to_id")),
        sa.ForeignKeyConstraint(
            ["to_post_id"], ["post.id"], name=op.f("fk_work_delegation_to_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["absence.id"], name=op.f("fk_work_delegation_absence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_delegation")),
    )
    for name in ("organ_id", "from_id", "to_id", "absence_id"):
        op.create_index(op.f(f"ix_work_delegation_{name}"), "work_delegation", [name])
    _give_posts()


def _give_posts() -> None:
    bind = op.get_bind()
    at = datetime.now(UTC)
    known = set(bind.execute(sa.select(POST.c.person_id)).scalars())
    given = [
        {
            "id": hashlib.sha256(f"post {person.id}".encode()).hexdigest()[:32],
            "person_id": person.id,
            "organ_id": person.organ_id,
            "position": person.position,
            "role": person.role,
            "competence": person.competence,
            "competence_line": person.competence_line,
            "basis": "",
            "end_basis": "",
            "since": EVER,
            # who had left has a post that is over
            "until": None if person.active else EVER,
            "recorded_at": at,
        }
        for person in bind.execute(sa.select(PERSON))
        if person.id not in known
    ]
    if given:
        op.bulk_insert(POST, given)


def downgrade() -> None:
    """Take them away; posts stay."""
    op.drop_table("work_delegation")
    op.drop_index(op.f("ix_person_full_name"), "person")
    for name in ("ended_at", "in_charge", "main"):
        op.drop_column("post", name)
