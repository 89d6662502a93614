"""Mail that waited while its recipient ended: the axis is asked, then a clerk readdresses it."""

from contextlib import suppress
from datetime import timedelta

import pytest

from connectors.errors import AxisUnavailable
from connectors.memory_axis import InMemoryAxis
from documents import catalogue_history
from documents.catalogue import Entry, Succession
from documents.catalogue_history import News, Source
from documents.document import Role
from documents.errors import OutcomeUnknown, Unavailable
from documents.numbering import local_day
from documents.readdressing import AlreadyLeft
from tests.workflows.house import (
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    approve,
    deliveries,
    document,
    hand_in,
    person_of,
)
from workflows import issuance, readdressing
from workflows.office import Office


def ended(office: Office) -> None:
    """Let the ministry end, and the office of home affairs come after it."""
    day = local_day(office.now()) - timedelta(days=1)
    way = Succession(MINISTRY, HOME_AFFAIRS, "merge", day, "NQ 1")
    news = News((Entry(MINISTRY, "Bộ"), Entry(HOME_AFFAIRS, "Sở Nội vụ")), (), (way,))
    with office.database.writing() as session:
        catalogue_history.learn(session, news, Source("file"), office.now())


@pytest.mark.parametrize("reached", [True, False])
def test_a_made_message_is_readdressed_once_the_axis_says_that_it_has_it_not(
    office: Office, axis: InMemoryAxis, reached: bool
) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (MINISTRY, OFFICE)))
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, [document_id])
    axis.lost_replies, axis.failures = (1, 0) if reached else (0, 1)
    with suppress(Unavailable, OutcomeUnknown):
        issuance.dispatch(office, [document_id])
    before = document(office, document_id).message_sha256
    assert before is not None
    ended(office)
    clerk, to = person_of(PROVINCE, Role.CLERK).id, HOME_AFFAIRS
    axis.failures, axis.lost_replies = 1, 0
    with pytest.raises(AxisUnavailable):
        readdressing.readdress(office, document_id, MINISTRY, to, clerk)
    assert document(office, document_id).message_sha256 == before
    if reached:
        with pytest.raises(AlreadyLeft):
            readdressing.readdress(office, document_id, MINISTRY, to, clerk)
        return
    readdressing.readdress(office, document_id, MINISTRY, to, clerk)
    issuance.dispatch(office, [document_id])
    assert deliveries(office, document_id) == {to: "sent", OFFICE: "sent"}
    assert document(office, document_id).message_sha256 != before
