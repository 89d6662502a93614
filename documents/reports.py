"""The reports of a document's verifications: entered with the step they belong to, never changed.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6; Decree 30/2020/ND-CP, Art. 21.2. The ledger's
row has the report's digest, so a report cannot be exchanged later.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from documents import casefile
from documents.casefile import locked
from documents.document import VIETNAM
from documents.errors import EvidenceBroken, Refused
from documents.identity import new_id
from documents.ledger import SYSTEM
from documents.report import FiledReport, Occasion, Verdict
from documents.tables import ReportRow

EXAMINED = "examine"
"""Name in the ledger of a verification on demand, which changes no state."""

_REPORTS = cast("Table", ReportRow.__table__)
_ADD = insert(_REPORTS)


class ReportMissing(Refused):
    """Nothing was verified then."""

    code = "report.missing"
    vietnamese = "Văn bản {0} chưa có báo cáo xác minh nào{1}"
    english = "the document {0} has no verification report{1}"
    remedy = "Chạy `congvan verify MÃ-VĂN-BẢN` / run `congvan verify DOCUMENT-ID`"


class ReportChanged(EvidenceBroken):
    """A stored report no longer has the digest that the ledger has."""

    code = "report.changed"
    vietnamese = "Báo cáo xác minh {0} đã bị thay đổi trong cơ sở dữ liệu"
    english = "the report {0} was changed in the database"
    remedy = "Khôi phục từ bản sao lưu / restore from a backup"


def record(
    session: Session,
    document_id: str,
    filed: Iterable[FiledReport],
    occasion: Occasion,
    at: datetime,
) -> list[str]:
    """Enter reports in the caller's transaction; returns the digests that the ledger is to have."""
    rows = [
        {
            "id": new_id(),
            "document_id": document_id,
            "occasion": occasion.value,
            "file_sha256": one.file_sha256,
            "at": one.at,
            "recorded_at": at,
            "verdict": one.verdict.value,
            "policy_id": one.policy_id[:100],
            "policy_sha256": one.policy_sha256,
            "trust_sha256": one.trust_sha256,
            "evidence_sha256": one.evidence_sha256,
            "sha256": one.sha256,
            "content": one.content,
        }
        for one in filed
    ]
    if rows:
        session.connection().execute(_ADD, rows)
    return [str(row["sha256"]) for row in rows]


def examined(session: Session, document_id: str, filed: FiledReport, at: datetime) -> None:
    """Enter the report of a verification that somebody asked for."""
    row = locked(session, document_id)
    digests = record(session, document_id, [filed], Occasion.DEMAND, at)
    detail = {"verdict": filed.verdict.value, "reports": digests}
    casefile.note(session, row, EXAMINED, SYSTEM, at, evidence=filed.file_sha256, detail=detail)


def of_document(session: Session, document_id: str) -> list[ReportRow]:
    """Return the document's reports, oldest first.

    Raises:
        ReportChanged: one of them is not as it was written.
    """
    wanted = select(ReportRow).where(ReportRow.document_id == document_id)
    rows = session.scalars(wanted.order_by(ReportRow.recorded_at, ReportRow.id))
    return [_sound(row) for row in rows]


def as_of(
    session: Session, document_id: str, file_sha256: str, until: datetime | None = None
) -> ReportRow:
    """Return the newest report on one file of the document, about a moment not after *until*.

    Raises:
        ReportMissing: there is none.
        ReportChanged: it is not as it was written.
    """
    wanted = select(ReportRow).where(
        ReportRow.document_id == document_id, ReportRow.file_sha256 == file_sha256
    )
    if until is not None:
        wanted = wanted.where(ReportRow.at <= until)
    newest = wanted.order_by(ReportRow.at.desc(), ReportRow.recorded_at.desc()).limit(1)
    row = session.scalar(newest)
    if row is None:
        when = f" ({until.astimezone(VIETNAM):%d/%m/%Y %H:%M})" if until else ""
        raise ReportMissing(document_id, when)
    return _sound(row)


def listings(session: Session) -> Iterator[str]:
    """Yield the digest of every evidence listing, each once."""
    wanted = select(ReportRow.evidence_sha256).distinct()
    yield from session.scalars(wanted.execution_options(yield_per=500))


def filed_of(row: ReportRow) -> FiledReport:
    """Return the row as the report that was entered."""
    return FiledReport(
        row.file_sha256,
        row.at,
        Verdict(row.verdict),
        row.policy_id,
        row.policy_sha256,
        row.trust_sha256,
        row.evidence_sha256,
        row.content,
    )


def _sound(row: ReportRow) -> ReportRow:
    if filed_of(row).sha256 != row.sha256:
        raise ReportChanged(row.id)
    return row
