"""Which file of a document a person read last: so that they see what has changed since.

Source: ux.md §2 (side by side with what changed since last read). Decree 30/2020/ND-CP, Appendix
VI, Part I, III.6b: that somebody read a new file counts as an access.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import accesses, posts
from documents.access import AccessKind, TargetKind
from documents.document import Role
from documents.tables import DocumentRow, ReadingRow


def read(session: Session, row: DocumentRow, person_id: str, at: datetime) -> str:
    """Note that the person has the current file before them; return the file read before it.

    The SHA-256, or empty where they never read another one. A reload changes nothing. Runs in a
    writing transaction.
    """
    sha256 = row.current_sha256 or ""
    known = session.get(ReadingRow, (person_id, row.id))
    if known is not None and known.sha256 == sha256:
        return known.before_sha256
    if known is None:
        known = ReadingRow(
            person_id=person_id, document_id=row.id, sha256=sha256, before_sha256="", at=at
        )
        session.add(known)
    else:
        known.before_sha256, known.sha256, known.at = known.sha256, sha256, at
    acting = posts.acting(session, row.organ_id, person_id, frozenset(Role), at)
    accesses.accessed(session, acting, TargetKind.DOCUMENT, row.id, AccessKind.VIEW, at)
    session.flush()
    return known.before_sha256


def before(session: Session, row: DocumentRow, person_id: str) -> str | None:
    """Return what `read` would, where it would change nothing; None where it would."""
    known = session.get(ReadingRow, (person_id, row.id))
    fresh = known is None or known.sha256 != (row.current_sha256 or "")
    return None if known is None or fresh else known.before_sha256


def last(session: Session, person_id: str, document_ids: Iterable[str]) -> dict[str, str]:
    """Return, for those of *document_ids* that the person read, the SHA-256 they read last."""
    rows = session.scalars(
        select(ReadingRow).where(
            ReadingRow.person_id == person_id, ReadingRow.document_id.in_(list(document_ids))
        )
    )
    return {row.document_id: row.sha256 for row in rows}
