"""People who are somebody else's business: ended posts, closed accounts, roles without the right.

OWASP ASVS 4.0.3 V3.3, V4.1; WSTG-ATHZ. Everything is asked at every route of the application.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from documents.document import Role
from documents.tables import (
    AccountRow,
    ComposedTextRow,
    DocumentRow,
    FilingRow,
    LedgerRow,
    PaperIssueRow,
    PostRow,
    TaskRow,
)
from tests.web.attack_routes import routes
from tests.web.attack_world import World, changed, standing
from tests.web.counter import Counter
from tests.web.test_attacks import ENDLESS, OPEN, ask, prowl
from tests.web.test_drafts import typed
from tests.workflows.house import PROVINCE
from web.api.interface import PREFIX
from web.visitor import CSRF_HEADER

OWN = frozenset(
    {
        *("absence", "batch", "batch_item", "ledger", "ledger_head", "phrase", "preset"),
        *("presence", "recipient_group", "recipient_group_member", "saved_query", "access"),
        *("work_delegation", "arrival_model", "reading", "report"),
    }
)
"""Tables in which everybody may keep what is their own."""


@pytest.fixture
def world(counter: Counter) -> World:
    """Fill the province's desk."""
    return World(counter)


def test_whose_posts_have_ended_sees_and_does_nothing_more(world: World) -> None:
    client = world.insider(PROVINCE, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)
    assert world.secret in client.get("/lists/inbox").text
    yesterday = world.counter.office.now().date() - timedelta(days=2)
    with world.counter.office.database.writing() as session:
        for post in session.query(PostRow).where(PostRow.person_id.startswith("gian-")):
            post.until = yesterday
    before = standing(world.counter, PROVINCE)
    assert prowl(world, client, frozenset({"document_id", "task_id"}), only_safe=True) == []
    for step in ("submit", "approve", "void"):
        data = {"name": step, "step": step, "version": "0", "reason": "Lý do đủ mười ký tự"}
        assert client.post(f"/drafts/{world.draft}/step", data=data).status_code in {403, 404}
    assert changed(before, standing(world.counter, PROVINCE)) == {}


def test_a_closed_account_is_out_at_once(world: World) -> None:
    client = world.insider(PROVINCE, Role.CLERK)
    assert client.get("/lists/inbox").status_code == 200
    at = world.counter.office.now()
    with world.counter.office.database.writing() as session:
        account = session.query(AccountRow).where(AccountRow.username.startswith("gian-")).one()
        account.disabled_at = at
    for path in ("/", "/lists/inbox", "/search?q=x", f"/documents/{world.draft}"):
        answer = client.get(path)
        assert answer.headers.get("location", "").startswith("/login"), path
    assert client.post("/notices/read").status_code == 401


def test_an_administrator_takes_no_step_on_any_document(world: World) -> None:
    client = world.insider(PROVINCE, Role.ADMINISTRATOR)
    before = standing(world.counter, PROVINCE)
    steps = ("return", "approve", "close")
    for route in routes(world.counter):
        if route.safe or route.path in OPEN | ENDLESS or route.path.startswith(PREFIX):
            continue
        for document in (world.arrival, world.draft):
            for step in steps if "step" in (*route.parameters, *route.fields) else steps[:1]:
                ids = world.ids | {"document_id": document, "step": step, "name": "inbox"}
                form = world.form(route, document) | {"step": step, "name": step}
                form = {name: form[name] for name in route.fields}
                answer = ask(client, route, route.at(ids), form)
                assert answer.status_code < 500, (route.path, step)
    told = changed(before, standing(world.counter, PROVINCE))
    theirs = OWN | {"agency", "display"}  # how the agency works is theirs to say
    assert set(told) <= theirs, {name: told[name] for name in set(told) - theirs}


def together(client: httpx.Client, send: Callable[[httpx.Client], httpx.Response]) -> list[int]:
    """Send the same thing four times at one moment; return the answers' status."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(client), range(4)))
    return sorted(each.status_code for each in answers)


def count(counter: Counter, of: type) -> int:
    """Return how many rows there are."""
    with counter.office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def test_the_same_form_at_the_same_moment_does_a_thing_once(world: World) -> None:
    counter = world.counter
    drafter, clerk = counter.client(Role.SPECIALIST), counter.client(Role.CLERK)
    before = count(counter, DocumentRow)
    told = together(drafter, lambda client: client.post("/drafts/new", data=typed()))
    assert set(told) <= {303, 409, 422, 503}, told
    assert 303 in told
    assert count(counter, DocumentRow) - before == 1
    assert count(counter, ComposedTextRow) == 1

    with counter.office.database.reading() as session:
        made = session.scalars(select(DocumentRow.id).order_by(DocumentRow.created_at)).all()[-1]
    step = {"name": "submit", "version": "0", "reason": ""}
    told = together(drafter, lambda client: client.post(f"/drafts/{made}/step", data=step))
    assert 303 in told
    with counter.office.database.reading() as session:
        took = select(func.count()).where(LedgerRow.document_id == made, LedgerRow.step == "submit")
        assert session.scalar(took) == 1

    filed = {"document": world.arrival, "dossier": world.ids["dossier_id"]}
    told = together(clerk, lambda client: client.post("/dossiers/file", data=filed))
    assert count(counter, FilingRow) == 1, told

    paper = {"copies": "2", "key": "mot-lan"}
    path = f"/documents/{world.draft}/paper"
    told = together(clerk, lambda client: client.post(path, data=paper))
    assert count(counter, PaperIssueRow) <= 1, told

    head = counter.client(who="binh")
    task, tasks = world.ids["task_id"], count(counter, TaskRow)
    told = together(head, lambda client: client.post(f"/work/{task}/accept", data={"state": "new"}))
    assert count(counter, TaskRow) == tasks
    assert max(told) < 500, told


def test_a_session_of_one_is_no_session_of_another(world: World) -> None:
    one, other = world.counter.client(Role.CLERK), world.counter.client(Role.LEADER)
    mixed = httpx.Client(
        base_url=world.counter.address,
        cookies=one.cookies,
        headers={CSRF_HEADER: other.headers[CSRF_HEADER]},
        trust_env=False,
        timeout=30,
    )
    with mixed:
        assert mixed.post("/account/language", data={"language": "en"}).status_code == 403
        for value in ("", "x" * 5000, "Đ", "a b", '"', "null"):
            cookie = f"congvan={value}".encode()
            answer = httpx.get(
                f"{world.counter.address}/lists/inbox",
                headers={b"cookie": cookie},
                trust_env=False,
                timeout=30,
            )
            assert answer.status_code in {303, 401}, value
