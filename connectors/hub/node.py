"""What every face of the hub works on: the store, the faults on purpose, who may call."""

from dataclasses import dataclass

from connectors.hub.faults import Faults
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.soap.security import Gatekeeping


@dataclass(frozen=True, slots=True)
class Node:
    """One axis node."""

    store: HubStore
    faults: Faults | None = None
    systems: Systems | None = None
    """Who may call; None: whoever reaches the port may act for any agency (tests, one machine)."""
    gatekeeping: Gatekeeping | None = None
    """Opens signed SOAP envelopes and signs their answers; None: signatures are not looked at."""
