"""The calls of one face: a token where it wants one, one exchange, every failure typed."""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

from connectors.errors import (
    AccessDenied,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisUnavailable,
    TooLarge,
)
from connectors.rest.content import ContentReader, parsed
from connectors.rest.credentials import Credentials
from connectors.rest.meaning import LoginAgain, Undecided, check, first, member, text
from connectors.rest.profile import Login, Operation, Profile, filled
from connectors.rest.request import NOTHING, Request, Source, request
from connectors.soap.blob import Blob
from connectors.soap.connection import BrokenOff, Connections, HttpAnswer, NotSent
from connectors.vxp.answer import MAX_LIST, NotUnderstood, TooLong

_SMALL = 1 << 20
_MARGIN = timedelta(seconds=60)
"""A token is renewed this long before its end."""
_DENIED = (400, 401, 403, 422)
"""HTTP for a login with a wrong name or secret (RFC 6749 §5.2: 400 or 401)."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: datetime


class Calls:
    """One face, for all threads."""

    def __init__(
        self,
        connections: Connections,
        profile: Profile,
        credentials: Credentials,
        clock: Callable[[], datetime],
    ) -> None:
        self._connections = connections
        self._profile = profile
        self._credentials = credentials
        self._clock = clock
        self._tokens: dict[tuple[str, ...], _Token] = {}
        self._logging_in = Lock()

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def key(self, operation: Operation, agency: str, values: dict[str, str]) -> tuple[str, ...]:
        """Return what is equal for calls that are equal whichever agency asks."""
        return self._request(operation, agency, values, "", NOTHING).key

    def effect(
        self,
        operation: Operation,
        name: str,
        agency: str,
        values: dict[str, str],
        source: Source = NOTHING,
    ) -> Any:
        """Do something; return the answer.

        Raises:
            AxisUnavailable: nothing was done.
            AxisOutcomeUnknown: something may have been done.
            AxisRefused: the face says no.
        """

        def unknown(why: str) -> Exception:
            return AxisOutcomeUnknown(name, why)

        def go(token: str) -> Any:
            asked = self._request(operation, agency, values, token, source)
            with self._exchange(asked, unknown) as answer:
                try:
                    return self._checked(operation, answer, _SMALL)
                except (NotUnderstood, Undecided) as why:
                    raise unknown(str(why)) from why

        return self._under_token(agency, go)

    def ask(self, operation: Operation, name: str, agency: str, values: dict[str, str]) -> Any:
        """Return an answer; nothing changes by it.

        Raises:
            AxisUnavailable: it did not come.
            AxisRefused: the face says no.
        """

        def go(token: str) -> Any:
            asked = self._request(operation, agency, values, token, NOTHING)
            with self._exchange(asked, AxisUnavailable) as answer:
                try:
                    return self._checked(operation, answer, MAX_LIST)
                except (NotUnderstood, Undecided) as why:
                    raise AxisUnavailable(f"{name}: {why}") from why

        return self._under_token(agency, go)

    def message(
        self, operation: Operation, agency: str, axis_id: str, limit: int, values: dict[str, str]
    ) -> Blob:
        """Return a message of at most *limit* bytes; the caller closes it.

        Raises:
            AxisUnavailable: it did not come.
            AxisContentCorrupt: what came is not a message.
            AxisRefused: the face says no.
        """

        def go(token: str) -> Blob:
            asked = self._request(operation, agency, values, token, NOTHING)
            with self._exchange(asked, AxisUnavailable) as answer:
                return self._content(operation, answer, axis_id, limit)

        return self._under_token(agency, go)

    def _content(self, operation: Operation, answer: HttpAnswer, axis_id: str, limit: int) -> Blob:
        if not 200 <= answer.status < 300:
            try:
                self._checked(operation, answer, _SMALL)
            except (NotUnderstood, Undecided) as why:
                raise AxisUnavailable(str(why)) from why
        reader = ContentReader(operation.content, operation.encoding, limit)
        try:
            for chunk in answer.chunks():
                reader.feed(chunk)
            values, found = reader.close()
            check(self._profile, operation, answer.status, values)
            if not found:
                raise NotUnderstood("trả lời không có gói tin / no message in the answer")
        except BaseException as error:
            reader.blob.close()
            if isinstance(error, TooLong):
                raise TooLarge(TooLarge.axis_code, f"{axis_id}: {error}") from error
            if isinstance(error, NotUnderstood):
                raise AxisContentCorrupt(axis_id, f"? ({error})") from error
            if isinstance(error, Undecided):
                raise AxisUnavailable(f"{axis_id}: {error}") from error
            raise
        return reader.blob

    def _checked(self, operation: Operation, answer: HttpAnswer, limit: int) -> Any:
        """Return the JSON answer of a call that was done."""
        try:
            data = _whole(answer.chunks(), limit)
            values = parsed(data) if data else {}
        except NotUnderstood:
            if 200 <= answer.status < 300:
                raise
            values = None
        check(self._profile, operation, answer.status, values)
        return values

    def _request(
        self,
        operation: Operation,
        agency: str,
        values: dict[str, str],
        token: str,
        source: Source,
    ) -> Request:
        told = {**self._credentials.of(agency), "agency": agency, **values, "token": token}
        return request(operation, self._profile.headers, told, source)

    def _under_token(self, agency: str, go: Callable[[str], T]) -> T:
        """Do it under a token; once more under a new one when the face says it is over."""
        login = self._profile.login
        token = self._token(login, agency, "") if login else ""
        for last in (login is None, True):
            try:
                return go(token)
            except LoginAgain:
                if last or login is None:
                    break
                token = self._token(login, agency, token)
        raise AccessDenied(AccessDenied.axis_code, "HTTP 401")

    def _token(self, login: Login, agency: str, over: str) -> str:
        """Return a token that is not the one that is *over*."""
        told = {**self._credentials.of(agency), "agency": agency}
        basic = base64.b64encode(filled(login.basic, told).encode()).decode()
        asked = request(login, {"Authorization": f"Basic {basic}"} if login.basic else {}, told)
        key = (*asked.key, asked.payload.before.decode())
        with self._logging_in:
            held = self._tokens.get(key)
            if held is None or held.value == over or held.until <= self._clock():
                held = self._tokens[key] = self._logged_in(login, asked)
            return held.value

    def _logged_in(self, login: Login, asked: Request) -> _Token:
        at = self._clock()
        with self._exchange(asked, AxisUnavailable) as answer:
            if answer.status in _DENIED:
                raise AccessDenied(AccessDenied.axis_code, f"login: HTTP {answer.status}")
            try:
                values = self._checked(login, answer, _SMALL)
            except (NotUnderstood, Undecided) as why:
                raise AxisUnavailable(f"login: {why}") from why
        token = first(values, (login.token,), 16 << 10)
        if not token or not (token.isascii() and token.isprintable()):
            # not tried again by itself: faces lock an account after some wrong passwords
            words = first(values, self._profile.errors.text) or "không có mã / no token"
            raise AccessDenied(AccessDenied.axis_code, f"login: {words}")
        said = text(member(values, login.life), 9) if login.life else ""
        life = int(said) if said.isdecimal() else login.life_seconds
        return _Token(
            token, at + max(timedelta(seconds=life) - _MARGIN, timedelta(seconds=life / 2))
        )

    @contextmanager
    def _exchange(self, asked: Request, broken: Callable[[str], Exception]) -> Iterator[HttpAnswer]:
        try:
            with self._connections.exchange(
                asked.payload, asked.headers, asked.target.removeprefix("/"), asked.method
            ) as answer:
                yield answer
        except NotSent as why:
            raise AxisUnavailable(str(why)) from why
        except BrokenOff as why:
            raise broken(str(why)) from why


def _whole(chunks: Iterable[bytes], limit: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise TooLong(f"quá {limit} byte / more than {limit} bytes")
    return bytes(data)
