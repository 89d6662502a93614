"""HTTP Basic (RFC 7617) at the hub's door: system id and secret."""

import base64
import binascii
from collections.abc import Mapping

from connectors.hub import call
from connectors.hub.caller import ANYBODY, Caller
from connectors.hub.systems import Systems


def admitted(systems: Systems | None, headers: Mapping[str, str]) -> Caller:
    """Return who calls; anybody where no credential is asked. *headers*: names in lower case.

    Raises:
        AccessDenied: no credential, a wrong one, or of a system that may not call.
    """
    if systems is None:
        return ANYBODY
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise call.denied("", "chưa có thông tin xác thực / no credential")
    try:
        text = base64.b64decode(given.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise call.denied("", "Authorization") from None
    system_id, _, secret = text.partition(":")
    return systems.admitted(system_id, secret)
