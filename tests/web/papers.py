"""Documents of the counter's agencies at every point of their way, made by the steps themselves."""

from typing import Any

from documents import clerk_issues
from tests.web.counter import Counter
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    approve,
    hand_in,
    issue,
    leader_of,
    receive,
    take_statuses,
)
from workflows import issuance


def draft(counter: Counter, recipients: tuple[str, ...] = (HOME_AFFAIRS,), **given: Any) -> str:
    """Return a draft of the province."""
    return hand_in(counter.office, PROVINCE, recipients, **given)


def by_hand(counter: Counter, *, clerk: bool = True) -> None:
    """Let the province's clerk issue, or let the flow do it by itself."""
    office = counter.office
    with office.database.writing() as session:
        clerk_issues.decide(session, PROVINCE, leader_of(PROVINCE).id, office.now(), clerk=clerk)


def signed(counter: Counter, recipients: tuple[str, ...] = (HOME_AFFAIRS,), **given: Any) -> str:
    """Return a document that its leader signed; it awaits the clerk where the agency wants so."""
    document_id = approve(counter.office, draft(counter, recipients, **given))
    issuance.sign(counter.office, [document_id])
    return document_id


def sent(counter: Counter, recipients: tuple[str, ...] = (HOME_AFFAIRS,), **given: Any) -> str:
    """Return a document that left."""
    document_id = approve(counter.office, draft(counter, recipients, **given))
    issue(counter.office, [document_id])
    return document_id


def carried(counter: Counter, document_id: str) -> None:
    """Take the flow's steps after the signature."""
    for step in (issuance.number, issuance.seal, issuance.dispatch):
        step(counter.office, [document_id])


def arrived(counter: Counter) -> None:
    """Receive what waits, and what recipients say."""
    receive(counter.office)
    take_statuses(counter.office)
