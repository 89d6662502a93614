"""A message larger than a connector takes: refused on its way out, and on its way in, as too large.

It is never an outage, which would be tried again for ever.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.axis import AgencyEntry, Axis, Outgoing
from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.edxml import OutgoingFile, write_edoc
from connectors.errors import TooLarge
from connectors.soap.client import SoapAxis
from connectors.vxp.client import VxpAxis
from schemas.edxml import Edoc, Organization
from tests.connectors.conftest import running_hub
from tests.connectors.edxml.conftest import make_edoc

SMALL, LARGE = 1 << 20, 4 << 20
OPEN: dict[str, Callable[[str, int, Path], Axis]] = {
    "soap": lambda root, size, folder: SoapAxis(f"{root}/soap", max_size=size),
    "vxp": lambda root, size, folder: VxpAxis(root, "x", "y" * 20, max_size=size),
    "edoc": lambda root, size, folder: EdocAxis(
        f"{root}/edoc", "H99.01", "y" * 20, Memory(folder), max_size=size
    ),
}
"""Connectors to a hub at *root* that take messages of so many bytes."""


def letter(size: int) -> bytes:
    message: Edoc = make_edoc("new").model_copy(
        update={
            "sender": Organization(organ_id="H99"),
            "recipients": (Organization(organ_id="H99.01"),),
        }
    )
    return write_edoc(message, [OutgoingFile("a.pdf", data=bytes(size))])


@pytest.mark.parametrize("kind", OPEN)
def test_what_is_larger_than_we_take_is_too_large_and_no_outage(
    tmp_path: Path, agencies: list[AgencyEntry], kind: str
) -> None:
    with running_hub(tmp_path, max_size=LARGE) as hub:
        hub.store.put_agencies(agencies)
        root = hub.address.removesuffix("/soap")
        sender = SoapAxis(hub.address)
        sender.send(Outgoing("m", "H99", ("H99.01",), letter(2 << 20)))
        axis = OPEN[kind](root, SMALL, tmp_path / "memory")
        (waiting,) = axis.pending(["H99.01"])
        with pytest.raises(TooLarge):
            axis.fetch("H99.01", waiting.axis_id)
        axis.reject("H99.01", waiting.axis_id, "lớn quá / too large")
        assert axis.pending(["H99.01"]) == []
        axis.close()
        sender.close()


@pytest.mark.parametrize("kind", OPEN)
def test_what_is_larger_than_the_hub_takes_is_refused_as_too_large(
    tmp_path: Path, agencies: list[AgencyEntry], kind: str
) -> None:
    with running_hub(tmp_path, max_size=SMALL) as hub:
        hub.store.put_agencies(agencies)
        axis = OPEN[kind](hub.address.removesuffix("/soap"), LARGE, tmp_path / "memory")
        with pytest.raises(TooLarge):
            axis.send(Outgoing("m", "H99", ("H99.01",), letter(SMALL)))
        axis.close()
        assert hub.store.counts()["messages"] == 0
