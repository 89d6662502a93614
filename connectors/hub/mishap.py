"""What goes wrong on purpose in one call, the same on every face (docs/faults.md)."""

import os
import time
from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import TypeVar

from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from connectors.axis import PacketState
from connectors.errors import AccessDenied
from connectors.hub import call
from connectors.hub.door import ABORT
from connectors.hub.faults import Fault, FaultKind, Faults
from connectors.hub.replies import BrokenOff
from connectors.hub.store import HubStore

DIED = 70
"""Exit code of a death on purpose."""
_SETTLED = (PacketState.DONE, PacketState.FAIL)
_CONFIRMING = frozenset({"ConfirmReceived", "RejectReceived"})
_CARRYING = frozenset({"SendDocument", "UpdateStatus", "GetDocument"})
T = TypeVar("T")


class Struck(Exception):
    """The call is refused on purpose; nothing was done. Each face says it in its own form."""

    def __init__(self, code: str, *, retryable: bool, credential: bool = False) -> None:
        super().__init__(code)
        self.code, self.retryable, self.credential = code, retryable, credential
        self.text = "refused on purpose"


class Mishaps:
    """What a face asks at each call; without *faults* nothing ever goes wrong."""

    def __init__(self, store: HubStore, faults: Faults | None) -> None:
        self._store = store
        self._faults = faults

    def unread(self, operation: str) -> Response | None:
        """Return what ends the connection before the body is read, if it is to."""
        if self._faults is None or not self._faults.take(operation, unread=True):
            return None
        return _HungUp()

    def of(self, operation: str, agencies: Collection[str] = ()) -> "Mishap":
        """Return what goes wrong in this call of *operation* that speaks for *agencies*."""
        if self._faults is None:
            return Mishap(self._store, operation)
        taken = self._faults.take(operation, agencies)
        return Mishap(self._store, operation, taken, self._faults.chance)


class Mishap:
    """One call's: `before` it is done, `listed` with its lists, `after` it is done."""

    def __init__(
        self,
        store: HubStore,
        operation: str,
        taken: Sequence[Fault] = (),
        chance: Random | None = None,
    ) -> None:
        self._store = store
        self._operation = operation
        self._taken = {fault.fault: fault for fault in taken}
        self._chance = chance or Random(0)  # noqa: S311

    @property
    def corrupts(self) -> bool:
        """The content that is given out is to be damaged."""
        return FaultKind.CORRUPT in self._taken

    def before(self) -> Response | None:
        """Wait, die, or return the answer of a hub that is out of order.

        Raises:
            Struck: it is refused.
        """
        if FaultKind.DIE_BEFORE in self._taken:
            os._exit(DIED)
        if FaultKind.UNAVAILABLE in self._taken:
            return PlainTextResponse("out of order on purpose", 503)
        if FaultKind.EXPIRE_CREDENTIALS in self._taken:
            raise Struck(AccessDenied.axis_code, retryable=False, credential=True)
        if (refusal := self._taken.get(FaultKind.REFUSE)) is not None:
            raise Struck(refusal.code, retryable=refusal.retryable)
        if (delay := self._taken.get(FaultKind.DELAY)) is not None:
            time.sleep(delay.seconds)
        return None

    def listed(self, entries: Sequence[T], is_status: Callable[[T], bool]) -> list[T]:
        """Return a list's *entries* as they are told."""
        told = list(entries)
        if FaultKind.DUPLICATE in self._taken:
            told = [entry for entry in told for _ in range(2)]
        if FaultKind.REORDER in self._taken:
            self._chance.shuffle(told)
            told.sort(key=is_status, reverse=True)
        return told

    def after(self, response: Response, *, content: bool = False) -> Response:
        """Return what is answered instead of *response*, if anything is; or die.

        *content*: what is given out was damaged already.
        """
        if FaultKind.DUPLICATE in self._taken:
            self._double()
        if FaultKind.DIE in self._taken:
            os._exit(DIED)
        if FaultKind.DROP_REPLY in self._taken:
            return BrokenOff()
        if FaultKind.DIE_ANSWERING in self._taken:
            return _CutShort(response, lambda: os._exit(DIED))
        if FaultKind.TRUNCATE in self._taken:
            return _CutShort(response, lambda: None)
        return _Garbled(response) if self.corrupts and not content else response

    def _double(self) -> None:
        """Put what this call was about into its queues once more."""
        current = call.current()
        for axis_id in dict.fromkeys(line.axis_id for line in current.lines if line.axis_id):
            if self._operation in _CARRYING:
                self._store.double(axis_id)
            elif self._operation in _CONFIRMING:
                for track in self._store.track(axis_id):
                    if track.state in _SETTLED:
                        self._store.resend(axis_id, track.recipient)


class _HungUp(Response):
    """No answer: the connection ends. Where the server does not let us, after a head."""

    def __init__(self) -> None:
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the connection."""
        abort = scope.get("state", {}).get(ABORT)
        if abort is None:
            await BrokenOff()(scope, receive, send)
            return
        abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class _Enough(Exception):
    """Half of an answer is out."""


class _CutShort(Response):
    """Half of an answer; the server closes a connection whose answer stays unfinished."""

    def __init__(self, whole: Response, then: Callable[[], None]) -> None:
        super().__init__()
        self._whole, self._then = whole, then

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        left = 0

        async def half(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = int(dict(message["headers"])[b"content-length"]) // 2
                await send(message)
                return
            piece = message.get("body", b"")[:left]
            left -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if not left:
                raise _Enough

        try:
            await self._whole(scope, receive, half)
        except _Enough:
            self._then()


class _Garbled(Response):
    """An answer whose first byte is another one: neither XML nor JSON nor MIME."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        first = True

        async def damaged(message: Message) -> None:
            nonlocal first
            body = message.get("body", b"")
            if first and body:
                first = False
                message = {**message, "body": bytes([body[0] ^ 1]) + body[1:]}
            await send(message)

        await self._whole(scope, receive, damaged)
