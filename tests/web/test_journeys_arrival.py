"""Arrivals carried from the clerk's desk to a dossier, in browsers; two clerks; what is refused."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from documents import clerk_registers, directory
from documents.document import Person, Role
from documents.lifecycle import State
from documents.tables import DocumentRow, TaskRow
from tests.web import papers
from tests.web.arrivals import Arrivals
from tests.web.counter import PHONE, Counter, MakePage
from tests.web.journeys import Door, Finger, decide, give, step
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    assert_sound,
    deliveries,
    document,
    issue,
    leader_of,
    person_of,
    receive,
)
from web import errands

ANSWER = "V/v báo cáo công tác văn thư, lưu trữ"
REASON = "Thiếu căn cứ pháp lý, đề nghị bổ sung"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine still answers in the request itself."""
    monkeypatch.setattr(errands, "PATIENCE", 60.0)


def arrive(counter: Counter) -> tuple[str, str]:
    """Return a letter of the province, and what came of it to the department of home affairs."""
    office, letter = counter.office, papers.signed(counter)
    with office.database.writing() as session:
        session.get_one(DocumentRow, letter).awaits = None
    papers.carried(counter, letter)
    receive(office)
    with office.database.reading() as session:
        theirs = session.query(DocumentRow).filter_by(direction="incoming", organ_id=HOME_AFFAIRS)
        return letter, theirs.one().id


def test_an_arrival_is_directed_with_three_taps_worked_on_answered_and_filed(
    counter: Counter, pages: MakePage
) -> None:
    office, door = counter.office, Door(counter, pages)
    sent, came = arrive(counter)
    clerk = door.enter(Role.CLERK, HOME_AFFAIRS, wanted=f"/intake/{came}")
    clerk.locator("[name=then][value=submit]").check()
    clerk.locator("#f-to").select_option(leader_of(HOME_AFFAIRS).id)
    clerk.locator("#f-lead").select_option(label="Phòng Công chức")
    clerk.keyboard.press("Control+s")
    clerk.wait_for_url(re.compile(f"/documents/{came}"))
    assert document(office, came).state == State.SUBMITTED

    leader = door.enter(Role.LEADER, HOME_AFFAIRS, wanted="/direct", size=PHONE)
    finger = Finger(leader)
    finger.tap(f'.doc-card:has(a[href="/direct/{came}"])')
    leader.wait_for_url(f"**/direct/{came}")
    assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    finger.tap(".chip-pick:has-text('+5')")
    finger.tap(".direct-bar .button-main")
    leader.wait_for_url("**/direct")
    assert finger.count <= 3
    assert document(office, came).state == State.ASSIGNED

    head = door.enter(Role.UNIT_HEAD, HOME_AFFAIRS, wanted="/work", size=PHONE)
    head.locator(".work-list a").first.tap()
    give(head, person_of(HOME_AFFAIRS, Role.SPECIALIST))
    with office.database.reading() as session:
        task = session.query(TaskRow).filter(TaskRow.parent_id.is_not(None)).one()
    writer = door.enter(Role.SPECIALIST, HOME_AFFAIRS, wanted=f"/work/{task.id}")
    step(writer, "accept")
    writer.locator("#way-extend summary").click()
    writer.locator("#way-extend [data-put]").last.click()
    step(writer, "extend", "Chờ số liệu của các đơn vị")
    step(writer, "start")
    head.goto(f"/work/{task.id}")
    step(head, "grant")
    with office.database.reading() as session:
        assert session.get_one(TaskRow, task.id).due_on > task.due_on
    writer.reload()
    step(writer, "report", "Đã có số liệu của bốn đơn vị")

    writer.locator(f"a[href='/drafts/new?answers={came}']").first.click()
    writer.fill("[name=subject]", ANSWER)
    writer.fill("[name=body]", "Sở Nội vụ báo cáo như sau.\n\nTrân trọng./.")
    writer.click("button[value=submit]")
    writer.wait_for_url(re.compile("/drafts/[0-9a-f-]{36}$"))
    answer = writer.url.rpartition("/")[2]
    writer.goto(f"/work/{task.id}")
    step(writer, "done", "Đã trình dự thảo trả lời")
    head.reload()
    step(head, "approve")
    leader.goto("/sign")
    assert decide(leader, answer) <= 3
    issue(office, [answer])
    papers.carried(counter, answer)
    assert document(office, answer).state == State.DISPATCHED
    assert document(office, came).state == State.COMPLETED

    writer.goto(f"/dossiers/new?document={came}")
    writer.fill("[name=notation]", "01.NV")
    writer.fill("[name=title]", "Hồ sơ kiểm tra công tác văn thư")
    writer.fill("[name=retention]", "10 năm")
    writer.locator("main form .button-main").click()
    writer.wait_for_url(re.compile("/dossiers/[0-9a-f-]{36}$"))
    writer.locator(f"main a[href*='{came}']").first.wait_for()
    assert document(office, came).state == State.FILED
    papers.arrived(counter)
    assert deliveries(office, sent) == {HOME_AFFAIRS: "completed"}
    assert_sound(office)


def test_of_two_clerks_at_one_arrival_the_second_is_told_who_was_first_and_the_number(
    counter: Counter, pages: MakePage
) -> None:
    arrivals = Arrivals(counter)
    arrivals.by_clerk()
    came, after = arrivals.bring(), arrivals.bring()
    other = Person("hai", PROVINCE, "Mạc Thu Hiền", "Văn thư", Role.CLERK)
    with counter.office.database.writing() as session:
        directory.put_person(session, other)
    first, second = pages(), pages(who=other.id)
    first.goto(f"/intake/{came}")
    second.goto(f"/intake/{came}")
    second.fill("#f-subject", "Tôi cũng đang vào sổ văn bản này")
    first.keyboard.press("Control+s")
    first.wait_for_url(f"**/documents/{came}")
    second.keyboard.press("Control+s")
    name = person_of(PROVINCE, Role.CLERK).full_name
    second.get_by_text(f"{name} đã vào sổ văn bản này trước: số đến 1").first.wait_for()
    expect(second.locator("main")).to_contain_text(f"{name} đã vào sổ: số đến 1")
    row = arrivals.row(came)
    assert (row.receipt_number, row.clerk_id) == (1, counter.who(Role.CLERK))
    assert "Tôi cũng" not in row.subject
    second.goto(f"/intake/{after}")
    second.keyboard.press("Control+s")
    second.wait_for_url(f"**/documents/{after}")
    assert arrivals.row(after).receipt_number == 2, "one number was taken"


def test_a_refused_arrival_needs_ten_letters_of_reason_and_its_sender_reads_them(
    counter: Counter,
) -> None:
    office = counter.office
    with office.database.writing() as session:
        leader = leader_of(HOME_AFFAIRS).id
        clerk_registers.decide(session, HOME_AFFAIRS, leader, office.now(), clerk=True)
    sent, came = arrive(counter)
    clerk = counter.client(Role.CLERK, HOME_AFFAIRS)
    seen = {"version": str(document(office, came).version)}
    short = clerk.post(f"/intake/{came}/turn-back", data=seen | {"reason": "Gửi nhầm"})
    assert short.status_code == 422
    assert ">Gửi nhầm</textarea>" in short.text
    assert document(office, came).state == State.VERIFIED
    said = clerk.post(f"/intake/{came}/turn-back", data=seen | {"reason": REASON})
    assert said.status_code == 303
    assert document(office, came).state == State.REFUSED
    papers.arrived(counter)
    assert deliveries(office, sent) == {HOME_AFFAIRS: "refused"}
    assert REASON in counter.client().get(f"/documents/{sent}?tab=deliveries").text
    assert_sound(office)


def test_a_draft_comes_back_with_its_reason_is_mended_and_submitted(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    typed: dict[str, Any] = {"once": "một", "type": "Công văn", "way": "compose", "unit": "NC"}
    typed |= {"subject": ANSWER, "signer": leader_of(PROVINCE).id, "recipients": [HOME_AFFAIRS]}
    typed |= {"body": "Đề nghị phối hợp.\n\nTrân trọng./."}
    made = me.post("/drafts/new", data=typed | {"then": "submit"})
    draft = made.headers["location"].rpartition("/")[2]

    def row() -> DocumentRow:
        return document(counter.office, draft)

    def back(reason: str) -> httpx.Response:
        data = {"name": "return", "version": str(row().version), "reason": reason}
        return head.post(f"/drafts/{draft}/step", data=data)

    short = back("Sai")
    assert (short.status_code, row().state) == (422, State.SUBMITTED)
    assert ">Sai</textarea>" in short.text
    assert (back(REASON).status_code, row().state) == (303, State.RETURNED)
    assert REASON in me.get(f"/drafts/{draft}").text
    mended = typed | {"then": "submit", "version": str(row().version), "body": "Căn cứ Nghị định."}
    assert me.post(f"/drafts/{draft}/edit", data=mended).status_code == 303
    assert row().state == State.SUBMITTED
    assert "Căn cứ Nghị định." in head.get(f"/drafts/{draft}/compare?before=1&after=2").text
