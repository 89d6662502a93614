"""Certified copies (bản sao): who may sign them, their numbers, their entries.

Legal source: Decree 30/2020/ND-CP, Art. 26 (the head decides who signs copies), Appendix
I, Part II, 1c (copies of all kinds share one series of numbers a year, from 01). A copy's
number and entry are written in one transaction, so the series has no gap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, ledger, posts, register, series, tenure
from documents.copying import CopyRequest, check, notation
from documents.document import DocumentCode, Person, Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.judged_post import post_of
from documents.ledger import Actor, Fact
from documents.lifecycle import Direction
from documents.numbering import local_day, written_number
from documents.tables import AgencyRow, CertifiedCopyRow, CopySignerRow, PersonRow

SERIES = series.COPIES
"""The one series of all copies."""
_ORIGINAL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Copyist:
    """An agency that copies, and the two people that a copy needs."""

    agency: AgencyRow
    clerk: PersonRow
    signer: Person


@dataclass(frozen=True, slots=True)
class Finished:
    """A copy's file."""

    source_sha256: str
    """Of the file that was copied."""
    sha256: str
    size: int
    """Bytes."""
    warnings: tuple[str, ...] = ()


def copyist(session: Session, organ_id: str, clerk: str, signer: str, at: datetime) -> Copyist:
    """Return who makes a copy for the agency.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous: as they say.
        RightMissing: *clerk* is no clerk, or *signer* may not sign copies.
    """
    agency = directory.served_agency(session, organ_id)
    organ = agency.organ_id
    by = posts.acting(session, organ, clerk, (Role.CLERK,), at, "vào sổ bản sao / enter copies")
    signs = directory.person_row(session, organ, signer, at)
    if not may_sign(session, organ, signs, at):
        raise directory.RightMissing(signs.full_name, signs.position, "ký bản sao / sign copies")
    return Copyist(agency, by.person, post_of(session, signs, organ, at).person)


def may_sign(session: Session, organ_id: str, person: PersonRow, at: datetime) -> bool:
    """Return whether *person* may sign copies: leaders may, others where a leader let them.

    The right is of a post: whoever has none in the agency that day has none.
    """
    held = tenure.held_on(tenure.of_people(session, [person.id])[person.id], local_day(at))
    own = [post for post in held if post.organ_id == organ_id]
    leads = any(post.role == Role.LEADER for post in own)
    return leads or bool(own and session.get(CopySignerRow, person.id))


def allow(session: Session, organ_id: str, who: str, by: str, at: datetime) -> None:
    """Let *who* sign copies, as the leader *by* decided (Art. 26).

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous: as they say.
        RightMissing: *by* is no leader.
    """
    agency = directory.served_agency(session, organ_id)
    organ, what = agency.organ_id, "cho phép ký bản sao / let others sign copies"
    leader = posts.acting(session, organ, by, (Role.LEADER,), at, what, alone=True).person
    person = directory.person_row(session, organ, who, at)
    if may_sign(session, organ, person, at):
        return
    session.add(CopySignerRow(person_id=person.id, granted_by=leader.id, granted_at=at))
    session.flush()
    actor, detail = Actor(leader.id, Role.LEADER), (("person", person.id),)
    ledger.append(session, agency.organ_id, Fact("", "allow_copies", "", actor, "", detail), at)


def enter(
    session: Session,
    who: Copyist,
    request: CopyRequest,
    at: datetime,
    finish: Callable[[DocumentCode], Finished],
) -> CertifiedCopyRow:
    """Give a copy its number, let *finish* make its file, and enter it, all or nothing.

    *finish* gets the number because paper carries it.

    Raises:
        CopyNotAllowed, CopyBaseMissing: the decree knows no such copy.
        What *finish* raises; no number is used then.
    """
    check(request)
    day = local_day(at)
    place, number = register.take_number(
        session, who.agency.organ_id, Direction.OUTGOING, SERIES, day
    )
    code = DocumentCode(written_number(number), notation(request.kind, who.agency.abbreviation))
    made = finish(code)
    row = CertifiedCopyRow(
        id=new_id(),
        organ_id=who.agency.organ_id,
        kind=request.kind,
        made_from=request.made_from,
        made_to=request.made_to,
        register_id=place,
        number=number,
        code=str(code),
        original=storable(request.original)[:_ORIGINAL_LENGTH],
        base=storable(request.base),
        source_sha256=made.source_sha256,
        sha256=made.sha256,
        size=made.size,
        signer_id=who.signer.id,
        clerk_id=who.clerk.id,
        created_at=at,
        warnings=list(made.warnings),
    )
    session.add(row)
    session.flush()
    detail = (
        ("code", row.code),
        ("kind", row.kind),
        ("original", row.original),
        ("signer", row.signer_id),
        ("source", row.source_sha256),
    )
    actor = Actor(who.clerk.id, Role.CLERK)
    fact = Fact(row.id, "copy", "", actor, row.sha256, detail)
    ledger.append(session, row.organ_id, fact, at)
    return row


class CopyUnknown(Refused):
    """The agency has entered no copy of this number."""

    code = "copy.unknown"
    vietnamese = "Không có bản sao số «{0}»"
    english = "there is no copy {0}"
    remedy = "Xem số trên bản sao, ví dụ 03/SY-UBND / use its number, such as 03/SY-UBND"


def newest(session: Session, organ_id: str, code: str) -> CertifiedCopyRow:
    """Return the agency's copy *code*, of the latest year that has one: numbers start anew.

    Raises:
        CopyUnknown: there is none.
    """
    wanted = select(CertifiedCopyRow).where(
        CertifiedCopyRow.organ_id == organ_id, CertifiedCopyRow.code == code
    )
    row = session.scalars(wanted.order_by(CertifiedCopyRow.created_at.desc()).limit(1)).first()
    if row is None:
        raise CopyUnknown(code)
    return row


def entered(session: Session, organ_id: str) -> Sequence[CertifiedCopyRow]:
    """Return the agency's copies in the order of their numbers, year by year."""
    wanted = select(CertifiedCopyRow).where(CertifiedCopyRow.organ_id == organ_id)
    return session.scalars(
        wanted.order_by(CertifiedCopyRow.register_id, CertifiedCopyRow.number)
    ).all()
