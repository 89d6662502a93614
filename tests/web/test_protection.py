"""What every request of the desk meets: host, origin, size, form token; what answers carry."""

import http.client
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import web_sessions
from documents.document import Role
from tests.web.counter import Counter
from web.pace import Pace
from web.rendering import attachment_headers, own_path
from web.visitor import CSRF_HEADER, cookie_name


def test_every_answer_carries_a_policy_without_inline_scripts_and_is_not_kept(
    counter: Counter,
) -> None:
    answers = [counter.stranger().get(path) for path in ("/healthz", "/nope", "/static/icon.svg")]
    answers.append(counter.client().get("/nope"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answers[0].headers["cache-control"] == "no-store"


def test_a_stranger_is_sent_to_the_login_and_back_to_the_page_asked_for(counter: Counter) -> None:
    answer = counter.stranger().get("/lists/inbox?trang=2", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login?next=%2Flists%2Finbox%3Ftrang%3D2",
    )


def test_another_host_name_is_not_answered(counter: Counter) -> None:
    answer = counter.stranger().get("/healthz", headers={"Host": "evil.example"})
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    ids=["origin", "fetch", "sandboxed"],
)
def test_what_another_site_sends_is_refused_whoever_is_logged_in(
    counter: Counter, headers: dict[str, str]
) -> None:
    assert counter.client().post("/kept-forms", headers=headers).status_code == 403


def test_a_form_without_the_sessions_token_changes_nothing(counter: Counter) -> None:
    client = counter.client()
    for token in ("", "x" * 32, counter.session(counter.who(Role.CLERK))[1]):
        answer = client.post("/kept-forms", headers={CSRF_HEADER: token})
        assert answer.status_code == 403
        assert "web.form_stale" in answer.text


def test_a_body_larger_than_its_kind_may_be_is_refused_before_it_is_read(counter: Counter) -> None:
    address = urlsplit(counter.address)
    link = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    link.putrequest("POST", "/kept-forms")
    link.putheader("Content-Type", "application/x-www-form-urlencoded")
    link.putheader("Content-Length", str(10**9))
    link.endheaders()
    assert link.getresponse().status == 413
    link.close()


def test_a_body_that_does_not_say_its_length_is_cut_where_it_grows_too_large(
    counter: Counter,
) -> None:
    def flood() -> object:
        for _ in range(40):
            yield b"x" * 65536

    answer = counter.client().post(
        "/kept-forms",
        content=flood(),  # type: ignore[arg-type]
        headers={"Content-Type": "application/x-www-form-urlencoded", CSRF_HEADER: ""},
    )
    assert answer.status_code == 413


def test_who_stops_in_the_middle_of_a_form_keeps_no_place(counter: Counter) -> None:
    address = urlsplit(counter.address)
    token, _ = counter.session(counter.who(Role.CLERK))
    link = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    link.putrequest("POST", "/notices/read")
    link.putheader("Content-Type", "application/x-www-form-urlencoded")
    link.putheader("Cookie", f"{cookie_name(counter.office)}={token}")
    link.putheader("Content-Length", "100")
    link.endheaders(b"csrf=")
    assert link.getresponse().status == 408
    link.close()


def test_a_session_that_nobody_used_for_a_day_or_was_revoked_is_over(counter: Counter) -> None:
    who, at = counter.who(Role.LEADER), counter.office.now()
    old, _ = counter.session(who, at - timedelta(hours=9))
    token, _ = counter.session(who)
    with counter.office.database.writing() as session:
        assert web_sessions.visit(session, old, at) is None
        found = web_sessions.visit(session, token, at)
        assert found is not None
        web_sessions.revoke(session, found.session_id, found.account_id, at)
        assert web_sessions.visit(session, token, at) is None


def test_the_store_does_not_hold_what_the_cookie_holds(counter: Counter) -> None:
    token, _ = counter.session(counter.who(Role.CLERK))
    path = counter.office.settings.database_url().removeprefix("sqlite:///")
    with open(path, "rb") as file:
        content = file.read()
    with open(f"{path}-wal", "rb") as file:
        content += file.read()
    assert token.encode() not in content


def test_the_cookie_is_bound_to_tls_where_people_come_by_tls(counter: Counter) -> None:
    assert cookie_name(counter.office) == "congvan"
    counter.office.settings = counter.office.settings.model_copy(
        update={"public_url": "https://vanban.example"}
    )
    assert cookie_name(counter.office) == "__Host-congvan"


@pytest.mark.parametrize(
    "url",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:1", ""],
    ids=["scheme-relative", "absolute", "backslash", "unc", "script", "empty"],
)
def test_nobody_is_sent_to_another_host(url: str) -> None:
    assert own_path(url) == "/"


@given(st.text(max_size=60))
def test_what_is_followed_after_a_form_is_always_a_path_of_ours(text: str) -> None:
    for url in (text, f"/{text}", f"//{text}"):
        followed = own_path(url)
        assert followed.startswith("/")
        assert not followed.startswith(("//", "/\\"))
        assert not set(followed) & {"\r", "\n", "\t"}


@given(st.text(max_size=300))
def test_a_file_name_never_ends_its_header(name: str) -> None:
    value = attachment_headers(name)["Content-Disposition"]
    assert value.isascii()
    assert not set(value) & {"\r", "\n"}
    assert value.count('"') == 2


def test_turns_run_out_and_come_back_with_time() -> None:
    pace = Pace(rate=1, burst=3)
    assert [pace.wait("a", 0) for _ in range(4)] == [0, 0, 0, 1]
    assert pace.wait("b", 0) == 0
    assert pace.wait("a", 1) == 0
    assert pace.wait("a", 1) > 0
