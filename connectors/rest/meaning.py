"""What an answer means: done, or which error; by the profile's tables, then by HTTP."""

from collections.abc import Callable
from typing import Any

from connectors.errors import (
    AccessDenied,
    AxisRefused,
    AxisUnavailable,
    DuplicateDifferent,
    NoSuchCall,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from connectors.rest.profile import Operation, Profile
from schemas.edxml.field import FORBIDDEN

_LEAVES: dict[str, type[AxisRefused]] = {
    "access_denied": AccessDenied,
    "unknown_recipient": UnknownRecipient,
    "not_found": NotFound,
    "too_large": TooLarge,
    "repeat": DuplicateDifferent,
    "refused": AxisRefused,
}


class LoginAgain(Exception):
    """The token is over; nothing was done."""


class Undecided(Exception):
    """The answer says neither yes nor no; the argument says why."""


def member(value: Any, path: str) -> Any:
    """Return what stands at *path*, None when nothing does."""
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def text(value: Any, most: int = 500) -> str:
    """Return a value's text; empty when it is neither text, number nor truth value.

    JSON can name characters that neither XML nor a database holds (NUL, halves of pairs).
    """
    if isinstance(value, bool):
        return str(value).lower()
    return FORBIDDEN.sub(" ", str(value)[:most]).strip() if isinstance(value, str | int) else ""


def first(value: Any, paths: tuple[str, ...], most: int = 500) -> str:
    """Return the first text at one of *paths*; empty when there is none."""
    found = (text(member(value, path), most) for path in paths)
    return next(filter(None, found), "")


def check(profile: Profile, operation: Operation, status: int, values: Any) -> None:
    """Return if the call was done; *values*: its JSON answer, None when it is none.

    Raises:
        LoginAgain: the token is over.
        AxisUnavailable: nothing was done, try again.
        AxisRefused: it was refused.
        Undecided: anything else.
    """
    asked = profile.success if operation.success is None else operation.success
    if 200 <= status < 300 and values is not None:
        if isinstance(values, list) or all(
            text(member(values, one.at), 100) in one.among for one in asked
        ):
            return
        if all(member(values, one.at) is None for one in asked):
            raise Undecided(
                "trả lời không nói được hay không / the answer says neither success nor failure"
            )
    _refuse(profile, status, values)
    _by_status(operation, status, values)


def _refuse(profile: Profile, status: int, values: Any) -> None:
    code = first(values, profile.errors.code, 60)
    words = first(values, profile.errors.text) or "?"
    meaning = profile.errors.table.get(code)
    if meaning == "login_again":
        raise LoginAgain
    if meaning == "unknown":
        raise Undecided(f"{code}: {words}")
    if meaning == "unavailable":
        raise AxisUnavailable(f"{code}: {words}")
    if meaning is not None:
        leaf = _LEAVES[meaning]
        raise leaf(leaf.axis_code or code, f"{code}: {words}")
    if 200 <= status < 300 and values is not None:
        raise AxisRefused(code or "FAIL", words)


_STATUS: dict[int, Callable[[str], Exception]] = {
    401: lambda _: LoginAgain(),
    403: lambda said: AccessDenied(AccessDenied.axis_code, said),
    405: NoSuchCall,
    413: lambda said: TooLarge(TooLarge.axis_code, said),
    501: NoSuchCall,
    503: AxisUnavailable,
}


def _by_status(operation: Operation, status: int, values: Any) -> None:
    said = f"HTTP {status}"
    if status == 404:
        known = operation.mentions("doc_id") and isinstance(values, dict)
        raise NotFound(NotFound.axis_code, said) if known else NoSuchCall(said)
    if status in _STATUS:
        raise _STATUS[status](said)
    if 400 <= status < 500:  # nothing was done (RFC 9110 §15.5)
        raise AxisUnavailable(said)
    raise Undecided(said)
