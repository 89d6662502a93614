"""The systems that may call the hub, each with its agencies and its secret.

A secret lies in a file of its own, mode 600, because the national SDK's wire signs with it
(HMAC, axis.md §10.2): a digest of it would not do.
"""

import hmac
import json
import os
import re
import secrets
from pathlib import Path

from connectors.errors import AccessDenied
from connectors.hub.caller import Caller

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A system id: `00.53.W00`, `vxp.saas.03`; also a file's name."""
_LONGEST = 4096


class Systems:
    """The folder `systems` of a hub: `<id>.json` beside `<id>.secret`; read at each use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, system_id: str, agencies: frozenset[str], secret: str = "") -> str:
        """Enter a system, or change it; return its secret, made anew where none is given.

        Raises:
            ValueError: the id, the secret or an agency's code cannot be one.
        """
        if not NAME.fullmatch(system_id):
            raise ValueError(f"{system_id!r} is not a system id")
        secret = secret or secrets.token_urlsafe(32)
        if not 16 <= len(secret) <= _LONGEST or not secret.isprintable():
            raise ValueError("a secret has 16 to 4096 printable characters")
        self._write(f"{system_id}.secret", secret)
        self._write(f"{system_id}.json", json.dumps({"agencies": sorted(agencies)}))
        return secret

    def names(self) -> list[str]:
        """Return the ids of all systems, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def caller(self, system_id: str) -> Caller:
        """Return the system as a caller: only after its credential was checked.

        Raises:
            AccessDenied: there is none of this id.
        """
        text = self._read(system_id, "json")
        return Caller(system_id, frozenset(json.loads(text)["agencies"]))

    def secret(self, system_id: str) -> bytes:
        """Return a system's secret, as the HMAC takes it.

        Raises:
            AccessDenied: there is no such system.
        """
        return self._read(system_id, "secret").encode()

    def admitted(self, system_id: str, presented: str) -> Caller:
        """Return the caller whose secret *presented* is.

        Raises:
            AccessDenied: it is not, or there is no such system.
        """
        if not hmac.compare_digest(self.secret(system_id), presented.encode()):
            raise _denied(system_id)
        return self.caller(system_id)

    def _read(self, system_id: str, kind: str) -> str:
        if not NAME.fullmatch(system_id):
            raise _denied(system_id)
        try:
            return (self._folder / f"{system_id}.{kind}").read_text("utf-8")
        except FileNotFoundError:
            raise _denied(system_id) from None

    def _write(self, name: str, text: str) -> None:
        temporary = self._folder / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(temporary, self._folder / name)


def _denied(system_id: str) -> AccessDenied:
    return AccessDenied(AccessDenied.axis_code, system_id[:64])
