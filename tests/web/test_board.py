"""The board counts what its lists hold; a wall display sees figures and nothing else."""

import re
from datetime import timedelta

from documents import displays
from documents.document import Role
from documents.indicators import DEFINITIONS
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import DocumentRow
from tests.web.counter import WIDE, Counter, MakePage, shoot
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, approve, hand_in, issue
from web.standing_board import board_of
from workflows.office import Office


def _arrival(office: Office, number: int, **given: object) -> str:
    today = local_day(office.now())
    values = {
        "id": f"arrival-{number}",
        "direction": Direction.INCOMING,
        "organ_id": PROVINCE,
        "state": "assigned",
        "created_at": office.now(),
        "updated_at": office.now(),
        "type_name": "Công văn",
        "subject": f"Về việc rà soát <b>{number}</b>",
        "sender_organ_id": "G98",
        "receipt_number": number,
        "arrival_date": today,
    } | given
    with office.database.writing() as session:
        session.add(DocumentRow(**values))
    return f"arrival-{number}"


def test_each_tile_counts_what_its_definition_says(counter: Counter) -> None:
    office = counter.office
    today = local_day(office.now())
    _arrival(office, 1, due_date=today - timedelta(days=30), urgency=3)
    _arrival(office, 2, state="verified", arrival_date=None, receipt_number=None)
    _arrival(office, 3, state="submitted", arrival_date=today - timedelta(days=3))
    _arrival(office, 4, organ_id=HOME_AFFAIRS, due_date=today - timedelta(days=30))
    hand_in(office, PROVINCE, (HOME_AFFAIRS,))
    sent = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,)))
    issue(office, [sent])
    tiles = board_of(office, PROVINCE, office.now()).tiles
    assert tiles == {
        "arrived": 1,
        "register": 1,
        "direct": 1,
        "soon": 0,
        "overdue": 1,
        "sign": 0,
        "issued": 1,
    }
    board = board_of(office, PROVINCE, office.now())
    assert (board.ratios["signed"].part, board.ratios["signed"].whole) == (1, 1)
    assert board.ratios["same_day"].percent == 100
    assert sum(day.arrived for day in board.flow) == 2
    assert set(board.tiles) | set(board.ratios) == set(DEFINITIONS)


def test_every_figure_leads_to_the_list_that_it_counts(counter: Counter) -> None:
    today = local_day(counter.office.now())
    for number, days in enumerate((-40, -30, 1, 60)):
        _arrival(counter.office, number, due_date=today + timedelta(days=days))
    _arrival(counter.office, 8, state="submitted", arrival_date=today - timedelta(days=3))
    _arrival(counter.office, 9, state="verified", arrival_date=None, receipt_number=None)
    leader = counter.client(Role.LEADER)
    text = leader.get("/board").text
    found = re.findall(
        r'<a href="([^"]+)" title="([^"]+)">\s*<span class="tile-value">(\d+)</span>', text
    )
    assert [told for _, told, _ in found] == [
        DEFINITIONS[name].definition
        for name in ("arrived", "register", "direct", "soon", "overdue", "sign", "issued")
    ]
    assert [int(count) for _, _, count in found] == [4, 1, 1, 1, 2, 0, 0]
    for href, _, count in found:
        listed = leader.get(href.replace("&amp;", "&"))
        assert listed.status_code == 200, href
        assert len(set(re.findall(r"arrival-\d", listed.text))) == int(count), href


def test_a_subject_that_is_markup_is_shown_as_text(counter: Counter) -> None:
    _arrival(counter.office, 5, due_date=local_day(counter.office.now()) - timedelta(days=30))
    text = counter.client(Role.LEADER).get("/board").text
    assert "&lt;b&gt;5&lt;/b&gt;" in text
    assert "<b>5</b>" not in text


def test_a_screen_shows_figures_only_after_somebody_typed_its_code(counter: Counter) -> None:
    screen, leader = counter.stranger(), counter.client(Role.LEADER)
    first = screen.get("/ioc")
    code = re.search(r"<code>(\w{4}) (\w{4})</code>", first.text)
    assert code is not None
    assert "tile-value" not in first.text
    assert screen.get("/ioc/paired").status_code == 204
    wrong = leader.post("/board/displays", data={"code": "AAAA2222"})
    assert (wrong.status_code, "display.unknown" in wrong.text) == (422, True)
    asked = {"code": f"{code[1]} {code[2]}".lower(), "name": "Sảnh"}
    assert leader.post("/board/displays", data=asked).status_code == 303
    assert screen.get("/ioc/paired").status_code == 205
    assert "tile-value" in screen.get("/ioc").text
    assert screen.get("/lists/inbox").status_code in {303, 401}
    with counter.office.database.reading() as session:
        (row,) = displays.of_agency(session, PROVINCE, counter.office.now())
    specialist = counter.client(Role.SPECIALIST)
    address = f"/board/displays/{row.token_sha256}/revoke"
    assert specialist.post(address).status_code == 403
    assert counter.client(Role.LEADER, HOME_AFFAIRS).post(address).status_code == 404
    assert leader.post(address).status_code == 303
    assert "tile-value" not in screen.get("/ioc").text


def test_strangers_cannot_fill_the_store_with_screens(counter: Counter) -> None:
    answers = [counter.stranger().get("/ioc").status_code for _ in range(14)]
    assert 422 in answers


def test_the_charts_are_drawn_without_asking_anybody_else(
    counter: Counter, pages: MakePage
) -> None:
    today = local_day(counter.office.now())
    for number in range(6):
        _arrival(
            counter.office, number, arrival_date=today - timedelta(days=number), urgency=number % 3
        )
    page = pages(Role.LEADER, size=WIDE)
    page.goto("/board")
    page.wait_for_selector(".chart-place canvas")
    shoot(page, "board")
    page.goto("/ioc")
    code = page.locator(".pairing-code").inner_text()
    shoot(page, "ioc-pairing")
    leader = counter.client(Role.LEADER)
    assert leader.post("/board/displays", data={"code": code}).status_code == 303
    page.wait_for_selector(".tile-value")
    page.wait_for_selector(".chart-place canvas")
    shoot(page, "ioc")
