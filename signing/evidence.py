"""What a verdict rests on: certificates, revocation data and timestamps, to be stored.

Legal source: Circular 15/2025/TT-BKHCN, Art. 5 and 6 (the signer's certificate, the
revocation list and the answer about its status are kept). Standard: ETSI EN 319 102-1, 5.1.4.3
(the same data must lead to the same verdict later).
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from signing.certificates import certificate, ocsp_response, revocation_list, sha256
from signing.errors import EvidenceUnreadable

_FORMAT = "congvan-evidence/1"
_LIST_FORMAT = "congvan-evidence-list/1"
_KINDS = ("certificates", "crls", "ocsps", "timestamps")
_LISTED = ("certificates", "crls", "ocsps")
MOST_ITEMS = 2000
"""Of one kind in a list of digests; more is no verification's."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """DER of everything that was used, each once, in the order of its SHA-256."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    """RFC 3161 tokens, whole ContentInfo."""
    embedded: frozenset[str] = field(default=frozenset(), repr=False)
    """SHA-256 of what came from the file itself: it proves itself no better when stored."""
    demanded: bool = False
    """Whether a certificate whose revocation could not be checked was not accepted."""

    @classmethod
    def of(
        cls,
        *,
        certificates: Iterable[bytes] = (),
        crls: Iterable[bytes] = (),
        ocsps: Iterable[bytes] = (),
        timestamps: Iterable[bytes] = (),
        embedded: Iterable[bytes] = (),
        demanded: bool = False,
    ) -> Self:
        """Return the evidence of the DER values given, in canonical order."""
        return cls(
            _ordered(certificates),
            _ordered(crls),
            _ordered(ocsps),
            _ordered(timestamps),
            frozenset(map(sha256, embedded)),
            demanded,
        )

    def own(self, items: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return those of *items* that did not come from the file."""
        return tuple(item for item in items if sha256(item) not in self.embedded)

    def to_bytes(self) -> bytes:
        """Return canonical JSON (UTF-8): the same evidence has the same bytes."""
        values: dict[str, object] = {
            kind: [base64.b64encode(der).decode("ascii") for der in getattr(self, kind)]
            for kind in _KINDS
        }
        values |= {"format": _FORMAT, "embedded": sorted(self.embedded)}
        values["demanded"] = self.demanded
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the evidence that `to_bytes` wrote.

        Raises:
            EvidenceUnreadable: it is not that.
        """
        try:
            values = json.loads(data)
            if values["format"] != _FORMAT:
                raise ValueError("format")
            lists = [[base64.b64decode(t, validate=True) for t in values[k]] for k in _KINDS]
            for load, ders in zip(
                (certificate, revocation_list, ocsp_response), lists, strict=False
            ):
                for der in ders:
                    load(der)
            embedded = frozenset(map(str, values["embedded"]))
            first, second, third, fourth = map(_ordered, lists)
            return cls(first, second, third, fourth, embedded, bool(values["demanded"]))
        except (ValueError, TypeError, KeyError, binascii.Error, RecursionError) as fault:
            raise EvidenceUnreadable(type(fault).__name__) from fault

    def items(self) -> dict[str, bytes]:
        """Return by SHA-256 what must be kept beside the file: what it does not bring itself."""
        kept = (*self.certificates, *self.own(self.crls), *self.own(self.ocsps))
        return {sha256(item): item for item in kept}

    def listing(self) -> bytes:
        """Return the digests of `items` as canonical JSON (ASCII).

        Documents of the same signers, judged on the same lists, have the same listing: a list
        of megabytes is kept once.
        """
        values: dict[str, object] = {
            "format": _LIST_FORMAT,
            "certificates": [sha256(item) for item in self.certificates],
            "crls": [sha256(item) for item in self.own(self.crls)],
            "ocsps": [sha256(item) for item in self.own(self.ocsps)],
            "demanded": self.demanded,
        }
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_listing(cls, listing: bytes, read: Callable[[str], bytes]) -> Self:
        """Return the evidence of a listing; *read* gives the bytes of a digest.

        Raises:
            EvidenceUnreadable: the listing is not one, or an item is not what it says.
        """
        digests, demanded = _listed(listing)
        found = {kind: [read(digest) for digest in digests[kind]] for kind in _LISTED}
        try:
            for kind, load in zip(
                _LISTED, (certificate, revocation_list, ocsp_response), strict=True
            ):
                for digest, item in zip(digests[kind], found[kind], strict=True):
                    load(item)
                    if sha256(item) != digest:
                        raise ValueError("digest")
        except (ValueError, TypeError, KeyError) as fault:
            raise EvidenceUnreadable(type(fault).__name__) from fault
        return cls.of(**found, demanded=demanded)


def listed(listing: bytes) -> dict[str, list[str]]:
    """Return the digests that a listing names, by kind (certificates, crls, ocsps).

    Raises:
        EvidenceUnreadable: it is not a listing.
    """
    return _listed(listing)[0]


def _listed(listing: bytes) -> tuple[dict[str, list[str]], bool]:
    try:
        values = json.loads(listing)
        if values["format"] != _LIST_FORMAT:
            raise ValueError("format")
        digests = {kind: [_digest(value) for value in values[kind]] for kind in _LISTED}
        if any(len(found) > MOST_ITEMS for found in digests.values()):
            raise ValueError("too many")
        return digests, bool(values["demanded"])
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise EvidenceUnreadable(type(fault).__name__) from fault


def _digest(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64 or not set(value) <= set("0123456789abcdef"):
        raise ValueError("digest")
    return value


def _ordered(items: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(set(items), key=sha256))
