"""Whether a CMS signature holds as mathematics, and by which key and algorithm.

Standards: RFC 5652, 5.4 to 5.6; ETSI EN 319 102-1, 5.2.3 (identification of the signing
certificate), 5.2.7 (cryptographic verification).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import algos, cms, core, x509
from pyhanko.sign.ades.report import AdESFailure
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from signing.certificates import certificates_in
from signing.policy import Policy
from signing.strength import algorithm_name, key_bits, strength

_HASHES = frozenset(hashlib.algorithms_guaranteed) - {"shake_128", "shake_256"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the mathematics says of one CMS signature."""

    intact: bool
    """The signed digest is the content's."""
    valid: bool
    """The signature value is that of the signed attributes, by the certified key."""
    signer: x509.Certificate = field(repr=False)
    others: tuple[x509.Certificate, ...] = field(repr=False)
    signer_info: cms.SignerInfo = field(repr=False)
    algorithm: str = ""
    """Scheme and digest, such as `rsassa_pss/sha256`."""
    bits: int = 0
    """Size of the certified key."""

    def weakness(self, policy: Policy, moment: datetime) -> tuple[str, str]:
        """Return sub-indication and detail when *policy* refuses the algorithms at *moment*."""
        rules = strength(policy)
        scheme, digest = (
            self.signer_info["signature_algorithm"],
            self.signer_info["digest_algorithm"],
        )
        plain = algos.DigestAlgorithm({"algorithm": digest["algorithm"].native})
        judged = (
            rules.signature_algorithm_allowed(scheme, moment, self.signer.public_key),
            rules.digest_algorithm_allowed(digest, moment),
            rules.digest_combination_allowed(scheme, plain, None),
        )
        for one in judged:
            if not one.allowed:
                no_proof = "_NO_POE" if one.not_allowed_after is not None else ""
                return f"CRYPTO_CONSTRAINTS_FAILURE{no_proof}", str(one.failure_reason or "")
        return "", ""


def checked(signed_data: cms.SignedData, digest: Callable[[str], bytes] | None) -> Checked:
    """Return what the mathematics says of *signed_data*.

    *digest* returns the detached content's digest by an algorithm's name; None: the content
    is inside.

    Raises:
        SignatureValidationError: no signer's certificate, or the structure is wrong.
    """
    try:
        signer_info = extract_signer_info(signed_data)
    except CMSExtractionError as fault:
        raise _malformed(fault.failure_message) from fault
    certificates = certificates_in(signed_data)
    wrapped = signed_data["encap_content_info"]
    name = str(signer_info["digest_algorithm"]["algorithm"].native)
    if digest is None:
        found = _hash(name, bytes(wrapped["content"]))
    elif wrapped["content"] is not core.VOID:
        raise _malformed("a detached signature has content")
    else:
        found = digest(name)
    try:
        intact, valid = validate_sig_integrity(
            signer_info,
            certificates.signer_cert,
            expected_content_type=wrapped["content_type"].native,
            actual_digest=found,
        )
    except CMSStructuralError as fault:
        raise _malformed(fault.failure_message) from fault
    return Checked(
        intact,
        valid,
        certificates.signer_cert,
        tuple(certificates.other_certs),
        signer_info,
        algorithm_name(signer_info["signature_algorithm"], name),
        key_bits(certificates.signer_cert),
    )


def _hash(name: str, content: bytes) -> bytes:
    if name not in _HASHES:
        raise _malformed(f"unknown digest {name[:40]}")
    return hashlib.new(name, content, usedforsecurity=False).digest()


def _malformed(why: str) -> SignatureValidationError:
    return SignatureValidationError(why, ades_subindication=AdESFailure.FORMAT_FAILURE)
