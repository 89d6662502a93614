"""What the stand-ins of provincial faces have in common: messages in, messages out, bad days."""

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from connectors.axis import MessageKind, Receipt, Track
from connectors.edxml.routing import addressed
from connectors.errors import AxisRefused, NotFound
from connectors.hub.faults import FaultKind, Faults
from connectors.hub.message import Posting, Stored
from connectors.hub.replies import BrokenOff
from connectors.hub.store import HubStore
from documents.document import VIETNAM

EVERYONE = ("H99", "H99.01", "H99.02")
Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class Face:
    """What the routes of a stand-in work on."""

    store: HubStore
    faults: Faults
    secret: dict[str, str]
    """Credentials by name, made for the run."""
    agencies: tuple[str, ...] = EVERYONE
    """Those the one system speaks for."""
    tokens: set[str] = field(default_factory=set)
    logins: int = 0
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path with query, headers of each request."""

    def token(self) -> str:
        self.logins += 1
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return token

    def bearer(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

    def accept(self, file: IO[bytes], kind: MessageKind) -> Receipt | AxisRefused:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        way = addressed(file)
        file.seek(0)
        if way.kind is not kind:
            return AxisRefused("KIND", "?")
        posting = Posting(
            way.message_id(digest),
            kind,
            way.sender,
            way.recipients,
            digest,
            size,
            file,
            document_id=way.document_id,
            status_code=way.status_code,
        )
        return self.store.accept([posting])[0]

    def tracks(self, kind: MessageKind) -> list[Track]:
        return self.store.received(self.agencies, kind=kind, limit=5000)


def faulty(face: Face, operation: str, answer: Answer) -> Answer:
    """Return *answer* as it goes on a bad day."""

    async def go(request: Request) -> Response:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        face.heard.append((request.method, target, dict(request.headers)))
        named = operation
        if operation == "SendDocument" and "status" in target + request.headers.get("type", ""):
            named = "UpdateStatus"
        taken = face.faults.take(named)
        kinds = {fault.fault for fault in taken}
        if FaultKind.UNAVAILABLE in kinds:
            await request.body()
            return PlainTextResponse("<html>out of order</html>", 503)
        if FaultKind.DELAY in kinds:
            await run_in_threadpool(time.sleep, max(fault.seconds for fault in taken))
        response = await answer(request)
        return BrokenOff() if FaultKind.DROP_REPLY in kinds else response

    return go


def day(at: Any) -> str:
    return str(at.astimezone(VIETNAM).strftime("%Y/%m/%d"))


def moment(at: Any) -> str:
    return str(at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S"))


def to_recipient(face: Face, doc_id: str) -> tuple[str, str]:
    """Return a message's axis id and which of the face's agencies the id is about."""
    axis_id, _, recipient = doc_id.partition("~")
    if not recipient:
        found = [t.recipient for t in face.store.track(axis_id) if t.recipient in face.agencies]
        recipient = found[0] if len(found) == 1 else ""
    if recipient not in face.agencies:
        raise NotFound(NotFound.axis_code, doc_id)
    return axis_id, recipient


def given(face: Face, doc_id: str) -> Stored:
    """Return a message to whoever may read it."""
    tracks = face.store.track(doc_id)
    if tracks and tracks[0].sender in face.agencies:
        return face.store.own_content(tracks[0].sender, doc_id)
    axis_id, recipient = to_recipient(face, doc_id)
    return face.store.fetch(recipient, [axis_id])[0]
