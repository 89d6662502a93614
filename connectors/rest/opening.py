"""From the `[axis]` settings to a `RestAxis`."""

import sqlite3
from pathlib import Path

from connectors.access import AxisSettings
from connectors.edoc.memory import Memory
from connectors.errors import AxisSettingsInvalid
from connectors.rest.client import RestAxis
from connectors.rest.credentials import read_credentials
from connectors.rest.profile import read_profile
from connectors.soap.connection import Timeouts
from connectors.soap.tls import client_context

MEMORY = "rest-axis.sqlite"
"""In the installation's folder: what the client must not forget (`connectors.edoc.memory`)."""


def open_rest(settings: AxisSettings, home: Path, secret: str, timeouts: Timeouts) -> RestAxis:
    """Return the axis that *settings* describe.

    Raises:
        AxisSettingsInvalid: a setting, the profile or the credentials are wrong.
    """
    if settings.profile is None:
        raise AxisSettingsInvalid("profile", "chưa khai báo / not set")
    profile = read_profile(settings.profile, home)
    credentials = read_credentials(secret, settings.system_id, profile.credentials())
    secure = settings.url.startswith("https://")
    tls = client_context(settings, home) if secure else None
    try:
        memory = Memory(home / MEMORY)
    except sqlite3.Error as error:
        raise AxisSettingsInvalid(MEMORY, str(error)) from None
    try:
        return RestAxis(
            settings.url,
            profile,
            credentials,
            memory,
            timeouts=timeouts,
            tls=tls,
            max_size=settings.max_size,
        )
    except ValueError as error:
        memory.close()
        raise AxisSettingsInvalid("url", str(error)) from None
