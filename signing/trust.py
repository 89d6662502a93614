"""Whom a verifier trusts: groups of roots with their origin, intermediates, revocation data.

Standard: RFC 5280, 6; ETSI EN 319 102-1, 5.1.4.2 (trust anchors are constraints, kept with the
verdict). The operating system's roots are never used and nothing is ever fetched: what an
agency trusts is what its administrator put into these files.

A folder holds `trust.json`: {"version": "2026-11", "groups": [{"name": "VGCA", "kind":
"government", "source": "where the roots were got and compared", "files": [{"file": "vgca.pem",
"sha256": "…"}]}]}. A single PEM file is one group of kind "agency".
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

from asn1crypto import crl, ocsp, pem, x509
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.certificates import certificate, ocsp_response, revocation_list, sha256
from signing.errors import TrustUnreadable

T = TypeVar("T", x509.Certificate, crl.CertificateList, ocsp.OCSPResponse)

MANIFEST = "trust.json"
_FORMAT = "congvan-trust/1"
_LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; national revocation lists have a few million."""


class GroupKind(StrEnum):
    """What a group of roots is for."""

    NATIONAL = "national"
    """The national root of public certification authorities (Decree 23/2025)."""
    GOVERNMENT = "government"
    """Special-purpose certificates of official service (VGCA; Decree 68/2024)."""
    AGENCY = "agency"
    """Roots that this agency trusts by its own decision."""
    TIMESTAMPING = "timestamping"
    """Roots of timestamping authorities; nobody else is believed under them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Roots of one origin."""

    name: str
    kind: GroupKind
    source: str
    """Where the roots came from and how they were compared."""
    roots: tuple[str, ...]
    """SHA-256 of their DER, hexadecimal."""


@dataclass(frozen=True)
class TrustStore:
    """Trusted roots and what helps to reach them, all DER."""

    roots: tuple[bytes, ...] = field(repr=False)
    intermediates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """With any list or response here, a certificate whose revocation cannot be checked is not
    accepted."""
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    groups: tuple[Group, ...] = ()
    """Empty: all roots are of one group, kind "agency"."""
    label: str = ""
    """The manifest's version, for people."""

    @classmethod
    def load(cls, roots: Path, crls: Sequence[Path] = (), ocsps: Sequence[Path] = ()) -> Self:
        """Read a folder with a manifest, the manifest, or one PEM of roots; and revocation data.

        Certificates that are not self-issued help as intermediates.

        Raises:
            TrustUnreadable: a file is missing or is not what it should be.
        """
        lists = tuple(der for path in crls for der in _read(path, revocation_list))
        responses = tuple(der for path in ocsps for der in _read(path, ocsp_response))
        if roots.name != MANIFEST and not roots.is_dir():
            found = _read(roots, certificate)
            group = Group(roots.name, GroupKind.AGENCY, "", _digests(_anchors(found)))
            return cls._of(roots.name, found, (group,), lists, responses, "")
        manifest = roots / MANIFEST if roots.is_dir() else roots
        found, groups, label = _manifest(manifest)
        return cls._of(manifest.name, found, groups, lists, responses, label)

    @classmethod
    def _of(
        cls,
        name: str,
        found: Sequence[bytes],
        groups: tuple[Group, ...],
        crls: tuple[bytes, ...],
        ocsps: tuple[bytes, ...],
        label: str,
    ) -> Self:
        roots = _anchors(found)
        if not roots:
            raise TrustUnreadable(name, "không có chứng thư gốc / no root in it")
        helpers = tuple(der for der in found if der not in roots)
        return cls(roots, helpers, crls, ocsps, groups, label)

    def with_crls(self, paths: Sequence[Path]) -> Self:
        """Return the same store with the revocation lists in *paths* too.

        Raises:
            TrustUnreadable: a file is missing or is not what it should be.
        """
        more = tuple(der for path in paths for der in _read(path, revocation_list))
        return replace(self, crls=self.crls + more) if more else self

    @cached_property
    def version(self) -> str:
        """Who is trusted, as one SHA-256: roots, groups and intermediates, hexadecimal."""
        return hashlib.sha256(self.anchors()).hexdigest()

    def anchors(self) -> bytes:
        """Return who is trusted, without revocation data, as `blob` has it (UTF-8 JSON)."""
        return _canonical(self._anchored())

    def blob(self) -> bytes:
        """Return all of it as canonical JSON (UTF-8): the same store has the same bytes."""
        values = self._anchored() | {"crls": _texts(self.crls), "ocsps": _texts(self.ocsps)}
        return _canonical(values | {"label": self.label})

    @classmethod
    def from_blob(cls, blob: bytes) -> Self:
        """Return the store that `blob` or `anchors` wrote.

        Raises:
            TrustUnreadable: it is not that.
        """
        try:
            values = json.loads(blob)
            if values["format"] != _FORMAT:
                raise ValueError("format")
            groups = tuple(
                Group(g["name"], GroupKind(g["kind"]), g["source"], tuple(g["roots"]))
                for g in values["groups"]
            )
            return cls(
                _parsed(values["roots"], certificate),
                _parsed(values["intermediates"], certificate),
                _parsed(values.get("crls", ()), revocation_list),
                _parsed(values.get("ocsps", ()), ocsp_response),
                groups,
                str(values.get("label", "")),
            )
        except (
            *(ValueError, TypeError, KeyError, AttributeError),
            *(binascii.Error, RecursionError),
        ) as fault:
            raise TrustUnreadable("blob", type(fault).__name__) from fault

    def group_of(self, root: bytes) -> Group | None:
        """Return the group that *root* (DER) belongs to."""
        digest = sha256(root)
        return next((group for group in self.groups if digest in group.roots), None)

    def fingerprints(self) -> list[str]:
        """Return a line for each root, to be compared: SHA-256, name, group."""
        lines = []
        for root in self.roots:
            group = self.group_of(root)
            name = certificate(root).subject.human_friendly[:200]
            lines.append(f"SHA-256 {sha256(root)}  {name}" + (f"  ({group.name})" if group else ""))
        return sorted(lines)

    @cached_property
    def manager(self) -> SimpleTrustManager:
        """The roots that signers may chain to, as the validator wants them."""
        return _manager(self._believed(GroupKind.TIMESTAMPING))

    @cached_property
    def timestamping_manager(self) -> SimpleTrustManager:
        """The roots that timestamping authorities may chain to: all of them."""
        return _manager(self.roots)

    def _believed(self, excepted: GroupKind) -> tuple[bytes, ...]:
        """Return the roots that are in some group other than of the kind *excepted*."""
        kinds: dict[str, set[GroupKind]] = {}
        for group in self.groups:
            for digest in group.roots:
                kinds.setdefault(digest, set()).add(group.kind)
        return tuple(root for root in self.roots if kinds.get(sha256(root)) != {excepted})

    def _anchored(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "roots": _texts(self.roots),
            "intermediates": _texts(self.intermediates),
            "groups": [
                {"name": g.name, "kind": g.kind.value, "source": g.source, "roots": sorted(g.roots)}
                for g in sorted(self.groups, key=lambda g: (g.name, g.kind, g.roots))
            ],
        }


def _manifest(path: Path) -> tuple[list[bytes], tuple[Group, ...], str]:
    """Return the certificates and the groups of the manifest at *path*, and its version."""
    found: list[bytes] = []
    groups: list[Group] = []
    try:
        values = json.loads(_content(path))
        for entry in values["groups"]:
            kind = GroupKind(entry["kind"])
            held = [der for file in entry["files"] for der in _pinned(path.parent, file)]
            groups.append(Group(entry["name"], kind, entry["source"], _digests(_anchors(held))))
            found += held
        found += [
            der for file in values.get("intermediates", ()) for der in _pinned(path.parent, file)
        ]
        return list(dict.fromkeys(found)), tuple(groups), str(values["version"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise TrustUnreadable(path.name, f"{type(fault).__name__}: {fault}") from fault


def _pinned(folder: Path, entry: dict[str, str]) -> list[bytes]:
    """Return the certificates of one file of the manifest, if it is the file that was meant."""
    name = entry["file"]
    if Path(name).name != name:
        raise TrustUnreadable(name, "tên tệp / file name")
    digest = hashlib.sha256(_content(folder / name)).hexdigest()
    if digest != entry["sha256"].lower():
        raise TrustUnreadable(name, f"SHA-256 {digest}")
    return _read(folder / name, certificate)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise TrustUnreadable(path.name, "quá lớn / too large")
        return path.read_bytes()
    except OSError as fault:
        raise TrustUnreadable(path.name, fault.strerror or type(fault).__name__) from None


def _read(path: Path, load: Callable[[bytes], T]) -> list[bytes]:
    """Return what *path* has, PEM or DER, each as DER."""
    data = _content(path)
    try:
        found = list(_ders(data))
        for der in found:
            _ = load(der).native  # parses to the end
    except (ValueError, TypeError, KeyError) as fault:
        raise TrustUnreadable(path.name, type(fault).__name__) from fault
    return found


def _ders(data: bytes) -> Iterator[bytes]:
    if pem.detect(data):
        yield from (der for _, _, der in pem.unarmor(data, multiple=True))
    else:
        yield data


def _anchors(found: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(der for der in found if certificate(der).self_issued)


def _digests(ders: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(sorted(map(sha256, ders)))


def _manager(roots: Sequence[bytes]) -> SimpleTrustManager:
    return SimpleTrustManager.build([certificate(der) for der in roots])


def _texts(ders: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(der).decode("ascii") for der in sorted(set(ders), key=sha256)]


def _parsed(texts: Sequence[str], load: Callable[[bytes], T]) -> tuple[bytes, ...]:
    ders = tuple(base64.b64decode(text, validate=True) for text in texts)
    for der in ders:
        load(der)
    return ders


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
