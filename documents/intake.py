"""Documents that the clerk registers: taken in by hand, or waiting there by the agency's choice.

Legal source: Decree 30/2020/ND-CP, Art. 21, 22 (law.md §1.7, E1 to E5): paper and electronic
documents have one series. What waits for the clerk, who looks at what was read from it, is warned
of what it repeats, and registers it. Nobody outside is owed a status for what a scanner or a
person brought.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    awaited,
    casefile,
    change_questions,
    directory,
    duplicates,
    intake_facts,
    numbering,
    posts,
    proposal,
    recognitions,
    register,
    sender_guess,
    series_rules,
)
from documents.awaited import Awaited
from documents.casefile import locked, note, take
from documents.channel import Channel
from documents.errors import StepRefused, storable
from documents.field_text import DayRefused
from documents.identity import new_id
from documents.intake_facts import NOTHING, Changed, IntakeFacts
from documents.intakes import CLERK, WAITING, NotTakenIn, known_file
from documents.joining import REASON_LENGTH, join
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import Direction, State, Step, advance
from documents.proposal import Proposal
from documents.tables import DocumentRow, IntakeRow


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A PDF that was handed over, kept and looked at; nothing of it is trusted."""

    organ_id: str
    channel: Channel
    name: str
    sha256: str
    size: int
    """Bytes."""
    pages: int
    proposals: tuple[Proposal, ...] = ()
    agency: str = ""
    """What is printed above the number."""
    note: str = ""
    """Why nothing, or not all, could be read."""
    picture: bool = False
    """It has no letters: its words are to be recognised."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a document."""

    document_id: str
    number: int
    day: date
    """Under which the number was given, Vietnam's."""
    before: bool = False
    """It had its number already: nothing was written."""
    clerk_id: str = ""
    """Who registered it; empty: the system."""


def take_in(session: Session, file: TakenFile, at: datetime, who: str = "") -> str:
    """Enter a file as FETCHED; the same file again is the same document, whose id is returned.

    *who* is id or full name of the clerk; empty where it lay in the watched folder.

    Raises:
        AgencyUnknown, AgencyNotServed: it is for no agency here.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
        WriteConflict: another process enters the same file at this moment.
    """
    agency = directory.served_agency(session, file.organ_id)
    actor, detail = _taker(session, agency.organ_id, who, at)
    known = known_file(session, agency.organ_id, file.sha256)
    if known is not None:
        return known.document_id
    row = _new_row(session, agency.organ_id, file.channel, at)
    row.pages = file.pages
    row.current_sha256 = file.sha256
    proposals = sender_guess.completed(session, agency.organ_id, file.agency, file.proposals, at)
    _keep(session, row, actor, at, file=file, proposals=proposals)
    casefile.add_revision(session, row, "received", file.sha256, file.size, at)
    said = {"channel": file.channel.value, "file": _name(file), "pages": file.pages} | detail
    note(session, row, "take_in", actor, at, evidence=file.sha256, detail=said)
    if file.picture:
        recognitions.want(session, file.sha256, row.id, at)
    return row.id


def _taker(session: Session, organ_id: str, who: str, at: datetime) -> tuple[Actor, dict[str, Any]]:
    if not who:
        return SYSTEM, {}
    acting = posts.acting(session, organ_id, who, CLERK, at, "nhận văn bản / take it in")
    return acting.actor, acting.detail()


def _name(file: TakenFile | None) -> str:
    return storable(file.name)[:255] if file is not None else ""


def _new_row(
    session: Session, organ_id: str, channel: Channel, at: datetime, document_id: str = ""
) -> DocumentRow:
    row = DocumentRow(
        id=document_id or new_id(),
        direction=Direction.INCOMING,
        organ_id=organ_id,
        state=State.FETCHED,
        created_at=at,
        updated_at=at,
        type_name="",
        subject="",
        sender_organ_id="",
        sender_name="",
        code_notation="",
        channel=channel.value,
    )
    session.add(row)
    session.flush()
    return row


def _keep(
    session: Session,
    row: DocumentRow,
    actor: Actor,
    at: datetime,
    file: TakenFile | None = None,
    proposals: Sequence[Proposal] = (),
) -> None:
    session.add(
        IntakeRow(
            document_id=row.id,
            organ_id=row.organ_id,
            channel=row.channel,
            file_name=_name(file),
            file_sha256=file.sha256 if file is not None else None,
            taken_by=actor.id,
            taken_at=at,
            proposals=proposal.kept(proposals),
            note=storable(file.note)[:REASON_LENGTH] if file is not None else "",
        )
    )
    session.flush()


def register_waiting(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    facts: IntakeFacts = NOTHING,
    *,
    despite: str = "",
    accept: str = "",
) -> Registered:
    """Register what was taken in, as the clerk says it is (Art. 22); a repeat changes nothing.

    Args:
        session: a writing transaction.
        document_id: of what waits.
        who: the clerk, id or full name.
        at: aware UTC; the number is of its day in Vietnam.
        facts: what the clerk says.
        despite: why it is registered though it looks like another one.
        accept: fields whose proposals are accepted, parted by commas; `all`.

    Raises:
        NotTakenIn, StepRefused: it does not wait here.
        DuplicateFound: it looks like another one, and *despite* is empty.
        IntakeIncomplete, DayRefused and what else `intake_facts.put` refuses.
        RegisterClosed, DayPast: no number can be given.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    taken = _taken(session, row)
    acting = posts.stepping(session, row, Step.REGISTER, who, at)
    if row.receipt_number is not None and row.state not in WAITING:
        day = row.arrival_date or numbering.local_day(at)
        return Registered(row.id, row.receipt_number, day, True, row.clerk_id or "")
    advance(Direction.INCOMING, State(row.state), Step.REGISTER, acting.role)
    today = numbering.local_day(at)
    if taken is not None:
        accepted = intake_facts.with_proposals(facts, proposal.read(taken.proposals), accept)
        intake_facts.put(session, row, accepted, today)
        return _registered(session, row, acting, at, despite)
    if asked := change_questions.waits(session, row):
        raise StepRefused(row.state, Step.REGISTER, asked)
    changed = intake_facts.amend(session, row, facts, today)
    return _registered(session, row, acting, at, despite, changed)


def _taken(session: Session, row: DocumentRow) -> IntakeRow | None:
    """Return how *row* was taken in; None: it came by the axis, and is the clerk's to register."""
    known = session.get(IntakeRow, row.id)
    if known is None and not _is_the_clerks(session, row):
        raise NotTakenIn(row.id)
    return known


def _is_the_clerks(session: Session, row: DocumentRow) -> bool:
    if row.direction != Direction.INCOMING:
        return False
    if row.clerk_id is not None or row.awaits == Awaited.REGISTER:
        return True
    return row.state in WAITING and awaited.wanted(session, row.organ_id, Awaited.REGISTER)


def enter(
    session: Session,
    organ_id: str,
    facts: IntakeFacts,
    who: str,
    at: datetime,
    *,
    despite: str = "",
    same_as: str = "",
    document_id: str = "",
) -> DocumentRow:
    """Enter a paper document without a file, and register it; or join it to its electronic form.

    A repeat with the same *document_id* returns what was entered.

    Args:
        session: a writing transaction.
        organ_id: the agency that it came to.
        facts: what is on the paper.
        who: the clerk, id or full name.
        at: aware UTC.
        despite: why it is registered though it looks like another one.
        same_as: id of the electronic document whose paper it is; no number is given then.
        document_id: of the row that is made; empty: a new one.

    Raises:
        As `register_waiting` and `join`; AgencyUnknown, AgencyNotServed.
    """
    agency = directory.served_agency(session, organ_id)
    acting = posts.acting(
        session, agency.organ_id, who, CLERK, at, "vào sổ văn bản giấy / register paper"
    )
    known = session.get(DocumentRow, document_id) if document_id else None
    if known is not None:
        return known
    row = _new_row(session, agency.organ_id, Channel.HAND, at, document_id)
    intake_facts.put(session, row, facts, numbering.local_day(at))
    _keep(session, row, acting.actor, at)
    # the clerk had the paper in hand: nothing of it is verified by the system
    checked = {"verdict": "", "channel": Channel.HAND.value} | acting.detail()
    take(session, row, Step.VERIFY, acting.actor, at, detail=checked)
    if same_as:
        join(session, row.id, same_as, who, at)
    else:
        _registered(session, row, acting, at, despite)
    return row


def _registered(
    session: Session,
    row: DocumentRow,
    acting: posts.Acting,
    at: datetime,
    despite: str,
    changed: Changed | None = None,
) -> Registered:
    today = numbering.local_day(at)
    intake_facts.ensure_complete(row)
    row.arrival_date = row.arrival_date or today
    ensure_arrival(row, row.arrival_date)
    if row.channel is not None:
        intake_facts.name_key(row)
    twins = duplicates.of_row(session, row)
    duplicates.ensure_none(twins, despite)
    series = series_rules.incoming_series(session, row, today)
    entered = register.enter(session, row.organ_id, Direction.INCOMING, series, today, row.id)
    row.receipt_number, row.clerk_id = entered.number, acting.person.id
    said: dict[str, Any] = {"receipt_number": entered.number, "arrived": row.arrival_date}
    said |= {"changed": changed} if changed else {}
    if twins:
        said["twins"] = [twin.document_id for twin in twins]
        said["despite"] = storable(despite.strip())[:REASON_LENGTH]
    detail = said | acting.detail()
    take(session, row, Step.REGISTER, acting.actor, at, detail=detail)
    return Registered(row.id, entered.number, entered.day, clerk_id=acting.person.id)


def ensure_arrival(row: DocumentRow, arrived: date) -> None:
    """Return if the document can have come on *arrived*.

    Raises:
        DayRefused: it was not yet issued then.
    """
    if row.promulgated is not None and arrived < row.promulgated:
        why = f"trước ngày văn bản {row.promulgated:%d/%m/%Y} / is before its own date"
        raise DayRefused("Ngày đến", f"{arrived:%d/%m/%Y}", why)
