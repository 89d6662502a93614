"""One document's row under a step: state, ledger, revisions and errors move together.

Whatever a step changes is written in the caller's one transaction with the ledger
row that tells of it (design.md §4).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from documents import duty, ledger, posts
from documents.document import Attachment, Role
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from documents.freezing import ensure_free
from documents.holding import holding
from documents.ledger import SYSTEM, Actor, Fact
from documents.lifecycle import Direction, State, Step, advance
from documents.tables import AttachmentRow, DocumentRow, RevisionRow, SealedAttachmentRow

RETRY_PAUSES = (5, 15, 60, 300, 900, 3600)
"""Seconds between attempts of a step that found something down; the last one repeats."""


class DocumentUnknown(Refused):
    """No document has this id or code."""

    code = "document.unknown"
    vietnamese = "Không có văn bản «{0}»"
    english = "there is no document «{0}»"
    remedy = (
        "Tìm mã văn bản bằng `congvan show SỐ/KÝ-HIỆU` hoặc `congvan inbox` / find its id with "
        "`congvan show NUMBER/NOTATION` or `congvan inbox`"
    )


def locked(session: Session, document_id: str) -> DocumentRow:
    """Return the document's row, locked for this transaction.

    Raises:
        DocumentUnknown: there is none.
    """
    session.connection()  # begins the transaction, if need be
    held = holding(session).documents
    if (row := held.get(document_id)) is not None:
        return row
    row = session.get(DocumentRow, document_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise DocumentUnknown(document_id)
    held[document_id] = row
    return row


def known(session: Session, document_id: str) -> DocumentRow:
    """Return the document's row, only to be read.

    Raises:
        DocumentUnknown: there is none.
    """
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise DocumentUnknown(document_id)
    return row


def take(
    session: Session,
    row: DocumentRow,
    step: Step,
    actor: Actor,
    at: datetime,
    *,
    evidence: str = "",
    detail: dict[str, Any] | None = None,
) -> State:
    """Move *row* one step: new state, version, ledger row, the status it owes its sender.

    Earlier errors are cleared.

    Raises:
        StepRefused: the lifecycle has no such step here, or not for the actor's role.
        DocumentFrozen: someone holds the document for a signature.
    """
    ensure_free(session, row)
    after = advance(Direction(row.direction), State(row.state), step, actor.role)
    row.state = after
    row.version += 1
    row.updated_at = at
    row.held = False
    row.awaits = None
    row.attempts = 0
    row.next_attempt_at = row.error_code = row.error_text = None
    note(session, row, step, actor, at, evidence=evidence, detail=detail)
    # what did not come by the axis has nobody there to be told
    if row.channel is None:
        reason = str((detail or {}).get("reason", ""))
        duty.follow(session, row.id, (Direction(row.direction), step), at, reason)
    return after


def note(
    session: Session,
    row: DocumentRow,
    what: str,
    actor: Actor,
    at: datetime,
    *,
    evidence: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a ledger row about *row* that changes no state."""
    fact = Fact(row.id, what, row.state, actor, evidence, tuple((detail or {}).items()))
    ledger.append(session, row.organ_id, fact, at)


_REVISIONS = cast("Table", RevisionRow.__table__)
_ADD_REVISION = insert(_REVISIONS).from_select(
    ["document_id", "ordinal", "kind", "sha256", "size", "created_at"],
    select(
        bindparam("document", type_=_REVISIONS.c.document_id.type),
        func.coalesce(func.max(_REVISIONS.c.ordinal), 0) + 1,
        *(
            bindparam(f"new_{name}", type_=_REVISIONS.c[name].type)
            for name in ("kind", "sha256", "size", "created_at")
        ),
    ).where(_REVISIONS.c.document_id == bindparam("document")),
)


def add_revision(
    session: Session, row: DocumentRow, kind: str, sha256: str, size: int, at: datetime
) -> None:
    """Add a revision of the document's PDF; it becomes the current one.

    Raises:
        DocumentFrozen: someone holds the document for a signature.
    """
    ensure_free(session, row)
    _add_revision(session, row, kind, sha256, size, at)
    row.current_sha256 = sha256


def add_archive_copy(
    session: Session, row: DocumentRow, sha256: str, size: int, at: datetime
) -> None:
    """Add a copy that lasts longer; what was sent stays the current revision."""
    _add_revision(session, row, "preserved", sha256, size, at)


def _add_revision(
    session: Session, row: DocumentRow, kind: str, sha256: str, size: int, at: datetime
) -> None:
    values = {"new_kind": kind, "new_sha256": sha256, "new_size": size, "new_created_at": at}
    session.connection().execute(_ADD_REVISION, {"document": row.id, **values})


_ADD_ATTACHMENTS = insert(cast("Table", AttachmentRow.__table__))


def add_attachments(session: Session, document_id: str, attachments: Iterable[Attachment]) -> None:
    """Add the files that travel with the document, in order."""
    rows = [
        {
            "document_id": document_id,
            "ordinal": ordinal,
            # names come from outside and have no length
            "name": item.name[:255],
            "content_type": item.content_type[:100],
            "sha256": item.sha256,
            "size": item.size,
        }
        for ordinal, item in enumerate(attachments, 1)
    ]
    if rows:
        session.connection().execute(_ADD_ATTACHMENTS, rows)


def attachments_of(session: Session, document_id: str) -> list[Attachment]:
    """Return the files that travel with the document, in order."""
    return attachments_by_document(session, [document_id])[document_id]


def attachments_by_document(session: Session, ids: Iterable[str]) -> dict[str, list[Attachment]]:
    """Return for each of *ids* the files that travel with it, in order: the sealed ones."""
    found: dict[str, list[Attachment]] = {document_id: [] for document_id in ids}
    rows = session.execute(
        select(
            AttachmentRow.document_id,
            AttachmentRow.name,
            AttachmentRow.content_type,
            func.coalesce(SealedAttachmentRow.sha256, AttachmentRow.sha256),
            func.coalesce(SealedAttachmentRow.size, AttachmentRow.size),
        )
        .outerjoin(
            SealedAttachmentRow,
            (SealedAttachmentRow.document_id == AttachmentRow.document_id)
            & (SealedAttachmentRow.ordinal == AttachmentRow.ordinal),
        )
        .where(AttachmentRow.document_id.in_(list(found)))
        .order_by(AttachmentRow.document_id, AttachmentRow.ordinal)
    )
    for document_id, name, content_type, sha256, size in rows:
        found[document_id].append(Attachment(name, content_type, sha256, size))
    return found


def revisions_of(session: Session, document_id: str) -> list[RevisionRow]:
    """Return the document's revisions, oldest first."""
    wanted = select(RevisionRow).where(RevisionRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(RevisionRow.ordinal)))


def warn(
    session: Session, row: DocumentRow, warnings: Iterable[tuple[str, str]], at: datetime
) -> None:
    """Add (code, text) to what people are warned of at *row*; what is there already, not again."""
    new = [(code, text) for code, text in warnings if text not in row.warnings]
    if new:
        row.warnings = [*row.warnings, *(text for _, text in new)]
        note(session, row, "warn", SYSTEM, at, detail={"flags": [code for code, _ in new]})


def put_off(session: Session, document_id: str, error: OfficeError, at: datetime) -> None:
    """Leave the document where it is and say why.

    What was down is tried again after a pause; anything else waits for a person.
    """
    row = locked(session, document_id)
    row.error_code, row.error_text = error.code, str(error)
    row.updated_at = at
    row.attempts += 1
    row.held = not isinstance(error, Unavailable | OutcomeUnknown)
    row.next_attempt_at = None if row.held else at + pause(row.attempts)


def try_again(session: Session, row: DocumentRow, who: str, at: datetime) -> None:
    """Let a person send a document that waits on its way again.

    Raises:
        PersonUnknown: nobody in the document's agency is *who*.
    """
    acting = posts.acting(session, row.organ_id, who, frozenset(Role), at, "retry")
    row.held, row.next_attempt_at, row.error_code, row.error_text = False, None, None, None
    note(session, row, "retry", acting.actor, at, detail=acting.detail())


def pause(attempts: int) -> timedelta:
    """Return how long to wait after the *attempts*-th failure."""
    return timedelta(seconds=RETRY_PAUSES[min(attempts, len(RETRY_PAUSES)) - 1])
