"""The key folder: what lies there under a stem says what kind of key it is.

`<stem>.p12` with `<stem>.pass`, or a descriptor `<stem>.toml` that names the kind and where
the key is (docs/keys.md). Keys of other kinds than those here sign later, elsewhere.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from signing.algorithm import Algorithm
from signing.key_errors import DescriptorInvalid, KeyElsewhere
from signing.keys import KeyHolder
from signing.pkcs11 import Pkcs11Key, Place
from signing.pkcs12 import Pkcs12Key, read_passphrase
from signing.sessions import Token

PKCS12, PKCS11 = "pkcs12", "pkcs11"
OTHERS_MAY_WRITE = 0o022
"""Mode bits: a descriptor names a library that is loaded, so only its owner may change it."""
_KNOWN = {
    PKCS12: {"file", "pass_file", "algorithm"},
    PKCS11: {
        *("module", "token", "serial", "pin_file", "key", "key_id"),
        *("certificate", "chain", "algorithm"),
    },
}
"""What a descriptor may say, beside its kind. Those who bring other kinds judge their own."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What is known about the key under a stem before it is opened."""

    folder: Path
    stem: str
    kind: str = PKCS12
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def text(self, name: str, default: str = "") -> str:
        """Return the value *name*.

        Raises:
            DescriptorInvalid: it is no text.
        """
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise DescriptorInvalid(self.stem, f"{name}: phải là chuỗi / must be text")
        return value

    def path(self, name: str, default: str = "") -> Path | None:
        """Return the file *name*, relative to the key folder; None where there is none.

        Raises:
            DescriptorInvalid: it is no text.
        """
        value = self.text(name, default)
        return self.folder / value if value else None

    @property
    def here(self) -> bool:
        """Whether the key signs at once: `open_key` opens it."""
        return self.kind in _KNOWN

    @property
    def algorithm(self) -> Algorithm | None:
        """The algorithm that is asked for, if any.

        Raises:
            DescriptorInvalid: there is no such algorithm.
        """
        value = self.text("algorithm")
        try:
            return Algorithm(value) if value else None
        except ValueError:
            known = ", ".join(Algorithm)
            raise DescriptorInvalid(self.stem, f"algorithm: {value} ({known})") from None

    @property
    def certificates(self) -> tuple[Path, ...]:
        """Files with the signer's certificate and its issuers, in this order."""
        found = self.path("certificate"), self.path("chain")
        return tuple(path for path in found if path is not None)


def described(folder: Path, stem: str) -> Descriptor:
    """Return what is known about the key *stem*.

    Raises:
        DescriptorInvalid: its descriptor cannot be read, or says what it may not.
    """
    path = folder / f"{stem}.toml"
    try:
        status = path.stat()
    except OSError:
        return Descriptor(folder, stem)
    if status.st_mode & OTHERS_MAY_WRITE:
        raise DescriptorInvalid(stem, "người khác sửa được tệp / others may write it: chmod 600")
    return _read(path, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> Descriptor:
    stem = path.stem
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise DescriptorInvalid(stem, fault) from None
    kind = values.pop("kind", None)
    if not isinstance(kind, str) or not kind:
        raise DescriptorInvalid(stem, "thiếu `kind` / `kind` is lacking")
    if unknown := sorted(values.keys() - _KNOWN.get(kind, values.keys())):
        raise DescriptorInvalid(stem, f"không hiểu / not known: {', '.join(unknown)}")
    return Descriptor(path.parent, stem, kind, values)


def open_key(folder: Path, stem: str, usual_rsa: Algorithm | None = None) -> KeyHolder:
    """Open the key *stem* of the key folder; an RSA key makes *usual_rsa* unless it says more.

    Opening takes tens of milliseconds: do it once a process, and when `changed` differs.

    Raises:
        KeyElsewhere: it is of a kind that signs later.
        TokenAbsent, TokenFailing: try again later.
        KeyUnavailable, CertificateRefused, AlgorithmRefused: it cannot be used.
    """
    key = described(folder, stem)
    algorithm = key.algorithm
    if key.kind == PKCS12:
        file = key.path("file", f"{stem}.p12") or folder
        passphrase = read_passphrase(key.path("pass_file", f"{stem}.pass") or folder)
        return Pkcs12Key.load(file, passphrase, algorithm, usual_rsa)
    if key.kind == PKCS11:
        return _on_token(key, algorithm, usual_rsa)
    raise KeyElsewhere(stem, key.kind)


def changed(folder: Path, stem: str) -> tuple[int, ...]:
    """Return when the files of the key *stem* were last written (ns; 0: not there).

    Whoever renews one of them need not restart anything.

    Raises:
        DescriptorInvalid: as `described` says.
    """
    key = described(folder, stem)
    files = [folder / f"{stem}.toml", key.path("file", f"{stem}.p12"), *key.certificates]
    return tuple(_written(path) for path in files if path is not None)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _on_token(
    key: Descriptor, algorithm: Algorithm | None, usual_rsa: Algorithm | None
) -> Pkcs11Key:
    module = key.text("module")
    if not module:
        raise DescriptorInvalid(key.stem, "thiếu `module` / `module` is lacking")
    try:
        place = Place(key.text("key"), bytes.fromhex(key.text("key_id")))
    except ValueError:
        raise DescriptorInvalid(key.stem, "key_id: hex") from None
    token = Token(Path(module), key.text("token"), key.text("serial"), key.path("pin_file"))
    return Pkcs11Key.open(
        token,
        place,
        certificates=key.certificates,
        algorithm=algorithm,
        usual_rsa=usual_rsa,
    )
