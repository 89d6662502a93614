"""A provider of identities as it may be: forged, stale, misaddressed, endless or silent."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import ValidationError

from connectors.openid import Beginning, Provider
from connectors.openid_errors import (
    IdTokenBroken,
    OpenIdAnswerStale,
    OpenIdRefused,
    OpenIdUnavailable,
)
from connectors.openid_settings import OpenIdSettings
from connectors.openid_token import Expected, KeyUnknown, key_set, verified
from documents.errors import OfficeError

ISSUER, CLIENT = "https://sso.example/realms/tinh", "congvan"
NOW = 1_800_000_000.0
EXPECTED = Expected(ISSUER, CLIENT, "n0nce", NOW, 60)
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1"})
KEYS = key_set({"keys": [KEY.as_dict(private=False)]})
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "u-1",
    "nonce": "n0nce",
    "iat": NOW,
    "exp": NOW + 300,
}
_GONE = object()


def token(key: Any = KEY, alg: str = "RS256", kid: str = "k1", **changed: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not _GONE}
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def keyed(secret: bytes) -> str:
    """Return a token whose HMAC's key is what everybody knows."""
    body = token().split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=").decode()
    mac = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def unsigned() -> str:
    head, body, _ = token().split(".")
    none = "eyJhbGciOiJub25lIn0"
    assert head
    return f"{none}.{body}."


def test_a_whole_token_says_who_it_is() -> None:
    said = verified(
        token(email="a@example.vn", email_verified=False, amr=["pwd", "otp"]), KEYS, EXPECTED
    )
    assert said.subject == "u-1"
    assert said.name_of_account("email") == ""
    assert said.proved_by(("mfa", "otp"))
    assert not said.proved_by(("mfa",))
    assert verified(token(acr="loa3"), KEYS, EXPECTED).proved_by(("loa3",))


FORGED: dict[str, Callable[[], str]] = {
    "another issuer": lambda: token(iss="https://evil.example"),
    "issuer with a slash more": lambda: token(iss=ISSUER + "/"),
    "another audience": lambda: token(aud="mail"),
    "one of many, for another": lambda: token(aud=[CLIENT, "mail"], azp="mail"),
    "one of many, for nobody": lambda: token(aud=[CLIENT, "mail"]),
    "audience is no text": lambda: token(aud={"congvan": 1}),
    "another nonce": lambda: token(nonce="m0nce"),
    "no nonce": lambda: token(nonce=_GONE),
    "nonce is a number": lambda: token(nonce=1),
    "expired": lambda: token(exp=NOW - 61),
    "without end": lambda: token(exp=_GONE),
    "end is a text": lambda: token(exp="soon"),
    "end is true": lambda: token(exp=True),
    "from the future": lambda: token(iat=NOW + 61, exp=NOW + 900),
    "from yesterday": lambda: token(iat=NOW - 86_400),
    "not yet": lambda: token(nbf=NOW + 300),
    "no subject": lambda: token(sub=_GONE),
    "endless subject": lambda: token(sub="x" * 300),
    "another's key": lambda: token(OTHER),
    "no signature": unsigned,
    "the client's secret as key": lambda: token(OctKey.import_key("s" * 40), "HS256"),
    "the public key as secret": lambda: keyed(KEY.as_pem(private=False)),
    "changed after": lambda: token()[:-8] + "AAAAAAAA",
    "no token": lambda: "a.b.c",
    "nothing": lambda: "",
    "no ASCII": lambda: "ký.số.đi",
    "endless": lambda: "x" * 40_000,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_nobody(name: str) -> None:
    with pytest.raises(IdTokenBroken):
        verified(FORGED[name](), KEYS, EXPECTED)


def test_a_key_that_the_set_has_not_is_asked_for_again() -> None:
    with pytest.raises(KeyUnknown):
        verified(token(kid="k2"), KEYS, EXPECTED)


def test_weak_and_foreign_keys_are_left_out() -> None:
    good = KEY.as_dict(private=False)
    small = good | {"n": good["n"][:20], "kid": "small"}
    bad: list[Any] = [
        small,
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k1"},
        good | {"use": "enc"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA"},
        good | {"n": "x" * 100_000},
        None,
        [],
        "k",
    ]
    assert isinstance(key_set({"keys": [*bad, good]}), KeySet)
    assert len(key_set({"keys": [*bad, good]}).keys) == 1
    for answer in ({"keys": bad}, {}, {"keys": {}}, {"keys": "x"}):
        with pytest.raises(OpenIdUnavailable):
            key_set(answer)


class _Stub(BaseHTTPRequestHandler):
    answers: dict[str, Callable[[str], tuple[int, bytes] | None]]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer = self.answers[self.path](f"http://127.0.0.1:{self.server.server_address[1]}")
        if answer is None:  # trickles for as long as it is listened to
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return
            return
        status, content = answer
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            return

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


WELL = "/.well-known/openid-configuration"


def whole(at: str, **changed: Any) -> tuple[int, bytes]:
    said = {
        "issuer": at,
        "authorization_endpoint": f"{at}/auth?x=1",
        "token_endpoint": f"{at}/token",
        "jwks_uri": f"{at}/keys",
    }
    return 200, json.dumps(said | changed).encode()


@pytest.fixture
def stub() -> Iterator[type[_Stub]]:
    """A server whose answers a test sets."""
    kind = type("Stub", (_Stub,), {"answers": {WELL: whole}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kind.address = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined]
    yield kind
    server.shutdown()
    server.server_close()
    thread.join()


def provider(stub: Any, secret: str = "") -> Provider:
    settings = OpenIdSettings(issuer=stub.address, client_id=CLIENT, seconds=0.5)
    return Provider(settings, Path(), secret)


METADATA: dict[str, Callable[[str], tuple[int, bytes] | None]] = {
    "another issuer": lambda at: whole(at, issuer="https://evil.example"),
    "points elsewhere without TLS": lambda at: whole(at, token_endpoint="http://192.0.2.1/token"),
    "points into a file": lambda at: whole(at, jwks_uri="file:///etc/passwd"),
    "an address that is none": lambda at: whole(at, jwks_uri="https://[::1"),
    "carries a login": lambda at: whole(at, token_endpoint="https://a:b@sso.example/"),
    "no addresses": lambda at: (200, json.dumps({"issuer": at}).encode()),
    "a list": lambda at: (200, b"[]"),
    "a page": lambda at: (200, b"<html>"),
    "too deep": lambda at: (200, b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "endless": lambda at: (200, b" " * (600 * 1024)),
    "a redirect": lambda at: (302, b""),
    "broken": lambda at: (500, b""),
    "missing": lambda at: (404, b"{}"),
    "trickles": lambda at: None,
}


@pytest.mark.parametrize("name", METADATA)
def test_a_provider_that_describes_itself_badly_is_not_used(stub: Any, name: str) -> None:
    stub.answers = {WELL: METADATA[name]}
    began = time.monotonic()
    with pytest.raises(OpenIdUnavailable):
        provider(stub).way_in(Beginning.fresh(), "http://127.0.0.1:1/back")
    assert time.monotonic() - began < 3
    assert stub.asked == [WELL]


def test_an_answer_is_taken_once_it_is_ours_and_whole(stub: Any) -> None:
    beginning = replace(Beginning.fresh(), nonce="n0nce")
    good = token(iss=stub.address)
    stub.answers |= {
        "/token": lambda at: (200, json.dumps({"id_token": good}).encode()),
        "/keys": lambda at: (200, json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()),
    }
    asked = provider(stub)
    back = {"code": "c", "state": beginning.state}

    def who(**changed: str) -> str:
        return asked.who(beginning, back | changed, "http://127.0.0.1:1/back", NOW).subject

    assert who() == "u-1"
    assert who(iss=stub.address) == "u-1"
    assert stub.asked.count("/keys") == stub.asked.count(WELL) == 1
    wrong: list[tuple[dict[str, str], type[OfficeError]]] = [
        ({"state": "x"}, OpenIdAnswerStale),
        ({"state": ""}, OpenIdAnswerStale),
        ({"state": "\ud800"}, OpenIdAnswerStale),
        ({"iss": "https://evil.example"}, IdTokenBroken),
        ({"error": "access_denied"}, OpenIdRefused),
        ({"code": ""}, OpenIdAnswerStale),
        ({"code": "x" * 9000}, OpenIdAnswerStale),
    ]
    for changed, kind in wrong:
        with pytest.raises(kind):
            who(**changed)
    stub.answers |= {"/token": lambda at: (400, b'{"error":"invalid_grant"}')}
    with pytest.raises(OpenIdRefused, match="invalid_grant"):
        who()
    stub.answers |= {"/token": lambda at: (200, b'{"id_token": 7}')}
    with pytest.raises(IdTokenBroken):
        who()


def test_no_secret_is_in_what_a_provider_or_a_beginning_shows(stub: Any) -> None:
    beginning = Beginning.fresh()
    assert beginning.state not in repr(beginning)
    assert beginning.verifier not in provider(stub).way_in(beginning, "http://127.0.0.1:1/back")
    assert "hush" not in repr(vars(provider(stub, "hush"))["settings"])


@pytest.mark.parametrize(
    "issuer", ["http://sso.example", "ftp://x", "https://a b", "", "javascript:1"]
)
def test_an_issuer_is_reached_by_tls_or_on_loopback(issuer: str) -> None:
    with pytest.raises(ValidationError):
        OpenIdSettings(issuer=issuer, client_id=CLIENT)
