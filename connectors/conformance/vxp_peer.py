"""The national SDK's wire by hand (axis.md §10.2 and §10.3): parameters as signed headers.

Written from the captured requests and not over `connectors.vxp`: a judge must not share our
client's mistakes.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.conformance.exchange import Exchange, HttpAnswer, HttpRequest
from connectors.conformance.letter import Letter, Status, edxml, status_edxml
from connectors.conformance.peer import (
    Broken,
    Delivery,
    Got,
    Listed,
    TurnedAway,
    Waiting,
    got_in,
    tree_of,
)
from connectors.conformance.subject import Access
from documents.document import VIETNAM

PREFIX = "XroadVnpt-"
Pairs = list[tuple[str, str]]


def stamp(at: datetime) -> str:
    """Return the SDK's timestamp."""
    local = at.astimezone(VIETNAM)
    return f"{local.strftime('%d%m%YT%H%M%S')}+{local.microsecond // 1000:04d}"


def digest(data: bytes, *, legacy: bool = True) -> str:
    """Return `hash-file`; the SDK leaves the zero of small bytes out."""
    octets = hashlib.sha256(data).digest()
    return "".join(f"{octet:x}" for octet in octets) if legacy else octets.hex()


def sealed(access: Access, signed: str) -> str:
    """Return `hash-header` for what `sign-header` carries."""
    return hmac.new(access.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def signed_headers(
    access: Access,
    parameters: Mapping[str, str],
    at: datetime | None = None,
    media_type: str = "application/json",
    *,
    spaced: bool = False,
) -> Pairs:
    """Return a call's headers as the SDK orders them; *spaced*: other JSON, the same members."""
    named = {"systemid": access.system_id, **parameters}
    named |= {"timestamp": stamp(at or datetime.now(UTC)), "Content-Type": media_type}
    prefixed = {PREFIX + name: value for name, value in named.items()}
    if spaced:
        signed = json.dumps(dict(reversed(prefixed.items())), ensure_ascii=False)
    else:
        signed = json.dumps(prefixed, ensure_ascii=False, separators=(",", ":"))
    return [
        *prefixed.items(),
        ("Content-Type", media_type),
        (f"{PREFIX}sign-header-key", ";".join(named)),
        (f"{PREFIX}sign-header", signed),
        (f"{PREFIX}hash-header", sealed(access, signed)),
        ("User-Agent", "JAVASDKAgent/1.0.0 XRoad/VPCP"),
        (f"{PREFIX}version", "3.0.201608"),
    ]


def changed(headers: Pairs, name: str, value: str | None) -> Pairs:
    """Return *headers* with the parameter *name* changed, or left out."""
    full = (PREFIX + name).lower()
    kept = [(n, value if n.lower() == full and value is not None else v) for n, v in headers]
    return [pair for pair in kept if value is not None or pair[0].lower() != full]


class VxpPeer:
    """Calls the system under test."""

    def __init__(self, exchange: Exchange, access: Access) -> None:
        self.exchange, self.access = exchange, access

    def post(
        self, call: str, headers: Pairs, body: bytes = b"{}", *, method: str = "POST", **how: Any
    ) -> dict[str, Any]:
        """Send *headers* as they are; return the members of an answer that says yes.

        Raises:
            TurnedAway: it says no.
            Broken: it is no answer of the wire's.
        """
        path = f"{self.exchange.path}/{call}"
        return members_of(self.exchange.ask(method, path, headers, body, **how))

    def call(self, name: str, body: bytes = b"{}", **parameters: str) -> dict[str, Any]:
        """Make a call as the SDK does."""
        named = {key.replace("_", "-"): value for key, value in parameters.items()}
        return self.post(name, signed_headers(self.access, named), body)

    def upload_headers(self, data: bytes, sender: str, kind: str = "edoc", **more: str) -> Pairs:
        """Return sendEdoc's headers."""
        named = {"from": sender, "servicetype": "eDoc", "messagetype": kind}
        named |= {"hash-file": digest(data)} | more
        kept = {name: value for name, value in named.items() if value}
        return signed_headers(self.access, kept, None, "application/octet-stream")

    def upload(self, data: bytes, sender: str, kind: str = "edoc", **more: str) -> str:
        """Hand a message over as the SDK does, its line end behind it; return its id."""
        headers = self.upload_headers(data, sender, kind, **more)
        said = self.post("sendEdoc", headers, data + b"\r\n")
        return doc_id_of(said)

    def send(self, letter: Letter) -> str:
        """Send a document."""
        return self.upload(edxml(letter), letter.sender, to=json.dumps(letter.to))

    def tell(self, status: Status) -> None:
        """Send a status."""
        self.upload(status_edxml(status), status.sender, "status")

    def rows(self, call: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows of a list."""
        said = self.call(call, b"", **parameters)
        rows = said.get("data") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Broken(f"{call}: data không phải danh sách / is no list")
        return rows

    def listed(self, kind: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows of what waits, or came."""
        return self.rows("getReceivedEdocList", servicetype="eDoc", messagetype=kind, **parameters)

    def waiting(self, agency: str) -> list[Waiting]:
        """Return what waits for *agency*, by the rows' `to`."""
        return self._waiting(agency, "edoc")

    def _waiting(self, agency: str, kind: str) -> list[Waiting]:
        return [
            Waiting(str(row.get("docId", "")), str(row.get("from", "")))
            for row in self.listed(kind)
            if row.get("to") in (agency, None, "")
            and str(row.get("status", "")).lower() in ("initial", "processing", "")
        ]

    def fetch(self, agency: str, handle: str) -> Got:
        """Return a document; the wire takes the agency from the id."""
        data = self.content(handle)
        return got_in(tree_of(data, "getEdoc"), data)

    def content(self, handle: str) -> bytes:
        """Return a message's bytes."""
        said = self.call("getEdoc", docId=handle)
        try:
            return base64.b64decode(str(said.get("data", "")), validate=True)
        except (binascii.Error, ValueError):
            raise Broken("getEdoc: data không phải base64 / is not base64") from None

    def fetching(self, agency: str, handle: str) -> HttpRequest:
        """Return the request for a document."""
        headers = signed_headers(self.access, {"docId": handle})
        return HttpRequest("POST", f"{self.exchange.path}/getEdoc", headers, b"{}")

    def move(self, handle: str, state: str, description: str = "") -> None:
        """Say what state a message is in."""
        named = {"docId": handle, "status": state}
        named |= {"description": description} if description else {}
        self.post("updateStatus", signed_headers(self.access, named))

    def confirm(self, agency: str, handle: str, got: Got) -> None:
        """Say that it is stored."""
        self.move(handle, "done")

    def reject(self, agency: str, handle: str, reason: str) -> None:
        """Say that it cannot be read."""
        self.move(handle, "fail", reason)

    def statuses(self, agency: str, tag: str) -> list[Got]:
        """Return the statuses that wait, and take out those that are about *tag*."""
        found = []
        for entry in self._waiting(agency, "status"):
            got = self.fetch(agency, entry.handle)
            if tag in got.about:
                self.confirm(agency, entry.handle, got)
                found.append(got)
        return found

    def deliveries(self, agency: str, axis_id: str) -> list[Delivery]:
        """Return the rows of one message, a recipient each."""
        rows = self.rows("getSentEdocList", servicetype="eDoc", messagetype="edoc", docId=axis_id)
        return [
            Delivery(
                str(row.get("toCode", "")),
                str(row.get("receiveStatus", "")).lower(),
                str(row.get("receiveStatusDesc") or ""),
                str(row.get("receiverDocId", "")),
            )
            for row in rows
            if str(row.get("senderDocId", axis_id)) == axis_id
        ]

    def agencies(self) -> list[Listed]:
        """Return the catalogue."""
        return [
            Listed(
                str(row.get("code", "")), str(row.get("name", "")), str(row.get("oldCode") or "")
            )
            for row in self.rows("getAgenciesList")
        ]


def members_of(answer: HttpAnswer) -> dict[str, Any]:
    """Return an answer's members.

    Raises:
        TurnedAway: it says no.
        Broken: it is no answer of the wire's.
    """
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        if answer.status in (401, 403, 413):
            raise TurnedAway(str(answer.status), "", answer.status)
        raise Broken(f"HTTP {answer.status}, không phải JSON / no JSON: {answer.body[:80]!r}")
    code = str(said.get("ErrorCode", ""))
    if answer.status >= 500:
        raise Broken(f"HTTP {answer.status}: {str(said.get('ErrorDesc', ''))[:200]}")
    if str(said.get("status", "")).upper() == "OK" and code in ("0", "") and answer.status < 400:
        return said
    if not said.get("status") and not code:
        raise Broken(f"HTTP {answer.status}: không có / without status, ErrorCode")
    raise TurnedAway(code, str(said.get("ErrorDesc", ""))[:300], answer.status)


def doc_id_of(said: dict[str, Any]) -> str:
    """Return the id that sendEdoc answered.

    Raises:
        Broken: there is none.
    """
    doc_id = said.get("DocId")
    if not isinstance(doc_id, str | int) or not str(doc_id):
        raise Broken("sendEdoc: không có / without DocId")
    return str(doc_id)
