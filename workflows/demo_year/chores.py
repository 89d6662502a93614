"""What an office does beside letters: dossiers, reserved numbers, closed books, loans, leave.

All of it in the full agency, some of it elsewhere; each through the function that the clerk's
command calls.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    absences,
    assignments,
    book_closing,
    copies,
    dossiers,
    filing_plans,
    loans,
    reservations,
)
from documents.assignee import Share
from documents.book import BookKind
from documents.book_rows import BookWanted
from documents.calendar import vietnam
from documents.copies import Finished
from documents.copying import CopyKind, CopyRequest, Medium
from documents.document import DocumentType
from documents.dossiers import Opening
from documents.filing_plan import Entry, Heading
from documents.ledger import SYSTEM
from documents.lifecycle import Direction, State
from documents.loans import Use
from documents.numbering import local_day
from documents.reservations import Wanted
from documents.retention import Retention
from documents.tables import DocumentRow, RegisterRow
from workflows.demo_data import phrases, seasons
from workflows.demo_data.agencies import FULL
from workflows.demo_year.filling import Filling

_KINDS = (
    ("Hồ sơ xây dựng, thực hiện kế hoạch công tác", 20),
    ("Hồ sơ trao đổi công việc với các cơ quan, địa phương", 10),
)
_KEEPS = (FULL, "H99.02")
"""Agencies that have a plan of files."""
_RESERVED_EVERY = 21
"""Working days between two numbers that are reserved."""
_LENT_EVERY = 9
_COPIED_EVERY = 17
_MEETING = "Kết luận họp giao ban Sở"


def plan(filling: Filling, days: Sequence[date]) -> None:
    """Enter the year's chores in the agenda."""
    agenda = filling.agenda
    for year in sorted({day.year for day in days}):
        first = next(day for day in days if day.year == year)
        for organ in _KEEPS:
            agenda.put(
                seasons.moment(first, 0.1),
                partial(_open_dossiers, filling, organ_id=organ, year=year),
            )
    _plan_closing(filling, days)
    for turn, day in enumerate(days):
        at = seasons.moment(day, 200 + turn % 7)
        if turn % _RESERVED_EVERY == 5:
            agenda.put(at, partial(_reserve, filling, turn=turn))
        if turn % _LENT_EVERY == 4:
            agenda.put(at, lambda s: _lend(filling, s))
        if turn % _COPIED_EVERY == 7:
            agenda.put(at, lambda s: _copy(filling, s))
        if turn % 30 == 12:
            agenda.put(at, lambda s: _conclude(filling, s))
    leave = days[-1] if len(days) < 40 else days[-2]
    agenda.put(seasons.moment(leave, 3), lambda s: _leave(filling, s))


def _open_dossiers(filling: Filling, session: Session, organ_id: str, year: int) -> None:
    """Draft and approve the year's plan of files, and open each file of it."""
    bureau, at = filling.bureau(organ_id), filling.now()
    headings = tuple(
        Heading(
            f"Lĩnh vực {section.unit}",
            section.unit,
            tuple(
                Entry(f"{title} năm {year} ({section.unit})", Retention(years), section.head)
                for title, years in _KINDS
            ),
        )
        for section in bureau.sections
    )
    filing_plans.draft(session, organ_id, year, headings, bureau.clerk, at)
    row = filing_plans.approve(session, organ_id, year, bureau.leaders[0], at)
    filing_plans.sent(session, organ_id, year, bureau.clerk, at)
    opened = []
    for heading in filing_plans.contents(session, row, names=False):
        for entry in heading.all_entries():
            opening = Opening(organ_id, entry.notation, year=year)
            opened.append(dossiers.open_(session, opening, entry.compiler, at).id)
    filling.dossiers[organ_id, year] = opened


def _plan_closing(filling: Filling, days: Sequence[date]) -> None:
    """Close the outgoing and incoming books of the year before, on its fifth working day."""
    year = days[-1].year
    later = [day for day in days if day.year == year]
    if days[0].year == year or len(later) < 5:
        return

    def close(session: Session) -> None:
        bureau, at = filling.bureau(FULL), filling.now()
        for kind, direction in (
            (BookKind.OUTGOING, Direction.OUTGOING),
            (BookKind.INCOMING, Direction.INCOMING),
        ):
            wanted = select(RegisterRow.id).where(
                RegisterRow.organ_id == FULL,
                RegisterRow.year == year - 1,
                RegisterRow.direction == direction.value,
            )
            if session.scalars(wanted).first() is not None:
                book = BookWanted(FULL, kind, year - 1)
                book_closing.close(session, book, bureau.clerk, bureau.leaders[0], at)

    filling.agenda.put(seasons.moment(later[4], 60), close)


def _reserve(filling: Filling, session: Session, turn: int) -> None:
    """Reserve a number; most are given back with a reason, the last one stays open."""
    bureau, at = filling.bureau(FULL), filling.now()
    section = bureau.sections[turn % len(bureau.sections)]
    expires = at + timedelta(days=6)
    if expires.astimezone(at.tzinfo).year != at.year:
        return
    kind, notation = DocumentType.OFFICIAL_LETTER.value, f"SNNMT-{section.unit}"
    why = "Lấy số trước cho văn bản họp khẩn"
    wanted = Wanted(FULL, kind, notation, section.head, why, expires)
    row = reservations.reserve(session, wanted, bureau.clerk, at)

    def give_back(later: Session) -> None:
        reason = "Cuộc họp đã hoãn, không ban hành văn bản"
        reservations.give_back(later, FULL, row.id, bureau.clerk, filling.now(), reason)

    filling.agenda.put(seasons.after(at, 830), give_back)


def _issued(session: Session, before: datetime) -> DocumentRow | None:
    wanted = (
        select(DocumentRow)
        .where(DocumentRow.organ_id == FULL, DocumentRow.direction == Direction.OUTGOING.value)
        .where(DocumentRow.state == State.DISPATCHED.value, DocumentRow.updated_at < before)
        .order_by(DocumentRow.updated_at.desc(), DocumentRow.id)
        .limit(1)
    )
    return session.scalar(wanted)


def _lend(filling: Filling, session: Session) -> None:
    """Lend the archived copy of a recent document; it comes back three working days later."""
    at, bureau = filling.now(), filling.bureau(FULL)
    row = _issued(session, at)
    if row is None:
        return
    day, document_id = local_day(at), row.id
    use = Use("Cán bộ Thanh tra Sở", day, bureau.leaders[0], note="Phục vụ kiểm tra")
    try:
        loans.lend(session, document_id, use, bureau.clerk, at)
    except loans.CopyOut:
        return

    def back(later: Session) -> None:
        now = filling.now()
        loans.give_back(later, document_id, local_day(now), bureau.clerk, now)

    filling.agenda.put(seasons.after(at, 3 * 415), back)


def _copy(filling: Filling, session: Session) -> None:
    """Enter a sao y on paper of a recent document that is a sample; the copy is one too."""
    at, bureau, page = filling.now(), filling.bureau(FULL), filling.sample
    row = _issued(session, at)
    if row is None or row.id in filling.signed:
        return
    who = copies.copyist(session, FULL, bureau.clerk, bureau.leaders[0], at)
    original = f"{row.code_number}/{row.code_notation}"
    request = CopyRequest(CopyKind.EXACT, Medium.ELECTRONIC, Medium.PAPER, original)
    warned = (phrases.UNSIGNED_WARNING,)
    made = Finished(page.sha256, page.sha256, page.size, warned)
    copies.enter(session, who, request, at, lambda _code: made)


def _conclude(filling: Filling, session: Session) -> None:
    """Give a task that a meeting concluded."""
    bureau, at = filling.bureau(FULL), filling.now()
    section = bureau.sections[at.month % len(bureau.sections)]
    day = local_day(at)
    share = Share(section.unit, due=vietnam().next_working(day, 10))
    words = "Rà soát, báo cáo các nhiệm vụ chậm tiến độ."
    source = f"{_MEETING} ngày {day:%d/%m/%Y}"
    assignments.concluded(session, FULL, share, words, source, bureau.leaders[0], at)


def _leave(filling: Filling, session: Session) -> None:
    """Let somebody of the full agency be away at the year's end, with a stand-in."""
    bureau, at = filling.bureau(FULL), filling.now()
    section = next(each for each in bureau.sections if each.staff)
    day = local_day(at)
    absences.absent(
        session,
        FULL,
        section.staff[0],
        day,
        day + timedelta(days=5),
        SYSTEM,
        at,
        reason="Nghỉ phép năm",
        stand_in=section.head,
    )
