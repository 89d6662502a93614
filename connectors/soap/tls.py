"""TLS to an axis: 1.2 or newer, its name checked, our own certificate where it asks for one.

Standards: RFC 8446, RFC 9325 (recommendations for TLS), RFC 9525 (names).
"""

import ssl
from collections.abc import Callable
from pathlib import Path

from connectors.access import AxisSettings
from connectors.errors import AxisSettingsInvalid


def client_context(settings: AxisSettings, home: Path) -> ssl.SSLContext:
    """Return the context for *settings*, their paths relative to *home*.

    Raises:
        AxisSettingsInvalid: a file cannot be read or used, or others can read the key.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca is not None:
        # these roots and no others: the system's would let anybody's certificate in
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load("ca", lambda: context.load_verify_locations(home / str(settings.ca)))
    if settings.certificate is not None:
        certificate = home / settings.certificate
        key = home / (settings.certificate_key or settings.certificate)
        _ensure_private(key)
        # an empty passphrase instead of none: OpenSSL would ask for it on the terminal
        _load("certificate", lambda: context.load_cert_chain(certificate, key, password=""))
    elif settings.certificate_key is not None:
        raise AxisSettingsInvalid("certificate", "chưa khai báo / not set")
    return context


def _load(name: str, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        why = getattr(error, "reason", None) or getattr(error, "strerror", None)
        raise AxisSettingsInvalid(name, why or type(error).__name__) from None


def _ensure_private(key: Path) -> None:
    try:
        if key.stat().st_mode & 0o077:
            raise AxisSettingsInvalid(key.name, "chmod 600")
    except OSError as error:
        raise AxisSettingsInvalid(key.name, error.strerror or "?") from None
