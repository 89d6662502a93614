"""Signature algorithms: RSA PKCS#1 v1.5, RSA-PSS and ECDSA, each with SHA-256, 384 or 512.

Legal source: Circular 15/2025/TT-BKHCN, Annex I (RSASSA-PSS of at least 2048 bits or
ECDSA of at least 256; SHA-2). PKCS#1 v1.5 is what tokens in the field still make.
Standards: RFC 8017 (RSA), RFC 4055 and 5756 (PSS in certificates and CMS), RFC 5754
(SHA-2 in CMS), FIPS 186-5 (ECDSA). SHA-1 has no name here, so nothing can ask for it.
"""

from enum import StrEnum


class Family(StrEnum):
    """How a digest is signed."""

    PKCS1 = "rsa"
    """RSASSA-PKCS1-v1_5."""
    PSS = "pss"
    """RSASSA-PSS, MGF1 with the same digest, salt as long as the digest."""
    ECDSA = "ecdsa"
    """ECDSA; the value is a DER ECDSA-Sig-Value."""


class Algorithm(StrEnum):
    """A digest and how it is signed; the value is its name in settings and reports."""

    RSA_SHA256 = "sha256_rsa"
    RSA_SHA384 = "sha384_rsa"
    RSA_SHA512 = "sha512_rsa"
    PSS_SHA256 = "sha256_pss"
    PSS_SHA384 = "sha384_pss"
    PSS_SHA512 = "sha512_pss"
    ECDSA_SHA256 = "sha256_ecdsa"
    ECDSA_SHA384 = "sha384_ecdsa"
    ECDSA_SHA512 = "sha512_ecdsa"

    @property
    def digest(self) -> str:
        """The digest's name, as `hashlib`, asn1crypto and pyHanko know it."""
        return self.value.partition("_")[0]

    @property
    def family(self) -> Family:
        """How the digest is signed."""
        return Family(self.value.partition("_")[2])

    @classmethod
    def of(cls, family: Family, digest: str) -> "Algorithm":
        """Return the algorithm of *family* with *digest*.

        Raises:
            ValueError: no such digest is allowed.
        """
        return cls(f"{digest}_{family.value}")
