"""What is known of the call that is being answered: for the audit and the metrics.

The server opens it, credentials and the store fill it in, whatever face it came through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.errors import AccessDenied, AxisRefused

OK, REPEATED, WARNED = "OK", "REPEATED", "WARN"


class Line(NamedTuple):
    """What was done about one message."""

    axis_id: str
    """Empty where none is concerned."""
    outcome: str
    """OK, REPEATED, a packet state, the code of the refusal, or WARN and a fault's code."""
    kind: str = ""
    size: int = 0
    """Bytes that came in or went out."""


@dataclass(slots=True)
class Call:
    """One call; `operation` by its name in our own contract, whatever the face calls it."""

    peer: str = ""
    system: str = ""
    operation: str = ""
    lines: list[Line] = field(default_factory=list)
    entered: int = 0
    """So many lines stand in the audit, by the transaction of what they tell."""


_CURRENT: ContextVar[Call | None] = ContextVar("call", default=None)


@contextmanager
def opened(call: Call) -> Iterator[Call]:
    """Make *call* the current one."""
    token = _CURRENT.set(call)
    try:
        yield call
    finally:
        _CURRENT.reset(token)


def current() -> Call:
    """Return the call that is being answered, or one of nobody's."""
    return _CURRENT.get() or Call()


@contextmanager
def operation(name: str) -> Iterator[Call]:
    """Yield the current call, or one of nobody's, as a call of *name*; note what is refused."""
    call = current()
    call.operation = name
    try:
        yield call
    except AxisRefused as refused:
        code = str(refused.args[0] if refused.args else refused.code)
        # a face's operation may stand around the store's, or around what was noted already
        if not call.lines or call.lines[-1].outcome != code:
            call.lines.append(Line("", code))
        raise


def admitted(system_id: str) -> None:
    """Note who calls: a credential was checked."""
    call = _CURRENT.get()
    if call is not None:
        call.system = system_id


def denied(system_id: str, why: str = "") -> AccessDenied:
    """Note that whoever calls itself *system_id* was turned away; return the refusal."""
    call = _CURRENT.get()
    if call is not None:
        call.system = system_id[:64]
        call.lines.append(Line("", AccessDenied.axis_code))
    text = f"{system_id[:64]}: {why}" if why else system_id[:64]
    return AccessDenied(AccessDenied.axis_code, text)
