"""OWASP API Security Top 10 (2023) at /api/v1: others' ids, tokens, sizes, mass assignment."""

from collections.abc import Iterator
from datetime import timedelta

import httpx

from documents import access_rights, api_tokens
from documents.access import GrantKind
from documents.api_tokens import Scope
from documents.document import Role
from documents.lifecycle import Direction
from documents.tables import ApiTokenRow, DocumentRow, PostRow
from tests.web.api_systems import PAPER, MakeSystem, code_of
from tests.web.counter import Counter
from tests.web.test_api import FACTS, arrived, draft
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, documents, hand_in
from web.api.interface import PREFIX
from web.protection import FORM_BYTES

OWN = ("", "/deliveries", "/timeline", "/verification", "/tasks")


def reads(document_id: str, sha256: str) -> Iterator[str]:
    yield from (f"/documents/{document_id}{each}" for each in OWN)
    yield f"/documents/{document_id}/files/{sha256}"


def test_another_agencys_documents_and_tasks_are_unknown_by_any_path(
    counter: Counter, systems: MakeSystem
) -> None:
    document_id = arrived(counter)
    clerk, stranger = systems(Role.CLERK, HOME_AFFAIRS), systems(Role.CLERK, PROVINCE)
    etag = clerk.client.get(f"/documents/{document_id}").headers["etag"]
    person = counter.who(Role.SPECIALIST, HOME_AFFAIRS)
    wanted = {"opinion": "Chuyển xử lý", "shares": [{"to": person}]}
    theirs = clerk.do(f"/documents/{document_id}/direction", wanted, match=etag)
    (task,) = theirs.json()["tasks"]
    sha256 = document(counter.office, document_id).current_sha256 or ""
    before = document(counter.office, document_id).version
    for path in (*reads(document_id, sha256), f"/tasks/{task}"):
        answer = stranger.client.get(path)
        assert (answer.status_code, document_id in answer.headers) == (404, False), path
    step = {"step": "return", "reason": "lý do đủ mười ký tự"}
    etag = clerk.client.get(f"/documents/{document_id}").headers["etag"]
    tried = [
        stranger.do(f"/documents/{document_id}/steps", step, match=etag),
        stranger.do(f"/documents/{document_id}/direction", wanted, match=etag),
        stranger.do(f"/tasks/{task}/steps", {"step": "withdraw", "words": "thu hồi việc"}),
    ]
    assert [each.status_code for each in tried] == [404, 404, 404]
    assert document(counter.office, document_id).version == before
    listed = stranger.client.get("/documents").json()["documents"]
    found = stranger.client.get("/search", params={"q": ""}).json()["documents"]
    assert document_id not in {each["id"] for each in (*listed, *found)}
    # a file of theirs is not to be had by way of one's own document
    (mine,) = documents(counter.office, Direction.OUTGOING, PROVINCE)
    other = hand_in(counter.office, HOME_AFFAIRS, (PROVINCE,))
    theirs_file = document(counter.office, other).current_sha256
    assert stranger.client.get(f"/documents/{mine.id}/files/{theirs_file}").status_code == 404


def test_what_is_restricted_is_unknown_to_a_token_of_who_may_not_see_it(
    counter: Counter, systems: MakeSystem
) -> None:
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    leader, at = counter.who(Role.LEADER), counter.office.now()
    with counter.office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        asked = access_rights.ask(
            session, row, GrantKind.RESTRICTED, "", leader, at, "Nội dung nhân sự"
        )
        access_rights.decide(session, PROVINCE, asked.id, leader, at, confirmed=True)
    curious, entitled = systems(Role.ADMINISTRATOR), systems(Role.LEADER)
    for path in reads(document_id, document(counter.office, document_id).current_sha256 or ""):
        assert curious.client.get(path).status_code == 404, path
        assert entitled.client.get(path).status_code == 200, path
    for path in ("/documents?queue=drafts", "/search?q=v%C4%83n%20th%C6%B0"):
        shown = curious.client.get(path).json()["documents"]
        assert document_id not in {each["id"] for each in shown}


def test_a_draft_takes_no_field_that_is_not_a_drafts(counter: Counter, systems: MakeSystem) -> None:
    system = systems()
    for extra in (
        {"drafter": "ai-do"},
        {"organ_id": HOME_AFFAIRS},
        {"sender": HOME_AFFAIRS},
        {"state": "approved"},
        {"document_id": "x"},
    ):
        refused = draft(system, facts=FACTS | extra)
        assert (refused.status_code, code_of(refused)) == (422, "web.input_refused"), extra
    assert documents(counter.office, Direction.OUTGOING, PROVINCE) == []


def test_nobody_gets_in_without_a_good_token(counter: Counter, systems: MakeSystem) -> None:
    system, office = systems(), counter.office
    ended, revoked = systems(days=1), systems()
    with office.database.writing() as session:
        session.get_one(ApiTokenRow, ended.token_id).expires_at = office.now()
        administrator = counter.who(Role.ADMINISTRATOR)
        api_tokens.revoke(session, PROVINCE, revoked.token_id, administrator, office.now())
    for header in (
        "",
        "Bearer",
        f"Basic {system.token}",
        f"Bearer {system.token}x",
        f"Bearer {'a' * 9000}",
        "Bearer \xff",
        f"Bearer {ended.token}",
        f"Bearer {revoked.token}",
    ):
        answer = system.client.get("/me", headers={"Authorization": header.encode("latin-1")})
        assert (answer.status_code, code_of(answer)) == (401, "api.token_missing"), header
        assert answer.headers["www-authenticate"].startswith("Bearer")
    # a person's session is no token
    desk = counter.client()
    assert desk.get(f"{PREFIX}/me").status_code == 401


def test_a_token_in_the_address_is_refused_even_beside_a_good_one(systems: MakeSystem) -> None:
    system = systems()
    for name in ("access_token", "token", "api_key", "Access_Token"):
        answer = system.client.get("/me", params={name: system.token})
        assert (answer.status_code, code_of(answer)) == (400, "api.token_in_url")
        assert system.token not in answer.text


def test_scopes_part_reading_drafting_and_acting(counter: Counter, systems: MakeSystem) -> None:
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    reading, acting = systems(scopes=[Scope.READ]), systems(scopes=[Scope.ACT])
    assert code_of(draft(reading)) == "api.scope_missing"
    assert code_of(reading.step(document_id, "submit")) == "api.scope_missing"
    assert code_of(acting.client.get("/me")) == "api.scope_missing"
    assert code_of(draft(acting)) == "api.scope_missing"


def test_the_rights_of_a_token_end_with_the_post(counter: Counter, systems: MakeSystem) -> None:
    document_id = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,))
    system, yesterday = systems(), counter.office.now().date() - timedelta(days=2)
    assert system.client.get(f"/documents/{document_id}").status_code == 200
    with counter.office.database.writing() as session:
        for post in session.query(PostRow).filter_by(person_id=counter.who(Role.SPECIALIST)):
            post.until = yesterday
    assert system.client.get(f"/documents/{document_id}").status_code == 404
    assert system.client.get("/documents?queue=drafts").json()["documents"] == []
    assert code_of(draft(system)) == "right.denied"


def test_who_asks_too_often_waits(hurried: None, systems: MakeSystem) -> None:
    busy, calm = systems(), systems()
    told = [busy.client.get("/me") for _ in range(5)]
    assert [each.status_code for each in told] == [200, 200, 200, 429, 429]
    assert code_of(told[-1]) == "api.too_often"
    assert int(told[-1].headers["retry-after"]) >= 1
    assert calm.client.get("/me").status_code == 200


def test_huge_and_wrong_bodies_are_refused_without_harm(systems: MakeSystem) -> None:
    system = systems()
    path, key = "/tasks/x/steps", {"Idempotency-Key": "k"}
    huge = system.client.post(path, content=b"[" * (FORM_BYTES + 1), headers=key)
    assert huge.status_code == 413
    deep = system.client.post(
        path, content=b"[" * 200_000, headers=key | {"Content-Type": "application/json"}
    )
    assert (deep.status_code, code_of(deep)) == (400, "web.input_refused")
    for content, kind in (
        (b"\x00\xff", "application/json"),
        (b'{"step": "read"}', "text/plain"),
        (b"<x/>", "application/xml"),
        (b'{"step": "read", "step": 1}', "application/json"),
        (b'{"step": "\\ud800"}', "application/json"),
        (b"--x", "multipart/form-data; boundary=x"),
    ):
        answer = system.client.post(path, content=content, headers=key | {"Content-Type": kind})
        assert answer.status_code in {400, 422}, (kind, answer.text)
        assert answer.headers["content-type"] == PAPER
    for name in ("", "k" * 129, "khóa".encode()):
        headers = {"Idempotency-Key": name}
        answer = system.client.post(path, json={"step": "read"}, headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, code_of(answer)) == (400, "api.key_missing"), name


def test_hostile_names_and_words_are_kept_harmless(counter: Counter, systems: MakeSystem) -> None:
    system = systems()
    pdf = b"%PDF-1.7 nothing"
    for name in ("../../etc/passwd", "a\x00b.pdf", "x" * 3000 + ".pdf", "", "..", "\r\nX: y.pdf"):
        answer = system.client.post(
            "/documents",
            data={"facts": "{}"},
            files={"file": (name or "?", pdf, "application/pdf")},
            headers={"Idempotency-Key": "ten"},
        )
        assert answer.status_code == 422, (name, answer.text)
    facts = FACTS | {"subject": "<script>alert(1)</script>\u202e\x07 V/v"}
    told = draft(system, facts=facts)
    assert told.status_code in {201, 422}
    if told.status_code == 201:
        shown = system.client.get(f"/documents/{told.json()['id']}")
        assert shown.headers["content-type"] == "application/json"


def test_the_description_is_open_and_names_no_secret_path(counter: Counter) -> None:
    described = counter.stranger().get(f"{PREFIX}/openapi.json")
    assert described.status_code == 200
    told = described.json()
    assert told["openapi"].startswith("3.1")
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"HTTPBearer": []}]
    assert httpx.get(f"{counter.address}/openapi.json", trust_env=False).status_code == 404
    assert "/login" not in described.text
