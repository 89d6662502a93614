"""A person's signing key as they see it before they sign: of what kind, whose certificate, until.

Legal source: TT 15/2025/TT-BKHCN, Art. 5 (the certificate must be in force). Of a key in the key
folder a worker process is asked, which has it open; of a key elsewhere the folder has the
certificate. Nothing secret is here.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.credential import Credential
from documents.errors import OfficeError
from documents.signature_request import Service
from signing.credentials import credential, read_certificate
from workflows.deferred_keys import DeferredKey, known_identity
from workflows.jobs import ShowKey, Shown
from workflows.office import Office

_COMMON_NAME = re.compile("Common Name: ([^,;]+)")
SOON = timedelta(days=30)
"""So long before its end a certificate is warned of."""


class KeyKind(StrEnum):
    """Where a key is, which decides what signing looks like."""

    NONE = "none"
    """chưa có khóa."""
    HERE = "here"
    """khóa tại máy chủ: the flow signs by itself."""
    REMOTE = "remote"
    """ký số từ xa: confirmed on a device."""
    VGCA = "vgca"
    """USB token with the token tool in the browser."""
    MANUAL = "manual"
    """ký ở nơi khác."""


@dataclass(frozen=True, slots=True)
class KeyCard:
    """What a person is shown of their key."""

    kind: KeyKind
    certificate: Credential | None = None
    fault: OfficeError | None = None
    """Why it cannot be used, as far as is known now."""
    service: str = ""

    @property
    def issuer(self) -> str:
        """The issuer's common name, else all of its name."""
        whole = self.certificate.issuer if self.certificate else ""
        named = _COMMON_NAME.search(whole)
        return named[1] if named else whole

    def expired(self, at: datetime) -> bool:
        """Return whether the certificate is over, or has not begun, at *at* (aware)."""
        known = self.certificate
        return known is not None and not known.not_before <= at <= known.not_after

    def ends_soon(self, at: datetime) -> bool:
        """Return whether it ends within a month."""
        known = self.certificate
        return known is not None and at <= known.not_after < at + SOON


def kind_of(office: Office, stem: str) -> KeyKind:
    """Return where the key *stem* is; reads one small file at most.

    Raises:
        DescriptorInvalid: its descriptor is wrong.
    """
    if not stem:
        return KeyKind.NONE
    key = DeferredKey.of(office.settings.at(office.settings.keys), stem)
    return KeyKind(key.kind.value) if key is not None else KeyKind.HERE


def card(office: Office, stem: str) -> KeyCard:
    """Return the card of the key *stem*; what is wrong with it is on the card."""
    try:
        kind = kind_of(office, stem)
    except OfficeError as error:
        return KeyCard(KeyKind.NONE, fault=error)
    if kind is KeyKind.NONE:
        return KeyCard(kind)
    try:
        if kind is KeyKind.HERE:
            return KeyCard(kind, _shown(office, stem))
        return _elsewhere(office, stem, kind)
    except OfficeError as error:
        return KeyCard(kind, fault=error)


def _shown(office: Office, stem: str) -> Credential:
    (answer,) = office.workshop.run([ShowKey(stem)])
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, Shown)  # noqa: S101  (ShowKey gives Shown)
    return credential(answer.certificate)


def _elsewhere(office: Office, stem: str, kind: KeyKind) -> KeyCard:
    folder = office.settings.at(office.settings.keys)
    key = DeferredKey.of(folder, stem)
    assert key is not None  # noqa: S101  (it is of a kind that is elsewhere)
    if key.kind is Service.REMOTE and not key.certificates[0].exists():
        return KeyCard(kind, service=key.service)  # the service is asked when it is needed
    return KeyCard(
        kind, credential(read_certificate(key.certificates[0])), _fault(office, key), key.service
    )


def _fault(office: Office, key: DeferredKey) -> OfficeError | None:
    try:
        known_identity(key, office.now())
    except OfficeError as error:
        return error
    return None
