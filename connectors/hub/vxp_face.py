"""The hub's VXP face: the national SDK's calls, at the root and where a security server has them.

The official Java SDK works against it unchanged: its headers, its leaks, its line end behind
the file, the reply members its classes read (axis.md §10). Every refusal is an answer with
`status` FAIL, an `ErrorCode` and words; a header of ours names the reason exactly.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from urllib.parse import quote

import pybase64
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.axis import MessageKind
from connectors.errors import AxisRefused, TooLarge
from connectors.hub import lack
from connectors.hub.message import Stored
from connectors.hub.mishap import Mishaps, Struck
from connectors.hub.node import Node
from connectors.hub.replies import WireResponse
from connectors.hub.vxp_admission import WINDOW, Admission, Admitted
from connectors.hub.vxp_calls import SEPARATOR, Answer, Calls
from connectors.hub.vxp_upload import Upload
from connectors.soap.wire import Content
from connectors.vxp.headers import FILE_TYPE, JSON_TYPE, PREFIX
from connectors.vxp.refusal import DETAIL, DUPLICATE_OF, REASON, SHA256, SYSTEM_ERROR, code_of

PREFIXES = ("", "/XrdAdapter/adapter")
BODY_SECONDS = 300.0
"""A request that has not come in whole by then is dropped."""
_PREFIX = PREFIX.lower()
_SMALL = 64 << 10
"""Bytes of a body that is no message."""
_PIECE = 3 << 16
_log = logging.getLogger(__name__)

_OPERATIONS = {
    "getReceivedEdocList": "GetPendingDocumentIds",
    "countReceiveEdoc": "GetPendingDocumentIds",
    "countReceiveStatus": "GetPendingDocumentIds",
    "getSentEdocList": "GetSentDocuments",
    "getEdoc": "GetDocument",
    "downloadEdoc": "GetDocument",
    "updateStatus": "ConfirmReceived",
}
"""By the names of our own contract, for faults and figures; all others are GetAgencies."""


class _Base64Body:
    """`{"status":"OK",…,"data":"<base64>"}`, encoded while it is sent."""

    content_type = JSON_TYPE
    _HEAD = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"'
    _END = b'"}'

    def __init__(self, content: Content) -> None:
        self._content = content

    @property
    def length(self) -> int:
        encoded = (self._content.size + 2) // 3 * 4
        return len(self._HEAD) + encoded + len(self._END)

    def chunks(self) -> Iterator[bytes]:
        yield self._HEAD
        source = self._content.source
        if isinstance(source, bytes):
            yield pybase64.b64encode(source)
        else:
            with source.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield pybase64.b64encode(piece)
        yield self._END


class _FileBody:
    """The message itself (`downloadEdoc`)."""

    content_type = FILE_TYPE

    def __init__(self, content: Content) -> None:
        self._content = content
        self.length = content.size

    def chunks(self) -> Iterator[bytes]:
        return self._content.chunks()


class VxpEndpoint:
    """Takes one call in, does what it asks, and answers."""

    def __init__(self, node: Node, window: timedelta = WINDOW) -> None:
        self._admission = Admission(node.systems, window)
        self._calls = Calls(node.store)
        self._mishaps = Mishaps(node.store, node.faults)
        self._limit, self._incoming = node.store.max_size, node.store.incoming

    async def send(self, request: Request) -> Response:
        """Answer `sendEdoc`."""
        return await self._heard(request, "sendEdoc", Upload(self._limit, self._incoming))

    async def ask(self, request: Request) -> Response:
        """Answer any other call."""
        return await self._heard(request, request.url.path.rpartition("/")[2], Upload(_SMALL))

    async def _heard(self, request: Request, name: str, upload: Upload) -> Response:
        try:
            return await self._taken_in(request, name, upload)
        except OSError as error:
            return _broken(error)
        finally:
            with suppress(OSError):  # it writes what it holds, where there is no room
                upload.close()

    async def _taken_in(self, request: Request, name: str, upload: Upload) -> Response:
        operation = _operation(name, request.headers)
        if (ended := self._mishaps.unread(operation)) is not None:
            return ended
        try:
            admitted = self._admission.admitted(request.headers.raw)
            refused: AxisRefused | None = None
        except AxisRefused as error:
            admitted, refused = None, error
        try:
            async with asyncio.timeout(BODY_SECONDS):
                refused = await _drain(request, upload, refused)
        except (ClientDisconnect, TimeoutError):
            return PlainTextResponse("the request did not come in whole", 408)
        if refused is not None or admitted is None:
            return _refused(refused or TooLarge(TooLarge.axis_code, name))
        return await run_in_threadpool(self._answered, name, admitted, upload)

    def _answered(self, name: str, admitted: Admitted, upload: Upload) -> Response:
        try:
            return self._done(name, admitted, upload)
        except AxisRefused as refused:
            return _refused(refused)
        except Exception as error:
            return _broken(error)

    def _done(self, name: str, admitted: Admitted, upload: Upload) -> Response:
        headers = {_PREFIX + each: value for each, value in admitted.parameters.items()}
        mishap = self._mishaps.of(_operation(name, headers), _spoken_for(admitted))
        try:
            if (out_of_order := mishap.before()) is not None:
                return out_of_order
        except Struck as struck:
            return _struck(struck)
        if name == "sendEdoc":
            answer = self._calls.send(admitted, upload)
        else:
            answer = self._calls.by_name[name](admitted, upload.open().read())
        if isinstance(rows := answer.members.get("data"), list):
            answer.members["data"] = mishap.listed(
                rows, lambda row: row.get("messageType") == MessageKind.STATUS
            )
        response = _response(name, answer, corrupt=mishap.corrupts)
        return mishap.after(response, content=answer.message is not None)


def _broken(error: Exception) -> Response:
    """Say nothing of what broke inside: the log has it, under the number the caller gets."""
    if lack.passing(error):
        return _json({"ErrorDesc": lack.WORDS}, SYSTEM_ERROR, 503)
    number = secrets.token_hex(4)
    _log.error("internal error %s", number, exc_info=error)
    return _json({"ErrorDesc": f"Lỗi hệ thống / internal error {number}"}, SYSTEM_ERROR, 500)


def _operation(name: str, headers: Mapping[str, str]) -> str:
    if name == "sendEdoc":
        status = headers.get(f"{_PREFIX}messagetype", "").lower() == MessageKind.STATUS
        return "UpdateStatus" if status else "SendDocument"
    if name == "getReceivedEdocList" and headers.get(f"{_PREFIX}fromdate"):
        return "GetReceivedDocuments"
    return _OPERATIONS.get(name, "GetAgencies")


def _spoken_for(admitted: Admitted) -> set[str]:
    """Return the agencies that a call speaks for: named, or all of the system's."""
    named = {admitted.get("from"), admitted.get("docId").partition(SEPARATOR)[2]} - {""}
    return named or set(admitted.caller.agencies or ())


def _struck(struck: Struck) -> Response:
    """Return the refusal by its own code, or by the one that says what the contract's means."""
    code = struck.code
    if not code.isdigit():
        named = AxisRefused.of(code, struck.text)
        code = SYSTEM_ERROR if struck.retryable else code_of(named)
        if not struck.retryable:
            return _refused(named)
    return _json({"ErrorDesc": struck.text}, code)


async def _drain(
    request: Request, upload: Upload, refused: AxisRefused | None
) -> AxisRefused | None:
    """Feed the body; refuse only after the last byte, or the answer is not heard."""
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if refused is None:
            try:
                upload.write(chunk)
            except TooLarge as error:
                refused = error
        elif received > 256 << 20:
            break
    return refused


def _response(name: str, answer: Answer, *, corrupt: bool) -> Response:
    if answer.message is not None:
        return _message(name, answer.message, corrupt=corrupt)
    response = _json(answer.members)
    if answer.receipt is not None:
        again = " duplicate" if answer.receipt.duplicate else ""
        response.headers[DUPLICATE_OF] = answer.receipt.accepted_at.isoformat() + again
    return response


def _message(name: str, stored: Stored, *, corrupt: bool) -> Response:
    content = Content.of(stored.content)
    if corrupt:
        data = b"".join(content.chunks())
        content = Content.of(bytes([data[0] ^ 1]) + data[1:])
    body = _FileBody(content) if name == "downloadEdoc" else _Base64Body(content)
    response = WireResponse(body)
    response.raw_headers.append((SHA256.lower().encode(), stored.sha256.encode()))
    return response


def _json(members: dict[str, object], code: str = "0", status: int = 200) -> Response:
    said = {"status": "OK" if code == "0" else "FAIL", "ErrorCode": code, "ErrorDesc": ""}
    body = json.dumps(said | members, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type=JSON_TYPE)


def _refused(refused: AxisRefused) -> Response:
    words = refused.as_dict()
    response = _json({"ErrorDesc": f"{words['vi']} / {words['en']}"}, code_of(refused))
    reason, detail = (*refused.args, "", "")[:2]
    response.headers[REASON] = quote(reason[:80], safe="_")
    response.headers[DETAIL] = quote(detail[:500], safe=",:/;()'")
    return response


def routes(node: Node, window: timedelta = WINDOW) -> list[BaseRoute]:
    """Return the face's routes; *window*: how far a timestamp may be from now."""
    endpoint = VxpEndpoint(node, window)
    names = [name for name in Calls(node.store).by_name if name != "downloadEdoc"]
    found: list[BaseRoute] = []
    for prefix in PREFIXES:
        found.append(Route(f"{prefix}/sendEdoc", endpoint.send, methods=["POST"]))
        found += [Route(f"{prefix}/{name}", endpoint.ask, methods=["POST"]) for name in names]
        found.append(Route(f"{prefix}/downloadEdoc", endpoint.ask, methods=["GET"]))
    return found
