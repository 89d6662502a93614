"""Two people on one draft in two browsers, and a reload in the middle of a sentence."""

from documents.document import Role
from tests.web.counter import LAPTOP, PHONE, Counter, MakePage, shoot
from tests.web.test_drafts import made, patient, row_of  # noqa: F401


def test_two_on_one_draft_see_each_other_and_neither_loses_a_word(
    counter: Counter, pages: MakePage
) -> None:
    document = made(counter.client(Role.SPECIALIST))
    mine = pages(Role.SPECIALIST, size=LAPTOP, tolerated="409")
    theirs = pages(Role.UNIT_HEAD, size=PHONE)
    mine.goto(f"/drafts/{document}/edit")
    theirs.goto(f"/drafts/{document}/edit")

    # what is typed is kept, shown as it will be printed, and there after a reload
    mine.fill("[name=body]", "Câu của chuyên viên.")
    mine.wait_for_selector("[data-kept-status]:has-text('Đã lưu nháp')")
    mine.reload()
    mine.wait_for_selector("text=Đã khôi phục bản đang gõ")
    assert mine.input_value("[name=body]") == "Câu của chuyên viên."

    # the other sees that somebody is changing it
    with mine.expect_response(lambda each: "editing=1" in (each.request.post_data or "")):
        mine.type("[name=body]", " ")
    theirs.fill("[name=body]", "Câu của trưởng đơn vị.")
    theirs.wait_for_selector(".presence-editing:has-text('đang sửa')")
    theirs.wait_for_selector("[data-kept-status]:has-text('Đã lưu nháp')")
    width = theirs.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    shoot(theirs, "draft-edit-phone")
    theirs.click("button[value=save]")
    theirs.wait_for_url(f"**/drafts/{document}")

    # the second save is refused; both texts are there, and nothing was written over
    mine.click("button[value=save]")
    mine.wait_for_selector("#conflict-title")
    shoot(mine, "draft-conflict")
    assert "Câu của chuyên viên." in mine.input_value("[name=body]")
    assert "trưởng" in mine.inner_text(".conflict table")
    assert row_of(counter, document).version == 1
    mine.click("button[value=save]")
    mine.wait_for_url(f"**/drafts/{document}")
    assert row_of(counter, document).version == 2
    shoot(mine, "draft-show")
