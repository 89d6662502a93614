"""WS-Security for the axis: our keys and the strict opener, as `connectors` asks for them."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.access import AxisSettings
from connectors.errors import AxisSettingsInvalid
from connectors.soap.security import (
    Correspondence,
    EnvelopeRefused,
    Gatekeeping,
    OpenedEnvelope,
    SignedEnvelope,
)
from connectors.soap.xroad import XROAD
from signing import wsse
from signing.algorithm import Algorithm
from signing.keyring import changed, open_key
from signing.keys import KeyHolder

ALSO = (XROAD,)
"""Namespaces whose header entries are signed with the body."""


class Signer:
    """Signs envelopes with a key that is asked for each time, so that it may be renewed."""

    def __init__(self, key: Callable[[], KeyHolder]) -> None:
        self._key = key

    def sign(self, envelope: bytes, at: datetime, confirming: str | None = None) -> SignedEnvelope:
        """See `EnvelopeSigner.sign`.

        Raises:
            OfficeError: the key cannot sign; nothing was sent.
        """
        signed = wsse.sign(envelope, self._key(), at=at, also=ALSO, confirming=confirming)
        return SignedEnvelope(signed.octets, signed.value)


class Verifier:
    """Opens envelopes, each once."""

    def __init__(self) -> None:
        self._opener = wsse.Opener(also=ALSO)

    def certificate(self, envelope: bytes) -> bytes:
        """See `EnvelopeVerifier.certificate`."""
        try:
            return wsse.token_of(envelope)
        except wsse.EnvelopeUntrusted as why:
            raise EnvelopeRefused(str(why)) from None

    def open(
        self, envelope: bytes, certificate: bytes, at: datetime, confirming: str | None = None
    ) -> OpenedEnvelope:
        """See `EnvelopeVerifier.open`."""
        try:
            opened = self._opener.open(envelope, certificate, at=at, confirming=confirming)
        except wsse.EnvelopeUntrusted as why:
            raise EnvelopeRefused(str(why)) from None
        return OpenedEnvelope(opened.octets, opened.value)


def correspondence(settings: AxisSettings, home: Path, keys: Path) -> Correspondence | None:
    """Return what signs our requests and opens the axis's answers; None where neither is asked.

    The key lies in the folder *keys*; it is opened with the first message.

    Raises:
        AxisSettingsInvalid: one of the two is lacking, or the certificate cannot be read.
    """
    if not settings.signing_key and settings.peer_certificate is None:
        return None
    if not settings.signing_key or settings.peer_certificate is None:
        lacking = "peer_certificate" if settings.signing_key else "signing_key"
        raise AxisSettingsInvalid(lacking, "chưa khai báo / not set")
    signer = Signer(lambda: _key(keys, settings.signing_key))
    return Correspondence(signer, Verifier(), _certificate(home / settings.peer_certificate))


def gatekeeping(keys: Path | None = None, stem: str = "") -> Gatekeeping:
    """Return what a hub opens signed requests with; it signs answers if it has a key.

    Raises:
        OfficeError: the key *stem* of the folder *keys* cannot be used.
    """
    if keys is None or not stem:
        return Gatekeeping(Verifier())
    _key(keys, stem)
    return Gatekeeping(Verifier(), Signer(lambda: _key(keys, stem)))


def _key(folder: Path, stem: str) -> KeyHolder:
    return _opened(folder, stem, changed(folder, stem))


@lru_cache(maxsize=8)
def _opened(folder: Path, stem: str, _changed: tuple[int, ...]) -> KeyHolder:
    # few toolkits verify RSA-PSS in WS-Security: a key whose descriptor asks for it still makes it
    return open_key(folder, stem, Algorithm.RSA_SHA256)


def _certificate(path: Path) -> bytes:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "PEM"
        raise AxisSettingsInvalid("peer_certificate", why) from None
    return found.public_bytes(Encoding.DER)
