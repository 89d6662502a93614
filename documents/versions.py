"""Versions of a draft (các bản dự thảo): every one kept, with who handed it in, when and why.

Legal source: Decree 30/2020/ND-CP, Art. 10.3; Appendix VI, Part I, III.5a: all drafts are kept.
A version is two revisions, the file as it was handed in and its normalised PDF with reserved
fields, and one row of the ledger; `documents.revising` writes them in one transaction.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from documents import casefile, ledger
from documents.errors import Refused
from documents.tables import RevisionRow

STEP = "revise"
FIRST = "draft"
"""The ledger's step of the first version."""


class VersionUnknown(Refused):
    """The draft has no version of this number ({0} the number, {1} how many there are)."""

    code = "document.version_unknown"
    vietnamese = "Không có bản dự thảo số {0}; hiện có {1} bản"
    english = "there is no version {0} of the draft; there are {1}"
    remedy = "Xem `congvan draft versions VĂN-BẢN` / see `congvan draft versions DOC`"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a draft."""

    number: int
    """From 1."""
    sha256: str
    """Of the normalised PDF; checks and opinions are bound to it."""
    size: int
    """Bytes."""
    source_sha256: str
    at: datetime
    by: str
    """Id of the person who handed it in; empty where the ledger does not say."""
    reason: str


# built once: read at every check
_REVISIONS = cast("Table", RevisionRow.__table__)
_NEWEST = (
    select(_REVISIONS.c.sha256)
    .where(_REVISIONS.c.document_id == bindparam("document"), _REVISIONS.c.kind == "draft")
    .order_by(_REVISIONS.c.ordinal)
)


def newest(session: Session, document_id: str) -> tuple[int, str]:
    """Return number and SHA-256 of the draft's newest version."""
    drafts = session.connection().scalars(_NEWEST, {"document": document_id}).all()
    return len(drafts), drafts[-1] if drafts else ""


def versions_of(session: Session, document_id: str) -> list[Version]:
    """Return the draft's versions, the first one first."""
    kept = casefile.revisions_of(session, document_id)
    sources = [row for row in kept if row.kind == "source"]
    drafts = [row for row in kept if row.kind == "draft"]
    told = [row for row in ledger.history(session, document_id) if row.step in (FIRST, STEP)]
    found = []
    for number, (source, draft) in enumerate(zip(sources, drafts, strict=True), 1):
        said = told[number - 1] if number <= len(told) else None
        found.append(
            Version(
                number=number,
                sha256=draft.sha256,
                size=draft.size,
                source_sha256=source.sha256,
                at=draft.created_at,
                by=said.actor if said else "",
                reason=str(json.loads(said.detail).get("reason", "")) if said else "",
            )
        )
    return found


def version(session: Session, document_id: str, number: int) -> Version:
    """Return one version.

    Raises:
        VersionUnknown: there is none of this number.
    """
    every = versions_of(session, document_id)
    if not 1 <= number <= len(every):
        raise VersionUnknown(number, len(every))
    return every[number - 1]
