"""What signs and verifies SOAP envelopes, as this folder asks for it; the wiring brings it.

Standards: WS-Security 1.1 (OASIS, 2006): SOAP Message Security §8.5 (confirmation of what an
answer answers), X.509 Certificate Token Profile. Signed are the Body, the Timestamp, the X-Road
headers and, in an answer, the confirmation; content travels as swaRef with its sha256 in the body.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SECURITY = f"{{{WSSE}}}Security"


class EnvelopeRefused(Exception):
    """An envelope's security header does not hold; the argument says why, in English."""


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """A SOAP envelope with its signature."""

    octets: bytes = field(repr=False)
    value: str
    """Of the signature, base64: what the answer has to confirm."""


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What a signature covers, of an envelope that was verified."""

    octets: bytes = field(repr=False)
    """An envelope of the signed X-Road headers and the signed Body, and nothing else."""
    value: str
    """Of the signature, base64."""


class EnvelopeSigner(Protocol):
    """Signs envelopes with one key; safe for threads."""

    def sign(self, envelope: bytes, at: datetime, confirming: str | None = None) -> SignedEnvelope:
        """Return *envelope* (XML) signed at *at*; *confirming* the value of the request's."""
        ...


class EnvelopeVerifier(Protocol):
    """Verifies envelopes and remembers their signatures while they could be replayed."""

    def certificate(self, envelope: bytes) -> bytes:
        """Return the certificate (DER) that *envelope* brings: a claim, to be looked up.

        Raises:
            EnvelopeRefused: there is not exactly one.
        """
        ...

    def open(
        self, envelope: bytes, certificate: bytes, at: datetime, confirming: str | None = None
    ) -> OpenedEnvelope:
        """Return what *certificate*'s key signed of *envelope*; *confirming* as it must say.

        Raises:
            EnvelopeRefused: the signature does not hold, is in the wrong place, too old, or has
                been seen before; or it confirms another request.
        """
        ...


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A client's side: every request is signed, every answer must be."""

    signer: EnvelopeSigner
    verifier: EnvelopeVerifier
    peer: bytes = field(repr=False)
    """The axis's certificate, DER."""


@dataclass(frozen=True, slots=True)
class Gatekeeping:
    """A node's side: who signs with a registered certificate needs no other credential."""

    verifier: EnvelopeVerifier
    signer: EnvelopeSigner | None = None
    """Signs the answers to signed requests; None: they go out unsigned."""
