"""The operator sees what stands still and why, and has it tried again; others' agencies never."""

import re

from documents.document import Role
from documents.tables import DeliveryRow, DocumentRow, ParcelRow
from tests.web.counter import LAPTOP, Counter, MakePage, shoot
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, approve, hand_in, issue


def _stuck(counter: Counter, sender: str = PROVINCE) -> str:
    recipient = HOME_AFFAIRS if sender == PROVINCE else PROVINCE
    document_id = approve(counter.office, hand_in(counter.office, sender, (recipient,)))
    with counter.office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        row.held, row.attempts, row.subject = True, 3, f"Về việc <i>{sender}</i>"
        row.error_code, row.error_text = "key.unavailable", "Khóa <script>x</script> không mở được"
    return document_id


def test_what_stands_still_is_shown_with_its_reason_as_text(counter: Counter) -> None:
    _stuck(counter)
    text = counter.client(Role.ADMINISTRATOR).get("/operator").text
    assert "key.unavailable" in text
    assert "Khóa &lt;script&gt;" in text
    assert "<script>x" not in text


def test_trying_again_lets_the_flow_carry_it_once_more(counter: Counter) -> None:
    document_id = _stuck(counter)
    clerk = counter.client(Role.CLERK)
    text = clerk.get("/operator").text
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key is not None
    form = {"action": "retry", "key": key[1], "item": document_id}
    first = clerk.post("/batches", data=form)
    assert first.status_code == 303
    assert clerk.post("/batches", data=form).headers["location"] == first.headers["location"]
    address = first.headers["location"]
    for _ in range(200):
        if "sẽ thử lại" in clerk.get(address).text:
            break
    with counter.office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        assert (row.held, row.error_code) == (False, None)


def test_deliveries_that_failed_and_messages_not_understood_have_their_place(
    counter: Counter,
) -> None:
    office = counter.office
    sent = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,)))
    issue(office, [sent])
    with office.database.writing() as session:
        delivery = session.query(DeliveryRow).filter_by(document_id=sent).one()
        delivery.state, delivery.note = "failed", "mã cơ quan không có"
        session.add(
            ParcelRow(
                organ_id=PROVINCE,
                axis_id="junk-1",
                kind="edoc",
                sender="G<b>98",
                sha256="0" * 64,
                fetched_at=office.now(),
                outcome="junk",
                error="không phải XML",
            )
        )
    text = counter.client(Role.CLERK).get("/operator").text
    assert "mã cơ quan không có" in text
    assert "G&lt;b&gt;98" in text
    other = counter.client(Role.CLERK, HOME_AFFAIRS).get("/operator").text
    assert "mã cơ quan không có" not in other
    assert "không phải XML" not in other


def test_another_agencys_troubles_are_nobodys_business(counter: Counter) -> None:
    _stuck(counter, HOME_AFFAIRS)
    assert "key.unavailable" not in counter.client(Role.ADMINISTRATOR).get("/operator").text


def test_who_does_not_keep_the_installation_is_refused(counter: Counter) -> None:
    assert counter.client(Role.SPECIALIST).get("/operator").status_code == 403


def test_the_page_is_drawn(counter: Counter, pages: MakePage) -> None:
    _stuck(counter)
    page = pages(Role.ADMINISTRATOR, size=LAPTOP)
    page.goto("/operator")
    assert page.get_by_role("heading", name="Văn bản đứng lại").is_visible()
    shoot(page, "operator")
