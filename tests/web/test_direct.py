"""A leader gives a direction from a telephone in three taps, and every refusal says why."""

import re
from datetime import timedelta

import httpx
import pytest

from documents import access_rights, calendar, presets, stand_ins
from documents.access import GrantKind
from documents.assignee import Share
from documents.document import Role
from documents.numbering import local_day
from documents.presets import Preset
from documents.stand_ins import Scope, WorkDelegation
from documents.tables import AccessRow, DocumentRow
from documents.task import TaskPart
from tests.web.counter import LAPTOP, PHONE, WIDE, Counter, MakePage, shoot
from tests.web.directions import Arrivals
from tests.workflows.house import HOME_AFFAIRS, PROVINCE

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202eabc"


@pytest.fixture
def arrivals(counter: Counter) -> Arrivals:
    return Arrivals(counter)


@pytest.fixture
def leader(counter: Counter) -> httpx.Client:
    return counter.client(Role.LEADER)


def kept_preset(arrivals: Arrivals, days: int | None = 5, opinion: str = "") -> str:
    shares = (Share("kt"), Share("vx", TaskPart.COOPERATE), Share("binh", TaskPart.INFORM))
    with arrivals.office.database.writing() as session:
        wanted = Preset("Kinh tế", shares, days, opinion)
        return presets.keep(session, PROVINCE, wanted, arrivals.leader, arrivals.office.now())


def version(client: httpx.Client, document: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(f"/direct/{document}").text)
    assert found
    return found[1]


def send(client: httpx.Client, document: str, **fields: object) -> httpx.Response:
    given = {"version": version(client, document), **fields} if "version" not in fields else fields
    return client.post(f"/direct/{document}", data=given)


def test_a_preset_alone_directs_the_document(arrivals: Arrivals, leader: httpx.Client) -> None:
    document = arrivals.submitted()
    chosen = kept_preset(arrivals, opinion="Giao {chủ trì} chủ trì, phối hợp {phối hợp}.")
    assert "V/v rà soát" in leader.get("/direct").text
    answer = send(leader, document, choice=chosen)
    assert (answer.status_code, answer.headers["location"]) == (303, "/direct")
    assert arrivals.row(document).state == "assigned"
    lead, *others = arrivals.tasks(document)
    assert (lead.unit_id, lead.given_by) == ("kt", arrivals.leader)
    wanted = "Giao Phòng Kinh tế chủ trì, phối hợp Phòng Văn hóa - Xã hội."
    assert lead.content == wanted
    today = local_day(arrivals.office.now())
    assert lead.due_on == calendar.vietnam().next_working(today, 5)
    assert [task.part for task in others] == ["cooperate", "inform"]
    assert document not in leader.get("/direct").text


def test_what_the_clerk_proposes_is_accepted_as_it_stands(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    document = arrivals.submitted(lead="Phòng Văn hóa - Xã hội", words="Đề nghị giao VHXH")
    shown = leader.get(f"/direct/{document}").text
    assert re.search(r'value="proposal" checked', shown)
    assert "Đề nghị giao VHXH" in shown
    assert send(leader, document, choice="proposal").status_code == 303
    task = arrivals.tasks(document)[0]
    assert (task.unit_id, task.content) == ("vx", "Chuyển Phòng Văn hóa - Xã hội xử lý.")


def test_another_lead_stands_in_the_place_of_the_preset(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    document = arrivals.submitted()
    chosen = kept_preset(arrivals)
    fields = {"choice": chosen, "lead": "mai", "inform_name": "Nguyễn Thanh Bình; KT"}
    assert send(leader, document, opinion="Xem, báo cáo", due="+3", **fields).status_code == 303
    given = {(task.part, task.person_id or task.unit_id) for task in arrivals.tasks(document)}
    assert given == {("lead", "mai"), ("inform", "binh"), ("inform", "kt")}


def test_a_form_that_comes_twice_directs_once(arrivals: Arrivals, leader: httpx.Client) -> None:
    document = arrivals.submitted()
    fields = {"choice": kept_preset(arrivals), "version": version(leader, document)}
    assert [send(leader, document, **fields).status_code for _ in range(2)] == [303, 303]
    assert len(arrivals.tasks(document)) == 3


def test_a_stale_page_is_refused_with_who_and_when(
    arrivals: Arrivals, leader: httpx.Client, counter: Counter
) -> None:
    document = arrivals.submitted()
    stale = version(leader, document)
    other = counter.client(who="pho")
    assert send(other, document, lead="kt", opinion="Giao KT").status_code == 303
    answer = send(leader, document, lead="vx", opinion="Giao VX", version=stale)
    assert answer.status_code == 422
    assert "Văn bản đã thay đổi: Đặng Hữu Phước lúc" in answer.text
    assert "Giao VX" in answer.text
    assert f'value="{arrivals.row(document).version}"' in answer.text
    assert [task.unit_id for task in arrivals.tasks(document)] == ["kt"]


REFUSALS: tuple[tuple[dict[str, str], str], ...] = (
    ({"lead": "kt", "opinion": "Trước ngày {hạn}"}, "chỗ trống «{hạn}»"),
    ({"opinion": "Giao"}, "0 nơi nhận"),
    ({"lead": "kt", "due": "01/01/2020"}, "đã qua"),
    ({"lead": "kt", "due": "khi nào xong"}, "không phải là ngày"),
    ({"lead_name": "Phòng không có"}, "không có người"),
    ({"lead": "kt", "cooperate": "kt"}, "hai lần"),
    ({"lead": "kt", "opinion": "dài" * 20_000}, "không hợp lệ"),
)


def test_a_refused_direction_comes_back_as_it_was_typed(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    document = arrivals.submitted()
    for fields, said in REFUSALS:
        answer = send(leader, document, **fields)
        assert answer.status_code == 422
        assert said in answer.text
        kept = '<input type="hidden" name="lead" value="kt">' in answer.text
        assert kept is ("lead" in fields)
        assert arrivals.row(document).state == "submitted"


def test_who_may_not_direct_sees_no_form_and_is_refused(
    arrivals: Arrivals, counter: Counter
) -> None:
    document = arrivals.submitted()
    specialist = counter.client(who="binh")
    assert 'action="/direct/' not in specialist.get(f"/direct/{document}").text
    answer = specialist.post(
        f"/direct/{document}", data={"version": arrivals.row(document).version, "lead": "kt"}
    )
    assert answer.status_code == 422
    assert arrivals.row(document).state == "submitted"


def test_another_agency_knows_nothing_of_it(arrivals: Arrivals, counter: Counter) -> None:
    document = arrivals.submitted()
    stranger = counter.client(Role.LEADER, HOME_AFFAIRS)
    assert stranger.get(f"/direct/{document}").status_code == 404
    for path in ("", "/return", "/submit", "/shelve"):
        answer = stranger.post(f"/direct/{document}{path}", data={"version": 1, "reason": "x" * 20})
        assert answer.status_code == 404
    assert "Phòng Kinh tế" not in stranger.get("/direct/who?q=kinh").text
    assert arrivals.row(document).state == "submitted"


def test_a_return_needs_a_reason_and_goes_to_the_clerk(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    document = arrivals.submitted()
    fields = {"version": version(leader, document), "reason": "sai nơi"}
    answer = leader.post(f"/direct/{document}/return", data=fields)
    assert answer.status_code == 422
    assert "quá ngắn" in answer.text
    assert "sai nơi" in answer.text
    fields["reason"] = "Không thuộc thẩm quyền của tỉnh"
    assert leader.post(f"/direct/{document}/return", data=fields).status_code == 303
    assert arrivals.row(document).state == "registered"
    assert leader.post(f"/direct/{document}/return", data=fields).status_code == 303


def test_the_clerk_proposes_and_a_leader_lays_it_before_another(
    arrivals: Arrivals, leader: httpx.Client, counter: Counter
) -> None:
    document = arrivals.arrive()
    clerk = counter.client(Role.CLERK)
    fields = {"version": version(clerk, document), "to": arrivals.leader, "lead": "kt"}
    fields |= {"words": "Đề nghị Chủ tịch cho ý kiến", "due": "+5"}
    assert clerk.post(f"/direct/{document}/submit", data=fields).status_code == 303
    shown = leader.get(f"/direct/{document}").text
    assert "Chủ trì: Phòng Kinh tế" in shown
    fields = {"version": version(leader, document), "to": "pho"}
    assert leader.post(f"/direct/{document}/submit", data=fields).status_code == 303
    assert document in counter.client(who="pho").get("/direct").text


def test_what_needs_no_answer_is_kept_for_reference(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    document = arrivals.submitted()
    fields = {"version": version(leader, document)}
    assert leader.post(f"/direct/{document}/shelve", data=fields).status_code == 303
    assert (arrivals.row(document).state, arrivals.tasks(document)) == ("completed", [])


def test_a_stand_in_directs_and_is_shown_as_such(arrivals: Arrivals, counter: Counter) -> None:
    document = arrivals.submitted()
    at = arrivals.office.now()
    today = local_day(at)
    with arrivals.office.database.writing() as session:
        by = stand_ins.recorder(session, arrivals.leader, PROVINCE, arrivals.leader, at)
        until = today + timedelta(days=2)
        scope = Scope((Role.LEADER,))
        wanted = WorkDelegation(
            PROVINCE, arrivals.leader, "dung", today, until, scope, "Đi công tác"
        )
        stand_ins.delegate(session, wanted, by, at)
    client = counter.client(who="dung")
    assert "Thay mặt Trần Quốc Khánh" in client.get("/direct").text
    assert "Bút phê thay mặt Trần Quốc Khánh" in client.get(f"/direct/{document}").text
    assert send(client, document, lead="vx").status_code == 303
    assert arrivals.tasks(document)[0].given_by == arrivals.leader
    assert "thay mặt Trần Quốc Khánh" in client.get(f"/direct/{document}").text


def test_three_letters_without_accents_find_units_and_people(
    leader: httpx.Client, arrivals: Arrivals
) -> None:
    def found(letters: str) -> list[str]:
        return [each["name"] for each in leader.get("/direct/who", params={"q": letters}).json()]

    assert found("bin") == ["Nguyễn Thanh Bình"]
    assert found("ntb") == ["Nguyễn Thanh Bình"]
    assert found("kin te")[0] == "Phòng Kinh tế"
    assert found("phuoc") == ["Đặng Hữu Phước"]
    assert found("") == ["Phòng Kinh tế", "Phòng Văn hóa - Xã hội"]
    assert found("\x00%_" * 500) == []


def test_a_restricted_document_is_no_page_for_others(
    arrivals: Arrivals, leader: httpx.Client, counter: Counter
) -> None:
    document = arrivals.submitted()
    at = arrivals.office.now()
    with arrivals.office.database.writing() as session:
        row = session.get_one(DocumentRow, document)
        kind, why = GrantKind.RESTRICTED, "Hạn chế người xem"
        change = access_rights.ask(session, row, kind, "", arrivals.clerk, at, why)
        access_rights.decide(session, PROVINCE, change.id, arrivals.leader, at, confirmed=True)
    assert leader.get(f"/direct/{document}").status_code == 200
    with arrivals.office.database.reading() as session:
        assert session.query(AccessRow).filter_by(target_id=document).count() == 1
    other = counter.client(who="mai")
    assert other.get(f"/direct/{document}").status_code == 404
    assert other.post(f"/direct/{document}", data={"version": 1}).status_code == 404


def test_hostile_words_are_only_words(arrivals: Arrivals, leader: httpx.Client) -> None:
    document = arrivals.submitted(words=HOSTILE, subject=HOSTILE)
    fields = {"lead_name": HOSTILE, "opinion": HOSTILE}
    for text in (
        leader.get("/direct").text,
        leader.get(f"/direct/{document}?file=9&way={HOSTILE}").text,
        send(leader, document, **fields).text,
    ):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_leader_directs_with_three_taps_on_a_telephone(
    arrivals: Arrivals, pages: MakePage
) -> None:
    document = arrivals.submitted(words="Đề nghị Chủ tịch cho ý kiến chỉ đạo")
    arrivals.submitted(subject="Báo cáo tuần 12 (từ ngày 16/3 đến ngày 20/3)", urgency=3)
    kept_preset(arrivals)
    page = pages(Role.LEADER, size=PHONE)
    page.goto("/direct")
    shoot(page, "direct-queue-360")
    taps = 0

    def tap(selector: str) -> None:
        nonlocal taps
        place = page.locator(selector).first
        box = place.bounding_box()
        assert box
        assert box["height"] >= 44
        place.tap()
        taps += 1

    tap(f'.doc-card:has(a[href="/direct/{document}"])')
    page.wait_for_url(f"**/direct/{document}")
    shoot(page, "direct-360")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tap(".pick:has-text('Kinh tế')")
    shoot(page, "direct-chosen-360")
    tap(".direct-bar .button-main")
    page.wait_for_url("**/direct")
    assert taps == 3
    assert arrivals.tasks(document)[0].unit_id == "kt"


def test_the_picker_and_phrases_work_with_the_keyboard(arrivals: Arrivals, pages: MakePage) -> None:
    document = arrivals.submitted(words="Đề nghị giao Phòng Kinh tế")
    page = pages(Role.LEADER, size=LAPTOP)
    page.goto(f"/direct/{document}")
    page.locator("[data-phrase]").nth(1).press("Enter")
    assert page.locator("#opinion").input_value() == "Đồng ý. Giao {chủ trì} thực hiện."
    page.locator("#w-lead").press_sequentially("mai")
    page.keyboard.press("Enter")
    page.locator(".who-chosen .chip").wait_for()
    assert page.locator('input[name="lead"]').input_value() == "mai"
    shoot(page, "direct-1366")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    shoot(page, "direct-1920")
    page.keyboard.press("F4")
    page.wait_for_url("**/direct")
    assert arrivals.tasks(document)[0].content == "Đồng ý. Giao Vũ Thị Mai thực hiện."
