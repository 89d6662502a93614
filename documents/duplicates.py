"""Documents that came in before and look like this one: the clerk is warned before registering.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1h; law.md N-12. Only those are read
that share an identifier, a number, a file, or a day of promulgation: each along an index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select
from sqlalchemy.orm import Session

from documents import catalogue, directory
from documents.errors import Refused
from documents.lifecycle import Direction, State
from documents.likeness import Known, Likeness, repeated, same_sender
from documents.tables import DocumentRow

MOST = 20
"""Documents that are told."""
LOOKED_AT = 5000
"""Documents with one number, or of one day, that are compared."""
_D = cast("Table", DocumentRow.__table__)
_COLUMNS = (
    *(_D.c.id, _D.c.state, _D.c.receipt_number, _D.c.arrival_date, _D.c.channel, _D.c.created_at),
    *(_D.c.sender_organ_id, _D.c.sender_name, _D.c.code_number, _D.c.code_notation),
    *(_D.c.promulgated, _D.c.subject, _D.c.document_key, _D.c.current_sha256),
    *(_D.c.organ_id, _D.c.direction),
)


class DuplicateFound(Refused):
    """It looks like documents that are here; details: how many, the first of them, its id."""

    code = "intake.duplicate"
    vietnamese = "Văn bản có thể trùng với {0} văn bản đã đến: {1}"
    english = "it looks like {0} that came before: {1}"
    remedy = (
        "Là một văn bản (bản giấy, bản quét): `congvan intake same MÃ {2}`; văn bản khác: vào sổ "
        "kèm lý do (--despite); thừa: trả lại, bỏ kèm lý do / one document: join it; another one: "
        "register it with a reason; superfluous: return it"
    )


@dataclass(frozen=True, slots=True)
class Twin:
    """One document that looks the same."""

    document_id: str
    likeness: Likeness
    state: str
    receipt_number: int | None
    arrived_on: date | None
    channel: str
    """Empty: by the axis."""
    code: str
    sender_name: str
    subject: str

    def __str__(self) -> str:
        number = f"số đến {self.receipt_number}" if self.receipt_number else self.state
        return f"{self.likeness}: {self.code or '?'} {self.sender_name}, {number}"


def of_row(session: Session, row: DocumentRow) -> list[Twin]:
    """Return what came before, or waits beside, and looks like *row*; the surest first."""
    return of_facts(session, row.organ_id, known(session, row), row.id, row.code_number or "")


def known(session: Session, row: Any) -> Known:
    """Return of *row*, a document or its columns, what is compared."""
    return replace(_known(row), sender_code=canonical(session, row.sender_organ_id))


def of_facts(
    session: Session, organ_id: str, facts: Known, own_id: str = "", number: str = ""
) -> list[Twin]:
    """Return what came to *organ_id* and looks like *facts*; *number* is the code's."""
    found: dict[str, Twin] = {}
    for question in _questions(organ_id, facts, number):
        for row in session.execute(question):
            if row.id in {own_id, *found} or not _counts(row, organ_id):
                continue
            other = _known(row)
            # senders last: a code of an agency costs questions, and few rows come so far
            if (alike := repeated(facts, other)) is None:
                continue
            other = replace(other, sender_code=canonical(session, row.sender_organ_id))
            if alike is Likeness.FILE or same_sender(facts, other):
                found[row.id] = _twin(row, alike)
    order = list(Likeness)
    return sorted(found.values(), key=lambda twin: (order.index(twin.likeness), twin.document_id))[
        :MOST
    ]


def ensure_none(twins: Sequence[Twin], despite: str) -> None:
    """Return if there are no *twins*, or the clerk says why it is registered all the same.

    Raises:
        DuplicateFound: there are, and no reason.
    """
    if twins and not despite.strip():
        raise DuplicateFound(len(twins), twins[0], twins[0].document_id)


def _questions(organ_id: str, facts: Known, number: str) -> Iterable[Select[Any]]:
    own: ColumnElement[bool] = and_(
        _D.c.organ_id == organ_id,
        _D.c.direction == Direction.INCOMING.value,
        _D.c.state != State.REFUSED.value,
    )
    if facts.document_key:
        # by the key alone: with the agency besides, SQLite reads all that the agency has
        yield select(*_COLUMNS).where(_D.c.document_key == facts.document_key)
    if number:
        bare = number.lstrip("0") or "0"
        spellings = sorted({number, bare, f"0{bare}", f"00{bare}"})
        wanted = select(*_COLUMNS).where(own, _D.c.code_number.in_(spellings))
        if facts.promulgated is not None:
            year = facts.promulgated.year
            wanted = wanted.where(
                or_(
                    _D.c.promulgated.is_(None),
                    _D.c.promulgated.between(date(year, 1, 1), date(year, 12, 31)),
                )
            )
        yield wanted.order_by(_D.c.id.desc()).limit(LOOKED_AT)
    if facts.promulgated is not None:
        yield select(*_COLUMNS).where(own, _D.c.promulgated == facts.promulgated).limit(LOOKED_AT)


def _known(row: Any) -> Known:
    """Return what is compared of a document or its columns, but the sender's code."""
    number = row.code_number or ""
    return Known(
        sender_code="",
        sender_name=row.sender_name,
        code=f"{number}/{row.code_notation}" if number else "",
        promulgated=row.promulgated,
        subject=row.subject,
        document_key=row.document_key or "",
        file_sha256=row.current_sha256 or "",
    )


def _counts(row: Any, organ_id: str) -> bool:
    """Return whether *row* is an arrival of the agency that nobody refused.

    One that was joined to the document that has the number is not told: that document is.
    """
    if row.organ_id != organ_id or row.direction != Direction.INCOMING:
        return False
    form = row.state == State.REPLACED and row.channel is not None
    return row.state != State.REFUSED and not form


def _twin(row: Any, alike: Likeness) -> Twin:
    number = row.code_number or ""
    return Twin(
        row.id,
        alike,
        row.state,
        row.receipt_number,
        row.arrival_date,
        row.channel or "",
        f"{number}/{row.code_notation}" if number else row.code_notation,
        row.sender_name,
        row.subject,
    )


def canonical(session: Session, organ_id: str) -> str:
    """Return the one code that an agency with several is compared by."""
    if not organ_id:
        return ""
    found = directory.agency_rows(session, [organ_id]).get(organ_id)
    code = found.organ_id if found is not None else organ_id
    return catalogue.canonical(session, [code]).get(code, code)
