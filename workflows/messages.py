"""The messages that leave: each sealed document with its files as one edXML message.

Source: axis.md §4. A message is made once and kept; every attempt sends the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from connectors import envelope
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.writer import write_edoc_to
from connectors.errors import EnvelopeTooLarge
from documents import (
    casefile,
    catalogue_recipients,
    change_letters,
    deliveries,
    directory,
    outgoing,
    provenance,
)
from documents.blobs import Measured
from documents.change import ChangeKind
from documents.change_letters import Planned
from documents.departure import Departure
from documents.directory import AgencyUnknown
from documents.document import Agency, Attachment, DocumentCode, Urgency, document_key
from documents.errors import OfficeError
from documents.numbering import local_day
from documents.placement import Placement
from documents.tables import DocumentRow
from schemas.edxml import Edoc
from workflows.collation import Collate
from workflows.office import Office


@dataclass(frozen=True, slots=True)
class Dossier:
    """One document with all that its message is made from."""

    row: DocumentRow
    codes: tuple[str, ...]
    """The recipients, as they were written down."""
    agencies: dict[str, Agency]
    """The sender and every recipient that is known, by that code."""
    attachments: tuple[Attachment, ...]
    ended: Mapping[str, OfficeError] = field(default_factory=dict)
    """Recipients that are no more, each with what the clerk is told: no message is made then."""
    change: Planned | None = None
    """What it recalls, updates or replaces."""

    @property
    def recipients(self) -> tuple[Agency, ...]:
        """Everyone it goes to.

        Raises:
            AgencyUnknown: one of them is in the catalogue no more.
        """
        return tuple(self._agency(code) for code in self.codes)

    @property
    def sender(self) -> Agency:
        """The agency whose document it is."""
        return self._agency(self.row.organ_id)

    def _agency(self, code: str) -> Agency:
        if (agency := self.agencies.get(code)) is None:
            raise AgencyUnknown(code)
        return agency


def dossiers(office: Office, rows: Sequence[DocumentRow]) -> list[Dossier]:
    """Gather what the messages of *rows* are made from, in a few questions for all."""
    ids = [row.id for row in rows]
    with office.database.reading() as session:
        codes = deliveries.recipients_of(session, ids)
        attachments = casefile.attachments_by_document(session, ids)
        wanted = {row.organ_id for row in rows}.union(*codes.values())
        found = directory.agency_rows(session, wanted)
        # a message that was made goes as it is: it may have left
        open_ones = {code for row in rows if row.message_sha256 is None for code in codes[row.id]}
        day = local_day(office.now())
        ended = catalogue_recipients.abolished(session, sorted(open_ones), day)
        planned = {row.id: change_letters.planned(session, row) for row in rows}
    agencies = {code: directory.as_agency(row) for code, row in found.items()}
    return [
        Dossier(
            row, tuple(codes[row.id]), agencies, tuple(attachments[row.id]), ended, planned[row.id]
        )
        for row in rows
    ]


def collation(dossier: Dossier) -> Collate:
    """Return the comparison of a document with the message that it is about to leave in."""
    row = dossier.row
    sender = dossier.agencies.get(row.organ_id) or Agency(row.organ_id, row.sender_name, "", "")
    box = Placement.from_dict(row.placement).signature if row.placement else None
    return Collate(row.current_sha256 or "", provenance.facts(row, sender), box)


def written(office: Office, dossier: Dossier) -> str:
    """Write the message of a sealed document into the blob folder; return its SHA-256.

    Raises:
        AgencyUnknown: a recipient is unknown.
        RecipientAbolished: a recipient is no more.
        FieldInvalid: a field or a file cannot go out.
        EnvelopeTooLarge: it is larger than the axis takes.
        BlobMissing, BlobDamaged: a file is not what was signed.
    """
    row = dossier.row
    for code in dossier.codes:
        if refusal := dossier.ended.get(code):
            raise refusal
    departure = _departure(row, dossier.sender, dossier.recipients, office.now())
    letter = _letter(departure, dossier.change)
    main = f"{row.code_number}_{row.code_notation}.pdf".replace("/", "_")
    files = [
        OutgoingFile(main, path=office.blobs.sound(row.current_sha256 or "")),
        *(
            OutgoingFile(item.name, path=office.blobs.sound(item.sha256))
            for item in dossier.attachments
        ),
    ]
    style, most = office.styles.of(dossier.codes), office.settings.axis.max_size

    def fill(file: Measured) -> None:
        write_edoc_to(_Limited(file, most), letter, files, style=style)

    return office.blobs.put_written(fill)


@dataclass(slots=True)
class _Limited:
    """A file that takes so many bytes."""

    file: Measured
    most: int

    def write(self, piece: bytes) -> None:
        if self.file.size + len(piece) > self.most:
            raise EnvelopeTooLarge(f"> {self.most} bytes ([axis] max_size)")
        self.file.write(piece)


def _letter(departure: Departure, change: Planned | None) -> Edoc:
    if change is None:
        return envelope.edoc(departure)
    match change.kind:
        case ChangeKind.RECALL:
            return envelope.recall(departure, change.target, change.reason)
        case ChangeKind.UPDATE:
            return envelope.update(
                departure,
                change.target.document_key,
                content_changed=True,
                added=change.added,
                removed=change.removed,
                reason=change.reason,
            )
        case ChangeKind.REPLACE:
            replaced = [(change.target.document_key, change.recipients)]
            return envelope.replacement(departure, replaced, change.reason)


def ensure_can_leave(session: Session, row: DocumentRow, at: datetime) -> None:
    """Return if a message can be made of the draft *row*: once it has a number it is too late.

    Raises:
        FieldInvalid: a field is too long for edXML, or has characters that no XML has.
    """
    recipients = [
        directory.agency_row(session, d.organ_id) for d in outgoing.deliveries_of(session, row.id)
    ]
    sender, *others = map(
        directory.as_agency, (directory.agency_row(session, row.organ_id), *recipients)
    )
    envelope.edoc(_departure(row, sender, tuple(others), at))


def _departure(
    row: DocumentRow, sender: Agency, recipients: tuple[Agency, ...], at: datetime
) -> Departure:
    """Return what leaves; a draft, which has no number yet, gets the longest there can be."""
    code = DocumentCode(row.code_number or _LONGEST_NUMBER, row.code_notation)
    day = row.promulgated or local_day(at)
    return Departure(
        sender=sender,
        recipients=recipients,
        document_key=row.document_key or document_key(row.organ_id, day, code),
        code=code,
        place=row.place,
        promulgated=day,
        type_name=row.type_name,
        subject=row.subject,
        signer_name=row.signer_name,
        signer_position=row.signer_position,
        signer_competence=row.signer_competence,
        urgency=Urgency(row.urgency),
        pages=row.pages,
        due_date=row.due_date,
        to_places=tuple(row.to_places),
        at=at,
    )


_LONGEST_NUMBER = "9" * 7
