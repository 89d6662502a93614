"""What the clerk's screen of one document shows: number and date to come, recipients, deadline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    catalogue,
    deliveries,
    dispatch_deadline,
    expected_number,
    internal_copies,
    issue_orders,
    paper_issues,
    recipient_groups,
    rights,
)
from documents.awaited import Awaited
from documents.calendar import YearMissing, vietnam
from documents.catalogue import Standing
from documents.tables import DocumentRow, RevisionRow
from web.pages.document_steps import buttons
from web.visitor import Visitor
from workflows import document_view, seal_preview


def context_of(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    """Return what the page needs of the document."""
    waits = row.awaits == Awaited.ISSUE
    going = deliveries.of_document(session, row.id)
    standings = catalogue.standings(session, [each.organ_id for each in going], here.today)
    files = document_view.files(session, row)
    return {
        "row": row,
        "waits": waits,
        "files": files,
        "shown_file": next((each for each in files if each.current and each.pdf), None),
        "pages": seal_preview.pages(row),
        "expected": expected_number.expected(session, row, here.at) if waits else None,
        "reservations": issue_orders.reserved_for(session, row, here.at) if waits else [],
        "going": going,
        "delivered": document_view.delivered(session, row),
        "ended": ended(standings),
        "groups": recipient_groups.seen(session, here.organ_id, here.who, here.today),
        "order": issue_orders.of_document(session, row.id),
        "request": document_view.open_request(session, row),
        "names": document_view.names(session, [row.drafter_id, row.clerk_id]),
        "due": due_of(session, [row.id]).get(row.id),
        "printings": paper_issues.of_document(session, row.id),
        "inner": internal_copies.of_document(session, row.id),
        "may": {"clerk": True},
        "buttons": [
            each
            for each in buttons(rights.steps(session, here.visit, row, here.at), row)
            if not each.href.startswith("/issue/") and each.step != "void"
        ],
        "may_void": row.state in {"signed", "numbered", "sealed"},
    }


def ended(standings: dict[str, Standing]) -> dict[str, Standing]:
    """Return those of the recipients that are no more, with who came after them."""
    return {code: one for code, one in standings.items() if one.abolished}


def due_of(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    """Return until when each signed document must have left, by law (Decision 28/2018)."""
    wanted = (
        select(RevisionRow.document_id, RevisionRow.created_at, DocumentRow.urgency)
        .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
        .where(RevisionRow.document_id.in_(ids), RevisionRow.kind == "signed")
    )
    found = {}
    for document_id, signed_at, urgency in session.execute(wanted):
        try:
            found[document_id] = dispatch_deadline.deadline(signed_at, urgency, vietnam())
        except YearMissing:
            continue  # the calendar of that year is not known yet: nothing is claimed
    return found
