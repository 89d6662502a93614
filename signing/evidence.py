"""What a verdict rests on: certificates, revocation data and timestamps, to be stored.

Legal source: Circular 15/2025/TT-BKHCN, Art. 5 and 6 (the signer's certificate, the
revocation list and the answer about its status are kept). Standard: ETSI EN 319 102-1, 5.1.4.3
(the same data must lead to the same verdict later).
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from signing.certificates import certificate, ocsp_response, revocation_list, sha256
from signing.errors import EvidenceUnreadable

_FORMAT = "congvan-evidence/1"
_KINDS = ("certificates", "crls", "ocsps", "timestamps")


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


def _ordered(items: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(set(items), key=sha256))
