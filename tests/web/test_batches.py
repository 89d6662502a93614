"""/batches over HTTP: asked for once, told document by document, nobody else's business."""

import re
from concurrent.futures import Future

import httpx
import pytest

from documents import outgoing
from documents.document import Role
from documents.lifecycle import Step
from documents.tables import DocumentRow
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, hand_in
from workflows import batch_runner
from workflows.office import Office


def submitted(counter: Counter, count: int = 1, sender: str = PROVINCE) -> list[DocumentRow]:
    """Return documents that wait for the leader."""
    found = []
    to = HOME_AFFAIRS if sender == PROVINCE else PROVINCE
    for _ in range(count):
        document_id = hand_in(counter.office, sender, (to,))
        with counter.office.database.writing() as session:
            row = session.get_one(DocumentRow, document_id)
            at = counter.office.now()
            outgoing.decide(session, document_id, Step.SUBMIT, row.drafter_id or "", at)
        found.append(document(counter.office, document_id))
    return found


def items(rows: list[DocumentRow]) -> list[str]:
    return [f"{row.id}|{row.state}|{row.current_sha256}" for row in rows]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Future[None]]:
    """What was begun in the background, to be waited for."""
    begun: list[Future[None]] = []
    start = batch_runner.start

    def noted(office: Office, batch_id: str) -> None:
        begun.append(start(office, batch_id))

    monkeypatch.setattr(batch_runner, "start", noted)
    return begun


def finished(client: httpx.Client, answer: httpx.Response, started: list[Future[None]]) -> str:
    """Wait until a batch is done; return its page."""
    assert answer.status_code == 303, answer.text
    for each in started:
        each.result(30)
    shown = client.get(answer.headers["location"]).text
    assert "hx-trigger" not in shown
    return shown


def ask(client: httpx.Client, rows: list[DocumentRow], **given: str) -> httpx.Response:
    data = {"action": "approve", "key": "k1", "item": items(rows)} | given
    return client.post("/batches", data=data)


def test_a_batch_approves_each_and_shows_a_result_for_each(
    counter: Counter, started: list[Future[None]]
) -> None:
    rows = submitted(counter, 2)
    client = counter.client(Role.LEADER)
    shown = finished(client, ask(client, rows), started)
    assert shown.count("Đã thực hiện</span>") == 2
    assert {document(counter.office, row.id).state for row in rows} == {"approved"}
    listed = client.get("/batches").text
    assert "2/2" in listed
    where = re.search(r"/batches/[0-9a-f-]{36}", listed)
    assert where
    book = client.get(f"{where[0]}/results.xlsx")
    assert book.content.startswith(b"PK")
    assert "attachment" in book.headers["content-disposition"]


def test_the_same_form_sent_twice_is_one_batch(
    counter: Counter, started: list[Future[None]]
) -> None:
    rows = submitted(counter)
    client = counter.client(Role.LEADER)
    first, second = ask(client, rows), ask(client, rows)
    assert first.headers["location"] == second.headers["location"]
    finished(client, first, started)
    assert ask(client, rows, action="return", reason="Sửa lại trích yếu").status_code == 422


def test_somebody_elses_batch_is_not_found(counter: Counter, started: list[Future[None]]) -> None:
    client = counter.client(Role.LEADER)
    answer = ask(client, submitted(counter))
    finished(client, answer, started)
    other = counter.client(Role.CLERK)
    for path in ("", "/results.xlsx"):
        assert other.get(answer.headers["location"] + path).status_code == 404
    for path in ("/cancel", "/retry"):
        assert other.post(answer.headers["location"] + path).status_code == 404


def test_another_agencys_documents_cannot_be_asked_for(counter: Counter) -> None:
    rows = submitted(counter, sender=HOME_AFFAIRS)
    assert ask(counter.client(Role.LEADER), rows).status_code == 404
    assert document(counter.office, rows[0].id).state == "submitted"


@pytest.mark.parametrize(
    "item", ["", "a|b|c|d", "x" * 40, "\x00"], ids=["empty", "too-many", "too-long", "nul"]
)
def test_what_no_list_sent_is_refused_and_nothing_breaks(counter: Counter, item: str) -> None:
    answer = counter.client(Role.LEADER).post(
        "/batches", data={"action": "approve", "key": "k", "item": [item]}
    )
    assert answer.status_code in {404, 422}


def test_signing_many_wants_the_second_factor(counter: Counter) -> None:
    rows = submitted(counter)
    who = counter.who(Role.LEADER)
    client = counter.client(Role.LEADER)
    token, csrf = counter.session(who, factors=frozenset({"pwd"}))
    client.cookies.clear()
    client.cookies.set("congvan", token)
    client.headers["X-CSRF-Token"] = csrf
    assert ask(client, rows).status_code in {403, 422}
    assert document(counter.office, rows[0].id).state == "submitted"
