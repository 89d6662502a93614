"""Whose word the system waits for before it takes its next step, where an agency wants so.

Legal source: Decree 30/2020/ND-CP, Art. 14 to 18, 22 (numbers, seal, registers are the clerk's).
By default the system goes on by itself. An agency that wants its clerk to look first has a
switch for it; what awaits the clerk is no error and nobody carries it (`documents.claims`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from documents.lifecycle import State
from documents.tables import AgencyRow, DocumentRow


class Awaited(StrEnum):
    """What the clerk is to say."""

    ISSUE = "issue"
    """chờ phát hành: signed, and nobody has said that it is to be numbered and sent."""
    REGISTER = "register"
    """chờ vào sổ: verified, and the clerk has not looked at it."""


_AGENCIES = cast("Table", AgencyRow.__table__)
_SWITCHES = {
    Awaited.ISSUE: _AGENCIES.c.clerk_issues,
    Awaited.REGISTER: _AGENCIES.c.clerk_registers,
}
# built once: asked for every document
_ASK = {
    what: select(switch).where(_AGENCIES.c.organ_id == bindparam("organ"))
    for what, switch in _SWITCHES.items()
}
STANDS: Mapping[Awaited, State] = {
    Awaited.ISSUE: State.SIGNED,
    Awaited.REGISTER: State.VERIFIED,
}
"""The state in which a document awaits it."""


def put(session: Session, row: DocumentRow, what: Awaited) -> None:
    """Let *row* await the clerk, where its agency wants so: one cheap question."""
    if session.connection().scalar(_ASK[what], {"organ": row.organ_id}):
        row.awaits = what.value


def wanted(session: Session, organ_id: str, what: Awaited) -> bool:
    """Return whether the agency wants its clerk to look first."""
    return bool(session.connection().scalar(_ASK[what], {"organ": organ_id}))


def rows(organ_id: str, what: Awaited) -> Select[DocumentRow]:
    """Return the question for the agency's documents that await it: by one small index."""
    return select(DocumentRow).where(
        DocumentRow.organ_id == organ_id, DocumentRow.awaits == what.value
    )


def count(session: Session) -> dict[str, int]:
    """Return how many documents await a person, by `issue.awaited`: for health lines."""
    found = session.execute(
        select(DocumentRow.awaits, func.count())
        .where(DocumentRow.awaits.is_not(None))
        .group_by(DocumentRow.awaits)
    )
    return {f"{what}.awaited": many for what, many in found}
