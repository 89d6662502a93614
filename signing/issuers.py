"""A signer's certificates, in files and from tokens: put in order up to the root.

Standards: RFC 5280, 6.1 (who issued whom), RFC 7468 (PEM).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.key_errors import CertificateMissing

LARGEST = 1 << 20
"""Bytes of a file of certificates."""
LONGEST_CHAIN = 10
_ARMOUR = b"-----BEGIN CERTIFICATE-----"


def read_certificates(paths: Sequence[Path], key: str) -> list[x509.Certificate]:
    """Return the certificates in files, PEM (any number in each) or DER, for the key *key*.

    Raises:
        CertificateMissing: a file cannot be read, or has none.
    """
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise CertificateMissing(key, f"{path.name}: > {LARGEST} byte")
            if _ARMOUR in data:
                found += x509.load_pem_x509_certificates(data)
            else:
                found.append(x509.load_der_x509_certificate(data))
        except OSError as fault:
            why = f"{path.name}: {fault.strerror or type(fault).__name__}"
            raise CertificateMissing(key, why) from None
        except ValueError:
            why = f"{path.name}: không phải chứng thư / not a certificate"
            raise CertificateMissing(key, why) from None
    return found


def issuers_of(
    certificate: x509.Certificate, others: Iterable[x509.Certificate]
) -> tuple[bytes, ...]:
    """Return *certificate*'s issuers found among *others*, DER, nearest first, without the root."""
    chain: list[x509.Certificate] = []
    left, last = list(others), certificate
    while len(chain) < LONGEST_CHAIN:
        following = next((one for one in left if _issued(one, last)), None)
        if following is None or following.issuer == following.subject:
            break
        chain.append(following)
        left.remove(following)
        last = following
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def _issued(issuer: x509.Certificate, issued: x509.Certificate) -> bool:
    if issuer.subject != issued.issuer:
        return False
    try:
        issued.verify_directly_issued_by(issuer)
    except Exception:  # whatever the library cannot check was not issued by it
        return False
    return True
