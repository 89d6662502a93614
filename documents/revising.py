"""Handing a draft in again: a new version beside the earlier ones.

Legal source: Decree 30/2020/ND-CP, Art. 10.3, 11; law.md §1.2 (D2). What was checked was checked
of the old version: the checks end with it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, checks, editing, versions
from documents.casefile import locked
from documents.errors import Refused, storable
from documents.placement import Placement
from documents.versions import STEP, Version


class VersionSame(Refused):
    """The file is the newest version, byte for byte ({0} its number)."""

    code = "document.version_same"
    vietnamese = "Tệp này chính là bản dự thảo số {0}, không có gì thay đổi"
    english = "this file is version {0} of the draft: nothing has changed"
    remedy = "Nộp tệp đã sửa / hand in the changed file"


@dataclass(frozen=True, slots=True)
class VersionFile:
    """A file taken in as a new version."""

    source_sha256: str
    """The file as it was handed in."""
    source_size: int
    """Bytes."""
    pdf_sha256: str
    """The normalised PDF with its reserved fields."""
    pdf_size: int
    pages: int
    placement: Placement


def revise(
    session: Session, document_id: str, file: VersionFile, who: str, at: datetime, reason: str
) -> Version:
    """Hand a draft in again: a new version; what was checked of the old one is void.

    Raises:
        DocumentUnknown: there is no such document.
        DraftClosed: it is approved, or further, or incoming.
        DocumentFrozen, ChangeUnderway: someone holds it.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
        VersionSame: nothing has changed.
    """
    row = locked(session, document_id)
    acting = editing.editor(session, row, who, at, STEP)
    last = versions.versions_of(session, row.id)[-1]
    if last.source_sha256 == file.source_sha256:
        raise VersionSame(last.number)
    number, reason = last.number + 1, storable(reason.strip())
    casefile.add_revision(session, row, "source", file.source_sha256, file.source_size, at)
    casefile.add_revision(session, row, "draft", file.pdf_sha256, file.pdf_size, at)
    row.pages, row.placement = file.pages, file.placement.as_dict()
    row.version += 1
    row.updated_at = at
    void = [str(kind) for kind in checks.end(session, row.id, at)]
    detail = {"version": number, "source": file.source_sha256, "reason": reason, "void": void}
    said = {name: value for name, value in detail.items() if value} | acting.detail()
    casefile.note(session, row, STEP, acting.actor, at, evidence=file.pdf_sha256, detail=said)
    return Version(
        number, file.pdf_sha256, file.pdf_size, file.source_sha256, at, acting.person.id, reason
    )
