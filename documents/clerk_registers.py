"""An agency's switch: whether what came by the axis waits until the clerk registers it.

Legal source: Decree 30/2020/ND-CP, Art. 21.2c, 22; Appendix VI, Part I, III.1 (the head decides
how the system is used). Switched off, what waits only for this goes on by itself.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from documents import awaited, directory, ledger, posts
from documents.awaited import Awaited
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Fact
from documents.lifecycle import Direction, State
from documents.tables import AgencyRow, DocumentRow

DECIDING = (Role.LEADER, Role.ADMINISTRATOR)


class ClerkRegisters(Refused):
    """What a scanner or a person brought, and at some agencies all, is registered by the clerk."""

    code = "incoming.clerk_registers"
    vietnamese = "Chờ văn thư kiểm tra, vào sổ"
    english = "it waits for the clerk to look at it and register it"
    remedy = "Xem `congvan intake list`, `congvan intake register` / see those commands"


def decide(session: Session, organ_id: str, who: str, at: datetime, *, clerk: bool) -> bool:
    """Record whether the clerk registers; returns whether that changed anything.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    what = "quy định cách vào sổ / decide how documents are registered"
    acting = posts.acting(session, agency.organ_id, who, DECIDING, at, what)
    row = session.get_one(AgencyRow, agency.organ_id, with_for_update={"key_share": True})
    if bool(row.clerk_registers) == clerk:
        return False
    row.clerk_registers = clerk
    session.flush()
    if not clerk:
        _let_go(session, row.organ_id)
    detail = (("clerk_registers", clerk), *acting.detail().items())
    fact = Fact("", "decide_registering", "", acting.actor, "", detail)
    ledger.append(session, row.organ_id, fact, at)
    return True


def _let_go(session: Session, organ_id: str) -> None:
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.organ_id == organ_id, DocumentRow.awaits == Awaited.REGISTER.value)
        # what did not come by the axis is the clerk's in every agency
        .where(DocumentRow.channel.is_(None), DocumentRow.state == State.VERIFIED.value)
        .values(awaits=None)
    )


def wait(session: Session, row: DocumentRow) -> None:
    """Let *row*, verified, wait for the clerk, where it is the clerk's to register."""
    if row.channel is None:
        awaited.put(session, row, Awaited.REGISTER)
    else:
        row.awaits = Awaited.REGISTER.value


def go_on(session: Session, row: DocumentRow) -> None:
    """Let *row*, whose question was answered, be registered: by the system, or the clerk."""
    row.held, row.error_code, row.error_text = False, None, None
    if row.direction == Direction.INCOMING and row.state == State.VERIFIED:
        wait(session, row)
