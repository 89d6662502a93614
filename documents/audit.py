"""Whether the tables still say what the ledger says, and name only files that are there.

The ledger's chain shows that its own rows were not changed (ledger.py); a document's row
next to it has no chain. Whoever changes a state, a verdict or a number there is found by
comparing it with the last word of the ledger.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import exists, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from documents.ledger import Break
from documents.lifecycle import State, Step
from documents.tables import (
    AttachmentRow,
    BookRevisionRow,
    BookRow,
    CertifiedCopyRow,
    DocumentRow,
    LedgerRow,
    MaterialRow,
    ParcelRow,
    ReportRow,
    RevisionRow,
    SealedAttachmentRow,
    SignatureRequestPartRow,
    SignatureRequestRow,
)

_SAID: Mapping[str, Callable[[DocumentRow, dict[str, Any]], bool]] = {
    Step.VERIFY: lambda row, detail: row.verdict == detail["verdict"],
    Step.QUARANTINE: lambda row, detail: row.verdict == detail["verdict"],
    Step.REGISTER: lambda row, detail: row.receipt_number == detail["receipt_number"],
    "renumber": lambda row, detail: row.receipt_number == detail["receipt_number"],
    Step.ASSIGN_NUMBER: lambda row, detail: (
        f"{row.code_number}/{row.code_notation}" == detail["code"]
    ),
}
"""What a step's row in the ledger says of the document's row."""


def contradictions(session: Session) -> Iterator[Break]:
    """Yield each document whose row says something else than its ledger."""
    newest = (
        select(LedgerRow.document_id, func.max(LedgerRow.sequence).label("sequence"))
        .group_by(LedgerRow.document_id)
        .subquery()
    )
    last = (
        select(DocumentRow, LedgerRow.sequence, LedgerRow.state)
        .outerjoin(newest, newest.c.document_id == DocumentRow.id)
        .outerjoin(
            LedgerRow,
            (LedgerRow.organ_id == DocumentRow.organ_id)
            & (LedgerRow.sequence == newest.c.sequence),
        )
        .execution_options(yield_per=500)
    )
    for row, sequence, state in session.execute(last):
        if row.state != state:
            yield Break(row.organ_id, sequence or 0, f"{row.id}: {row.state}, ledger: {state}")
        elif row.state != State.FETCHED and row.current_sha256 and not _proved(session, row):
            yield Break(row.organ_id, sequence, f"{row.id}: its file is not in the ledger")
    later = aliased(LedgerRow)
    renumbered = (
        exists()
        .where(later.document_id == LedgerRow.document_id, later.organ_id == LedgerRow.organ_id)
        .where(later.step == "renumber", later.sequence > LedgerRow.sequence)
    )
    spoken = (
        select(DocumentRow, LedgerRow.sequence, LedgerRow.step, LedgerRow.detail)
        .join(LedgerRow, LedgerRow.document_id == DocumentRow.id)
        .where(LedgerRow.step.in_([str(step) for step in _SAID]))
        # the newest number counts
        .where(or_(LedgerRow.step.not_in([str(Step.REGISTER), "renumber"]), ~renumbered))
        .execution_options(yield_per=500)
    )
    for row, sequence, step, detail in session.execute(spoken):
        if not _SAID[step](row, json.loads(detail)):
            yield Break(row.organ_id, sequence, f"{row.id}: not as «{step}» recorded it: {detail}")


def _proved(session: Session, row: DocumentRow) -> bool:
    """Return whether a row of the ledger has the document's newest file for its evidence."""
    found = select(LedgerRow.sequence).where(
        LedgerRow.document_id == row.id, LedgerRow.evidence == row.current_sha256
    )
    return session.scalar(found.limit(1)) is not None


_PART = SignatureRequestPartRow


def blobs(session: Session) -> Iterator[str]:
    """Yield the SHA-256 of every blob that the tables name, each once."""
    named: Any = union(
        select(RevisionRow.sha256),
        select(AttachmentRow.sha256),
        select(SealedAttachmentRow.sha256).where(SealedAttachmentRow.sha256.is_not(None)),
        select(CertifiedCopyRow.source_sha256),
        select(CertifiedCopyRow.sha256),
        select(ParcelRow.sha256),
        select(ReportRow.policy_sha256),
        select(ReportRow.trust_sha256),
        select(ReportRow.evidence_sha256),
        select(DocumentRow.message_sha256).where(DocumentRow.message_sha256.is_not(None)),
        select(SignatureRequestRow.frozen_sha256).where(SignatureRequestRow.frozen_sha256 != ""),
        select(SignatureRequestRow.pending_sha256).where(SignatureRequestRow.pending_sha256 != ""),
        select(_PART.frozen_sha256).where(_PART.frozen_sha256 != ""),
        select(_PART.pending_sha256).where(_PART.pending_sha256 != ""),
        select(BookRevisionRow.sha256),
        select(MaterialRow.sha256),
        select(BookRow.rows_sha256).where(BookRow.rows_sha256.is_not(None)),
    )
    yield from session.scalars(named.execution_options(yield_per=500))
