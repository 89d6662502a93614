"""/sign over HTTP: what is signed is what was read, by whoever may, once."""

from concurrent.futures import Future
from pathlib import Path

import httpx
import pytest

from documents import outgoing
from documents.document import DocumentType, Role
from documents.lifecycle import Step
from documents.tables import DocumentRow, PostRow, UnitRow
from drafting import composer
from drafting.composition import Article, Composition
from tests.web.counter import Counter
from tests.web.test_batches import finished, items, started, submitted  # noqa: F401
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, leader_of, steps_of
from workflows import issuance, redrafting
from workflows.demo_people import desk_of

REASON = "Sửa lại căn cứ pháp lý"


@pytest.fixture
def leader(counter: Counter) -> httpx.Client:
    return counter.client(Role.LEADER)


def approve(client: httpx.Client, row: DocumentRow, **given: str) -> httpx.Response:
    data = {"state": row.state, "sha256": row.current_sha256 or ""} | given
    return client.post(f"/sign/{row.id}/approve", data=data)


def send_back(client: httpx.Client, row: DocumentRow, reason: str = REASON) -> httpx.Response:
    data = {"sha256": row.current_sha256 or "", "reason": reason}
    return client.post(f"/sign/{row.id}/return", data=data)


def revised(counter: Counter, row: DocumentRow, folder: Path) -> DocumentRow:
    """Return the draft after it came back, was written anew and submitted again."""
    assert send_back(counter.client(Role.LEADER), row).status_code == 303
    letter = composer.compose(
        Composition(
            type=DocumentType(row.type_name),
            agency=desk_of(PROVINCE).agency,
            notation=row.code_notation,
            subject=row.subject,
            year=counter.office.now().year,
            signer=leader_of(PROVINCE),
            body=(Article(1, "Kiểm tra đột xuất công tác lưu trữ."),),
            to_places=("Như trên",),
        )
    )
    (folder / "moi.pdf").write_bytes(letter.pdf)
    drafter = row.drafter_id or ""
    redrafting.revise(counter.office, row.id, folder / "moi.pdf", drafter, "Theo ý kiến lãnh đạo")
    with counter.office.database.writing() as session:
        outgoing.decide(session, row.id, Step.SUBMIT, drafter, counter.office.now())
    return document(counter.office, row.id)


def test_the_pile_and_the_document_show_all_that_is_to_be_seen(
    counter: Counter, leader: httpx.Client
) -> None:
    first, second = submitted(counter, 2)
    assert leader.get("/sign").text.count("Chưa đọc</span>") == 2
    shown = leader.get(f"/sign/{first.id}").text
    for words in ("Thẩm quyền ký", "Đúng thẩm quyền", "1/2", f"/sign/{second.id}", "Người trình"):
        assert words in shown
    assert leader.get("/sign").text.count("Chưa đọc</span>") == 1
    file = leader.get(f"/sign/{first.id}/file.pdf")
    assert file.content.startswith(b"%PDF")
    assert "sandbox" in file.headers["content-security-policy"]
    card = leader.get("/sign/key").text
    assert leader_of(PROVINCE).full_name in card
    assert "Còn hiệu lực" in card


def test_signing_leads_to_the_next_and_a_repeated_form_does_nothing_twice(
    counter: Counter, leader: httpx.Client
) -> None:
    first, second = submitted(counter, 2)
    answer = approve(leader, first)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign/{second.id}")
    assert approve(leader, first).status_code == 303
    assert steps_of(counter.office, first.id).count("approve") == 1
    issuance.sign(counter.office, [first.id])
    assert "Đã ký số" in leader.get(f"/sign/{first.id}/status").text
    assert approve(leader, first).status_code == 422


def test_what_changed_after_it_was_read_is_shown_and_not_signed(
    counter: Counter, leader: httpx.Client, tmp_path: Path
) -> None:
    (row,) = submitted(counter)
    assert "Thay đổi từ lần bạn đọc trước" not in leader.get(f"/sign/{row.id}").text
    now = revised(counter, row, tmp_path)
    pile = leader.get("/sign").text
    assert "Đã thay đổi sau khi đọc" in pile
    stale = approve(leader, row)
    assert stale.status_code == 422
    assert "document.version_moved" in stale.text
    assert document(counter.office, row.id).state == "submitted"
    for _ in range(2):  # a reload shows the same
        assert "Thay đổi từ lần bạn đọc trước" in leader.get(f"/sign/{row.id}").text
    changes = leader.get(f"/sign/{row.id}/changes").text
    assert "Kiểm tra đột xuất công tác lưu trữ." in changes
    assert "data:image/png;base64," in changes
    assert approve(leader, now).status_code == 303


def test_many_ticked_are_signed_and_what_changed_since_it_was_read_is_left_out(
    counter: Counter,
    leader: httpx.Client,
    tmp_path: Path,
    started: list[Future[None]],  # noqa: F811
) -> None:
    good, moved = submitted(counter, 2)
    seen = items([good, moved])
    revised(counter, moved, tmp_path)
    data = {"action": "approve", "key": "k", "item": seen}
    shown = finished(leader, leader.post("/sign/batch", data=data), started)
    assert "document.version_moved" in shown
    assert document(counter.office, good.id).state == "approved"
    assert document(counter.office, moved.id).state == "submitted"


def test_a_short_reason_comes_back_as_it_was_typed(counter: Counter, leader: httpx.Client) -> None:
    (row,) = submitted(counter)
    answer = send_back(leader, row, "<b>ngắn")
    assert answer.status_code == 422
    assert "&lt;b&gt;ngắn</textarea>" in answer.text
    assert "document.reason_missing" in answer.text
    assert document(counter.office, row.id).state == "submitted"
    assert send_back(leader, row).status_code == 303
    assert document(counter.office, row.id).state == "returned"


def test_what_was_approved_can_be_returned_or_dropped_while_it_is_not_signed(
    counter: Counter, leader: httpx.Client
) -> None:
    (row,) = submitted(counter)
    approve(leader, row)
    data = {"sha256": row.current_sha256 or "", "reason": REASON}
    assert leader.post(f"/sign/{row.id}/void", data=data).status_code == 303
    assert document(counter.office, row.id).state == "void"


@pytest.mark.parametrize("role", [Role.CLERK, Role.SPECIALIST], ids=str)
def test_whoever_does_not_sign_it_sees_no_button_and_is_refused(
    counter: Counter, role: Role
) -> None:
    (row,) = submitted(counter)
    client = counter.client(role)
    assert f"/sign/{row.id}/approve" not in client.get(f"/sign/{row.id}").text
    assert approve(client, row).status_code in {403, 422}
    assert document(counter.office, row.id).state == "submitted"


def test_another_agencys_document_is_not_there(counter: Counter) -> None:
    (row,) = submitted(counter)
    other = counter.client(Role.LEADER, HOME_AFFAIRS)
    for path in ("", "/file.pdf", "/changes", "/status", "/attachments/1", "/round"):
        assert other.get(f"/sign/{row.id}{path}").status_code == 404, path
    data = {"state": row.state, "sha256": row.current_sha256 or "", "reason": REASON}
    for path in ("approve", "return", "void", "round", "withdraw", "again", "code", "challenge"):
        answer = other.post(f"/sign/{row.id}/{path}", data=data)
        assert answer.status_code == 404, path
    files = {"signed": ("x.pdf", b"%PDF-1.7", "application/pdf")}
    assert other.post(f"/sign/{row.id}/elsewhere", files=files).status_code == 404
    assert document(counter.office, row.id).state == "submitted"


def test_a_revision_of_another_document_is_not_given(
    counter: Counter, leader: httpx.Client
) -> None:
    (row,) = submitted(counter)
    assert leader.get(f"/sign/{row.id}/file.pdf?sha256={'0' * 64}").status_code == 404
    assert leader.get(f"/sign/{row.id}/attachments/1").status_code == 404


def test_without_the_second_factor_nothing_is_approved(counter: Counter) -> None:
    (row,) = submitted(counter)
    client = counter.client(Role.LEADER)
    token, csrf = counter.session(counter.who(Role.LEADER), factors=frozenset({"pwd"}))
    client.cookies.clear()
    client.cookies.set("congvan", token)
    client.headers["X-CSRF-Token"] = csrf
    assert approve(client, row).status_code >= 400
    assert client.post(f"/sign/{row.id}/round", data={"state": "x", "sha256": ""}).is_error
    assert document(counter.office, row.id).state == "submitted"


@pytest.mark.parametrize(
    "text", ["\x00" * 20, "a" * 4000, "\ud800" * 20], ids=["nul", "long", "sur"]
)
def test_hostile_reasons_break_nothing(counter: Counter, leader: httpx.Client, text: str) -> None:
    (row,) = submitted(counter)
    data = {"sha256": row.current_sha256 or "", "reason": text.encode("utf-8", "surrogatepass")}
    answer = leader.post(f"/sign/{row.id}/return", data=data)
    assert answer.status_code in {303, 422}
    assert leader.get(f"/sign/{row.id}").status_code == 200


def test_a_units_head_initials_what_was_ticked(
    counter: Counter,
    started: list[Future[None]],  # noqa: F811
) -> None:
    (row,) = submitted(counter)
    head = counter.who(Role.UNIT_HEAD)
    with counter.office.database.writing() as session:
        today = counter.office.now().date()
        session.add(UnitRow(id="u1", organ_id=PROVINCE, name="Phòng Tổng hợp", since=today))
        session.flush()
        for post in session.query(PostRow).filter_by(person_id=head):
            post.unit_id = "u1"
        session.get_one(DocumentRow, row.id).unit_id = "u1"
    client = counter.client(Role.UNIT_HEAD)
    assert row.subject in client.get("/initials").text
    answer = client.post("/initials", data={"key": "k", "item": items([row])})
    assert "Đã ghi nhận ký nháy" in finished(client, answer, started)
    assert "initial" in steps_of(counter.office, row.id)
    assert f"/sign/{row.id}" not in client.get("/initials").text
