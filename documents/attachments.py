"""What becomes of a document's attachments when it is sealed.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b: the clerk puts the
agency's signature on every attachment that is a file of its own. The file as it was
handed in is kept; what travels is the sealed one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from documents.tables import SealedAttachmentRow

NOTE_LENGTH = 500
NOT_A_PDF = "không phải PDF, gửi nguyên trạng / not a PDF, sent as it is"


@dataclass(frozen=True, slots=True)
class SealedAttachment:
    """One attachment after the seal."""

    ordinal: int
    """Its place among the document's attachments, from 1."""
    sha256: str = ""
    """Of the sealed file; empty where it travels as it was handed in."""
    size: int = 0
    """Bytes of the sealed file."""
    note: str = ""
    """Why it travels as it was handed in, or what was done to it first."""

    def as_dict(self) -> dict[str, str | int]:
        """Return plain data for the ledger."""
        said: dict[str, str | int] = {
            "ordinal": self.ordinal,
            "sha256": self.sha256,
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value}


_ADD = insert(cast("Table", SealedAttachmentRow.__table__))


def record(
    session: Session, document_id: str, sealed: Sequence[SealedAttachment], at: datetime
) -> None:
    """Write what travels; in the transaction of the document's seal."""
    rows = [
        {
            "document_id": document_id,
            "ordinal": item.ordinal,
            "sha256": item.sha256 or None,
            "size": item.size or None,
            "note": item.note[:NOTE_LENGTH],
            "sealed_at": at,
        }
        for item in sealed
    ]
    if rows:
        session.connection().execute(_ADD, rows)
