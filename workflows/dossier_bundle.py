"""A whole dossier as one ZIP: its index as PDF, its fields as XML, every file as it is.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.4g (law.md VI-21), Part II (the names
of the fields). Signed PDFs are never merged: a merged copy would have no signature that holds. The
index stands for them, in the order of dates. Files are streamed, one after the other.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from sqlalchemy.orm import Session

from documents import (
    access_rights,
    accesses,
    casefile,
    dossier_forms,
    dossiers,
    field_record,
    filings,
)
from documents.access import AccessKind, TargetKind
from documents.access_rights import AccessDenied
from documents.errors import storable
from documents.field_record import FilePlace
from documents.filings import Filed
from documents.posts import Acting
from documents.tables import DocumentRow, DossierRow
from workflows import bundle, dossier_files
from workflows.bundle import Item, Packer
from workflows.cabinet import Cabinet

INDEX, FIELDS, SUMS = "muc-luc.pdf", "ho-so.xml", "SHA256SUMS"
_DOCUMENTS, _MATERIALS = "van-ban", "tai-lieu-khac"
_LONGEST_NAME = 80
_PLAIN: "AttributesImpl[str]" = AttributesImpl({})


def export(
    cabinet: Cabinet, dossier_id: str, acting: Acting, target: Path, at: datetime, *, force: bool
) -> int:
    """Write the dossier to the ZIP *target*, whole or not at all; return how many files it has.

    The accesses are counted once it is written.

    Raises:
        DossierUnknown: there is none.
        AccessDenied: who asks may not see it, or not a document in it.
        BundleTaken, BundleUnwritable: the file exists, or cannot be written.
        BlobMissing, BlobDamaged: a file is not there, or not what it was.
        FontMissing: Liberation Serif is not installed.
    """
    with cabinet.database.snapshot() as session:
        row = dossiers.known(session, dossier_id)
        held = filings.documents_in(session, row.id)
        _ensure_seen(session, acting, row, [filed.document for filed in held])
        items = list(_items(session, row, held, at))

    files = 0

    def fill(packer: Packer) -> None:
        nonlocal files
        packer.put_all(items)
        sums = "".join(f"{entry.sha256}  {name}\n" for name, entry in packer.files.items())
        packer.put(Item(SUMS, sums.encode()))
        files = len(packer.files)

    bundle.write(target, fill, cabinet.blobs, at, force=force)
    with cabinet.database.writing() as session:
        accesses.accessed(session, acting, TargetKind.DOSSIER, row.id, AccessKind.EXPORT, at)
        for filed in held:
            document = filed.document.id
            accesses.accessed(session, acting, TargetKind.DOCUMENT, document, AccessKind.EXPORT, at)
    return files


def _ensure_seen(
    session: Session, acting: Acting, row: DossierRow, documents: list[DocumentRow]
) -> None:
    if not access_rights.may_see(session, acting, row):
        raise AccessDenied(acting.person.full_name, dossiers.code_of(row))
    seen = access_rights.seen(session, acting, documents)
    for document in documents:
        if document.id not in seen:
            raise AccessDenied(acting.person.full_name, dossier_forms.code_of(document))


def _items(session: Session, row: DossierRow, held: list[Filed], at: datetime) -> Iterator[Item]:
    """Give every file of the dossier: the index, the fields, then documents in order."""
    index = dossier_files.pdf(dossier_forms.contents(session, row), at)
    yield Item(INDEX, index)
    yield Item(FIELDS, fields_of(session, row, held))
    attached = casefile.attachments_by_document(session, [filed.document.id for filed in held])
    for filed in held:
        stem = f"{_DOCUMENTS}/{stem_of(filed, row)}"
        if filed.document.current_sha256:
            yield Item(f"{stem}.pdf", blob=filed.document.current_sha256)
        for ordinal, file in enumerate(attached[filed.document.id], 1):
            if file.sha256 == filed.document.current_sha256:
                continue  # what arrives is among the files of its message too
            yield Item(f"{stem}.{ordinal:02d}_{safe_name(file.name)}", blob=file.sha256)
    for ordinal, material in enumerate(filings.materials(session, row.id), 1):
        name = f"{_MATERIALS}/{ordinal:03d}_{safe_name(material.name)}"
        yield Item(name, blob=material.sha256)


def stem_of(filed: Filed, row: DossierRow) -> str:
    """Return the stem of a document's files: the dossier's code and the ordinal in it.

    Circular 05/2025/TT-BNV, Art. 8, asks for both at least (law.md §4.1).
    """
    return f"{safe_name(str(dossiers.code_of(row)))}.{filed.ordinal:03d}"


def safe_name(text: str) -> str:
    """Return *text* as a name that is one name on every system, never hidden and never a path."""
    plain = unicodedata.normalize("NFD", text[:1000]).translate({ord("đ"): "d", ord("Đ"): "D"})
    letters = (c for c in plain if not unicodedata.combining(c))
    kept = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in letters)
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[:_LONGEST_NAME].strip('.-_') or 'tep'}.{ending.strip('-_') or 'bin'}"
    return kept[:_LONGEST_NAME].strip(".-_") or "tep"


def fields_of(session: Session, row: DossierRow, held: list[Filed]) -> bytes:
    """Return the dossier's fields and its documents' as XML, UTF-8, by the decree's names."""
    kept = BytesIO()
    xml = XMLGenerator(kept, "UTF-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("File", _PLAIN)
    for name, value in dossier_forms.summary(session, row).items():
        _element(xml, name, value)
    xml.startElement("Documents", _PLAIN)
    for filed in held:
        given = {"direction": str(filed.document.direction)}
        xml.startElement("Document", AttributesImpl(given))
        for name, value in _record(session, row, filed).items():
            _element(xml, name, value)
        xml.endElement("Document")
    xml.endElement("Documents")
    xml.endElement("File")
    xml.endDocument()
    return kept.getvalue()


def _element(xml: XMLGenerator, name: str, value: object) -> None:
    if isinstance(value, list):
        for each in value:
            _element(xml, name, each)
        return
    xml.startElement(name, _PLAIN)
    if isinstance(value, Mapping):
        for inner, text in value.items():
            _element(xml, inner, text)
    elif value is not None:
        said = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
        xml.characters(storable(said))
    xml.endElement(name)


def _record(session: Session, dossier: DossierRow, filed: Filed) -> dict[str, object]:
    """Return a document's fields by their names in Appendix VI, Part II, in its order."""
    row = filed.document
    place = FilePlace(dossier.organ_id, dossier.year, dossier.notation, filed.ordinal)
    known = field_record.of_document(session, row) | place.fields()
    known["Description"] = filed.filing.note or row.description
    return {
        field.name: known[field.name] for field in field_record.table_of(row) if field.name in known
    }
