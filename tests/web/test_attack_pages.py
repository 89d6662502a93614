"""Hostile words and requests on every page: nothing of theirs becomes markup, headers, addresses.

OWASP ASVS 4.0.3 V5 and V14; WSTG-INPV, WSTG-CLNT. The pages are the application's own routes.
"""

import re
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.web.attack_routes import Route, elements, routes
from tests.web.attack_world import EVERY, World
from tests.web.counter import Counter
from tests.workflows.house import PROVINCE
from web.api.interface import PREFIX

EVIL = "EVIL7"
"""Stands in whatever the attacker gives; no attribute or element may be named by it."""
MARKUP = f"\"'><script>{EVIL}</script><img src=x onerror={EVIL}>{{{{7*7}}}}${{7*7}}</title>\u202e"
WORDS = {
    "markup": MARKUP,
    "address": f"javascript:alert('{EVIL}')",
    "header": f"a\r\nX-{EVIL}: 1\r\n\r\n{EVIL}",
    "elsewhere": f"//{EVIL}.example/",
    "backslash": f"/\\{EVIL}.example",
    "nothing": "\x00",
    "number": "9" * 400,
    "less": "-9223372036854775809",
    "long": EVIL * 1500,
    "format": "%s%n{0}{0.__class__}",
    "path": "../../../../etc/passwd",
    "cursor": "bnVsbA==.AAAA~~",
}
ENDLESS = frozenset({"/notices/stream"})
ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "content"}
)
SCRIPTS = re.compile(r"^on|^style$|^hx-on|^srcdoc$")


def unclean(answer: httpx.Response) -> list[str]:
    """Return what a page has that no page of ours has."""
    wrong = []
    for tag, attributes in elements(answer.text):
        if EVIL.lower() in tag or (tag == "script" and "src" not in attributes):
            wrong.append(tag)
        for name, value in attributes.items():
            if EVIL.lower() in name or SCRIPTS.search(name):
                wrong.append(f"{tag} {name}")
            if name in ADDRESSES and _leads_away(name, value):
                wrong.append(f"{tag} {name}={value[:80]}")
    if "{{7*7}}" not in answer.text and ">49" in answer.text:
        wrong.append("a template of theirs was filled in")
    return wrong


def _leads_away(name: str, value: str) -> bool:
    if name == "content":
        return False
    plain = re.sub(r"[\x00-\x20]", "", value).lower().replace("\\", "/")
    return plain.startswith(
        ("javascript:", "vbscript:", "data:text", "//", f"http://{EVIL}".lower())
    )


def undressed(answer: httpx.Response, path: str) -> list[str]:
    """Return which headers an answer lacks, or has that it should not have."""
    told, wrong = answer.headers, []
    policy = told.get("content-security-policy", "")
    if (
        "default-src 'none'" not in policy
        or "unsafe-inline" in policy
        or "unsafe-eval'" in policy.replace("wasm-unsafe-eval'", "")
    ):
        wrong.append("content-security-policy")
    if told.get("x-content-type-options") != "nosniff":
        wrong.append("x-content-type-options")
    if not path.startswith("/static/") and "no-store" not in told.get("cache-control", ""):
        wrong.append("cache-control")
    wrong += [name for name in told if EVIL.lower() in name.lower()]
    aims = [told[name] for name in ("location", "hx-redirect") if name in told]
    wrong += [f"leads to {each[:80]}" for each in aims if not _stays(each)]
    for cookie in told.get_list("set-cookie"):
        low = cookie.lower()
        if ('=""' not in low and "httponly" not in low) or "samesite=" not in low:
            wrong.append(cookie[:60])
    if "server" in told and "/" in told["server"]:
        wrong.append("server")
    return wrong


def _stays(address: str) -> bool:
    parts = urlsplit(address.replace("\\", "/"))
    return address.startswith("/") and not (parts.scheme or parts.netloc)


def judged(answer: httpx.Response, route: Route, path: str) -> list[tuple[object, ...]]:
    """Return all that is wrong with an answer."""
    wrong = undressed(answer, path)
    if answer.status_code >= 500:
        wrong.append("".join(re.findall(r"<code>(.*?)</code>", answer.text)) or "500")
    if answer.headers.get("content-type", "").startswith("text/html"):
        wrong += unclean(answer)
    return [(route.method, path[:150], answer.status_code, each) for each in wrong]


@pytest.fixture
def world(counter: Counter) -> World:
    """A desk on which every text is markup."""
    made = World(counter)
    made.spoil(MARKUP)
    made.ids["report_id"] = "none"  # what a report holds is not read from outside
    return made


def test_what_is_kept_is_only_words_on_every_page_and_every_answer_is_dressed(
    world: World,
) -> None:
    wrong: list[tuple[object, ...]] = []
    shown = 0
    clients = [
        world.counter.client(who=world.desk.leader),
        world.insider(PROVINCE, *EVERY),
    ]
    for route in routes(world.counter):
        if not route.safe or route.path in ENDLESS or route.path.startswith(PREFIX):
            continue
        for client in clients:
            for path in world.addresses(route):
                answer = client.get(path)
                shown += EVIL in answer.text
                wrong += judged(answer, route, path)
                part = client.get(path, headers={"HX-Request": "true"})
                wrong += judged(part, route, path)
    assert wrong == []
    assert shown > 40


def test_what_comes_in_an_address_breaks_no_page_and_leads_nowhere(world: World) -> None:
    wrong: list[tuple[object, ...]] = []
    client = world.insider(PROVINCE, *EVERY)
    names = sorted({name for route in routes(world.counter) for name in route.pages})
    for route in routes(world.counter):
        if not route.safe or route.path in ENDLESS or route.path.startswith(PREFIX):
            continue
        own = route.at(
            {
                **world.ids,
                "document_id": world.arrival,
                "kind": "csv",
                "name": "inbox",
                "direction": "incoming",
            }
        ).partition("?")[0]
        for words in WORDS.values():
            said = "&".join(f"{name}={quote(words[:1500])}" for name in (*names, *names[:3]))
            answer = client.get(f"{own}?{said}")
            wrong += judged(answer, route, own)
        if route.parameters:
            for words in ("markup", "header", "nothing", "path", "number", "long"):
                path = route.at(
                    dict.fromkeys(route.parameters, quote(WORDS[words][:3000], safe=""))
                )
                wrong += judged(client.get(path), route, path)
    assert wrong == []


def test_hostile_forms_break_no_step_and_come_back_as_words(world: World) -> None:
    wrong: list[tuple[object, ...]] = []
    client = world.insider(PROVINCE, *EVERY)
    for route in routes(world.counter):
        if route.safe or route.path.startswith(PREFIX) or route.path == "/logout":
            continue
        path = route.at(
            world.ids
            | {"document_id": world.arrival, "name": "inbox", "kind": "csv", "step": "return"}
        )
        for words in ("markup", "address", "header", "elsewhere", "nothing", "number", "long"):
            form = dict.fromkeys(
                route.fields or ("subject", "recipients", "then", "version", "body"), WORDS[words]
            )
            files = [(each, (WORDS[words][:200], b"%PDF-1.7", "text/html")) for each in route.files]
            answer = client.request(route.method, path, data=form, files=files or None)
            wrong += judged(answer, route, path)
            if words == "elsewhere":
                aimed = client.request(
                    route.method, path, data=form, headers={"HX-Request": "true"}
                )
                wrong += judged(aimed, route, path)
    assert wrong == []


def test_other_methods_and_hosts_get_nothing(world: World) -> None:
    client, wrong = world.insider(PROVINCE, *EVERY), []
    every = routes(world.counter)
    taken = {(each.method, each.path) for each in every}
    for route in every:
        path = world.addresses(route)[0]
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            if (method, route.path) in taken or route.path in ENDLESS:
                continue
            answer = client.request(method, path)
            fits = answer.status_code in {404, 405, 401, 403} or method == "GET"
            if not fits:
                wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    for host in ("evil.example", "127.0.0.1.evil.example", "[::1", "", "127.0.0.1@evil"):
        answer = client.get("/", headers={"Host": host})
        assert answer.status_code in {400, 421}, host


def test_static_files_are_only_ours(counter: Counter) -> None:
    stranger = counter.stranger()
    for path in (
        "../application.py",
        "..%2fapplication.py",
        "%2e%2e/application.py",
        "..%5capplication.py",
        "/etc/passwd",
        "%00",
        "js/../../application.py",
        "....//application.py",
        "js/",
        "",
        "js",
    ):
        answer = stranger.get(f"/static/{path}")
        assert answer.status_code in {404, 405}, path
        assert "FastAPI" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
