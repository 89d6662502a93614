"""Tasks at the desk: taken, given on, reported with files, judged, extended; each refusal told."""

import re
from datetime import date

import httpx
import pytest

from documents import desk_lists, directing
from documents.assignee import Share
from documents.directing import Instruction
from documents.document import Role
from documents.tables import ExtensionRow, RemarkFileRow, RemarkRow, TaskRow
from documents.task import TaskPart
from tests.web.counter import LAPTOP, PHONE, Counter, MakePage, shoot
from tests.web.directions import Arrivals, pdf
from tests.workflows.house import HOME_AFFAIRS

DUE = date(2026, 12, 31)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x00\ud800"


@pytest.fixture
def arrivals(counter: Counter) -> Arrivals:
    return Arrivals(counter)


@pytest.fixture
def head(counter: Counter, arrivals: Arrivals) -> httpx.Client:
    return counter.client(who="dung")


@pytest.fixture
def one(counter: Counter, arrivals: Arrivals) -> httpx.Client:
    return counter.client(who="binh")


def directed(arrivals: Arrivals, lead: str = "kt") -> str:
    """Return the id of the lead's task of a document that the leader gave to *lead*."""
    document = arrivals.submitted(words="Đề nghị giao", subject="V/v thẩm định dự thảo Quyết định")
    shares = (Share(lead), Share("vx", TaskPart.COOPERATE), Share("pho", TaskPart.INFORM))
    with arrivals.office.database.writing() as session:
        wanted = Instruction("Khẩn trương tham mưu", shares, DUE)
        at = arrivals.office.now()
        return directing.direct(session, document, wanted, arrivals.leader, at).tasks[0]


def task(arrivals: Arrivals, task_id: str) -> TaskRow:
    with arrivals.office.database.reading() as session:
        return session.get_one(TaskRow, task_id)


def state(client: httpx.Client, task_id: str) -> str:
    found = re.search(r'name="state" value="([^"]+)"', client.get(f"/work/{task_id}").text)
    assert found
    return found[1]


def take(client: httpx.Client, task_id: str, step: str, **fields: object) -> httpx.Response:
    given = {"state": state(client, task_id), **fields} if "state" not in fields else fields
    return client.post(f"/work/{task_id}/{step}", data=given)


def test_a_task_is_taken_begun_and_done(arrivals: Arrivals, head: httpx.Client) -> None:
    lead = directed(arrivals)
    assert "V/v thẩm định" in head.get("/work").text
    shown = head.get(f"/work/{lead}").text
    assert "Hạn 31/12/2026" in shown
    document = task(arrivals, lead).document_id or ""
    assert f"/drafts/new?answers={document}" in shown
    for step in ("accept", "start"):
        before = state(head, lead)
        assert take(head, lead, step, state=before).status_code == 303
        assert take(head, lead, step, state=before).status_code == 303
    answer = take(head, lead, "done", words="Đã thẩm định xong")
    assert answer.status_code == 422
    assert "chưa hoàn thành" in answer.text
    fields = {"words": "Đã thẩm định xong", "override": "Không còn việc phối hợp"}
    assert take(head, lead, "done", **fields).status_code == 303
    assert arrivals.row(document).state == "completed"


def test_a_specialist_reports_with_files_and_the_result_is_judged(
    arrivals: Arrivals, head: httpx.Client, one: httpx.Client
) -> None:
    lead = directed(arrivals)
    fields = {"words": "Soạn báo cáo", "to": "binh", "due": "30/12/2026"}
    seen = state(head, lead)
    for _ in range(2):
        assert take(head, lead, "subtask", state=seen, **fields).status_code == 303
    with arrivals.office.database.reading() as session:
        (under,) = session.query(TaskRow).filter_by(parent_id=lead).all()
    assert under.due_on == date(2026, 12, 30)
    data = {"state": state(one, under.id), "words": "Đã xong dự thảo"}
    files = {"files": ("../../báo cáo.pdf", pdf("bao cao"), "text/html")}
    assert one.post(f"/work/{under.id}/done", data=data, files=files).status_code == 303
    with arrivals.office.database.reading() as session:
        kept = session.query(RemarkFileRow).one()
    assert kept.content_type == "application/pdf"
    assert "/" not in kept.name
    path = f"/work/{under.id}/files/{kept.remark_id}/1"
    assert head.get(path).content.startswith(b"%PDF-")
    assert desk_lists.named("to-accept").vietnamese in head.get("/work").text
    fields = {"words": "Bổ sung số liệu"}
    assert take(head, under.id, "reopen", **fields).status_code == 303
    assert task(arrivals, under.id).state == "in_work"
    assert take(one, under.id, "done", words="Đã bổ sung").status_code == 303
    seen = state(head, under.id)
    for _ in range(2):
        assert take(head, under.id, "approve", state=seen).status_code == 303
    assert task(arrivals, under.id).approved_at is not None
    assert desk_lists.named("to-accept").vietnamese not in head.get("/work").text


def test_more_time_is_asked_and_answered(
    arrivals: Arrivals, head: httpx.Client, counter: Counter
) -> None:
    lead = directed(arrivals)
    answer = take(head, lead, "extend", words="Chờ số liệu", due="01/12/2026")
    assert answer.status_code == 422
    assert "không sau" in answer.text
    assert "Chờ số liệu" in answer.text
    seen = state(head, lead)
    fields = {"words": "Chờ số liệu các xã", "due": "31/12/2026", "state": seen}
    fields["due"] = "30/01/2026"
    assert take(head, lead, "extend", **fields).status_code == 422
    fields["due"] = "30/12/2026"
    assert take(head, lead, "extend", **fields).status_code == 422


def test_extension_is_granted_once(
    arrivals: Arrivals, head: httpx.Client, counter: Counter
) -> None:
    document = arrivals.submitted()
    with arrivals.office.database.writing() as session:
        wanted = Instruction("Tham mưu", (Share("kt"),), date(2026, 12, 1))
        at = arrivals.office.now()
        lead = directing.direct(session, document, wanted, arrivals.leader, at).tasks[0]
    fields = {"words": "Chờ số liệu các xã", "due": "15/12/2026", "state": state(head, lead)}
    for _ in range(2):
        assert take(head, lead, "extend", **fields).status_code == 303
    leader = counter.client(Role.LEADER)
    assert "xin gia hạn đến 15/12/2026" in leader.get(f"/work/{lead}").text
    seen = state(leader, lead)
    for _ in range(2):
        answer = take(leader, lead, "grant", due="15/12/2026", state=seen)
        assert answer.status_code == 303
    assert task(arrivals, lead).due_on == date(2026, 12, 15)
    with arrivals.office.database.reading() as session:
        assert session.query(ExtensionRow).count() == 1


def test_a_sub_task_never_ends_after_what_it_is_part_of(
    arrivals: Arrivals, head: httpx.Client
) -> None:
    lead = directed(arrivals)
    answer = take(
        head, lead, "subtask", words="Soạn", to_name="Nguyễn Thanh Bình", due="31/12/2027"
    )
    assert answer.status_code == 422
    assert "Nguyễn Thanh Bình" in answer.text


def test_opinions_are_asked_and_given(
    arrivals: Arrivals, head: httpx.Client, one: httpx.Client
) -> None:
    lead = directed(arrivals)
    assert take(head, lead, "ask", words="Số liệu quý này?", to="binh").status_code == 303
    shown = one.get(f"/work/{lead}").text
    found = re.search(r'name="question" value="([^"]+)"', shown)
    assert found
    data = {"words": "12 nghìn tấn", "question": found[1]}
    assert take(one, lead, "opinion", **data).status_code == 303
    assert "12 nghìn tấn" in head.get(f"/work/{lead}").text
    assert one.get(f"/work/{found[1]}").headers["location"] == f"/work/{lead}"


def test_what_is_for_information_is_read_with_one_tap(arrivals: Arrivals, counter: Counter) -> None:
    lead = directed(arrivals)
    with arrivals.office.database.reading() as session:
        told = session.query(TaskRow).filter_by(person_id="pho").one().id
    client = counter.client(who="pho")
    assert take(client, told, "read").status_code == 303
    assert task(arrivals, told).state == "done"
    assert lead != told


def test_who_has_no_part_in_it_is_refused(arrivals: Arrivals, counter: Counter) -> None:
    lead = directed(arrivals)
    other = counter.client(who="mai")
    fields = {"state": "given|2026-12-31|kt", "words": "Việc này của chúng tôi", "to": "binh"}
    for step in ("accept", "done", "subtask", "return", "report", "withdraw"):
        answer = other.post(f"/work/{lead}/{step}", data=fields)
        assert answer.status_code in {403, 409, 422}, step
        assert task(arrivals, lead).state == "given", step


def test_another_agency_knows_no_task(arrivals: Arrivals, counter: Counter) -> None:
    lead = directed(arrivals)
    stranger = counter.client(Role.LEADER, HOME_AFFAIRS)
    assert stranger.get(f"/work/{lead}").status_code == 404
    answer = stranger.post(f"/work/{lead}/accept", data={"state": "given"})
    assert answer.status_code == 404
    assert stranger.get("/work/nothing").status_code == 404
    assert stranger.post(f"/work/{lead}/dance", data={}).status_code == 404


def test_a_stale_task_is_refused_and_shown_as_it_is(
    arrivals: Arrivals, head: httpx.Client, counter: Counter
) -> None:
    lead = directed(arrivals)
    stale = state(head, lead)
    assert take(head, lead, "start").status_code == 303
    answer = take(head, lead, "return", words="Không thuộc phòng này", state=stale)
    assert answer.status_code == 422
    assert "Nhiệm vụ đã thay đổi: nay là «đang thực hiện»" in answer.text
    assert "Không thuộc phòng này" not in task(arrivals, lead).result


def test_hostile_words_and_files_are_only_words(arrivals: Arrivals, head: httpx.Client) -> None:
    lead = directed(arrivals)
    words = HOSTILE.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert take(head, lead, "report", words=words).status_code == 303
    data = {"state": state(head, lead), "words": "tệp lạ"}
    files = {"files": ('x"><script>.html', b"<script>alert(1)</script>", "application/pdf")}
    answer = head.post(f"/work/{lead}/report", data=data, files=files)
    assert answer.status_code == 422
    for text in (answer.text, head.get(f"/work/{lead}").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    with arrivals.office.database.reading() as session:
        assert "\x00" not in session.query(RemarkRow).filter_by(kind="progress").one().words


def test_a_task_is_worked_on_from_a_telephone(arrivals: Arrivals, pages: MakePage) -> None:
    lead = directed(arrivals)
    page = pages(who="dung", size=PHONE)
    page.goto("/work")
    shoot(page, "work-360")
    page.locator(".work-list a").first.tap()
    page.locator(".direct-bar .button-main").first.tap()
    page.get_by_text("Đã nhận nhiệm vụ").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shoot(page, "task-360")
    wide = pages(who="dung", size=LAPTOP)
    wide.goto(f"/work/{lead}")
    wide.locator("#way-subtask summary").click()
    wide.locator("#g-to").press_sequentially("ntb")
    wide.get_by_role("option", name="Nguyễn Thanh Bình").click()
    shoot(wide, "task-1366")
    wide.get_by_role("button", name="Giao việc").click()
    wide.get_by_text("Đã giao việc").wait_for()
    with arrivals.office.database.reading() as session:
        assert session.query(TaskRow).filter_by(parent_id=lead).one().person_id == "binh"
