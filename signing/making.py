"""Which signatures may be made here: algorithms, smallest keys, what each key makes by default.

Legal source: Circular 15/2025/TT-BKHCN, Annex I. The values stand in `policy.toml` beside
those for accepting signatures: no smaller key may make what we would not accept ourselves.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.algorithm import Algorithm, Family
from signing.key_errors import AlgorithmRefused, KeyTooWeak
from signing.policy import BUILT_IN, built_in

_SCHEMES = {
    Family.PKCS1: "rsassa_pkcs1v15",
    Family.PSS: "rsassa_pss",
    Family.ECDSA: "ecdsa",
}
"""What the policy calls the families."""


@dataclass(frozen=True, slots=True)
class Making:
    """The rules for signatures of our own."""

    algorithms: frozenset[Algorithm]
    usual: Mapping[str, Algorithm]
    """What a key makes unless told otherwise, by `rsa` or its curve's name."""


@lru_cache(maxsize=1)
def rules() -> Making:
    """Return the rules that come with the product."""
    values = tomllib.loads(BUILT_IN.read_text("utf-8"))["making"]
    return Making(
        frozenset(map(Algorithm, values["algorithms"])),
        {str(kind): Algorithm(name) for kind, name in values["usual"].items()},
    )


def algorithm_for(
    certificate: x509.Certificate,
    name: str,
    wanted: Algorithm | None = None,
    usual_rsa: Algorithm | None = None,
) -> Algorithm:
    """Return the algorithm that *certificate*'s key signs with.

    *wanted* if given; else *usual_rsa* where it is an RSA key; else the policy's default.

    Raises:
        KeyTooWeak: the key is below the floor, or of a kind that the policy does not know.
        AlgorithmRefused: the key cannot make *wanted*, or nobody may.
    """
    kind, families = _kind(certificate, name)
    algorithm = wanted or (usual_rsa if kind == "rsa" else None) or rules().usual[kind]
    if algorithm.family not in families:
        raise AlgorithmRefused(name, algorithm, f"khóa {kind} / it is a key of {kind}")
    if algorithm not in rules().algorithms:
        raise AlgorithmRefused(name, algorithm, "chính sách không cho phép / not by the policy")
    return algorithm


def ensure_strong(certificate: x509.Certificate, name: str) -> None:
    """Return if the certificate's key, and the digest that it was issued with, are accepted.

    Raises:
        KeyTooWeak: they are not.
    """
    _kind(certificate, name)
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    weak = digest is not None and built_in().digest(digest.name.replace("-", "_")) is None
    if weak and digest is not None:
        why = f"chứng thư được ký bằng {digest.name} / it was issued with {digest.name}"
        raise KeyTooWeak(name, why)


def _kind(certificate: x509.Certificate, name: str) -> tuple[str, frozenset[Family]]:
    """Return what the key is, as `Making.usual` names it, and the families it can make."""
    try:
        key: object = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        key = None
    if isinstance(key, rsa.RSAPublicKey):
        kind, bits, families = "rsa", key.key_size, frozenset({Family.PKCS1, Family.PSS})
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind, bits, families = key.curve.name, key.key_size, frozenset({Family.ECDSA})
    else:
        raise KeyTooWeak(name, "khóa không phải RSA hay ECDSA / neither RSA nor ECDSA")
    least = min((_least_bits(family) for family in families), default=0)
    if bits < least:
        raise KeyTooWeak(name, f"{kind} {bits} bit quá ngắn / too short, at least {least}")
    if kind not in rules().usual:
        raise KeyTooWeak(name, f"{kind} không dùng được / is not supported")
    return kind, families


def _least_bits(family: Family) -> int:
    rule = built_in().signature(_SCHEMES[family])
    # what is not named is refused at verification: no key is long enough for it
    return rule.least_bits if rule is not None else 1 << 20
