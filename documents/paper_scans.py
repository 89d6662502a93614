"""The electronic copy of an outgoing document that was made on paper: its scan, signed.

Legal source: Decree 30/2020/ND-CP, Art. 18.6, 25.1c (law.md X5): what was signed on paper is
issued electronically as a sao y, a scan with the agency's signature.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, editing
from documents.casefile import locked
from documents.document import Role
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.paper import CHANNEL
from documents.tables import CertifiedCopyRow, DocumentRow

KIND = "copy"
"""Of the revision."""


class ScanNotWanted(Refused):
    """The document was not made on paper, or has its electronic copy. ({0} its code.)."""

    code = "paper.scan_not_wanted"
    vietnamese = "Văn bản {0} không phải văn bản giấy chưa có bản sao điện tử"
    english = "{0} is no paper document that lacks its electronic copy"
    remedy = "Sao y văn bản khác bằng `congvan copy` / copy others by `congvan copy`"


def ensure_wanted(row: DocumentRow) -> None:
    """Return if *row* was made on paper and has no file.

    Raises:
        ScanNotWanted: it was not, or has one.
    """
    on_paper = row.direction == Direction.OUTGOING and row.channel == CHANNEL
    if not on_paper or row.current_sha256 is not None:
        raise ScanNotWanted(f"{row.code_number}/{row.code_notation}")


def made_before(session: Session, row: DocumentRow, source_sha256: str) -> CertifiedCopyRow | None:
    """Return the copy of this very scan, where one was entered and not recorded here."""
    wanted = select(CertifiedCopyRow).where(
        CertifiedCopyRow.organ_id == row.organ_id,
        CertifiedCopyRow.source_sha256 == source_sha256,
        CertifiedCopyRow.original == f"{row.code_number}/{row.code_notation}",
    )
    return session.scalars(wanted.order_by(CertifiedCopyRow.created_at).limit(1)).first()


def scanned(
    session: Session, document_id: str, copy: CertifiedCopyRow, who: str, at: datetime
) -> None:
    """Record the copy as the document's file; the paper stays the original.

    Raises:
        ScanNotWanted: it has one already, or was not made on paper.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    ensure_wanted(row)
    acting = editing.acting(session, row, who, (Role.CLERK,), at, "add_scan")
    casefile.add_revision(session, row, KIND, copy.sha256, copy.size, at)
    row.updated_at = at
    detail = {"copy": copy.id, "code": copy.code} | acting.detail()
    casefile.note(session, row, "add_scan", acting.actor, at, evidence=copy.sha256, detail=detail)
