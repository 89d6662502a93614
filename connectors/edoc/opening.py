"""From the `[axis]` settings to an `EdocAxis`."""

import sqlite3
from pathlib import Path

from connectors.access import AxisSettings
from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.errors import AxisSettingsInvalid
from connectors.soap.connection import Timeouts
from connectors.soap.tls import client_context
from connectors.soap.version import SOAP11, SOAP12

MEMORY = "edoc-axis.sqlite"
"""In the installation's folder: what the client must not forget (`connectors.edoc.memory`)."""


def open_edoc(settings: AxisSettings, home: Path, secret: str, timeouts: Timeouts) -> EdocAxis:
    """Return the axis that *settings* describe; `system_id` is an agency of ours.

    Raises:
        AxisSettingsInvalid: a setting is wrong.
    """
    if not settings.system_id:
        raise AxisSettingsInvalid("system_id", "mã định danh của cơ quan / an agency's organ_id")
    secure = settings.url.startswith("https://")
    tls = client_context(settings, home) if secure else None
    try:
        memory = Memory(home / MEMORY)
    except sqlite3.Error as error:
        raise AxisSettingsInvalid(MEMORY, str(error)) from None
    try:
        return EdocAxis(
            settings.url,
            settings.system_id,
            secret,
            memory,
            version=SOAP12 if settings.soap_version == "1.2" else SOAP11,
            timeouts=timeouts,
            tls=tls,
            max_size=settings.max_size,
        )
    except ValueError as error:
        memory.close()
        raise AxisSettingsInvalid("url", str(error)) from None
