"""Everything that proves one document, gathered: `congvan evidence DOC -o bundle.zip`.

Legal source: Decree 30/2020/ND-CP, Art. 5, 19; Circular 15/2025/TT-BKHCN, Art. 6; Law 20/2023,
Art. 11 (a data message as evidence). The same store gives the same bytes. State secrets never
enter the system, so none leave it here.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, change_listing, ledger, reports
from documents.errors import OfficeError
from documents.ledger import Slice
from documents.report import FiledReport
from documents.tables import DocumentRow, ParcelRow, ReportRow, RevisionRow
from drafting import verification_page
from signing.evidence import listed
from signing.growth import growth
from workflows import bundle, case_facts, difference
from workflows.bundle import Item, Packer
from workflows.bundle_guide import GUIDE
from workflows.bundle_manifest import (
    MANIFEST,
    README,
    SLICE,
    SUMS,
    Chain,
    Described,
    FileEntry,
    Link,
    Manifest,
    ReportEntry,
    RevisionEntry,
)
from workflows.cabinet import Cabinet
from workflows.examination import examine, subject_of
from workflows.verdict_page import page_of

_KINDS = {"certificates": "cer", "crls": "crl", "ocsps": "ors"}
_ENDINGS = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"), (b"\xd0\xcf\x11\xe0", "doc"))
_LINE = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What the store says of one document, read in one snapshot."""

    row: DocumentRow
    revisions: tuple[RevisionRow, ...]
    reports: tuple[ReportRow, ...]
    slice: Slice
    messages: tuple[tuple[str, str], ...]
    """Name in the bundle and digest of every edXML message."""
    attachments: tuple[tuple[str, str], ...]
    facts: tuple[Item, ...]

    @property
    def at(self) -> datetime:
        """When the document's last fact was written; UTC."""
        return datetime.fromisoformat(self.slice.rows[-1].at)


def gathered(cabinet: Cabinet, document_id: str, target: Path, *, force: bool = False) -> Manifest:
    """Write the bundle of one document to *target*.

    A document's file on which there is no report yet is verified first, and the report entered.

    Raises:
        DocumentUnknown: there is no such document.
        BundleTaken, BundleUnwritable: as they say; nothing is left behind.
        BlobMissing, BlobDamaged, ReportChanged: the store is not what it was.
    """
    _ensure_examined(cabinet, document_id)
    with cabinet.database.snapshot() as session:
        case = _case(session, document_id)
    made: list[Manifest] = []

    def fill(packer: Packer) -> None:
        made.append(_fill(packer, case, cabinet))

    bundle.write(target, fill, cabinet.blobs, case.at, force=force)
    return made[0]


def _ensure_examined(cabinet: Cabinet, document_id: str) -> None:
    with cabinet.database.reading() as session:
        row = casefile.known(session, document_id)
        sha256 = row.current_sha256
        known = {one.file_sha256 for one in reports.of_document(session, document_id)}
    if sha256 and sha256 not in known:
        examine(cabinet, row)


def _case(session: Session, document_id: str) -> Case:
    row = casefile.known(session, document_id)
    attachments = casefile.attachments_of(session, document_id)
    return Case(
        row,
        tuple(casefile.revisions_of(session, document_id)),
        tuple(reports.of_document(session, document_id)),
        ledger.slice_of(session, row.organ_id, document_id),
        tuple(_messages(session, row)),
        tuple(
            (f"attachments/{number:02}-{_plain(item.name)}", item.sha256)
            for number, item in enumerate(attachments, 1)
        ),
        tuple(case_facts.facts(session, row)),
    )


def _plain(name: str) -> str:
    """Return a file name that unpacks everywhere; the real one is in `facts/`."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return kept[-60:].lstrip("._-") or "file"


def _messages(session: Session, row: DocumentRow) -> Iterator[tuple[str, str]]:
    if row.message_sha256:
        way = "sent" if row.direction == "outgoing" else "received"
        yield f"edxml/{way}.edxml", row.message_sha256
    wanted = select(ParcelRow).where(
        ParcelRow.document_id == row.id, ParcelRow.sha256 != (row.message_sha256 or "")
    )
    told = session.scalars(wanted.order_by(ParcelRow.fetched_at, ParcelRow.axis_id))
    given = {row.message_sha256}
    for number, parcel in enumerate(told, 1):
        given.add(parcel.sha256)
        yield f"edxml/{parcel.kind}-{number:03}.edxml", parcel.sha256
    # what changes this document, or is changed by it, is not among its own parcels
    linked = [link.message_sha256 for link in change_listing.links(session, row.id)]
    others = dict.fromkeys(sha256 for sha256 in linked if sha256 and sha256 not in given)
    for number, sha256 in enumerate(others, 1):
        yield f"edxml/change-{number:03}.edxml", sha256


def _fill(packer: Packer, case: Case, cabinet: Cabinet) -> Manifest:
    """Write every file, the manifest and the sums last; return the manifest."""
    packer.put(Item(README, GUIDE.encode()))
    packer.put_all(Item(name, blob=sha256) for name, sha256 in case.attachments)
    packer.put_all(_difference(case, cabinet))
    packer.put_all(Item(name, blob=sha256) for name, sha256 in case.messages)
    packer.put_all(case.facts)
    packer.put(Item(SLICE, case.slice.lines()))
    entries = tuple(_report(packer, number, row, case, cabinet) for number, row in _numbered(case))
    if case.reports:
        packer.put_all(_by_hand(case.reports[-1], cabinet))
    manifest = Manifest(
        document=_described(case.row),
        chain=_chain(case),
        revisions=tuple(_revisions(packer, case, cabinet)),
        reports=entries,
        files=dict(sorted(packer.files.items())),
    )
    written = packer.put(Item(MANIFEST, manifest.to_bytes()))
    packer.put(Item(SUMS, manifest.sums(written.sha256)))
    return manifest


def _numbered(case: Case) -> Iterable[tuple[int, ReportRow]]:
    return enumerate(case.reports, 1)


def _difference(case: Case, cabinet: Cabinet) -> Iterator[Item]:
    if not case.row.current_sha256:
        return
    yield from difference.items(cabinet.blobs.get(case.row.current_sha256))


def _revisions(packer: Packer, case: Case, cabinet: Cabinet) -> Iterator[RevisionEntry]:
    for revision in case.revisions:
        ending = _ending(cabinet, revision.sha256)
        name = f"revisions/{revision.ordinal:02}-{revision.kind}.{ending}"
        entry: FileEntry = packer.put(Item(name, blob=revision.sha256))
        yield RevisionEntry(
            kind=revision.kind, file=name, sha256=entry.sha256, at=revision.created_at
        )


def _ending(cabinet: Cabinet, sha256: str) -> str:
    with cabinet.blobs.sound(sha256).open("rb") as file:
        begin = file.read(8)
    return next((ending for mark, ending in _ENDINGS if begin.startswith(mark)), "bin")


def _report(
    packer: Packer, number: int, row: ReportRow, case: Case, cabinet: Cabinet
) -> ReportEntry:
    """Write one report, its page, and what it rests on."""
    filed = reports.filed_of(row)
    stem = f"reports/{number:02}-{row.occasion}"
    packer.put(Item(f"{stem}.json", filed.content.encode()))
    page = _page(filed, case, cabinet)
    if page:
        packer.put(Item(f"{stem}.pdf", page))
    packer.put_all(_basis(filed, cabinet))
    if filed.file_sha256 not in _own_files(case):
        # an attachment that was exchanged for a sealed one, or travelled twice
        packer.put(Item(f"evidence/file-{filed.file_sha256}.pdf", blob=filed.file_sha256))
    return ReportEntry(
        file=f"{stem}.json",
        page=f"{stem}.pdf" if page else None,
        occasion=row.occasion,
        of_sha256=filed.file_sha256,
        at=filed.at,
        verdict=filed.verdict,
        policy_id=filed.policy_id,
        policy_sha256=filed.policy_sha256,
        trust_sha256=filed.trust_sha256,
        evidence_sha256=filed.evidence_sha256,
        sha256=filed.sha256,
    )


def _own_files(case: Case) -> set[str]:
    return {r.sha256 for r in case.revisions} | {sha256 for _, sha256 in case.attachments}


def _page(filed: FiledReport, case: Case, cabinet: Cabinet) -> bytes:
    """Return the page of one report; nothing where it cannot be drawn: the report is there."""
    try:
        grown = growth(cabinet.blobs.get(filed.file_sha256))
        return verification_page.render(page_of(filed, subject_of(case.row), grown))
    except OfficeError:
        return b""


def _basis(filed: FiledReport, cabinet: Cabinet) -> Iterator[Item]:
    yield Item(f"evidence/policy-{filed.policy_sha256}.toml", blob=filed.policy_sha256)
    yield Item(f"evidence/trust-{filed.trust_sha256}.json", blob=filed.trust_sha256)
    yield Item(f"evidence/listing-{filed.evidence_sha256}.json", blob=filed.evidence_sha256)
    for kind, digests in listed(cabinet.blobs.get(filed.evidence_sha256)).items():
        for sha256 in digests:
            yield Item(f"evidence/{sha256}.{_KINDS[kind]}", blob=sha256)


def _by_hand(row: ReportRow, cabinet: Cabinet) -> Iterator[Item]:
    """Yield what openssl reads: the roots, the chain and the lists of the newest report, PEM."""
    found = listed(cabinet.blobs.get(row.evidence_sha256))
    roots = json.loads(cabinet.blobs.get(row.trust_sha256))["roots"]
    yield Item("evidence/roots.pem", _pem("CERTIFICATE", map(base64.b64decode, roots)))
    for kind, label, name in (
        ("certificates", "CERTIFICATE", "chain"),
        ("crls", "X509 CRL", "lists"),
    ):
        items = (cabinet.blobs.get(sha256) for sha256 in found[kind])
        yield Item(f"evidence/{name}.pem", _pem(label, items))


def _pem(label: str, ders: Iterable[bytes]) -> bytes:
    out = []
    for der in ders:
        text = base64.b64encode(der).decode()
        lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
        out += [f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]
    return "\n".join(out).encode()


def _described(row: DocumentRow) -> Described:
    known = subject_of(row)
    values: dict[str, Any] = {
        "id": row.id,
        "direction": row.direction,
        "organ_id": row.organ_id,
        "state": row.state,
        "code": known.code,
        "date": known.date,
        "subject": row.subject[:4000],
        "sender": known.sender,
        "current_sha256": row.current_sha256,
    }
    return Described(**values)


def _chain(case: Case) -> Chain:
    links = tuple(
        Link(sequence=row.sequence, digest=row.digest, previous=row.previous, next=after)
        for row, after in zip(case.slice.rows, case.slice.following, strict=True)
    )
    head, digest = case.slice.head
    return Chain(organ_id=case.row.organ_id, head_sequence=head, head_digest=digest, links=links)
