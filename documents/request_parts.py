"""What is signed with a document under one request: its PDF attachments, all of them or nothing.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b (the seal on attachments).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.attachments import NOTE_LENGTH
from documents.tables import SignatureRequestPartRow


@dataclass(frozen=True, slots=True)
class Part:
    """One attachment under a request for the seal."""

    ordinal: int
    """Its place among the document's attachments, from 1."""
    frozen_sha256: str = ""
    """The prepared file; empty where it travels as it was handed in."""
    pending_sha256: str = ""
    """What the prepared file waits for (`signing.deferred`)."""
    note: str = ""
    """Why it travels as it was handed in, or what was done to it first."""

    @property
    def signed(self) -> bool:
        """Whether a signature of its own is to come."""
        return bool(self.pending_sha256)


def add(session: Session, request_id: str, parts: Iterable[Part]) -> None:
    """Write what belongs to a request, in the transaction that opens it."""
    for part in parts:
        row = SignatureRequestPartRow(
            request_id=request_id,
            ordinal=part.ordinal,
            frozen_sha256=part.frozen_sha256,
            pending_sha256=part.pending_sha256,
            note=part.note[:NOTE_LENGTH],
        )
        session.add(row)
    session.flush()


def of(session: Session, request_id: str) -> tuple[Part, ...]:
    """Return what belongs to a request, in order."""
    wanted = select(SignatureRequestPartRow).where(SignatureRequestPartRow.request_id == request_id)
    rows = session.scalars(wanted.order_by(SignatureRequestPartRow.ordinal))
    return tuple(Part(row.ordinal, row.frozen_sha256, row.pending_sha256, row.note) for row in rows)
