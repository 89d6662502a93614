"""The rules by which signatures are accepted: versioned data, kept apart from the code.

Legal source: Circular 15/2025/TT-BKHCN, Annex I. Standards: ETSI TS 119 312 (cryptographic
suites), ETSI EN 319 102-1, 5.1.4 (validation constraints). The values and their sources
stand in `policy.toml`; a report names the policy's id, version and digest.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from signing.errors import PolicyUnreadable

BUILT_IN = Path(__file__).with_name("policy.toml")


class Revocation(StrEnum):
    """When a certificate's revocation must have been checked."""

    REQUIRED = "required"
    WHEN_LISTED = "when-listed"
    """Where any revocation data is given; without, the report says that it was not checked."""
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Rule:
    """One accepted algorithm."""

    name: str
    """asn1crypto's name: of a digest, or of a signature scheme without its digest."""
    least_bits: int
    """Smallest key; 0 for digests."""
    until: datetime | None
    """UTC; None while there is no end."""
    source: str

    def holds(self, moment: datetime | None) -> bool:
        """Return whether the algorithm is accepted at *moment* (None: for ever)."""
        return self.until is None or (moment is not None and moment < self.until)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is not looked at any more."""

    largest_bytes: int = 256 * 1024 * 1024
    most_revisions: int = 200
    most_signatures: int = 64
    most_crl_bytes: int = 32 * 1024 * 1024
    """Of one revocation list inside a file."""
    most_dss_items: int = 500
    """Certificates, lists and responses inside a file."""


@dataclass(frozen=True)
class Policy:
    """The rules of one verification."""

    id: str
    version: str
    valid_from: datetime
    digests: tuple[Rule, ...] = field(repr=False)
    signatures: tuple[Rule, ...] = field(repr=False)
    revocation: Revocation
    clock_tolerance: timedelta
    try_again: timedelta
    limits: Limits
    sha256: str
    """Of the file that it was read from, hexadecimal."""
    source: bytes = field(default=b"", repr=False, compare=False)
    """That file, TOML in UTF-8: kept with the verdicts that it led to."""

    def digest(self, name: str) -> Rule | None:
        """Return the rule for the digest algorithm *name*; None: refused."""
        return next((rule for rule in self.digests if rule.name == name), None)

    def signature(self, name: str) -> Rule | None:
        """Return the rule for the signature scheme *name*; None: refused."""
        return next((rule for rule in self.signatures if rule.name == name), None)

    @classmethod
    def load(cls, path: Path = BUILT_IN) -> Self:
        """Read a policy file.

        Raises:
            PolicyUnreadable: missing, not TOML, or a value is wrong or lacking.
        """
        try:
            return cls.read(path.read_bytes(), path.name)
        except OSError as fault:
            raise PolicyUnreadable(path.name, fault.strerror or type(fault).__name__) from None

    @classmethod
    def read(cls, data: bytes, name: str) -> Self:
        """Return the policy that *data* (TOML in UTF-8) is; *name* is for the error.

        Raises:
            PolicyUnreadable: not TOML, or a value is wrong or lacking.
        """
        try:
            return cls._of(tomllib.loads(data.decode("utf-8")), data)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as fault:
            raise PolicyUnreadable(name, f"{type(fault).__name__}: {fault}") from fault

    @classmethod
    def _of(cls, values: dict[str, Any], data: bytes) -> Self:
        limits = Limits(**values["limits"])
        if not all(isinstance(n, int) and n > 0 for n in (getattr(limits, s) for s in _LIMITS)):
            raise ValueError("limits")
        return cls(
            id=str(values["id"]),
            version=str(values["version"]),
            valid_from=_utc(values["valid_from"]),
            digests=tuple(rule for row in values["digest"] for rule in _rules(row)),
            signatures=tuple(rule for row in values["signature"] for rule in _rules(row)),
            revocation=Revocation(values["revocation"]),
            clock_tolerance=timedelta(seconds=values["clock_tolerance_seconds"]),
            try_again=timedelta(seconds=values["try_again_seconds"]),
            limits=limits,
            sha256=hashlib.sha256(data).hexdigest(),
            source=data,
        )


_LIMITS = tuple(Limits.__dataclass_fields__)


def _rules(row: dict[str, Any]) -> list[Rule]:
    until = _utc(row["until"]) if "until" in row else None
    return [
        Rule(str(name), int(row.get("least_bits", 0)), until, str(row["source"]))
        for name in row["names"]
    ]


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a date without a zone")
    return value.astimezone(UTC)


@lru_cache(maxsize=1)
def built_in() -> Policy:
    """Return the policy that comes with the product."""
    return Policy.load()
