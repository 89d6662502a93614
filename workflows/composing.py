"""Drafts that are typed at the desk: printed for a look, handed in, changed.

Legal source: Decree 30/2020/ND-CP, Art. 10; Appendix I and III. What was typed is kept beside the
version that was made of it, so that whoever goes on finds it again; the file is what counts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    directory,
    draft_layouts,
    kind_list,
    numbering,
    signatory,
    versions,
)
from documents.document import DocumentType, Person, Role, Urgency
from documents.errors import Refused, storable
from documents.tables import ComposedTextRow, DocumentRow
from drafting.composer import Composed, compose
from drafting.composition import COMPOSED_TYPES, Composition, Paragraph
from drafting.errors import TypeNotComposed
from drafting.written import Written, parts
from workflows import drafts
from workflows.draft_looks import Compose
from workflows.drafts import Order
from workflows.office import Office

__all__ = [
    "COMPOSED",
    "Head",
    "Written",
    "composition",
    "hand_in",
    "head_of",
    "keep",
    "look",
    "printed",
    "written_of",
]

QUICK = 30_000
"""Characters that are printed in less than a fifth of a second; more go to the workshop."""
COMPOSED = frozenset(each.value for each in COMPOSED_TYPES)
"""Names of the types that are printed here; others are handed in as files."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is recorded about a document and printed on it, as far as it is known."""

    organ_id: str
    type: str
    subject: str = ""
    signer: str = ""
    """Id or full name."""
    unit: str = ""
    notation: str = ""
    """Empty: built."""
    urgency: Urgency = Urgency.ROUTINE
    to_places: tuple[str, ...] = ()


def head_of(order: Order) -> Head:
    """Return what an order prints."""
    return Head(
        order.sender,
        order.type,
        order.subject,
        order.signer,
        order.unit,
        order.notation,
        order.urgency,
        order.to_places,
    )


def composition(
    session: Session, head: Head, written: Written, at: datetime, *, unfinished: bool = False
) -> Composition:
    """Return what is to be printed.

    Args:
        session: any transaction.
        head: what is recorded.
        written: what was typed.
        at: aware UTC.
        unfinished: for a look while it is typed: what is missing or wrong is left empty.

    Raises:
        TypeNotComposed: the type has no layout here.
        DraftTooLarge: too much of it.
        RightMissing, PersonUnknown, NotationUncapital, AbbreviationUnknown: as they say, where
            it has to be finished.
    """
    if head.type not in COMPOSED:
        raise TypeNotComposed(head.type[:100])
    day = numbering.local_day(at)
    agency = directory.served_agency(session, head.organ_id)
    kind = kind_list.kind_of(session, head.type, day)
    signer = Person("", agency.organ_id, "", "", Role.LEADER)
    notation = head.notation
    try:
        signer = signatory.signer_of(session, agency.organ_id, head.signer, at)
        notation = abbreviations.own_notation(session, agency, kind, head.notation, head.unit, day)
    except Refused:
        if not unfinished:
            raise
    layout = draft_layouts.layout_of(head.type)
    own = tuple(
        Paragraph(f"{line.label}: {value}")
        for line in layout.own
        if (value := written.own.get(line.name, "").strip())
    )
    return Composition(
        type=DocumentType(head.type),
        agency=directory.as_agency(agency),
        notation=notation,
        subject=storable(head.subject),
        year=day.year,
        signer=signer,
        legal_bases=written.bases if layout.bases else (),
        body=own + parts(storable(written.body)),
        addressees=written.addressees if layout.addressees else (),
        to_places=head.to_places,
        drafting_unit=head.unit,
        urgency=head.urgency,
    )


def printed(office: Office, draft: Composition) -> Composed:
    """Print it: here if it is short, in the workshop if it is long.

    Raises:
        What `drafting.composer.compose` refuses; FileTooHard, WorkshopBroken.
    """
    size = sum(len(getattr(part, "text", "")) for part in draft.body) + 200 * len(draft.to_places)
    if size <= QUICK:
        return compose(draft)
    (made,) = drafts.taken_in(office, draft.agency.organ_id, [Compose(draft)])
    assert isinstance(made, Composed)  # noqa: S101  (Compose gives Composed)
    return made


def look(office: Office, head: Head, written: Written) -> bytes:
    """Return the PDF of what is typed so far, for a look; nothing is kept.

    Raises:
        TypeNotComposed, DraftTooLarge: as they say.
    """
    with office.database.reading() as session:
        draft = composition(session, head, written, office.now(), unfinished=True)
    return printed(office, draft).pdf


def hand_in(
    office: Office, order: Order, written: Written, besides: drafts.Besides | None = None
) -> str:
    """Enter a draft that was typed; return its id.

    Raises:
        What `composition`, `printed` and `drafts.hand_in_composed` refuse: nothing is kept.
    """
    with office.database.reading() as session:
        draft = composition(session, head_of(order), written, office.now())

    def also(session: Session, row: DocumentRow) -> None:
        keep(session, row.id, 1, written)
        if besides is not None:
            besides(session, row)

    return drafts.hand_in_composed(office, order, printed(office, draft), also)


def keep(session: Session, document_id: str, number: int, written: Written) -> None:
    """Keep what version *number* was made from; in the transaction that makes it."""
    content = written.as_dict()
    session.add(ComposedTextRow(document_id=document_id, number=number, content=content))
    session.flush()


def written_of(session: Session, document_id: str) -> Written | None:
    """Return what the draft's newest version was made from; None where it came as a file."""
    number, _ = versions.newest(session, document_id)
    kept = session.scalar(
        select(ComposedTextRow.content).where(
            ComposedTextRow.document_id == document_id, ComposedTextRow.number == number
        )
    )
    return Written.from_dict(kept) if kept is not None else None
