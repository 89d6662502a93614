"""One journey that every foreign client makes at a hub that asks for its secret, and what it sees.

The peers share no code with us: they know the published WSDL and nothing else. Each prints
what it saw as JSON; the shape of that is `Journey.seen`.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.axis import MessageKind, Outgoing, PacketState
from connectors.hub.systems import Systems
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from tests.connectors.conftest import AGENCIES, Hub

SYSTEM = "00.99.W01"
"""The system that the peers are; it speaks for H99, H99.01 and H99.02."""
MESSAGE_ID = "H99,2026/11/22,15/QĐ-UBND"
REASON = "Tệp hỏng: không đọc được <&>"
"""Why H99.02 rejects the letter."""
STATUS = b"\0Tr\xe1\xba\xa1ng th\xc3\xa1i\r\n\xff"
MIB = 1 << 20


def letter(size: int) -> bytes:
    """Return *size* bytes that text handling would spoil, with line ends at both ends."""
    head = "\r\n<edXML>Tiếng Việt</edXML>\r\n".encode()
    return (head + bytes(range(256)) * (size // 256 + 1))[: size - 2] + b"\r\n"


@dataclass(frozen=True)
class World:
    """A hub with credentials, and a secret for it."""

    hub: Hub
    systems: Systems
    secret: str

    def axis(self) -> SoapAxis:
        """Return our own client, with the peers' credential."""
        return SoapAxis(self.hub.address, credential=Credential(SYSTEM, self.secret))

    def told(self, command: Sequence[str], *arguments: object) -> Any:
        """Return what a peer prints, given a *command* that starts it."""
        done = subprocess.run(
            [*command, *map(str, arguments)],
            env=os.environ | {"AXIS_SYSTEM": SYSTEM, "AXIS_SECRET": self.secret},
            capture_output=True,
            timeout=60,
            check=False,
        )
        shown = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0, shown
        assert self.secret not in shown
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Journey:
    """What happens to one letter from H99 to H99.01, who keeps it, and H99.02, who cannot."""

    folder: Path
    size: int

    @property
    def file(self) -> Path:
        """The letter, for the peer to send."""
        path = self.folder / "letter.edxml"
        path.write_bytes(letter(self.size))
        return path

    def seen(self) -> dict[str, Any]:
        """Return what the peer must have seen."""
        return {
            "same_id": True,
            "duplicates": [False, True],
            "faults": [
                ["DUPLICATE_DIFFERENT", False],
                ["UNKNOWN_RECIPIENT", False],
                ["DIGEST", True],
                ["INVALID", False],
                ["ACCESS_DENIED", False],
            ],
            "description": "H12.34",
            "pending": [[to, "H99", "edoc", MESSAGE_ID, self.size] for to in ("H99.01", "H99.02")],
            "fetched": hashlib.sha256(letter(self.size)).hexdigest(),
            "confirmed": 1,
            "left": 0,
            "rejected": True,
            "statuses": ["ok", "UNKNOWN_RECIPIENT"],
            "sent": [["H99.01", "done", ""], ["H99.02", "fail", REASON]],
            "one_page": [1, True],
            "received": [["H99", "done", MESSAGE_ID]],
            "agencies": [agency.name for agency in AGENCIES],
            "changes": [agency.organ_id for agency in AGENCIES],
            "no_more_changes": 0,
            "turned_away": True,
        }

    def ensure_done(self, world: World) -> None:
        """Look at the hub with our own client: the peer's letter and status are there, whole."""
        axis = world.axis()
        (waiting,) = axis.pending(["H99"], MessageKind.STATUS)
        with axis.fetch("H99", waiting.axis_id).content as content:
            assert content.read() == STATUS
        sent = axis.settle(Outgoing(MESSAGE_ID, "H99", ("H99.01", "H99.02"), self.file))
        assert sent is not None
        with axis.fetch("H99.01", sent.axis_id).content as content:
            assert content.read() == letter(self.size)
        tracks = axis.sent("H99", sent.accepted_at, sent.accepted_at.replace(year=9999))
        assert [(one.state, one.note) for one in tracks] == [
            (PacketState.DONE, ""),
            (PacketState.FAIL, REASON),
        ]
        axis.close()
