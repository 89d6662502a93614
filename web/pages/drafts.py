"""/drafts: what one writes, what came back, what waits for one's opinion or check.

Source: ux.md §1.2 (dự thảo cá nhân, dự thảo chờ góp ý, bị trả lại). Each part shows its first
rows; whole lists, with filters and files, are under /lists.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import draft_opinions, kept_forms, listing, rights
from documents.listing import Only
from documents.queues import QUEUES
from documents.rights import Right
from documents.tables import DocumentRow, DraftOpinionRow, PersonRow
from web.rendering import page
from web.visitor import Here, Visitor

router = APIRouter(prefix="/drafts")
_ROWS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the page."""

    title: str
    rows: tuple[DocumentRow, ...]
    whole: str = ""
    """Where all of it is; empty: this is all."""
    kind: str = ""


@router.get("")
def desk(here: Here) -> Response:
    """Show the visitor's drafts and what others ask of them."""
    with here.office.database.reading() as session:
        parts = _parts(session, here)
        asked = _asked(session, here)
        drafters = {each.drafter_id for part in parts for each in part.rows if each.drafter_id}
        drafters |= {row.drafter_id for row, _ in asked if row.drafter_id}
        people = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(drafters))
        names = {row[0]: row[1] for row in session.execute(people)}
        begun = {
            key: form
            for key, form in kept_forms.beginning(session, here.who, "drafts/", here.at).items()
            if key == "drafts/new" or (key.count("/") == 2 and not key.endswith("/say"))
        }
        may_draft = rights.may(session, here.visit, Right.DRAFT, None, here.at)
    return page(
        here,
        "drafts/desk.html",
        parts=parts,
        asked=asked,
        names=names,
        begun=begun,
        may_draft=may_draft,
    )


def _parts(session: Session, here: Visitor) -> list[Part]:
    mine = Only(drafters=(here.who,))
    found = [
        _part(session, here, "Bị trả lại", "returned", mine, "bad"),
        _part(session, here, "Dự thảo của tôi", "drafts", mine),
        _part(session, here, "Đã trình, chờ duyệt", "to-approve", mine),
    ]
    units = tuple(here.headed)
    if units:
        of = Only(units=units)
        found.append(_part(session, here, "Dự thảo của đơn vị chờ duyệt", "to-approve", of))
    return found


def _part(
    session: Session, here: Visitor, title: str, queue: str, only: Only, kind: str = ""
) -> Part:
    listed = listing.listed(
        session, here.organ_id, QUEUES[queue], here.today, only=only, size=_ROWS
    )
    rows = rights.visible(session, here.visit, listed.documents, here.at)
    return Part(title, tuple(rows), f"/lists/{queue}" if listed.next else "", kind)


def _asked(session: Session, here: Visitor) -> list[tuple[DocumentRow, DraftOpinionRow]]:
    """Return the drafts on which the visitor, or a unit of theirs, is asked for an opinion."""
    units = [post.unit_id for post in here.posts if post.unit_id]
    waiting = draft_opinions.waiting(session, here.organ_id, person_id=here.who, unit_ids=units)[
        :_ROWS
    ]
    wanted = select(DocumentRow).where(DocumentRow.id.in_([each.document_id for each in waiting]))
    rows = rights.visible(session, here.visit, session.scalars(wanted), here.at)
    by_id = {row.id: row for row in rows}
    return [(by_id[each.document_id], each) for each in waiting if each.document_id in by_id]
