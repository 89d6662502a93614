"""Lists, the desk, search and registers over HTTP: whose they are, what they never show."""

import re
from html import unescape

import httpx
import pytest

from documents import access_rights, search_index
from documents.access import GrantKind
from documents.document import Role
from documents.tables import DocumentRow
from tests.web.counter import Counter, MakePage, browser
from tests.web.directions import Arrivals
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, hand_in

__all__ = ["browser"]

HOSTILE = '<script>alert(1)</script> " onload=x {{ 7*7 }} =cmd|calc'


@pytest.fixture
def arrivals(counter: Counter) -> Arrivals:
    """Put people and units on the counter's desk."""
    return Arrivals(counter)


def text(client: httpx.Client, path: str, status: int = 200) -> str:
    """Return a page's text."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    assert answer.headers["cache-control"].startswith("no-store"), path
    return answer.text


def hrefs(page: str) -> list[str]:
    """Return the addresses of the rows of a list."""
    return [unescape(each) for each in re.findall(r'class="row-link[^"]*" href="([^"]+)"', page)]


def restrict(counter: Counter, document_id: str) -> None:
    """Let a leader restrict a document."""
    at = counter.office.now()
    leader = counter.who(Role.LEADER)
    with counter.office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        change = access_rights.ask(session, row, GrantKind.RESTRICTED, "", leader, at, "nhân sự")
        access_rights.decide(session, PROVINCE, change.id, leader, at, confirmed=True)


def index(counter: Counter) -> None:
    """Let the index of search follow."""
    with counter.office.database.writing() as session:
        while search_index.catch_up(session):
            pass


def test_every_list_of_a_role_opens_and_anothers_is_unknown(
    counter: Counter, arrivals: Arrivals
) -> None:
    arrivals.arrive()
    for role in (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST, Role.ADMINISTRATOR):
        client = counter.client(role)
        home = text(client, "/")
        for name in set(re.findall(r'href="/lists/([a-z-]+)"', home)):
            assert "<table" in (shown := text(client, f"/lists/{name}")) or "empty" in shown
        own = role is Role.CLERK
        text(client, "/lists/to-register", 200 if own else 404)
        text(client, "/lists/no-such-list", 404)
        assert client.get("/lists").status_code == 303
        text(client, "/registers", 200 if role in {Role.CLERK, Role.LEADER} else 403)
    stranger = counter.stranger()
    for path in ("/", "/lists/inbox", "/search", "/registers", "/counters"):
        answer = stranger.get(path, headers={"Accept": "text/html"})
        assert answer.headers["location"].startswith("/login")


def test_a_list_never_shows_what_is_restricted_nor_another_agencys(
    counter: Counter, arrivals: Arrivals
) -> None:
    secret = arrivals.arrive(subject="Nhan su quy hoach")
    open_one = arrivals.arrive(subject="Thong bao nghi le")
    restrict(counter, secret)
    index(counter)
    specialist, leader = counter.client(Role.SPECIALIST), counter.client(Role.LEADER)
    other = counter.client(Role.CLERK, HOME_AFFAIRS)
    for path in ("/lists/inbox", "/search?q=nhan+su", "/search?q=bbhd"):
        assert "quy hoach" not in re.sub("</?mark>", "", text(specialist, path)), path
        assert "quy hoach" in re.sub("</?mark>", "", text(leader, path)), path
        assert "Thong bao" not in text(other, path)
    # nor is it told by a count that there is one
    assert "Không tìm thấy văn bản nào" in text(specialist, "/search?q=quy+hoach")
    assert "1 văn bản" in text(leader, "/search?q=quy+hoach")
    page = text(specialist, "/lists/inbox")
    assert "Văn bản hạn chế tiếp cận" in page
    assert secret not in page
    assert open_one in page
    for client in (specialist, other):
        items = {"item": [f"{secret}||", f"{open_one}||"]}
        sheet = client.post("/lists/inbox/selected.csv", data=items).text
        assert "quy hoach" not in sheet
        assert ("nghi le" in sheet) is (client is specialist)
        assert "quy hoach" not in client.get("/lists/inbox/file.csv").text


def test_chips_order_columns_and_views_are_kept_in_addresses(
    counter: Counter, arrivals: Arrivals
) -> None:
    for number in range(3):
        arrivals.arrive(subject=f"Thu {number}", type_name="Báo cáo" if number else "Công văn")
    client = counter.client(Role.CLERK)
    page = text(client, "/lists/inbox?loai=Báo cáo&xep=so_den&chieu=tang")
    assert len(hrefs(page)) == 2
    assert page.index("Thu 1") < page.index("Thu 2")
    part = client.get("/lists/inbox?loai=Công văn", headers={"HX-Request": "true"}).text
    assert len(hrefs(part)) == 1
    assert "<html" not in part
    back = client.post("/lists/inbox/columns", data={"column": ["code", "pages"], "query": ""})
    assert back.headers["location"] == "/lists/inbox"
    kept = text(client, "/lists/inbox")
    heads = re.findall(r'<th scope="col" class="c-([a-z_]+)"', kept)
    assert heads == ["code", "subject", "pages"] or heads == ["code", "pages", "subject"]
    asked = {"title": "Báo cáo mới", "query": "loai=B%C3%A1o+c%C3%A1o", "pinned": "1"}
    assert client.post("/lists/inbox/views", data=asked).status_code == 303
    assert "Báo cáo mới" in text(client, "/lists/inbox")
    assert "Báo cáo mới" in text(client, "/")
    specialist = counter.client(Role.SPECIALIST)
    shared = specialist.post("/lists/inbox/views", data={"title": "x", "shared": "1"})
    assert shared.status_code == 403
    assert "Báo cáo mới" not in text(specialist, "/lists/inbox")


def test_next_and_previous_follow_the_list_one_came_from(
    counter: Counter, arrivals: Arrivals
) -> None:
    for number in range(3):
        arrivals.arrive(subject=f"Thu {number}")
    client = counter.client(Role.CLERK)
    rows = hrefs(text(client, "/lists/inbox?xep=so_den&chieu=tang"))
    assert len(rows) == 3
    page = text(client, rows[0])
    assert "1/3" in page
    following = unescape(re.search(r'href="([^"]+)" data-key="Alt ↓"', page).group(1))  # type: ignore[union-attr]
    assert following == rows[1]
    last = text(client, rows[2])
    ended = unescape(re.search(r'href="([^"]+)" data-key="Alt ↓"', last).group(1))  # type: ignore[union-attr]
    assert ended.startswith("/lists/inbox?")
    assert "Đã hết" in text(client, ended)
    for wrong in ("x", "AAAA", "s.AAAA", "%00", "é" * 50, "A" * 9000):
        path = rows[0].partition("?")[0]
        assert "1/3" not in text(client, f"{path}?tu={wrong}")


def test_files_of_a_list_are_what_its_chips_let_through(
    counter: Counter, arrivals: Arrivals
) -> None:
    arrivals.arrive(subject=HOSTILE)
    arrivals.arrive(subject="=1+1", type_name="Báo cáo")
    client = counter.client(Role.CLERK)
    page = text(client, "/lists/inbox")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    rows = client.get("/lists/inbox/file.csv?loai=Báo cáo").content.decode("utf-8-sig")
    assert "'=1+1" in rows
    assert "script" not in rows
    assert client.get("/lists/inbox/file.xlsx").content[:2] == b"PK"
    printed = client.get("/lists/inbox/file.pdf")
    assert printed.content[:5] == b"%PDF-"
    assert printed.headers["content-security-policy"].startswith("sandbox")
    assert client.get("/lists/inbox/file.exe").status_code == 422


def test_ticked_rows_are_handed_on_together_each_with_its_result(
    counter: Counter, arrivals: Arrivals
) -> None:
    ids = [arrivals.arrive(subject=f"Thu {number}") for number in range(2)]
    client = counter.client(Role.CLERK)
    page = text(client, "/lists/to-submit")
    items = [unescape(each) for each in re.findall(r'name="item" value="([^"]+)"', page)]
    assert [each.partition("|")[0] for each in items] == ids
    form = {"item": items, "key": "k1"}
    assert client.post("/lists/to-submit/forward", data=form).status_code == 422
    form |= {"lead": "kt", "due": "+3"}
    asked = client.post("/lists/to-submit/forward", data=form)
    assert asked.headers["location"].startswith("/batches/")
    again = client.post("/lists/to-submit/forward", data=form)
    assert again.headers["location"] == asked.headers["location"]
    assert counter.client(Role.SPECIALIST).post("/lists/to-submit/forward").status_code == 404
    told = counter.client(Role.LEADER).get("/counters").json()
    assert set(told.values()).isdisjoint({"0", ""})


def test_search_finds_with_facets_and_keeps_what_was_asked(
    counter: Counter, arrivals: Arrivals
) -> None:
    arrivals.arrive(subject="Phòng chống bão số 3")
    arrivals.arrive(subject="Phòng cháy, chữa cháy", type_name="Báo cáo")
    arrivals.arrive(subject=HOSTILE)
    index(counter)
    client = counter.client(Role.SPECIALIST)
    page = text(client, "/search?q=phong+chong+bao")
    assert "<mark>bão</mark>" in page
    assert len(hrefs(page)) == 1
    assert "1/1" in text(client, hrefs(page)[0])
    both = text(client, "/search?q=phong")
    facet = re.search(r'href="(/search\?[^"]*loai=B[^"]+)"', both)
    assert facet is not None
    assert len(hrefs(text(client, unescape(facet.group(1))))) == 1
    assert len(hrefs(text(client, "/search?trich_yeu=chua+chay&huong=incoming"))) == 1
    assert "<script>alert" not in text(client, "/search?q=alert")
    kept = client.post("/search/saved", data={"title": "Bão", "query": "q=bao"})
    assert kept.headers["location"] == "/search?q=bao"
    assert "Bão" in text(client, "/search")
    assert client.get("/search/file.xlsx?q=phong").content[:2] == b"PK"


def test_the_seven_registers_are_shown_printed_and_exported(
    counter: Counter, arrivals: Arrivals
) -> None:
    arrivals.arrive(subject="Vào sổ <b>đến</b>")
    client = counter.client(Role.CLERK)
    year = counter.office.now().year
    for kind in ("outgoing", "incoming", "copies", "post", "handover", "loans", "handling"):
        page = text(client, f"/registers?so={kind}&nam={year}")
        assert ("<b>đến</b>" in page) is False
        assert client.get(f"/registers/file.xlsx?so={kind}&nam={year}").content[:2] == b"PK"
    page = text(client, f"/registers?so=incoming&nam={year}")
    assert re.findall(r'<th scope="col">([^<]+)</th>', page) == [
        *("Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu văn bản", "Ngày tháng văn bản"),
        *("Tên loại và trích yếu nội dung văn bản", "Đơn vị hoặc người nhận", "Ngày chuyển"),
        *("Ký nhận", "Ghi chú"),
    ]
    assert "Vào sổ &lt;b&gt;" in page
    printed = client.get(f"/registers/file.pdf?so=incoming&nam={year}")
    assert printed.content[:5] == b"%PDF-"
    assert client.get(f"/registers/numbers/incoming.pdf?nam={year}").content[:5] == b"%PDF-"
    text(client, f"/registers/numbers?nam={year}&kiem=1")
    assert counter.client(Role.SPECIALIST).get("/registers/file.xlsx").status_code == 403


def test_whatever_stands_in_an_address_no_page_breaks(counter: Counter, arrivals: Arrivals) -> None:
    arrivals.arrive()
    client = counter.client(Role.CLERK)
    wrong = (
        *("%00", "%ff%fe", "%ed%a0%80", "9" * 400, "-1", "31/02/2026", "'; drop", "x" * 3000),
        *("%F0%9F%98%80", "1e9", "&&&==", "[]"),
    )
    names = (
        *("loai", "khan", "don_vi", "noi_gui", "tu_ngay", "den_ngay", "han", "so", "xep", "chieu"),
        *("trang_thai", "trang", "tu_so", "dong", "nam", "q", "day", "huong", "het"),
    )
    for said in wrong:
        query = "&".join(f"{name}={said}" for name in names)
        for path in ("/lists/inbox", "/lists/to-handle", "/search", "/registers", "/lists/outbox"):
            assert client.get(f"{path}?{query}").status_code in {200, 422}, (path, said)
        one = "&".join(f"{name}={said}" for name in names if name != "trang")
        assert client.get(f"/lists/inbox?{one}").status_code == 200, said


def test_the_keyboard_moves_picks_and_opens(
    counter: Counter, arrivals: Arrivals, pages: MakePage
) -> None:
    for number in range(5):
        arrivals.arrive(subject=f"Thu {number}")
    page = pages(Role.CLERK)
    page.goto("/lists/inbox?xep=so_den&chieu=tang")
    bar, count = page.locator("[data-bulk]"), page.locator("[data-count]")
    assert not bar.is_visible()
    for key in ("j", "j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    assert count.inner_text() == "3"
    assert bar.is_visible()
    assert "Thu 3" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Escape")
    assert not bar.is_visible()
    page.locator("#top-q").focus()
    page.keyboard.type("xjk")
    assert not bar.is_visible()
    assert page.locator("#top-q").input_value() == "xjk"
    page.locator("details.tool summary").first.click()
    page.locator("#l-loai").select_option("Báo cáo")
    page.locator(".empty").wait_for()
    assert "loai=B" in page.url
    page.locator(".chips-on a").first.click()
    page.locator("tr[data-row]").first.wait_for()
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.locator(".trail-place").wait_for()
    page.wait_for_load_state()
    assert page.locator(".trail-place").inner_text() == "1/5"
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_text("2/5").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.locator("tr[data-row]").first.wait_for()


def test_a_draft_opened_from_a_list_leads_to_its_neighbours(counter: Counter) -> None:
    for _ in range(2):
        hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    client = counter.client(Role.SPECIALIST)
    first = next(
        each for each in hrefs(text(client, "/lists/drafts")) if each.startswith("/drafts/")
    )
    shown = text(client, first)
    assert 'class="trail-place number">1/2<' in shown
    assert "Alt ↓" in shown
    assert "trail-place" not in text(client, first.partition("?")[0])
