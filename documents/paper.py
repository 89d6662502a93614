"""Documents made on paper: entered after they were issued, with a number of the same series.

Legal source: Decree 30/2020/ND-CP, Art. 15.1, 16 (one series for paper and electronic
documents), law.md §1.3 N-01. A paper document has its number, its entry and its place in every
list; it has no file until its scan is added. It stands as dispatched: nothing of it is carried.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, directory, register, reservations, series_rules
from documents.document import DocumentCode, Role, document_key
from documents.errors import storable
from documents.identity import new_id
from documents.lifecycle import Direction, State
from documents.numbering import local_day, written_number
from documents.outgoing import check_notation, check_subject
from documents.posts import acting
from documents.tables import DocumentRow

CHANNEL = "paper"
"""`DocumentRow.channel` of what was made on paper."""
PLACES = 100
"""Most recipients written down; 300 characters each."""


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """What the clerk sees on the paper."""

    organ_id: str
    type_name: str
    notation: str
    subject: str
    signer: str
    """Id or full name."""
    places: tuple[str, ...] = ()
    """Recipients as printed."""
    pages: int = 0
    unit_id: str | None = None
    reservation_id: str = ""
    """The number that was taken before; none: the next one."""


def enter(
    session: Session, paper: PaperDocument, who: str, at: datetime, document_id: str = ""
) -> DocumentRow:
    """Number and enter a document made on paper; *at* is when it is issued.

    A repeat with the same *document_id* returns what was entered.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing,
        SubjectInvalid, NotationInvalid: as they say.
        ReservationUnknown, ReservationEnded, DocumentNotReady: the number kept is not for it.
        RegisterClosed, DayPast, CodeTaken: no number can be given.
    """
    agency = directory.served_agency(session, paper.organ_id)
    by = acting(session, agency.organ_id, who, (Role.CLERK,), at, "vào sổ văn bản giấy / enter it")
    known = session.get(DocumentRow, document_id) if document_id else None
    if known is not None:
        return known
    signer = directory.person_row(session, agency.organ_id, paper.signer)
    row = DocumentRow(
        id=document_id or new_id(),
        direction=Direction.OUTGOING,
        organ_id=agency.organ_id,
        # as far as it has a number: then it was issued
        state=State.SIGNED,
        created_at=at,
        updated_at=at,
        type_name=storable(paper.type_name)[:100],
        subject=check_subject(paper.subject),
        place=agency.place,
        to_places=[storable(place)[:300] for place in paper.places[:PLACES]],
        pages=paper.pages,
        sender_organ_id=agency.organ_id,
        sender_name=agency.name,
        code_notation=check_notation(paper.notation),
        signer_id=signer.id,
        clerk_id=by.person.id,
        signer_name=signer.full_name,
        signer_position=signer.position,
        signer_competence=signer.competence_line or signer.competence,
        unit_id=paper.unit_id,
        channel=CHANNEL,
    )
    session.add(row)
    session.flush()
    if paper.reservation_id:
        reservations.use(session, paper.reservation_id, row.id, who, at)
    _number(session, row, at)
    row.state = State.DISPATCHED
    detail = {"code": f"{row.code_number}/{row.code_notation}", "date": row.promulgated}
    casefile.note(session, row, "enter_paper", by.actor, at, detail=detail | by.detail())
    return row


def _number(session: Session, row: DocumentRow, at: datetime) -> None:
    day = local_day(at)
    series = series_rules.outgoing_series(session, row, day)
    entered = register.enter(
        session, row.organ_id, Direction.OUTGOING, series, day, row.id, row.code_notation
    )
    code = DocumentCode(written_number(entered.number), row.code_notation)
    row.code_number, row.promulgated = code.number, entered.day
    row.document_key = document_key(row.organ_id, entered.day, code)
