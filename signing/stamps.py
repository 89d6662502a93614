"""Timestamps: what they prove to have existed, and when.

Standards: RFC 3161, RFC 5816; ETSI EN 319 102-1, 5.4 (validation of timestamps), 5.6.2.3
(proofs of existence).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from asn1crypto import cms, core, tsp
from pyhanko.sign.ades.report import AdESFailure
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation.errors import SignatureValidationError

from signing.crypto import Checked, checked
from signing.paths import PathVerdict, Purpose

_MOST = 16
"""Timestamps on one signature that are looked at."""

Accept = Callable[[Checked, Purpose, datetime | None], PathVerdict]
"""Judges a certificate: what was checked, its purpose, and since when it is proven to exist."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One timestamp, judged."""

    time: datetime
    """UTC."""
    token: bytes = field(repr=False)
    """The whole RFC 3161 token, DER ContentInfo."""
    holds: bool
    """The token is intact and is about what it stands on."""
    verdict: PathVerdict
    """Whether the authority's certificate was good."""
    authority: bytes = field(repr=False)
    """Its certificate, DER."""
    weakness: tuple[str, str] = ("", "")
    """Sub-indication and detail when the algorithms are refused."""

    @property
    def proves(self) -> bool:
        """Whether the time may be believed."""
        return self.holds and self.verdict.good and not self.weakness[0]

    @property
    def trouble(self) -> str:
        """The sub-indication that says why not; empty when it proves."""
        if not self.holds:
            return "HASH_FAILURE"
        return self.weakness[0] or self.verdict.sub_indication


def token_info(signed_data: cms.SignedData) -> tsp.TSTInfo:
    """Return what a timestamp token says.

    Raises:
        SignatureValidationError: it is no timestamp token.
    """
    content = signed_data["encap_content_info"]["content"]
    found = content.parsed if isinstance(content, core.ParsableOctetString) else None
    if not isinstance(found, tsp.TSTInfo):
        raise SignatureValidationError(
            "no TSTInfo inside", ades_subindication=AdESFailure.FORMAT_FAILURE
        )
    return found


def about(info: tsp.TSTInfo, content: Callable[[str], bytes]) -> bool:
    """Return whether the token is about *content* (its digest by an algorithm's name)."""
    imprint = info["message_imprint"]
    return bool(
        content(str(imprint["hash_algorithm"]["algorithm"].native))
        == imprint["hashed_message"].native
    )


def imprint_name(info: tsp.TSTInfo) -> str:
    """Return the digest algorithm of the token's imprint."""
    return str(info["message_imprint"]["hash_algorithm"]["algorithm"].native)


def attached(signer_info: cms.SignerInfo, *, signed: bool) -> Iterator[cms.ContentInfo]:
    """Yield the timestamp tokens in the (un)signed attributes."""
    kind = "content_time_stamp" if signed else "signature_time_stamp_token"
    attributes = signer_info["signed_attrs" if signed else "unsigned_attrs"]
    yield from islice(find_cms_attribute_iter(attributes, kind), _MOST)


def of_bytes(value: bytes) -> Callable[[str], bytes]:
    """Return the digest of *value* by an algorithm's name."""
    return lambda name: hashlib.new(name, value, usedforsecurity=False).digest()


def judged(
    token: cms.ContentInfo,
    content: Callable[[str], bytes],
    accept: Accept,
    weak: Callable[[Checked, str, datetime], tuple[str, str]],
    proven: datetime | None,
) -> Stamp:
    """Return the timestamp *token* judged; *proven*: since when it is known to exist.

    Raises:
        SignatureValidationError, ValueError: it cannot be read.
    """
    signed_data = token["content"]
    info = token_info(signed_data)
    result = checked(signed_data, None)
    time = info["gen_time"].native.astimezone(UTC)
    holds = result.intact and result.valid and about(info, content)
    return Stamp(
        time,
        token.dump(),
        holds,
        accept(result, Purpose.TIMESTAMPING, proven),
        result.signer.dump(),
        weak(result, imprint_name(info), proven or time),
    )
