"""The interface for other systems: the same rights and steps, once by key, by what was seen."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from documents import ledger
from documents.awaited import Awaited
from documents.document import Role
from documents.lifecycle import Direction, State
from documents.tables import ApiTokenRow, DocumentRow
from tests.web.api_systems import KEYS, MakeSystem, System, code_of
from tests.web.counter import Counter
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    approve,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    letter_of,
    receive,
)
from web.api.once import REPLAYED

FACTS: dict[str, Any] = {
    "type": "Quyết định",
    "subject": "Về việc kiểm tra công tác văn thư",
    "signer": leader_of(PROVINCE).id,
    "recipients": [HOME_AFFAIRS],
}


def draft(system: System, key: str = "", facts: dict[str, Any] = FACTS) -> httpx.Response:
    """Hand a PDF in with one attachment."""
    pdf = letter_of(PROVINCE).pdf
    return system.client.post(
        "/documents",
        data={"facts": json.dumps(facts)},
        files=[
            ("file", ("quyết định.pdf", pdf, "application/pdf")),
            ("attachments", ("phụ lục.pdf", pdf, "application/pdf")),
        ],
        headers={"Idempotency-Key": key or f"draft-{next(KEYS)}"},
    )


def arrived(counter: Counter) -> str:
    """Return a registered arrival of HOME_AFFAIRS."""
    office = counter.office
    issue(office, [approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,)))])
    receive(office)
    (row,) = documents(office, Direction.INCOMING, HOME_AFFAIRS)
    assert row.state == State.REGISTERED
    return row.id


def test_a_draft_goes_by_the_interface_from_file_to_approval(
    counter: Counter, systems: MakeSystem
) -> None:
    drafting, leading = systems(), systems(Role.LEADER)
    made = draft(drafting)
    assert made.status_code == 201, made.text
    document_id = made.json()["id"]
    assert made.headers["location"] == f"/api/v1/documents/{document_id}"
    row = document(counter.office, document_id)
    assert (row.drafter_id, row.organ_id) == (counter.who(Role.SPECIALIST), PROVINCE)
    read = drafting.client.get(f"/documents/{document_id}")
    assert read.headers["etag"] == made.headers["etag"]
    assert {each["kind"] for each in read.json()["files"]} == {"source", "draft", "attachment"}
    assert {each["step"] for each in read.json()["steps"]} == {"submit", "void"}
    assert drafting.step(document_id, "submit").json()["state"] == "submitted"
    assert code_of(drafting.step(document_id, "approve")) == "right.denied"
    assert leading.step(document_id, "approve").json()["state_name"] == "đã duyệt"
    timeline = drafting.client.get(f"/documents/{document_id}/timeline").json()
    assert [each["step"] for each in timeline][-2:] == ["submit", "approve"]
    assert timeline[-1]["actor"] == counter.who(Role.LEADER)
    listed = drafting.client.get("/documents", params={"queue": "to-sign"}).json()
    assert [each["id"] for each in listed["documents"]] == [document_id]


def test_an_arrival_is_directed_and_done_by_the_interface(
    counter: Counter, systems: MakeSystem
) -> None:
    document_id = arrived(counter)
    clerk, working = systems(Role.CLERK, HOME_AFFAIRS), systems(Role.SPECIALIST, HOME_AFFAIRS)
    read = clerk.client.get(f"/documents/{document_id}")
    assert {each["step"] for each in read.json()["steps"]} >= {"submit", "assign"}
    wanted = {
        "opinion": "Chuyển xử lý theo quy chế",
        "shares": [{"to": counter.who(Role.SPECIALIST, HOME_AFFAIRS)}],
    }
    path, match = f"/documents/{document_id}/direction", read.headers["etag"]
    directed = clerk.do(path, wanted, match=match)
    assert (directed.status_code, directed.json()["state"]) == (201, "assigned")
    (mine,) = working.client.get("/tasks").json()["tasks"]
    assert mine["id"] == directed.json()["tasks"][0]
    path = f"/tasks/{mine['id']}/steps"
    for step, words in (("start", ""), ("report", "Đang làm"), ("complete", "Đã làm xong")):
        told = working.do(path, {"step": step, "words": words})
        assert told.status_code == 200, told.text
    assert told.json()["state"] == "done"
    assert clerk.client.get(f"/documents/{document_id}").json()["state"] == "completed"
    assert working.client.get(f"/documents/{document_id}/tasks").json()[0]["result"]
    assert clerk.client.get(f"/documents/{document_id}/verification").json()[0]["verdict"]


def test_what_left_shows_its_recipients_register_and_files(
    counter: Counter, systems: MakeSystem
) -> None:
    arrived(counter)
    (sent,) = documents(counter.office, Direction.OUTGOING, PROVINCE)
    clerk = systems(Role.CLERK)
    (delivery,) = clerk.client.get(f"/documents/{sent.id}/deliveries").json()
    assert (delivery["organ_id"], delivery["state"]) == (HOME_AFFAIRS, "sent")
    year = counter.office.now().year
    (register,) = clerk.client.get("/registers", params={"year": year}).json()["registers"]
    assert register["last_number"] == 1
    page = clerk.client.get(f"/registers/outgoing/{year}").json()
    assert page["rows"][0]["number"] == 1
    assert len(page["columns"]) == len(page["rows"][0]["cells"])
    assert page["next"] == ""
    got = clerk.client.get(f"/documents/{sent.id}/files/{sent.current_sha256}")
    assert got.content == counter.office.blobs.get(sent.current_sha256 or "")
    assert got.headers["content-disposition"] == 'attachment; filename="sealed.pdf"'
    assert got.headers["content-security-policy"] == "sandbox"
    agencies = clerk.client.get("/agencies", params={"q": "so noi vu"}).json()["agencies"]
    assert all(each["code"] for each in agencies)
    assert clerk.client.get("/search", params={"q": "văn thư"}).status_code == 200
    assert clerk.client.get("/me").json()["person_id"] == counter.who(Role.CLERK)


def test_pages_follow_by_cursor_and_miss_nothing(counter: Counter, systems: MakeSystem) -> None:
    ids = {hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,)) for _ in range(5)}
    client, cursor, seen = systems().client, "", []
    while True:
        page = client.get("/documents", params={"queue": "drafts", "limit": 2, "cursor": cursor})
        seen += [each["id"] for each in page.json()["documents"]]
        if not (cursor := page.json()["next"]):
            break
    assert len(seen) == 5
    assert set(seen) == ids
    refused = client.get("/documents", params={"cursor": "nonsense"})
    assert (refused.status_code, code_of(refused)) == (422, "list.mark_invalid")


def test_a_repeat_under_its_key_hears_the_first_answer_and_does_nothing(
    counter: Counter, systems: MakeSystem
) -> None:
    system, office = systems(), counter.office
    first, again = draft(system, "mot"), draft(system, "mot")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert first.headers["etag"] == again.headers["etag"]
    assert len(documents(office, Direction.OUTGOING, PROVINCE)) == 1
    other = draft(system, "mot", FACTS | {"subject": "Về việc khác"})
    assert (other.status_code, code_of(other)) == (422, "api.key_reused")
    path, body = f"/documents/{first.json()['id']}/steps", {"step": "submit"}
    match = first.headers["etag"]
    once = system.do(path, body, match=match, key="hai")
    twice = system.do(path, body, match=match, key="hai")
    assert once.json() == twice.json() == system.do(path, body, match=match, key="hai").json()
    # another system may use the same key for something else
    assert draft(systems(Role.UNIT_HEAD), "mot").status_code == 201


def test_a_refusal_too_is_kept_under_its_key(counter: Counter, systems: MakeSystem) -> None:
    system = systems()
    refused = [draft(system, "sai", FACTS | {"recipients": ["H99.77"]}) for _ in range(2)]
    assert refused[0].is_client_error
    assert refused[0].json() == refused[1].json()
    assert refused[1].headers[REPLAYED] == "true"
    assert documents(counter.office, Direction.OUTGOING, PROVINCE) == []


def test_of_many_at_once_under_one_key_one_is_done(counter: Counter, systems: MakeSystem) -> None:
    system = systems()
    with ThreadPoolExecutor(4) as crowd:
        told = list(crowd.map(lambda _: draft(system, "cung-luc"), range(4)))
    made = {each.json()["id"] for each in told if each.status_code == 201}
    assert len(made) == 1
    late = [each for each in told if each.status_code != 201]
    assert {code_of(each) for each in late} <= {"api.still_running"}
    assert draft(system, "cung-luc").json()["id"] in made
    assert len(documents(counter.office, Direction.OUTGOING, PROVINCE)) == 1


def test_a_step_on_what_has_changed_is_refused_and_says_how_it_stands(
    counter: Counter, systems: MakeSystem
) -> None:
    system = systems()
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    path = f"/documents/{document_id}/steps"
    assert code_of(system.do(path, {"step": "submit"})) == "api.match_missing"
    old = system.client.get(f"/documents/{document_id}").headers["etag"]
    assert system.do(path, {"step": "submit"}, match=old).status_code == 200
    late = system.do(path, {"step": "void", "reason": "không cần nữa đâu"}, match=old)
    assert (late.status_code, code_of(late)) == (412, "api.document_moved")
    assert "submitted" in late.json()["title"]
    assert document(counter.office, document_id).state == State.SUBMITTED


def test_steps_of_the_system_and_steps_without_a_reason_are_refused(
    counter: Counter, systems: MakeSystem
) -> None:
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    system, clerk = systems(), systems(Role.CLERK)
    assert code_of(system.step(document_id, "void")) == "document.reason_missing"
    assert code_of(clerk.step(document_id, "seal")) == "document.step_refused"
    with counter.office.database.writing() as session:
        session.get_one(DocumentRow, document_id).state = State.SIGNED
    # nothing awaits the clerk's word here: the flow numbers it
    assert code_of(clerk.step(document_id, "assign_number")) == "document.step_refused"


def test_what_awaits_the_clerk_is_issued_and_registered_by_their_word(
    counter: Counter, systems: MakeSystem
) -> None:
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    clerk = systems(Role.CLERK)
    with counter.office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        row.state, row.awaits = State.SIGNED, Awaited.ISSUE
    assert {
        each["step"] for each in clerk.client.get(f"/documents/{document_id}").json()["steps"]
    } == {"assign_number", "void"}
    assert code_of(systems().step(document_id, "assign_number")) == "right.denied"
    assert clerk.step(document_id, "assign_number").status_code == 200
    assert document(counter.office, document_id).awaits is None


def test_a_token_is_kept_by_its_digest_and_told_by_the_ledger(
    counter: Counter, systems: MakeSystem
) -> None:
    system = systems()
    with counter.office.database.reading() as session:
        row = session.get_one(ApiTokenRow, system.token_id)
        assert system.token not in str(vars(row))
        (told,) = [each for each in ledger.history(session, "") if each.step == "add_token"]
        assert system.token_id in told.detail
        assert system.token not in told.detail
    assert system.token not in repr(system)
    assert row.last_used_at is None
    assert system.client.get("/me").status_code == 200
    with counter.office.database.reading() as session:
        assert session.get_one(ApiTokenRow, system.token_id).last_used_at is not None


def test_readiness_says_what_cannot_be_used(counter: Counter) -> None:
    stranger = counter.stranger()
    assert stranger.get("/healthz").text == "ok"
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert ready.json()["worker"] in {"running", "stopped"}
    settings = counter.office.settings
    blobs = settings.at(settings.blobs)
    blobs.rename(blobs.with_name("elsewhere"))
    try:
        lost = stranger.get("/readyz")
    finally:
        blobs.with_name("elsewhere").rename(blobs)
    assert (lost.status_code, lost.json()["files"]) == (503, "fail")
    assert lost.json()["database"] == "ok"
