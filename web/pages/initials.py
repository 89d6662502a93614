"""/initials: drafts of one's units that wait for one's initials (ký nháy), one or many at once.

Source: ux.md §1.4. Legal source: Decree 30/2020/ND-CP, Art. 12. The file is beside it: /sign/ID.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy import select

from documents import accounts, sign_queue
from documents.identity import new_id
from documents.tables import PersonRow
from web.pages import batches
from web.rendering import page
from web.visitor import Here
from workflows.batch_steps import INITIAL

router = APIRouter(prefix="/initials")


@router.get("")
def pile(here: Here) -> Response:
    """Show the drafts that wait for the visitor's initials."""
    units = here.headed
    with here.office.database.reading() as session:
        rows = sign_queue.to_initial(session, here.organ_id, here.who, units)
        drafters = {row.drafter_id or "" for row in rows}
        found = select(PersonRow).where(PersonRow.id.in_(drafters))
        names = {person.id: person.full_name for person in session.scalars(found)}
    return page(here, "sign/initials.html", rows=rows, names=names, form_key=new_id())


@router.post("")
def take(
    here: Here,
    key: Annotated[str, Form(max_length=64)],
    item: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Put the visitor's initials on what was ticked, or on the one that is open."""
    accounts.may_sign(here.visit, here.office.settings.second_factor)
    return batches.begin(here, INITIAL, item or [], key)
