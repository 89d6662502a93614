"""Documents carried from the login page to the end of their lives, in browsers."""

import re

from playwright.sync_api import Page

from documents.document import Role
from documents.tables import DocumentRow
from tests.web import papers
from tests.web.counter import PHONE, Counter, MakePage, shoot
from tests.web.journeys import Door, Keyboard, decide
from tests.workflows.house import (
    HOME_AFFAIRS,
    assert_sound,
    deliveries,
    document,
    receive,
)
from workflows import issuance

SUBJECT = "V/v kiểm tra công tác văn thư, lưu trữ năm 2026"


def newest(counter: Counter, direction: str, organ_id: str) -> DocumentRow:
    """Return the agency's document that came last."""
    with counter.office.database.reading() as session:
        wanted = session.query(DocumentRow).filter_by(direction=direction, organ_id=organ_id)
        return wanted.order_by(DocumentRow.created_at.desc()).limit(1).one()


def compose(page: Page, to: str, subject: str) -> None:
    """Type a draft: what it is about, to whom, the text."""
    page.fill("[name=subject]", subject)
    page.fill("[name=body]", "Đề nghị quý cơ quan chuẩn bị báo cáo.\n\nTrân trọng./.")
    if to:
        page.locator("#d-recipients").press_sequentially(to)
        page.get_by_role("option", name="Sở Nội vụ").first.click()
        page.locator(".who-chosen .chip").first.wait_for()


def test_a_letter_is_drafted_initialled_signed_issued_and_its_sender_sees_what_becomes_of_it(
    counter: Counter, pages: MakePage
) -> None:
    office, door = counter.office, Door(counter, pages)
    writer = door.enter(Role.SPECIALIST, wanted="/drafts/new")
    compose(writer, "so noi vu", SUBJECT)
    writer.wait_for_selector("[data-kept-status]:has-text('Đã lưu nháp')")
    writer.goto("/")  # left by mistake: Back brings every word
    writer.go_back()
    writer.wait_for_selector("text=Đã khôi phục bản đang gõ")
    assert writer.input_value("[name=subject]") == SUBJECT
    writer.click("button[value=submit]")
    writer.wait_for_url(re.compile("/drafts/[0-9a-f-]{36}$"))
    letter = writer.url.rpartition("/")[2]
    assert document(office, letter).state == "submitted"

    head = door.enter(Role.UNIT_HEAD, wanted="/initials")
    head.goto(f"/drafts/{letter}")
    head.locator("form[action='/initials'] button").click()
    head.get_by_text("Đã ghi nhận ký nháy").first.wait_for()

    leader = door.enter(Role.LEADER, wanted="/sign", size=PHONE)
    assert decide(leader, letter) == 3
    issuance.sign(office, [letter])
    assert document(office, letter).state == "signed"

    clerk = door.enter(Role.CLERK, wanted="/issue")
    keys = Keyboard(clerk)
    clerk.locator(f"a[href*='{letter}']").first.focus()
    keys.press("Enter")
    clerk.wait_for_url(f"**/issue/{letter}*")
    clerk.wait_for_selector("img[src*='/page-']")
    keys.press("F9")
    clerk.wait_for_selector("#said .said")
    assert keys.count == 2
    papers.carried(counter, letter)
    receive(office)
    came = newest(counter, "incoming", HOME_AFFAIRS)
    assert came.state == "verified"

    theirs = door.enter(Role.CLERK, HOME_AFFAIRS, wanted="/intake")
    keys = Keyboard(theirs)
    theirs.locator(f"a[href*='{came.id}']").first.focus()
    keys.press("Enter")
    theirs.wait_for_selector("#entry [data-kept-status]", state="attached")
    theirs.wait_for_function("document.activeElement !== document.body")
    keys.press("Control+Enter")
    theirs.wait_for_url(re.compile("/intake$"))
    assert keys.count <= 4
    assert document(office, came.id).receipt_number == 1
    papers.arrived(counter)
    writer.goto(f"/documents/{letter}?tab=deliveries")
    writer.get_by_text("Đã tiếp nhận").first.wait_for()
    assert deliveries(office, letter) == {HOME_AFFAIRS: "accepted"}
    shoot(writer, "journey-sender")
    assert_sound(office)
