"""Attacks on every route the desk has: no session, no form token, what is another agency's.

OWASP Top 10 (2021) A01, A05, A07; OWASP ASVS 4.0.3 V4. The routes are the application's own.
"""

import re

import httpx
import pytest

from documents.document import Role
from tests.web.attack_routes import Route, routes
from tests.web.attack_world import EVERY, World, changed, standing
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, PROVINCE
from web.api.interface import PREFIX
from web.visitor import CSRF_HEADER

OPEN = frozenset(
    {
        *("/healthz", "/readyz", "/login", "/login/code", "/login/oidc", "/login/oidc/callback"),
        *("/logged-out", "/logout", "/ioc", "/ioc/paired", f"{PREFIX}/openapi.json"),
        *("/vgca/{token}/source.pdf", "/vgca/{token}/upload"),
    }
)
"""What strangers reach; each of them is tried on its own."""
ENDLESS = frozenset({"/notices/stream"})
"""Answers that do not end by themselves."""


@pytest.fixture
def world(counter: Counter) -> World:
    """Fill the province's desk."""
    return World(counter)


def ask(client: httpx.Client, route: Route, path: str, form: dict[str, str]) -> httpx.Response:
    """Send what the route takes: its form, its files, JSON for the interface."""
    if route.safe:
        return client.get(path)
    if path.startswith(PREFIX):
        return client.request(route.method, path, json={"step": "return", "reason": "x" * 20})
    files = [(each, ("a.pdf", b"%PDF-1.7", "application/pdf")) for each in route.files]
    return client.request(route.method, path, data=form, files=files or None)


def test_no_route_answers_without_a_session(world: World) -> None:
    before, stranger = standing(world.counter), world.counter.stranger()
    for route in routes(world.counter):
        if route.path in OPEN:
            continue
        for path in world.addresses(route)[:1]:
            answer = ask(stranger, route, path, world.form(route, world.draft))
            told = (route.method, path, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/login?next=%2F"), told
            else:
                assert answer.status_code == 401, told
            assert world.mark not in answer.text, told
    assert changed(before, standing(world.counter)) == {}


def test_no_unsafe_route_takes_a_form_without_the_sessions_own_token(world: World) -> None:
    clerk, leader = (world.counter.client(role) for role in (Role.CLERK, Role.LEADER))
    foreign = str(leader.headers[CSRF_HEADER])
    before = standing(world.counter)
    for route in routes(world.counter):
        if route.safe or route.path in OPEN or route.path.startswith(PREFIX):
            continue
        path = world.addresses(route)[0]
        for token in ("", foreign):
            form = world.form(route, world.draft) | {"csrf": token}
            clerk.headers[CSRF_HEADER] = token
            answer = ask(clerk, route, path, form)
            assert answer.status_code == 403, (route.method, path, answer.status_code)
    assert changed(before, standing(world.counter)) == {}


HARMLESS = frozenset(
    {
        "/intake/models/{model_id}/drop",
        "/lists/{name}/views/{view_id}/drop",
        "/presence/{document_id}/leave",
        "/search/saved/{view_id}/drop",
    }
)
"""What takes one's own thing away if there is one, and says nothing either way."""


def prowl(
    world: World, client: httpx.Client, things: frozenset[str], *marks: str, only_safe: bool = False
) -> list[tuple[object, ...]]:
    """Ask every route for what *client* may not see; return what it should not have answered."""
    wrong: list[tuple[object, ...]] = []
    for route in routes(world.counter):
        if route.path in OPEN | ENDLESS or route.path.startswith(PREFIX):
            continue
        if only_safe and not route.safe:
            continue
        hidden = bool(things & set(route.parameters)) and route.path not in HARMLESS
        for path in world.addresses(route):
            answer = ask(client, route, path, world.form(route, world.draft))
            told = (route.method, route.path, answer.status_code)
            codes = re.findall(r"<code>(.*?)</code>", answer.text)
            # a form that comes back says so too
            unknown = answer.status_code == 422 and codes[:1] == ["reservation.unknown"]
            if hidden and answer.status_code not in {403, 404} and not unknown:
                wrong.append((*told, *codes))
            seen = [each for each in marks if each in answer.text]
            if seen or answer.status_code >= 500:
                wrong.append((*told, *seen))
    return wrong


def test_nothing_of_another_agency_is_shown_or_changed_by_its_id(world: World) -> None:
    client = world.insider(HOME_AFFAIRS, *EVERY)
    before = standing(world.counter, PROVINCE)
    assert (
        prowl(world, client, frozenset({*world.ids, "document_id"}), world.mark, world.secret) == []
    )
    told = changed(before, standing(world.counter, PROVINCE))
    assert told == {}


def test_what_is_restricted_is_hidden_from_who_is_not_named_by_any_route(world: World) -> None:
    world.restrict()
    client = world.insider(PROVINCE, Role.SPECIALIST, Role.ADMINISTRATOR)
    own = {"document_id", "task_id", "remark_id", "opinion_id", "report_id"}
    assert prowl(world, client, frozenset(own), world.secret) == []
