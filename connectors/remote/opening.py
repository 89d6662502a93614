"""From settings to a `RemoteSigner`."""

from collections.abc import Mapping

from connectors.remote.csc import CscService
from connectors.remote.mysign import MySignService
from connectors.remote.service import RemoteSigner
from connectors.remote.settings import (
    Configuration,
    MySignSettings,
    SmartCaSettings,
    configuration_of,
)
from connectors.remote.smartca import SmartCaService


def open_service(configuration: Configuration | Mapping[str, object]) -> RemoteSigner:
    """Return the service that *configuration* describes; nothing is asked of it yet.

    Raises:
        ServiceSettingsInvalid: the settings are wrong.
    """
    if isinstance(configuration, Mapping):
        configuration = configuration_of(configuration)
    if isinstance(configuration, SmartCaSettings):
        return SmartCaService(configuration)
    if isinstance(configuration, MySignSettings):
        return MySignService(configuration)
    return CscService(configuration)
