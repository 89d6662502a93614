"""From settings to an `Axis`."""

from pathlib import Path

from connectors.access import AxisSettings
from connectors.axis import Axis
from connectors.edoc.opening import open_edoc
from connectors.errors import AxisSettingsInvalid
from connectors.rest.opening import open_rest
from connectors.soap.connection import Timeouts
from connectors.soap.opening import open_soap
from connectors.soap.security import Correspondence
from connectors.vxp.opening import open_vxp


def open_axis(
    settings: AxisSettings, home: Path, correspondence: Correspondence | None = None
) -> Axis:
    """Return the axis that *settings* describe, their paths relative to *home*; nothing is asked.

    *correspondence* signs and verifies SOAP envelopes, where `signing_key` asks for it.

    Raises:
        AxisSettingsInvalid: a setting is wrong, or a secret's file cannot be used.
    """
    timeouts = Timeouts(settings.connect_seconds, settings.read_seconds, settings.total_seconds)
    if settings.kind == "soap":
        secret = secret_of(settings, home) if settings.system_id else ""
        return open_soap(settings, home, secret, timeouts, correspondence)
    if settings.kind == "vxp":
        return open_vxp(settings, home, secret_of(settings, home), timeouts)
    if settings.kind == "edoc":
        return open_edoc(settings, home, secret_of(settings, home), timeouts)
    secret = secret_of(settings, home) if settings.secret is not None else ""
    return open_rest(settings, home, secret, timeouts)


def secret_of(settings: AxisSettings, home: Path) -> str:
    """Return the system's secret.

    Raises:
        AxisSettingsInvalid: it cannot be read, is empty, or others can read it too.
    """
    if settings.secret is None:
        raise AxisSettingsInvalid("secret", "chưa khai báo / not set")
    file = home / settings.secret
    try:
        if file.stat().st_mode & 0o077:
            raise AxisSettingsInvalid(file.name, "chmod 600")
        text = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise AxisSettingsInvalid(file.name, why) from None
    if not text:
        raise AxisSettingsInvalid(file.name, "tệp rỗng / the file is empty")
    return text
