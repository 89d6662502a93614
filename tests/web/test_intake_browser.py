"""Entering arrivals by the keyboard alone, counted; what only a browser shows."""

from playwright.sync_api import Page

from tests.web.arrivals import Arrivals, scanned
from tests.web.counter import PHONE, Counter, MakePage, shoot


class Keyboard:
    """The keys that a clerk presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def settled(page: Page, address: str) -> None:
    """Wait until the page of *address* is there, its scripts have run and its file is drawn."""
    page.wait_for_url(address)
    page.wait_for_selector("#entry [data-kept-status]", state="attached")
    page.wait_for_function("document.activeElement !== document.body")


def test_two_documents_of_the_axis_are_entered_in_four_keystrokes_each_at_most(
    counter: Counter, pages: MakePage
) -> None:
    arrivals = Arrivals(counter)
    arrivals.by_clerk()
    first, second = arrivals.bring(), arrivals.bring()
    page = pages()
    page.goto("/intake")
    page.locator(f"a[href*='{first}']").focus()
    keys = Keyboard(page)
    keys.press("Enter")
    settled(page, f"**/intake/{first}?*")
    page.wait_for_selector(".pdf-page[data-painted]")
    shoot(page, "vao-so")
    # the bar between file and form moves by the keyboard; that is no part of the entry
    page.locator(".split-handle").focus()
    before = page.locator(".split-pdf").bounding_box()
    page.keyboard.press("ArrowLeft")
    after = page.locator(".split-pdf").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] < before["width"]
    keys.press("Control+Enter")
    settled(page, f"**/intake/{second}?*")
    assert keys.count <= 4
    keys.press("Control+Enter")
    page.wait_for_url("**/intake")
    assert "Đã hết văn bản chờ vào sổ" in page.inner_text("#said")
    assert [arrivals.row(each).receipt_number for each in (first, second)] == [1, 2]
    assert keys.count <= 8


def test_a_scan_is_dropped_read_and_entered_without_a_mouse(
    counter: Counter, pages: MakePage
) -> None:
    page = pages(size=PHONE)
    page.goto("/intake")
    page.set_input_files(
        "#bring-files",
        [
            {"name": "quét.pdf", "mimeType": "application/pdf", "buffer": scanned()},
            {"name": "lạ.exe", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(50)},
        ],
    )
    page.get_by_role("button", name="Nhận tệp").press("Enter")
    page.wait_for_selector(".brought-good a")
    page.wait_for_selector(".brought-bad")
    shoot(page, "dua-tep-vao")
    page.locator(".brought-good a").press("Enter")
    page.wait_for_selector("#entry")
    # the page asks by itself until the words are there
    if page.locator("text=Đang nhận dạng").count():
        page.locator("text=Điền vào các ô còn trống").press("Enter")
    page.wait_for_function("document.querySelector('#f-code')?.value === '15/SNV-VP'")
    shoot(page, "vao-so-dien-thoai")
    page.locator("#f-sender").fill("so noi vu")
    page.wait_for_selector("#agency-list li")
    page.locator("#f-sender").press("ArrowDown")
    page.locator("#f-sender").press("Enter")
    assert page.locator("input[name=sender_code]").input_value()
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, "nothing sticks out at 360 px"
    page.keyboard.press("Control+s")
    page.wait_for_url("**/documents/*")
