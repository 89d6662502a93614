"""Whether an algorithm and a key are strong enough, by the policy, at a moment.

Standard: ETSI EN 319 102-1, 5.2.7.4 (cryptographic constraints), for signatures and for
the certificates, lists and timestamps that support them.
"""

from datetime import datetime
from functools import lru_cache

from asn1crypto import algos, keys, x509
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

from signing.policy import Policy, Rule

_ALLOWED = AlgorithmUsageConstraint(allowed=True)


class Strength(CMSAlgorithmUsagePolicy):
    """A policy's algorithms, as the certificate validator asks for them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Return whether the digest algorithm may be relied on at *moment*."""
        name = str(algo["algorithm"].native)
        return _judged(self.policy.digest(name), name, moment, None)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Return whether the signature algorithm, its digest and the key may be relied on."""
        scheme, digest = _scheme(algo), _digest(algo)
        judged = _judged(self.policy.signature(scheme), scheme, moment, public_key)
        if judged.allowed and digest:
            return _judged(self.policy.digest(digest), digest, moment, None)
        return judged


@lru_cache(maxsize=8)
def strength(policy: Policy) -> Strength:
    """Return *policy*'s algorithms."""
    return Strength(policy)


def algorithm_name(algo: algos.SignedDigestAlgorithm, digest: str) -> str:
    """Return a name for reports: scheme and digest, such as `rsassa_pss/sha256`."""
    return f"{_scheme(algo)}/{digest or _digest(algo)}"


@lru_cache(maxsize=2048)
def key_bits(certificate: x509.Certificate) -> int:
    """Return the size of the certified key in bits; 0 when unknown."""
    return _bits(certificate.public_key)


def _bits(key: keys.PublicKeyInfo) -> int:
    try:
        return int(key.bit_size)
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0


def _scheme(algo: algos.SignedDigestAlgorithm) -> str:
    try:
        return str(algo.signature_algo)
    except ValueError:
        return str(algo["algorithm"].native)


def _digest(algo: algos.SignedDigestAlgorithm) -> str:
    try:
        return str(algo.hash_algo)
    except ValueError:
        return ""


def _judged(
    rule: Rule | None, name: str, moment: datetime | None, key: keys.PublicKeyInfo | None
) -> AlgorithmUsageConstraint:
    if rule is None:
        return AlgorithmUsageConstraint(allowed=False, failure_reason=f"{name} is not accepted")
    if key is not None and (bits := _bits(key)) < rule.least_bits:
        reason = f"{name} with {bits} bits, at least {rule.least_bits} are needed"
        return AlgorithmUsageConstraint(allowed=False, failure_reason=reason)
    if not rule.holds(moment):
        reason = f"{name} is not accepted any more"
        return AlgorithmUsageConstraint(
            allowed=False, not_allowed_after=rule.until, failure_reason=reason
        )
    return _ALLOWED
