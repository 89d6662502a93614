"""What is filed in a dossier: documents without duplicating them, and other materials.

Legal source: Decree 30/2020/ND-CP, Art. 29.2; Appendix VI, Part I, III.4b to III.4e (law.md H-03,
VI-17, 18, 20). A document's place in a dossier is that in the order of dates; closing fixes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import casefile, dossiers, posts, retention_tables
from documents.directory import RightMissing
from documents.document import Attachment
from documents.dossier import MOST_DOCUMENTS, DossierInvalid, MaterialKind, check_text
from documents.errors import Refused
from documents.identity import new_id
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import DocumentRow, DossierRow, FilingRow, MaterialRow

REASON_LENGTH = 10
"""Fewest characters of a reason."""
UNFILABLE = frozenset(
    {State.FETCHED, State.VERIFIED, State.QUARANTINED, State.REFUSED, State.VOID, State.RECALLED}
)
"""Not received yet, not taken in, or cancelled."""


class DocumentNotFilable(Refused):
    """The document cannot be filed there. ({0} the document, {1} why)."""

    code = "dossier.document_not_filable"
    vietnamese = "Không đưa văn bản «{0}» vào hồ sơ được: {1}"
    english = "the document «{0}» cannot be filed: {1}"
    remedy = "Chọn văn bản khác, hoặc chờ văn thư tiếp nhận / choose another document"


class DossierFull(Refused):
    """The dossier has as many documents as its ordinals can count."""

    code = "dossier.full"
    vietnamese = "Hồ sơ «{0}» đã đủ 999 văn bản"
    english = "the dossier «{0}» has 999 documents already"
    remedy = "Mở tập tiếp theo thành hồ sơ khác / open its next volume as another dossier"


class NotInDossier(Refused):
    """The document or material is not in this dossier."""

    code = "dossier.not_in"
    vietnamese = "«{0}» không có trong hồ sơ «{1}»"
    english = "«{0}» is not in the dossier «{1}»"
    remedy = "Xem `congvan dossier show` / see what it holds"


@dataclass(frozen=True, slots=True)
class Filed:
    """A document in its place in a dossier."""

    ordinal: int
    """`DocOrdinal`, from 1."""
    filing: FilingRow
    document: DocumentRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """What filing a document did."""

    filing: FilingRow
    new: bool
    """False: it was there already."""
    warnings: tuple[str, ...] = ()


def day_of(row: DocumentRow) -> date:
    """Return the day that gives a document its place: its own, else that it came to be here."""
    return row.promulgated or local_day(row.created_at)


def file_in(
    session: Session,
    dossier_id: str,
    document_id: str,
    who: str,
    at: datetime,
    *,
    note: str = "",
    rule_id: str | None = None,
) -> Outcome:
    """File a document; what is finished and was in no dossier becomes *filed* by it.

    A repeat changes nothing. Nothing is written where it is refused.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs, DocumentUnknown: as they say.
        DocumentNotFilable: another agency's, not received yet, or cancelled.
        DossierFull: it holds 999.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing, FieldRefused: as they say.
    """
    dossier = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "đưa vào hồ sơ / file")
    row = casefile.locked(session, document_id)
    name = _named(row)
    if row.organ_id != dossier.organ_id:
        raise DocumentNotFilable(name, "của cơ quan khác / another agency's")
    if (there := present(session, dossier.id, row.id)) is not None:
        return Outcome(there, new=False)
    if row.state in UNFILABLE:
        raise DocumentNotFilable(name, f"trạng thái / state {row.state}")
    if count(session, dossier.id) >= MOST_DOCUMENTS:
        raise DossierFull(dossiers.code_of(dossier))
    filing = FilingRow(
        id=new_id(),
        dossier_id=dossier.id,
        document_id=row.id,
        filed_by=acting.person.id,
        filed_at=at,
        rule_id=rule_id,
        note=check_text("Ghi chú (Description)", note, 500),
    )
    session.add(filing)
    session.flush()
    detail = {"dossier": str(dossiers.code_of(dossier)), **acting.detail()}
    detail |= {"rule": rule_id} if rule_id else {}
    casefile.note(session, row, "file_in", acting.actor, at, detail=detail)
    lay_down(session, row, who, at, detail)
    return Outcome(filing, new=True, warnings=_too_short(session, dossier, row, at))


def lay_down(
    session: Session, row: DocumentRow, who: str, at: datetime, detail: dict[str, str]
) -> bool:
    """Take the step that ends a finished document's way, where state and post allow it."""
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), Step.FILE))
    if transition is None or row.frozen_by is not None:
        return False
    try:
        acting = posts.acting(session, row.organ_id, who, transition.roles, at, Step.FILE)
    except RightMissing:
        return False
    casefile.take(session, row, Step.FILE, acting.actor, at, detail=detail)
    return True


def _too_short(
    session: Session, dossier: DossierRow, row: DocumentRow, at: datetime
) -> tuple[str, ...]:
    needed = retention_tables.shortest_for(session, [row], local_day(at)).get(row.id)
    if needed is None or not Retention(dossier.years) < needed:
        return ()
    return (
        f"Thời hạn bảo quản của hồ sơ ({Retention(dossier.years)}) ngắn hơn của văn bản"
        f" {_named(row)} ({needed}) / the dossier is kept for less than this document needs",
    )


def take_out(
    session: Session, dossier_id: str, document_id: str, who: str, at: datetime, reason: str
) -> FilingRow:
    """Take a document out of an open dossier; the record of it stays, with the reason.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs, DocumentUnknown, NotInDossier: as they say.
        DossierInvalid: no reason of ten characters.
    """
    dossier = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "đưa ra khỏi hồ sơ / take out")
    reason = checked_reason(reason)
    row = casefile.locked(session, document_id)
    filing = present(session, dossier.id, row.id)
    if filing is None:
        raise NotInDossier(_named(row), dossiers.code_of(dossier))
    filing.removed_by, filing.removed_at, filing.reason = acting.person.id, at, reason
    session.flush()
    detail = {"dossier": str(dossiers.code_of(dossier)), "reason": reason, **acting.detail()}
    casefile.note(session, row, "take_out", acting.actor, at, detail=detail)
    return filing


def checked_reason(reason: str) -> str:
    """Return *reason* as it is kept.

    Raises:
        DossierInvalid: shorter than ten characters.
        FieldRefused: longer than 500, or no writing.
    """
    plain = check_text("Lý do", reason, 500)
    if len(plain) < REASON_LENGTH:
        raise DossierInvalid("Lý do", "ít nhất 10 ký tự / at least 10 characters")
    return plain


def present(session: Session, dossier_id: str, document_id: str) -> FilingRow | None:
    """Return the document's place in the dossier; None where it is not in it."""
    return session.scalar(
        select(FilingRow).where(
            FilingRow.dossier_id == dossier_id,
            FilingRow.document_id == document_id,
            FilingRow.removed_at.is_(None),
        )
    )


def count(session: Session, dossier_id: str) -> int:
    """Return how many documents the dossier holds."""
    return totals(session, [dossier_id])[dossier_id][0]


def totals(session: Session, dossier_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return for each dossier its documents and their pages (`DocTotal`, `PageTotal`)."""
    found = dict.fromkeys(dossier_ids, (0, 0))
    for dossier_id, documents, pages in session.execute(
        select(FilingRow.dossier_id, func.count(), func.coalesce(func.sum(DocumentRow.pages), 0))
        .join(DocumentRow, DocumentRow.id == FilingRow.document_id)
        .where(FilingRow.dossier_id.in_(list(found)), FilingRow.removed_at.is_(None))
        .group_by(FilingRow.dossier_id)
    ):
        found[dossier_id] = (documents, int(pages))
    return found


def documents_in(session: Session, dossier_id: str) -> list[Filed]:
    """Return what the dossier holds in the order of dates, numbered from 1 without a gap."""
    rows = session.execute(
        select(FilingRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == FilingRow.document_id)
        .where(FilingRow.dossier_id == dossier_id, FilingRow.removed_at.is_(None))
    ).all()
    ordered = sorted(
        rows, key=lambda pair: (pair[0].ordinal or 0, day_of(pair[1]), pair[0].filed_at, pair[0].id)
    )
    return [
        Filed(filing.ordinal or place, filing, document)
        for place, (filing, document) in enumerate(ordered, 1)
    ]


def history(session: Session, dossier_id: str) -> list[FilingRow]:
    """Return every filing of the dossier, those taken out too, oldest first."""
    wanted = select(FilingRow).where(FilingRow.dossier_id == dossier_id)
    return list(session.scalars(wanted.order_by(FilingRow.filed_at, FilingRow.id)))


def dossiers_of(session: Session, document_ids: Iterable[str]) -> dict[str, list[DossierRow]]:
    """Return the dossiers that each document is in, oldest first (VI-20)."""
    found: dict[str, list[DossierRow]] = {document_id: [] for document_id in document_ids}
    for document_id, dossier in session.execute(
        select(FilingRow.document_id, DossierRow)
        .join(DossierRow, DossierRow.id == FilingRow.dossier_id)
        .where(FilingRow.document_id.in_(list(found)), FilingRow.removed_at.is_(None))
        .order_by(FilingRow.filed_at, FilingRow.id)
    ):
        found[document_id].append(dossier)
    return found


def add_material(
    session: Session,
    dossier_id: str,
    kind: MaterialKind,
    file: Attachment,
    who: str,
    at: datetime,
    note: str = "",
) -> MaterialRow:
    """Put a photo, a sound, a film, a draft or a note into a dossier; the blob is stored already.

    The same file again changes nothing.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs, FieldRefused, DossierInvalid: as they say.
    """
    dossier = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "đưa vào hồ sơ / file")
    for there in materials(session, dossier.id):
        if there.sha256 == file.sha256:
            return there
    row = MaterialRow(
        id=new_id(),
        dossier_id=dossier.id,
        kind=kind.value,
        name=check_text("Tên tệp", file.name, 255, needed=True),
        content_type=check_text("Kiểu tệp", file.content_type, 100),
        sha256=file.sha256,
        size=file.size,
        note=check_text("Ghi chú", note, 500),
        added_by=acting.person.id,
        added_at=at,
    )
    session.add(row)
    session.flush()
    detail = {"material": row.id, "kind": row.kind, "name": row.name}
    dossiers.told(session, dossier, "add_material", acting, at, detail, row.sha256)
    return row


def drop_material(
    session: Session, dossier_id: str, material_id: str, who: str, at: datetime, reason: str
) -> MaterialRow:
    """Take a material out of an open dossier; the record and the blob stay.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs, NotInDossier, DossierInvalid: as they say.
    """
    dossier = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "đưa ra khỏi hồ sơ / take out")
    reason = checked_reason(reason)
    row = session.get(MaterialRow, material_id)
    if row is None or row.dossier_id != dossier.id or row.removed_at is not None:
        raise NotInDossier(material_id[:80], dossiers.code_of(dossier))
    row.removed_by, row.removed_at, row.reason = acting.person.id, at, reason
    session.flush()
    detail = {"material": row.id, "reason": reason}
    dossiers.told(session, dossier, "drop_material", acting, at, detail, row.sha256)
    return row


def materials(session: Session, dossier_id: str) -> list[MaterialRow]:
    """Return what else the dossier holds, oldest first."""
    wanted = select(MaterialRow).where(
        MaterialRow.dossier_id == dossier_id, MaterialRow.removed_at.is_(None)
    )
    return list(session.scalars(wanted.order_by(MaterialRow.added_at, MaterialRow.id)))


def _named(row: DocumentRow) -> str:
    return f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
