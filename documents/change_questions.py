"""What senders ask of us: to give a document back, to take a new version, to replace it.

Sources: Decree 30/2020/ND-CP, Art. 18.3, 18.4 and Appendix VI, Part I, III.8 (law.md X1, X3);
axis.md §6, §7. A question finds its document among those of the same sender, is shown to the
clerk, and does nothing. One that comes before its document is remembered. Who came after an
agency that ended asks about its documents as that one would (Decree 30/2020/ND-CP, Art. 18.4).
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from documents import casefile, directory, ledger
from documents.arrival import Arrival, StatusArrival, Target
from documents.casefile import locked
from documents.change import (
    BY_BUSINESS,
    FLAG,
    HELD,
    NOTE_LENGTH,
    STRANGER,
    ChangeKind,
    ChangeState,
    Side,
)
from documents.identity import new_id
from documents.ledger import SYSTEM, Fact
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.tables import ChangeRow, DocumentRow, ParcelRow

CODE = "13"
"""The status that asks (axis.md §7)."""
MOST_TARGETS = 100
"""Documents that one letter may name."""
_OVER = (State.REFUSED, State.RECALLED, State.REPLACED)
_ASKS = {
    ChangeKind.RECALL: "nơi gửi yêu cầu thu hồi / its sender recalls it",
    ChangeKind.UPDATE: "nơi gửi gửi bản cập nhật / its sender updates it",
    ChangeKind.REPLACE: "nơi gửi thay thế / its sender replaces it",
}


def raised(session: Session, letter: DocumentRow, arrival: Arrival, at: datetime) -> None:
    """Enter what the letter asks, when it is entered itself."""
    kind = BY_BUSINESS.get(arrival.business_type)
    if kind is None:
        return
    named = {target.document_key: target for target in arrival.targets[:MOST_TARGETS]}
    for target in named.values() or (Target(""),):
        if _concerns(session, letter, target):
            _raise_one(session, letter, kind, target, arrival, at)


def _concerns(session: Session, letter: DocumentRow, target: Target) -> bool:
    """Return whether it asks this agency: a replacement may name whom it concerns."""
    named = target.organ_ids
    return not named or any(directory.same_agency(session, letter.organ_id, c) for c in named)


def _raise_one(
    session: Session,
    letter: DocumentRow,
    kind: ChangeKind,
    target: Target,
    arrival: Arrival,
    at: datetime,
) -> None:
    sender = letter.sender_organ_id
    day = local_day(at)
    found, strange = _found(session, letter.organ_id, sender, target, day, besides=letter.id)
    strange = strange or bool(
        target.organ_id and not directory.speaks_for(session, sender, target.organ_id, day)
    )
    if strange:
        found = None
        warning = f"{STRANGER}: {target.document_key}"
        casefile.warn(session, letter, [(STRANGER, warning)], at)
    ours = [c for c in (letter.organ_id, arrival.organ_id) if c in arrival.receivers_added]
    if kind is ChangeKind.UPDATE and found is None and ours and not strange:
        return  # new to us: nothing here changes
    gone = any(
        directory.same_agency(session, letter.organ_id, c) for c in arrival.receivers_removed
    )
    change = _question(letter.organ_id, kind, sender, target, at)
    change.letter_id, change.document_id = letter.id, found.id if found else None
    change.stranger, change.removed = strange, gone
    change.reason = arrival.business_reason[:NOTE_LENGTH]
    change.question_sha256 = arrival.message_sha256
    session.add(change)
    session.flush()
    if found is not None:
        hold(session, found, change, at)


def _question(
    organ_id: str, kind: ChangeKind, sender: str, target: Target, at: datetime
) -> ChangeRow:
    return ChangeRow(
        id=new_id(),
        organ_id=organ_id,
        side=Side.RECEIVER,
        kind=kind,
        state=ChangeState.ASKED,
        partner=sender[:35],
        target_key=target.document_key[:200],
        target_code=target.code[:140],
        target_date=target.promulgated,
        asked_at=at,
    )


def asked(session: Session, parcel: ParcelRow, status: StatusArrival, at: datetime) -> str:
    """Enter a status 13 from *parcel*'s sender; returns why it is none of ours, if so.

    A repeat while the question is open is the same question.
    """
    organ_id = directory.agency_row(session, status.organ_id).organ_id
    target = Target(status.document_key, code=status.document_code)
    found, strange = _found(session, organ_id, parcel.sender, target, local_day(at))
    if strange and found is None:
        return f"{status.document_key}: văn bản của cơ quan khác / another agency's document"
    if _known(session, organ_id, parcel.sender, status, found):
        parcel.document_id = found.id if found else None
        return ""
    change = _question(organ_id, ChangeKind.RECALL, parcel.sender, target, at)
    change.document_id = found.id if found else None
    change.reason, change.question_sha256 = status.note[:NOTE_LENGTH], status.message_sha256
    session.add(change)
    session.flush()
    if found is None:
        detail = (("change", change.id), ("key", change.target_key), ("sender", change.partner))
        fact = Fact("", "status_13", "", SYSTEM, status.message_sha256, detail)
        ledger.append(session, organ_id, fact, at)
        return ""
    parcel.document_id = found.id
    hold(session, found, change, at)
    return ""


def _known(
    session: Session, organ_id: str, sender: str, status: StatusArrival, found: DocumentRow | None
) -> bool:
    """Return whether the 13 came before, or one like it still waits for its answer."""
    same = (
        ChangeRow.document_id == found.id
        if found is not None
        else ChangeRow.target_key == status.document_key[:200]
    )
    wanted = select(ChangeRow).where(
        *(ChangeRow.side == Side.RECEIVER, ChangeRow.organ_id == organ_id, same),
        ChangeRow.letter_id.is_(None),
        or_(
            ChangeRow.question_sha256 == status.message_sha256,
            ChangeRow.state == ChangeState.ASKED,
        ),
    )
    rows = session.scalars(wanted.execution_options(populate_existing=True))
    return any(directory.same_agency(session, row.partner, sender) for row in rows)


def _found(
    session: Session, organ_id: str, sender: str, target: Target, day: date, besides: str = ""
) -> tuple[DocumentRow | None, bool]:
    """Return *sender*'s document that *target* names, locked, and whether only others' is one.

    What an agency sent that *sender* came after by *day* is *sender*'s too. By edXML's
    DocumentId, else by number, notation and day; what is still at work before what is over, the
    newest first: an update bears the id of what it updates.
    """
    arrivals = (
        select(DocumentRow)
        .where(DocumentRow.organ_id == organ_id, DocumentRow.id != besides)
        .where(DocumentRow.direction == Direction.INCOMING)
        .where(DocumentRow.business_type != 1)
        .order_by(DocumentRow.created_at.desc())
        .limit(MOST_TARGETS)
    )
    strange = False
    for named in (_by_key(target), _by_code(target)):
        if named is None:
            continue
        rows = list(session.scalars(arrivals.where(*named)))
        theirs = [
            row for row in rows if directory.speaks_for(session, sender, row.sender_organ_id, day)
        ]
        if theirs:
            best = min(theirs, key=lambda row: row.state in _OVER)
            return locked(session, best.id), False
        strange = strange or bool(rows)
    return None, strange


def _by_key(target: Target) -> tuple[ColumnElement[bool], ...] | None:
    key = target.document_key[:200]
    return (DocumentRow.document_key == key,) if key else None


def _by_code(target: Target) -> tuple[ColumnElement[bool], ...] | None:
    number, _, notation = (part.strip() for part in target.code.partition("/"))
    day: date | None = target.promulgated
    if not (number and notation and day):
        return None
    return (
        DocumentRow.code_number == number,
        DocumentRow.code_notation == notation,
        DocumentRow.promulgated == day,
    )


def hold(session: Session, target: DocumentRow, change: ChangeRow, at: datetime) -> None:
    """Show at *target* what is asked; one that is not registered yet waits for the answer."""
    kind = ChangeKind(change.kind)
    text = f"{FLAG}: {_ASKS[kind]}: {change.reason}"[:NOTE_LENGTH]
    if text not in target.warnings:
        target.warnings = [*target.warnings, text]
    detail = {"change": change.id, "reason": change.reason, "letter": change.letter_id or ""}
    what = f"asked_{kind}"
    casefile.note(session, target, what, SYSTEM, at, evidence=change.question_sha256, detail=detail)
    if target.state == State.VERIFIED:
        wait(target, text)


def wait(row: DocumentRow, why: str) -> None:
    """Let *row* wait for the clerk's answer instead of being registered."""
    row.held, row.error_code, row.error_text = True, HELD, why


_REMEMBERED = select(ChangeRow).where(
    ChangeRow.organ_id == bindparam("organ"),
    ChangeRow.side == Side.RECEIVER.value,
    ChangeRow.document_id.is_(None),
    ChangeRow.stranger.is_(False),
    ChangeRow.state.in_([ChangeState.ASKED.value, ChangeState.AGREED.value]),
    or_(ChangeRow.target_key == bindparam("key"), ChangeRow.target_code == bindparam("code")),
)


def matched(session: Session, row: DocumentRow, at: datetime) -> None:
    """Tie what was asked about *row* before it arrived to it, now that it is here."""
    code = f"{row.code_number}/{row.code_notation}"
    named = {"organ": row.organ_id, "key": row.document_key, "code": code}
    for change in session.scalars(_REMEMBERED, named):
        by_code = change.target_key != row.document_key
        if by_code and change.target_date != row.promulgated:
            continue
        if change.letter_id == row.id or row.business_type == 1:
            continue
        if directory.speaks_for(session, change.partner, row.sender_organ_id, local_day(at)):
            change.document_id = row.id
            hold(session, row, change, at)


def waits(session: Session, row: DocumentRow) -> str:
    """Return why *row*, verified, is not to be registered before the clerk has answered."""
    open_ones = about(session, row.id)
    own = [c for c in open_ones if c.document_id == row.id or c.kind != ChangeKind.RECALL]
    return f"{FLAG}: {_ASKS[ChangeKind(own[0].kind)]}" if own else ""


def concerns(row: DocumentRow) -> bool:
    """Return whether a question may be about *row*, or in it: a look that costs no question."""
    return bool(row.business_type) or any(w.startswith(FLAG) for w in row.warnings)


def impersonation(row: DocumentRow) -> str:
    """Return why *row* must be looked at by a person: it names another agency's document."""
    said = next((w for w in row.warnings if w.startswith(STRANGER)), "")
    if not said:
        return ""
    return f"Đòi thu hồi, thay đổi văn bản của nơi khác / changes another agency's document: {said}"


def about(session: Session, document_id: str, state: str = ChangeState.ASKED) -> list[ChangeRow]:
    """Return the questions about an arrival, or asked by it, oldest first; "" for every state."""
    wanted = select(ChangeRow).where(
        ChangeRow.side == Side.RECEIVER,
        or_(ChangeRow.document_id == document_id, ChangeRow.letter_id == document_id),
    )
    if state:
        wanted = wanted.where(ChangeRow.state == state)
    return list(session.scalars(wanted.order_by(ChangeRow.asked_at, ChangeRow.id)))
