"""How each algorithm is computed, for the library that computes it.

Standards: RFC 8017 (RSA; the PSS salt is as long as the digest, as RFC 5756, 3 advises),
FIPS 186-5 (ECDSA).
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signing.algorithm import Algorithm, Family

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def hash_of(algorithm: Algorithm) -> hashes.HashAlgorithm:
    """Return the digest of *algorithm*."""
    return _HASHES[algorithm.digest]


def padding_of(algorithm: Algorithm) -> padding.AsymmetricPadding:
    """Return the padding of an RSA *algorithm*."""
    if algorithm.family is Family.PSS:
        digest = hash_of(algorithm)
        return padding.PSS(padding.MGF1(digest), digest.digest_size)
    return padding.PKCS1v15()


def verifies(key: object, algorithm: Algorithm, digest: bytes, signature: bytes) -> bool:
    """Return whether *signature* (raw; ECDSA as DER) is the public *key*'s over *digest*."""
    hashed = Prehashed(hash_of(algorithm))
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm.family is not Family.ECDSA:
            key.verify(signature, digest, padding_of(algorithm), hashed)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.family is Family.ECDSA:
            key.verify(signature, digest, ec.ECDSA(hashed))
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        pass
    return False
