"""The record of which documents are about which (văn bản liên quan).

Legal source: Decree 30/2020/ND-CP, Art. 18.3 to 18.6, 24; Appendix VI, Part I, III.4d.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from documents import casefile
from documents.errors import Refused
from documents.relation import RelationKind
from documents.tables import DocumentRow, RelationRow


class RelationInvalid(Refused):
    """The two documents cannot be so related. ({0} the relation, {1} why)."""

    code = "relation.invalid"
    vietnamese = "Không liên kết được văn bản («{0}»): {1}"
    english = "the documents cannot be related («{0}»): {1}"
    remedy = "Chọn đúng văn bản liên quan / choose the document that is meant"


def relate(
    session: Session, row: DocumentRow, kind: RelationKind, about_id: str, at: datetime
) -> None:
    """Record that *row* is about the document *about_id* of the same agency; a repeat is none.

    Raises:
        DocumentUnknown: there is no such document.
        RelationInvalid: it is another agency's, or the document itself.
    """
    about = casefile.known(session, about_id)
    if about.organ_id != row.organ_id:
        raise RelationInvalid(kind, "văn bản của cơ quan khác / another agency's document")
    if about.id == row.id:
        raise RelationInvalid(kind, "chính văn bản này / the document itself")
    if session.get(RelationRow, (row.id, kind.value, about_id)) is None:
        session.add(
            RelationRow(document_id=row.id, kind=kind.value, about_id=about_id, recorded_at=at)
        )
        if kind is RelationKind.ANSWERS:
            row.answers = True  # its dispatch completes what it answers
        session.flush()


# built once: asked whenever a document is dispatched
_RELATIONS = cast("Table", RelationRow.__table__)
_TIES = (
    select(_RELATIONS.c.kind, _RELATIONS.c.about_id)
    .where(_RELATIONS.c.document_id == bindparam("document"))
    .order_by(_RELATIONS.c.recorded_at, _RELATIONS.c.about_id)
)


def ties(session: Session, document_id: str) -> list[tuple[RelationKind, str]]:
    """Return what *document_id* does to which documents, oldest relation first."""
    rows = session.connection().execute(_TIES, {"document": document_id})
    return [(RelationKind(kind), about_id) for kind, about_id in rows]


def about(session: Session, document_id: str, kind: RelationKind | None = None) -> list[str]:
    """Return the ids of the documents that *document_id* is about, oldest relation first."""
    wanted = select(RelationRow.about_id).where(RelationRow.document_id == document_id)
    if kind is not None:
        wanted = wanted.where(RelationRow.kind == kind.value)
    return list(session.scalars(wanted.order_by(RelationRow.recorded_at, RelationRow.about_id)))


def of(session: Session, about_ids: Iterable[str]) -> list[RelationRow]:
    """Return what is recorded about *about_ids*, oldest first."""
    wanted = select(RelationRow).where(RelationRow.about_id.in_(list(about_ids)))
    return list(session.scalars(wanted.order_by(RelationRow.recorded_at, RelationRow.document_id)))
