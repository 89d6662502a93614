"""A TSA, an OCSP responder and revocation lists on loopback: for tests and demonstrations only.

certomancer makes the answers; this serves them over HTTP for a `testpki` whose certificates
name this address, and can be told to be down, slow or wrong in each of the ways that matter.
"""

import base64
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote

from asn1crypto import keys, ocsp, tsp, x509
from certomancer.services import (
    CertomancerServiceError,
    CRLBuilder,
    RevocationInfoInterface,
    SimpleOCSPResponder,
    TimeStamper,
    choose_signed_digest,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from signing import der
from signing.testpki import AUTHORITY, ROOT, TestPki

TSA, OCSP = "tsa", "ocsp"
"""Names of the subjects whose keys answer."""
_LISTS_LAST = timedelta(days=7)
_RESPONSES_LAST = timedelta(days=1)


class Fault(StrEnum):
    """What goes wrong."""

    DOWN = "down"
    """The connection is closed without an answer."""
    SLOW = "slow"
    """No answer until the server is told to go on."""
    ERROR = "error"
    """HTTP 503."""
    GARBAGE = "garbage"
    HUGE = "huge"
    """More bytes than anybody should take."""
    NONCE = "nonce"
    """A token for another question."""
    IMPRINT = "imprint"
    """A token over something else."""
    REFUSED = "refused"
    """PKIStatus rejection."""
    FORGED = "forged"
    """A token whose signature does not hold."""
    SKEWED = "skewed"
    """A token of yesterday."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class TestServices:
    """The server; `address` is known, and certificates can be issued, before it serves."""

    __test__ = False  # the name is not a test's

    tsa: str = TSA
    """Whose key stamps."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """By service: tsa, ocsp, crl."""
    hits: Counter[str] = field(default_factory=Counter)
    """Requests by path."""
    revoked: dict[int, datetime] = field(default_factory=dict)
    """Serial numbers and when their certificates were revoked."""
    now: Callable[[], datetime] = _now
    go_on: threading.Event = field(default_factory=threading.Event)
    """Ends the wait of what is slow."""
    _server: ThreadingHTTPServer = field(init=False)
    _pki: TestPki | None = None
    _held: dict[str, tuple[x509.Certificate, keys.PrivateKeyInfo]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"services": self})
        )
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def tsa_url(self) -> str:
        """Where timestamps are asked for."""
        return f"{self.address}/tsa"

    def serve(self, pki: TestPki) -> Self:
        """Answer for *pki* until `close`; its subjects `tsa` and `ocsp` hold the keys."""
        self._pki = pki
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        """End the server."""
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, body: bytes) -> bytes:
        """Return what is answered to *body* at *path*."""
        at = self.now().replace(microsecond=0)
        if path == "/tsa":
            return self._stamped(tsp.TimeStampReq.load(body), at)
        if "/ocsp/" in path:
            return self._status(ocsp.OCSPRequest.load(body), at)
        return self._list(ROOT if f"/{ROOT}/" in path else AUTHORITY, at)

    def _key(self, name: str) -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
        assert self._pki is not None  # noqa: S101  (serving)
        if name not in self._held:
            self._held[name] = _read(self._pki, name)
        return self._held[name]

    def _stamped(self, asked: tsp.TimeStampReq, at: datetime) -> bytes:
        fault = self.faults.get("tsa")
        if fault is Fault.REFUSED:
            return der.sequence(der.sequence(b"\x02\x01\x02"))
        if fault is Fault.NONCE:
            asked["nonce"] = 7
        if fault is Fault.IMPRINT:
            asked["message_imprint"]["hashed_message"] = bytes(32)
        if fault is Fault.SKEWED:
            at -= timedelta(days=1)
        certificate, key = self._key(self.tsa)
        embedded = [self._key(AUTHORITY)[0]]
        made = TimeStamper(certificate, key, certs_to_embed=embedded, fixed_dt=at)
        answer: bytes = made.request_tsa_response(asked).dump()
        # the signature's value ends the token
        return answer[:-1] + bytes((answer[-1] ^ 1,)) if fault is Fault.FORGED else answer

    def _status(self, asked: ocsp.OCSPRequest, at: datetime) -> bytes:
        certificate, key = self._key(OCSP)
        algorithm = choose_signed_digest("sha256", certificate.public_key)
        issuer = self._key(AUTHORITY)[0]
        known = _Known(issuer, self.revoked)
        responder: Any = SimpleOCSPResponder(
            certificate, key, algorithm, at, known, validity=_RESPONSES_LAST
        )
        try:
            answer: bytes = responder.build_ocsp_response(asked).dump()
        except CertomancerServiceError:  # about a certificate of another authority
            answer = responder.build_error_response("unauthorized").dump()
        return answer

    def _list(self, name: str, at: datetime) -> bytes:
        issuer, key = self._key(name)
        builder = CRLBuilder(
            issuer.subject,
            key,
            choose_signed_digest("sha256", issuer.public_key),
            issuer.key_identifier_value,
        )
        revoked = [
            CRLBuilder.format_revoked_cert(serial, None, when.replace(microsecond=0))
            for serial, when in self.revoked.items()
        ]
        number = int(at.timestamp())
        made: bytes = builder.build_crl(number, at, at + _LISTS_LAST, revoked).dump()
        return made


@dataclass
class _Known(RevocationInfoInterface):
    """What the responder knows: all is well but what was revoked."""

    issuer: x509.Certificate
    revoked: dict[int, datetime]

    def get_issuer_cert(self) -> x509.Certificate:
        return self.issuer

    def check_revocation_status(self, cid: ocsp.CertId, at_time: datetime) -> tuple[Any, list[Any]]:
        when = self.revoked.get(cid["serial_number"].native)
        if when is None or when > at_time:
            return ocsp.CertStatus("good"), []
        return ocsp.CertStatus(
            {"revoked": ocsp.RevokedInfo({"revocation_time": when.replace(microsecond=0)})}
        ), []


def _read(pki: TestPki, name: str) -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
    if name in (ROOT, AUTHORITY):
        pem = (pki.folder / f"{name}.key").read_bytes()
        private: Any = serialization.load_pem_private_key(pem, None)
        path = pki.roots if name == ROOT else pki.chain
        certificate = _certificate(path.read_bytes())
    else:
        bundle = pki.key_file(name).read_bytes()
        private, held, _ = pkcs12.load_key_and_certificates(bundle, pki.passphrase(name))
        assert held is not None  # noqa: S101  (we wrote it)
        certificate = held.public_bytes(serialization.Encoding.DER)
    encoded = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return x509.Certificate.load(certificate), keys.PrivateKeyInfo.load(encoded)


def _certificate(pem: bytes) -> bytes:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


_NONSENSE: dict[Fault | None, bytes] = {
    Fault.GARBAGE: b"<html>not DER</html>",
    Fault.HUGE: bytes(64 << 20),
}

_KINDS = {
    "tsa": "application/timestamp-reply",
    "ocsp": "application/ocsp-response",
    "crl": "application/pkix-crl",
}


class _Handler(BaseHTTPRequestHandler):
    services: TestServices

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Revocation lists, and OCSP in the address (RFC 6960, A.1)."""
        _, ocsp_too, asked = self.path.partition("/ocsp/")
        if ocsp_too:
            self._answer("ocsp", base64.b64decode(unquote(asked.partition("/")[2])))
        else:
            self._answer("crl", b"")

    def do_POST(self) -> None:
        """Timestamps and OCSP."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer("tsa" if self.path == "/tsa" else "ocsp", body)

    def _answer(self, service: str, body: bytes) -> None:
        self.services.hits[service] += 1
        fault = self.services.faults.get(service)
        if fault is Fault.DOWN:
            self.close_connection = True
            return
        if fault is Fault.ERROR:
            self.send_error(503)
            return
        if fault is Fault.SLOW:
            self.services.go_on.wait()
        nonsense = _NONSENSE.get(fault)
        self._send(nonsense or self.services.answer(self.path, body), _KINDS[service])

    def _send(self, content: bytes, kind: str) -> None:
        try:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked hung up
