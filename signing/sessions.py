"""Sessions with PKCS#11 tokens: one a token, kept open, opened anew when it was pulled out.

Standard: PKCS #11 Cryptographic Token Interface v2.40 and v3.0 (OASIS): a module is
initialised once by each process, also after a fork, and, as it is here, used by one thread
at a time; a login holds for all sessions of a process with a token.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

import pkcs11
from pkcs11 import PKCS11Error, TokenFlag

from signing import pin
from signing.key_errors import (
    DescriptorInvalid,
    ModuleMissing,
    TokenAbsent,
    TokenFailing,
)

RESTART_PAUSE = 5.0
"""Seconds before a module is started again for a token that it does not show.

Starting it again ends its sessions with every other token.
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token is found, and with which PIN it is opened."""

    module: Path
    """Its PKCS#11 library, absolute."""
    label: str = ""
    serial: str = ""
    """Either or both; neither where the module has one token only."""
    pin_file: Path | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.label or self.serial or self.module.name


@dataclass(slots=True, eq=False)
class Opened:
    """A session, and what was found on its token: objects are of one session only."""

    session: Any
    token: Any
    found: dict[object, Any] = field(default_factory=dict)

    def ensure_present(self) -> None:
        """Return if the token is there: asked for objects, some modules find none when it is not.

        Raises:
            PKCS11Error: it is not.
        """
        self.token.slot.get_token()


def on(token: Token, work: Callable[[Opened], T]) -> T:
    """Do *work* in the session with *token*; once more in a new one if the token fails.

    *work* may be done up to three times and must have no other effect than its result.

    Raises:
        TokenAbsent, TokenFailing: try again later.
        PinRefused, PinLastTry, TokenLocked, ModuleMissing, DescriptorInvalid, KeyUnavailable:
            a person has to mend something.
        OfficeError: what *work* raises.
    """
    module = _module(token.module)
    with module.lock:
        return module.on(token, work)


class _Module:
    """One PKCS#11 library in this process."""

    def __init__(self, path: Path) -> None:
        self.lock = RLock()
        self._path = path
        self._library: Any = None
        self._open: dict[Token, Opened] = {}
        self._restarted = float("-inf")

    def on(self, token: Token, work: Callable[[Opened], T]) -> T:
        self._start()
        try:
            return work(self._session(token))
        except PKCS11Error:
            self._close(token)
        try:
            return work(self._session(token))
        except PKCS11Error:
            self._close(token)
        try:
            self._restart()
            return work(self._session(token))
        except PKCS11Error as fault:
            self._close(token)
            raise TokenFailing(token.name, _said(fault)) from fault

    def _start(self) -> None:
        """Load and initialise the library, once in each process.

        Raises:
            ModuleMissing: it is not there, or is no PKCS#11 library.
            TokenFailing: it does not come up, e.g. its HSM is not reached.
        """
        if self._library is not None:
            return
        if not (self._path.is_absolute() and self._path.is_file()):
            raise ModuleMissing(self._path.name, "không có tệp / no such file")
        try:
            library = pkcs11.lib(str(self._path))
            if self._path in _inherited:
                _inherited.discard(self._path)
                _initialise(library)
        except PKCS11Error as fault:
            if type(fault) is PKCS11Error:  # the loader's; what the library says is more special
                raise ModuleMissing(self._path.name, str(fault)) from None
            raise TokenFailing(self._path.name, _said(fault)) from fault
        self._library = library

    def _session(self, token: Token) -> Opened:
        if (known := self._open.get(token)) is None:
            known = self._open[token] = self._begun(token, self._found(token))
        return known

    def _found(self, token: Token) -> Any:
        """Return the token among those that the module shows.

        Raises:
            TokenAbsent: it shows none such, also after it was started again.
            DescriptorInvalid: it shows several.
        """
        matching = self._matching(token)
        if not matching:
            # some modules look for tokens at their start only
            self._restart()
            matching = self._matching(token)
        if not matching:
            raise TokenAbsent(token.name)
        if len(matching) > 1:
            why = f"có {len(matching)} token như vậy / {len(matching)} such tokens: `serial`"
            raise DescriptorInvalid(token.name, why)
        return matching[0]

    def _matching(self, token: Token) -> list[Any]:
        shown = []
        for slot in self._library.get_slots(token_present=True):
            try:
                shown.append(slot.get_token())
            except PKCS11Error:
                continue  # a slot whose token was just pulled out
        return [
            each
            for each in shown
            if TokenFlag.TOKEN_INITIALIZED in each.flags
            and token.label in ("", each.label)
            and token.serial in ("", each.serial.decode("ascii", "replace"))
        ]

    def _begun(self, token: Token, found: Any) -> Opened:
        for other in self._open.values():
            # the same token by another name: its login holds for the whole process
            if (other.token.serial, other.token.label) == (found.serial, found.label):
                return Opened(other.session, other.token)
        return Opened(pin.logged_in(found, token.pin_file, token.name), found)

    def _close(self, token: Token) -> None:
        """Forget the session, by whichever names it is known."""
        known = self._open.get(token)
        if known is None:
            return
        self._open = {t: o for t, o in self._open.items() if o.session is not known.session}
        with suppress(PKCS11Error):  # it was closed underneath, or its token is gone
            known.session.close()

    def _restart(self) -> None:
        """Start the module again, not too often: what went wrong inside of it is forgotten."""
        now = time.monotonic()
        if now - self._restarted >= RESTART_PAUSE:
            self._restarted = now
            self._open.clear()
            _initialise(self._library)


def _initialise(library: Any) -> None:
    with suppress(PKCS11Error):  # it may know by itself that this is another process
        library.finalize()
    library.initialize()


def _said(fault: PKCS11Error) -> str:
    return " ".join(filter(None, (type(fault).__name__, str(fault))))


_modules: dict[Path, _Module] = {}
_guard = RLock()
_inherited: set[Path] = set()
"""Modules that a process got from its parent: to be initialised by itself."""


def _module(path: Path) -> _Module:
    with _guard:
        if path not in _modules:
            _modules[path] = _Module(path)
        return _modules[path]


def _in_the_child() -> None:
    """Forget the parent's sessions, and locks that no thread of this process holds."""
    global _guard
    _inherited.update(_modules)
    _modules.clear()
    _guard = RLock()


os.register_at_fork(after_in_child=_in_the_child)
