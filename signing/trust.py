"""Whom a verifier trusts: roots, known intermediates, revocation lists. Nothing else.

Standard: RFC 5280, 6. The operating system's roots are never used and nothing is
ever fetched: what an agency trusts is what its administrator put into these files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from asn1crypto import crl, pem, x509
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.errors import TrustUnreadable

T = TypeVar("T", x509.Certificate, crl.CertificateList)


@dataclass(frozen=True)
class TrustStore:
    """Trusted roots and what helps to reach them, all DER."""

    roots: tuple[bytes, ...] = field(repr=False)
    intermediates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """With any list here, a certificate whose revocation cannot be checked is not accepted."""

    @classmethod
    def load(cls, roots_pem: Path, crls: Sequence[Path] = ()) -> Self:
        """Read roots (PEM; those that are not self-issued help as intermediates) and CRLs.

        Raises:
            TrustUnreadable: a file is missing or is not what it should be.
        """
        certificates = _read(roots_pem, x509.Certificate.load)
        roots = tuple(der for der, parsed in certificates if parsed.self_issued)
        if not roots:
            raise TrustUnreadable(roots_pem.name, "không có chứng thư gốc / no root in it")
        return cls(
            roots,
            tuple(der for der, parsed in certificates if not parsed.self_issued),
            tuple(der for path in crls for der, _ in _read(path, crl.CertificateList.load)),
        )

    @cached_property
    def manager(self) -> SimpleTrustManager:
        """The roots as the validator wants them, parsed once."""
        return SimpleTrustManager.build([x509.Certificate.load(der) for der in self.roots])

    @cached_property
    def parsed_intermediates(self) -> list[x509.Certificate]:
        """The intermediates, parsed once."""
        return [x509.Certificate.load(der) for der in self.intermediates]

    @cached_property
    def parsed_crls(self) -> list[crl.CertificateList]:
        """The revocation lists, parsed once."""
        return [crl.CertificateList.load(der) for der in self.crls]


def _read(path: Path, load: Callable[[bytes], T]) -> list[tuple[bytes, T]]:
    """Return what *path* has, PEM or DER, each as DER and parsed."""
    try:
        data = path.read_bytes()
        if pem.detect(data):
            found = [der for _, _, der in pem.unarmor(data, multiple=True)]
        else:
            found = [data]
        parsed = [(der, load(der)) for der in found]
        for _, value in parsed:
            _ = value.native  # parses to the end
    except OSError as fault:
        raise TrustUnreadable(path.name, fault.strerror or type(fault).__name__) from None
    except (ValueError, TypeError, KeyError) as fault:
        raise TrustUnreadable(path.name, type(fault).__name__) from fault
    return parsed
