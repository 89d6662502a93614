"""The system under test through one of our connectors: for wires that a province configures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from connectors.axis import Axis, MessageKind, Outgoing, Report
from connectors.conformance.case import NotApplicable, NotDecided
from connectors.conformance.letter import Letter, Status, edxml, status_edxml
from connectors.conformance.peer import (
    Broken,
    Delivery,
    Got,
    Listed,
    TurnedAway,
    Waiting,
    got_in,
    tree_of,
)
from connectors.errors import AxisCannot, AxisRefused
from documents.errors import OfficeError, OutcomeUnknown

_WINDOW = timedelta(days=1)


@contextmanager
def translated() -> Iterator[None]:
    """Say what a connector raises as the suite says it."""
    try:
        yield
    except OutcomeUnknown as why:
        raise NotDecided(str(why)) from None
    except AxisCannot as why:
        raise NotApplicable(str(why)) from None
    except AxisRefused as why:
        code, words = (*why.args, "", "")[:2]
        raise TurnedAway(str(code), str(words), 200) from None
    except OfficeError as why:
        raise Broken(str(why)) from None


def outgoing(letter: Letter) -> Outgoing:
    """Return what the port sends for *letter*."""
    return Outgoing(letter.message_id, letter.sender, letter.to, edxml(letter), letter.priority)


class PortPeer:
    """Calls the system under test through its connector."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def send(self, letter: Letter) -> str:
        """Send a document."""
        with translated():
            return self._axis.send(outgoing(letter)).axis_id

    def tell(self, status: Status) -> None:
        """Send a status."""
        report = Report(
            status.message_id,
            status.sender,
            status.organ,
            status.document_id,
            status.code,
            status_edxml(status),
        )
        with translated():
            (answer,) = self._axis.report([report])
            if isinstance(answer, AxisRefused):
                raise answer

    def waiting(self, agency: str) -> list[Waiting]:
        """Return what waits."""
        return self._waiting(agency, MessageKind.EDOC)

    def _waiting(self, agency: str, kind: MessageKind) -> list[Waiting]:
        with translated():
            found = self._axis.pending([agency], kind, 5000)
        return [Waiting(entry.axis_id, entry.sender) for entry in found]

    def fetch(self, agency: str, handle: str) -> Got:
        """Return a document."""
        with translated():
            fetched = self._axis.fetch(agency, handle)
            with fetched.content as file:
                data = file.read()
        return got_in(tree_of(data, "fetch"), data)

    def confirm(self, agency: str, handle: str, got: Got) -> None:
        """Say that it is stored."""
        with translated():
            fetched = self._axis.fetch(agency, handle)
            fetched.content.close()
            self._axis.confirm(agency, [(handle, fetched.sha256)])

    def reject(self, agency: str, handle: str, reason: str) -> None:
        """Say that it cannot be read."""
        with translated():
            self._axis.reject(agency, handle, reason)

    def statuses(self, agency: str, tag: str) -> list[Got]:
        """Return the statuses that wait, and take out those that are about *tag*."""
        found = []
        for entry in self._waiting(agency, MessageKind.STATUS):
            got = self.fetch(agency, entry.handle)
            if tag in got.about:
                self.confirm(agency, entry.handle, got)
                found.append(got)
        return found

    def deliveries(self, agency: str, axis_id: str) -> list[Delivery]:
        """Return what has become of what *agency* sent."""
        now = datetime.now(UTC)
        with translated():
            found = self._axis.sent(agency, now - _WINDOW, now + _WINDOW, MessageKind.EDOC)
        return [
            Delivery(track.recipient, str(track.state), track.note, track.axis_id)
            for track in found
            if track.axis_id.partition("~")[0] == axis_id.partition("~")[0]
        ]

    def agencies(self) -> list[Listed]:
        """Return the catalogue."""
        with translated():
            return [
                Listed(entry.organ_id, entry.name, entry.old_organ_id)
                for entry in self._axis.agencies()
            ]
