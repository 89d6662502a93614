"""The menu: whoever is shown an entry gets its page; the session that ended keeps the page."""

import html
import re

import pytest

from documents.document import Role
from tests.web.arrivals import Arrivals
from tests.web.counter import Counter, MakePage
from web.navigation import MENU

HELD = tuple(sorted(set(Role) - {Role.SYSTEM}))


@pytest.mark.parametrize("role", HELD)
def test_every_entry_that_a_role_is_shown_leads_to_a_page(counter: Counter, role: Role) -> None:
    client = counter.client(role)
    wanted = {each.href for group in MENU for each in group.entries if role in each.roles}
    shown = re.search(r'<nav class="menu".*?</nav>', client.get("/").text, re.S)
    assert shown is not None
    assert {html.unescape(each) for each in re.findall(r'<a href="([^"]+)"', shown[0])} == wanted
    led = {href: client.get(href).status_code for href in wanted}
    assert led == dict.fromkeys(wanted, 200)


def test_a_page_whose_session_is_over_stays_with_what_was_typed_and_says_so(
    counter: Counter, pages: MakePage
) -> None:
    arrivals = Arrivals(counter)
    arrivals.by_clerk()
    address = f"/intake/{arrivals.bring()}"
    page = pages(Role.CLERK, tolerated="401")
    page.goto(address)
    page.context.clear_cookies()
    page.fill("#f-code", "999/SNV-VP")
    page.press("#f-code", "Tab")
    page.wait_for_selector("#faults:has-text('Phiên làm việc đã hết')")
    assert page.locator("#faults a[href='/login'][target='_blank']").count() == 1
    assert page.url.endswith(address)
    assert page.input_value("#f-code") == "999/SNV-VP"
