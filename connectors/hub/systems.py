"""The systems that may call the hub, each with its agencies, its secret and its certificates.

A secret is kept as it is, mode 600, because the national SDK's wire signs with it
(HMAC, axis.md §10.2): a digest of it would not do. One file a system, replaced whole: a
reader sees the registration as it was or as it is. A running hub reads it at each call. A file
that is damaged turns its own system away and no other; it is logged, and listed by `damaged`.
"""

import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.hub import call
from connectors.hub.caller import Caller

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A system id: `00.53.W00`, `vxp.saas.03`; also a file's name."""
SYSTEMS = "systems"
"""The folder of registrations within the hub's own."""
_LONGEST = 4096
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class System:
    """A registration."""

    system_id: str
    agencies: frozenset[str]
    """Organ ids, new or old form."""
    secret: str = field(repr=False)
    expires: datetime | None = None
    """Aware UTC; None: never."""
    revoked: bool = False
    certificates: tuple[str, ...] = ()
    """SHA-256 of the DER, lowercase hex."""

    def lives(self, at: datetime) -> bool:
        """Return whether it may call at *at*."""
        return not self.revoked and (self.expires is None or at < self.expires)


class _Unread(Exception):
    """There is no registration of this id, or its file is none; the words say which."""


class Systems:
    """The folder `systems` of a hub, one JSON file a system; safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said: set[str] = set()
        """Names of damaged files that the log has: they are read at each call."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(
        self,
        system_id: str,
        agencies: frozenset[str],
        secret: str = "",
        *,
        expires: datetime | None = None,
        certificates: tuple[bytes, ...] = (),
    ) -> str:
        """Enter a system, or change it; return its secret, made anew where none is given.

        *certificates*: DER of what it shows to TLS or signs with (WS-Security).

        Raises:
            ValueError: the id, the secret or an agency's code cannot be one, or a certificate
                is another system's.
        """
        if not NAME.fullmatch(system_id):
            raise ValueError(f"không phải mã hệ thống / not a system id: {system_id!r}")
        if not agencies or not all(code.isprintable() and 0 < len(code) <= 35 for code in agencies):
            raise ValueError(
                "cần ít nhất một cơ quan, mã dài 1 đến 35 ký tự"
                " / a system speaks for at least one agency, by codes of 1 to 35 signs"
            )
        secret = secret or secrets.token_urlsafe(32)
        if not 16 <= len(secret) <= _LONGEST or not secret.isprintable():
            raise ValueError(
                "khóa bí mật dài 16 đến 4096 ký tự in được"
                " / a secret has 16 to 4096 printable characters"
            )
        shown = tuple(hashlib.sha256(der).hexdigest() for der in certificates)
        with self._changing():
            for fingerprint in shown:
                owner = self._owner(fingerprint)
                if owner is not None and owner.system_id != system_id:
                    raise ValueError(
                        f"chứng thư đã thuộc hệ thống {owner.system_id}"
                        f" / the certificate is {owner.system_id}'s"
                    )
            self._write(System(system_id, agencies, secret, expires, False, shown))
        return secret

    def revoke(self, system_id: str) -> None:
        """Turn a system away from now on; its registration stays for the record.

        Raises:
            AccessDenied: there is none of this id.
        """
        with self._changing():
            self._write(replace(self._known(system_id), revoked=True))

    def names(self) -> list[str]:
        """Return the ids of all systems, sorted, damaged ones too."""
        return sorted(filter(NAME.fullmatch, self._stems()))

    def all(self) -> list[System]:
        """Return all registrations that can be read, by id, revoked and expired ones too."""
        found = []
        for name in self.names():
            with suppress(_Unread):
                found.append(self._read(name))
        return found

    def damaged(self) -> list[str]:
        """Return the names of the files that are no registrations, sorted."""
        return sorted({*self._stems()} - {system.system_id for system in self.all()})

    def _stems(self) -> Iterator[str]:
        return (path.stem for path in self._folder.glob("[!.]*.json"))

    def caller(self, system_id: str) -> Caller:
        """Return the system as a caller: only after its credential was checked.

        Raises:
            AccessDenied: there is none of this id, or it is revoked or expired.
        """
        system = self._living(system_id)
        call.admitted(system_id)
        return Caller(system_id, system.agencies)

    def secret(self, system_id: str) -> bytes:
        """Return a system's secret, as the HMAC takes it.

        Raises:
            AccessDenied: there is no such system, or it is revoked or expired.
        """
        return self._living(system_id).secret.encode()

    def admitted(self, system_id: str, presented: str) -> Caller:
        """Return the caller whose secret *presented* is.

        Raises:
            AccessDenied: it is not, or there is no such system.
        """
        if not hmac.compare_digest(self.secret(system_id), presented.encode("utf-8", "replace")):
            raise call.denied(system_id)
        return self.caller(system_id)

    def by_certificate(self, der: bytes) -> Caller:
        """Return the caller whose verified certificate *der* is.

        Raises:
            AccessDenied: it is nobody's.
        """
        owner = self._owner(hashlib.sha256(der).hexdigest())
        if owner is None:
            raise call.denied("", "chứng thư chưa đăng ký / the certificate is not registered")
        return self.caller(owner.system_id)

    def _owner(self, fingerprint: str) -> System | None:
        return next((each for each in self.all() if fingerprint in each.certificates), None)

    def _living(self, system_id: str) -> System:
        system = self._known(system_id)
        if not system.lives(datetime.now(UTC)):
            raise call.denied(system_id, "đã thu hồi hoặc hết hạn / revoked or expired")
        return system

    def _known(self, system_id: str) -> System:
        try:
            return self._read(system_id)
        except _Unread as error:
            raise call.denied(system_id, str(error)) from None

    def _read(self, system_id: str) -> System:
        if not NAME.fullmatch(system_id):
            raise _Unread
        try:
            found = _system(system_id, (self._folder / f"{system_id}.json").read_bytes())
        except FileNotFoundError:
            raise _Unread from None
        except (_Unread, OSError) as error:
            if system_id not in self._said:
                self._said.add(system_id)
                _log.warning("the registration of %s is damaged: %s", system_id, error)
            raise _Unread("bản đăng ký hỏng / its registration is damaged") from None
        self._said.discard(system_id)
        return found

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold other processes' and threads' changes off."""
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, system: System) -> None:
        text = json.dumps(
            {
                "agencies": sorted(system.agencies),
                "secret": system.secret,
                "expires": system.expires and system.expires.isoformat(),
                "revoked": system.revoked,
                "certificates": system.certificates,
            }
        )
        name = f"{system.system_id}.json"
        temporary = self._folder / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, self._folder / name)


def _system(system_id: str, data: bytes) -> System:
    """Return the registration in *data*.

    Raises:
        _Unread: it is none.
    """
    try:
        found = json.loads(data)
        expires = found["expires"]
        system = System(
            system_id,
            frozenset(_texts(found["agencies"])),
            _texts([found["secret"]])[0],
            expires=datetime.fromisoformat(expires) if expires else None,
            revoked=found["revoked"],
            certificates=tuple(_texts(found["certificates"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # the words of an error may hold what the file holds: a secret
        raise _Unread(type(error).__name__) from None
    naive = system.expires is not None and system.expires.tzinfo is None
    if not system.secret or naive or not isinstance(system.revoked, bool):
        raise _Unread("sai secret, expires hoặc revoked / secret, expires or revoked")
    return system


def _texts(found: Any) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise TypeError
    return found
