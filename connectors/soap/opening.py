"""From the `[axis]` settings to a `SoapAxis`."""

from pathlib import Path

from connectors.access import AxisSettings
from connectors.errors import AxisSettingsInvalid
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from connectors.soap.connection import Timeouts
from connectors.soap.form import Form
from connectors.soap.security import Correspondence
from connectors.soap.tls import client_context
from connectors.soap.version import SOAP11, SOAP12
from connectors.soap.xroad import XRoad


def open_soap(
    settings: AxisSettings,
    home: Path,
    secret: str,
    timeouts: Timeouts,
    correspondence: Correspondence | None = None,
) -> SoapAxis:
    """Return the axis that *settings* describe; *secret* is used when they name a system.

    Raises:
        AxisSettingsInvalid: a setting is wrong.
    """
    if ":" in settings.system_id or not settings.system_id.isprintable():
        raise AxisSettingsInvalid("system_id", "«:»")
    if settings.signing_key and correspondence is None:
        raise AxisSettingsInvalid("signing_key", "WS-Security")
    secure = settings.url.startswith("https://")
    through = _xroad(settings)
    if through is not None and settings.soap_version != "1.1":
        raise AxisSettingsInvalid("soap_version", "X-Road: SOAP 1.1")
    try:
        return SoapAxis(
            settings.url,
            version=SOAP12 if settings.soap_version == "1.2" else SOAP11,
            timeouts=timeouts,
            tls=client_context(settings, home) if secure else None,
            max_size=settings.max_size,
            form=Form(settings.form),
            credential=Credential(settings.system_id, secret) if settings.system_id else None,
            correspondence=correspondence,
            through=through,
        )
    except ValueError as error:
        raise AxisSettingsInvalid("url", str(error)) from None


def _xroad(settings: AxisSettings) -> XRoad | None:
    if not settings.xroad:
        return None
    try:
        return XRoad.of(settings.xroad)
    except ValueError as error:
        name, why = error.args
        raise AxisSettingsInvalid(f"xroad.{name}", why) from None
