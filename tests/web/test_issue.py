"""The clerk's screens of issuing: what waits, the order, recipients, groups, numbers."""

from sqlalchemy import select

from documents import issue_orders
from documents.document import Role
from documents.tables import DocumentRow
from tests.web import papers
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, document
from workflows import backlog


def test_the_clerk_issues_one_and_the_flow_carries_it(counter: Counter) -> None:
    papers.by_hand(counter)
    document_id = papers.signed(counter)
    papers.carried(counter, document_id)
    row = document(counter.office, document_id)
    assert (row.state, row.awaits) == ("signed", "issue")
    clerk = counter.client()
    assert document_id in clerk.get("/issue").text
    shown = clerk.get(f"/issue/{document_id}")
    assert shown.status_code == 200
    assert "01/QĐ-UBND" in shown.text
    picture = clerk.get(f"/issue/{document_id}/page-0.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    form = {"version": row.version}
    first = clerk.post(f"/issue/{document_id}", data=form)
    assert first.status_code == 303, first.text
    again = clerk.post(f"/issue/{document_id}", data=form)
    assert again.status_code == 303
    papers.carried(counter, document_id)
    row = document(counter.office, document_id)
    assert (row.state, row.code_number) == ("dispatched", "01")
