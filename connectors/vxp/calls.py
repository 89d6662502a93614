"""One call over the wire: sealed headers out, a JSON object back, every failure typed."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.errors import (
    AccessDenied,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    NoSuchCall,
    TooLarge,
)
from connectors.soap.blob import Blob
from connectors.soap.connection import BrokenOff, Connections, HttpAnswer, NotSent
from connectors.vxp.answer import (
    MAX_LIST,
    Empty,
    MessageReader,
    NotUnderstood,
    TooLong,
    read_object,
)
from connectors.vxp.headers import FILE_TYPE, JSON_TYPE, call_headers
from connectors.vxp.refusal import DETAIL, DUPLICATE_OF, REASON, SHA256, refusal

EFFECTS = frozenset({"sendEdoc", "updateStatus", "registerAgency", "deleteAgency"})
"""Calls that change something: without an answer their outcome is unknown."""
_LISTS = frozenset({"getReceivedEdocList", "getSentEdocList"})
"""Where the SDK takes an empty answer for an empty list."""
_ASKED_AGAIN = "getReceivedEdocList"
"""Where the SDK's other rule is kept too: what is no JSON is an empty list. Not of what was sent:
"nothing" would be proof there that a message never arrived, and it would be sent again."""
_CHUNK = 1 << 18
_TAIL = b"\r\n"
_REASON = re.compile(r"[0-9A-Z_]{1,40}")


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A small body: empty, `{}` or an object."""

    data: bytes = b""
    content_type: str = JSON_TYPE

    @property
    def length(self) -> int:
        """Bytes."""
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        yield self.data


@dataclass(frozen=True, slots=True)
class FileBody:
    """A message as the SDK sends it: its bytes and one more line end, which no hash covers."""

    source: bytes | Path
    size: int
    content_type: str = FILE_TYPE

    @property
    def length(self) -> int:
        """Bytes, with the tail."""
        return self.size + len(_TAIL)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes; a file is read piece by piece."""
        if isinstance(self.source, bytes):
            yield self.source + _TAIL if self.size < _CHUNK else self.source
            if self.size >= _CHUNK:
                yield _TAIL
            return
        with self.source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
        yield _TAIL


@dataclass(frozen=True, slots=True)
class Accepted:
    """What `sendEdoc` answered, with what our hub adds in headers."""

    values: dict[str, Any]
    accepted_at: str
    """ISO 8601; empty where the axis does not say."""
    duplicate: bool


class Calls:
    """The wire to one axis, for one system."""

    def __init__(
        self,
        connections: Connections,
        system_id: str,
        secret: bytes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connections = connections
        self._system_id = system_id
        self._secret = secret
        self.clock = clock

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def ask(
        self, call: str, parameters: Mapping[str, str], body: bytes = b"", limit: int = MAX_LIST
    ) -> dict[str, Any]:
        """Return what *call* answers.

        Raises:
            AxisUnavailable: nothing was done.
            AxisOutcomeUnknown: something may have been done.
            AxisRefused: the axis says no.
        """
        with self._exchange(call, parameters, JsonBody(body)) as answer:
            try:
                values = read_object(answer.chunks(), limit)
            except NotUnderstood as why:
                if _is_nothing(call, why):
                    return {"status": "OK", "ErrorCode": "0", "data": []}
                raise _unanswered(call, str(why)) from why
            return _checked(call, values, answer)

    def send(self, parameters: Mapping[str, str], body: FileBody) -> Accepted:
        """Return what `sendEdoc` answers.

        Raises:
            AxisUnavailable: nothing was done.
            AxisOutcomeUnknown: it may have been sent.
            AxisRefused: the axis says no.
        """
        with self._exchange("sendEdoc", parameters, body) as answer:
            try:
                values = read_object(answer.chunks(), 1 << 20)
            except NotUnderstood as why:
                raise _unanswered("sendEdoc", str(why)) from why
            _checked("sendEdoc", values, answer)
            moment, _, again = answer.header(DUPLICATE_OF.lower())[:80].partition(" ")
            return Accepted(values, moment, again == "duplicate")

    def message(self, axis_id: str, limit: int) -> Blob:
        """Return the message; the caller closes it.

        Raises:
            AxisUnavailable: it did not come.
            AxisContentCorrupt: what came is not a message.
            AxisRefused: the axis says no.
        """
        with self._exchange("getEdoc", {"docId": axis_id}, JsonBody(b"{}")) as answer:
            reader = MessageReader(limit)
            try:
                for chunk in answer.chunks():
                    reader.feed(chunk)
                values = reader.close()
                _checked("getEdoc", values, answer)
                if values["data"] is None:
                    raise NotUnderstood("trả lời không có gói tin / no message in the answer")
                announced = answer.header(SHA256.lower())
                if announced and announced != reader.blob.sha256:
                    raise AxisContentCorrupt(axis_id, announced)
            except BaseException as error:
                reader.blob.close()
                if isinstance(error, TooLong):
                    raise TooLarge(TooLarge.axis_code, f"{axis_id}: {error}") from error
                if isinstance(error, NotUnderstood):
                    raise AxisContentCorrupt(axis_id, f"? ({error})") from error
                raise
            return reader.blob

    @contextmanager
    def _exchange(
        self, call: str, parameters: Mapping[str, str], body: JsonBody | FileBody
    ) -> Iterator[HttpAnswer]:
        try:
            headers = call_headers(
                self._system_id, self._secret, parameters, self.clock(), body.content_type
            )
        except ValueError as error:
            raise AxisRefused("HEADER", str(error)) from None
        try:
            with self._connections.exchange(body, headers, call) as answer:
                _check_status(call, answer.status)
                yield answer
        except NotSent as why:
            raise AxisUnavailable(str(why)) from why
        except BrokenOff as why:
            raise _unanswered(call, str(why)) from why


def _is_nothing(call: str, why: NotUnderstood) -> bool:
    """Return whether an answer that is no JSON object says that a list is empty."""
    if call == _ASKED_AGAIN:
        return not isinstance(why, TooLong)
    return call in _LISTS and isinstance(why, Empty)


def _check_status(call: str, status: int) -> None:
    if status == 200:
        return
    said = f"HTTP {status}"
    if status in (401, 403):
        raise AccessDenied(AccessDenied.axis_code, said)
    if status == 413:
        raise TooLarge(TooLarge.axis_code, said)
    if status in (404, 405, 501):
        raise NoSuchCall(f"{call}: {said}")
    if status == 503 or 400 <= status < 500:  # nothing was done (RFC 9110 §15.5, §15.6.4)
        raise AxisUnavailable(f"{call}: {said}")
    raise _unanswered(call, said)


def _checked(call: str, values: dict[str, Any], answer: HttpAnswer) -> dict[str, Any]:
    if "status" not in values and "ErrorCode" not in values:
        raise _unanswered(
            call, "trả lời thiếu status, ErrorCode / the answer has neither status nor ErrorCode"
        )
    reason, detail = answer.header(REASON.lower()), answer.header(DETAIL.lower())
    refused = refusal(values, reason if _REASON.fullmatch(reason) else "", detail)
    if refused is not None:
        raise refused
    return values


def _unanswered(call: str, why: str) -> AxisUnavailable | AxisOutcomeUnknown:
    return AxisOutcomeUnknown(call, why) if call in EFFECTS else AxisUnavailable(f"{call}: {why}")
