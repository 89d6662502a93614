"""From the `[axis]` settings to a `VxpAxis`."""

from pathlib import Path

from connectors.access import AxisSettings
from connectors.errors import AxisSettingsInvalid
from connectors.soap.connection import Timeouts
from connectors.soap.tls import client_context
from connectors.vxp.client import VxpAxis


def open_vxp(settings: AxisSettings, home: Path, secret: str, timeouts: Timeouts) -> VxpAxis:
    """Return the axis that *settings* describe.

    Raises:
        AxisSettingsInvalid: a setting is wrong.
    """
    system_id = settings.system_id
    if not system_id or not (system_id.isascii() and system_id.isprintable()):
        raise AxisSettingsInvalid("system_id", "mã hệ thống, ví dụ 00.53.W00 / the system's id")
    secure = settings.url.startswith("https://")
    try:
        return VxpAxis(
            settings.url,
            system_id,
            secret,
            legacy_hex=settings.legacy_hex,
            to_header=settings.to_header,
            timeouts=timeouts,
            tls=client_context(settings, home) if secure else None,
            max_size=settings.max_size,
        )
    except ValueError as error:
        raise AxisSettingsInvalid("url", str(error)) from None
