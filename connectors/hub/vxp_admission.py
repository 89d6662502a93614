"""Who calls the VXP face, and with which parameters: only what was signed counts (axis.md §10.2).

The SDK leaks headers of earlier calls and keeps one timestamp for the life of its service
object, so that surplus parameters are passed over and stale stamps taken, within a window.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.hub.call import denied
from connectors.hub.caller import ANYBODY, Caller
from connectors.hub.systems import Systems
from connectors.vxp.headers import PREFIX, read_timestamp, seal

WINDOW = timedelta(days=7)
"""How far a timestamp may be from now: a client may live that long with one service object."""
_PREFIX = PREFIX.lower()
_LARGEST = 32 << 10
"""Bytes of the signed JSON."""
_MOST = 40
"""Parameters of one call."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller and the parameters of its call."""

    caller: Caller
    parameters: dict[str, str]
    """By lower-case name without the prefix."""

    def get(self, name: str) -> str:
        """Return the parameter *name*, any case; empty when absent."""
        return self.parameters.get(name.lower(), "")


class Admission:
    """Checks the headers of a call."""

    def __init__(self, systems: Systems | None, window: timedelta = WINDOW) -> None:
        self._systems = systems
        self._window = window

    def admitted(self, headers: Sequence[tuple[bytes, bytes]]) -> Admitted:
        """Return who calls; *headers* as they came, names in lower case.

        Raises:
            AccessDenied: the seal, a signed header, the time or the system is wrong.
        """
        sent: dict[str, bytes] = {}
        for raw, value in headers:
            name = raw.decode("latin-1")
            if name in sent and name.startswith(_PREFIX) and sent[name] != value.strip():
                raise denied("", f"{name}: hai giá trị / two values")
            sent[name] = value.strip()
        if self._systems is None:
            named = {n.removeprefix(_PREFIX): v for n, v in sent.items() if n.startswith(_PREFIX)}
            return Admitted(ANYBODY, {name: _text(value) for name, value in named.items()})
        system_id = _text(sent.get(f"{_PREFIX}systemid", b""))
        signed = sent.get(f"{_PREFIX}sign-header", b"")
        self._check_seal(system_id, signed, sent.get(f"{_PREFIX}hash-header", b""))
        parameters = _parameters(system_id, signed)
        _check_sent(system_id, parameters, sent)
        self._check_time(system_id, parameters.get("timestamp", ""))
        return Admitted(self._systems.caller(system_id), parameters)

    def _check_seal(self, system_id: str, signed: bytes, given: bytes) -> None:
        assert self._systems is not None  # noqa: S101
        secret = self._systems.secret(system_id)
        if len(signed) > _LARGEST:
            raise denied(system_id, "sign-header")
        # text beyond ASCII is sealed as UTF-8 but may have travelled as Latin-1
        forms = (signed, signed.decode("latin-1").encode())
        if not any(hmac.compare_digest(seal(secret, form).encode(), given) for form in forms):
            raise denied(system_id, "hash-header")

    def _check_time(self, system_id: str, stamp: str) -> None:
        try:
            apart = abs(datetime.now(UTC) - read_timestamp(stamp))
        except (ValueError, OverflowError):
            raise denied(system_id, f"timestamp {stamp[:40]!r}") from None
        if apart > self._window:
            raise denied(system_id, f"timestamp {stamp[:40]}: quá cũ / too old")


def _parameters(system_id: str, signed: bytes) -> dict[str, str]:
    """Return what the signed JSON holds, by lower-case name without the prefix."""
    try:
        pairs = json.loads(_text(signed), object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        raise denied(system_id, "sign-header: JSON") from None
    if not isinstance(pairs, tuple) or len(pairs) > _MOST:
        raise denied(system_id, "sign-header: JSON")
    found: dict[str, str] = {}
    for name, value in pairs:
        bare = name.lower().removeprefix(_PREFIX)
        if not name.lower().startswith(_PREFIX) or not isinstance(value, str) or bare in found:
            raise denied(system_id, f"sign-header: {name[:40]!r}")
        found[bare] = value
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple(pairs)  # a dict would hide a name that comes twice


def _check_sent(system_id: str, parameters: dict[str, str], sent: dict[str, bytes]) -> None:
    """Check that what was signed is what came, and that the list of names says the same."""
    named = _text(sent.get(f"{_PREFIX}sign-header-key", b"")).lower().split(";")
    if sorted(named) != sorted(parameters) or parameters.get("systemid") != system_id:
        raise denied(system_id, "sign-header-key")
    for name, value in parameters.items():
        if _text(sent.get(_PREFIX + name, b"")) != value.strip():
            raise denied(system_id, f"{name}: khác phần đã ký / not what was signed")


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
