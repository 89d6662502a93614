"""An office in a small world, its commands, and messages as they should not be."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from connectors.axis import Outgoing
from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.memory_axis import InMemoryAxis
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    document,
    hand_in,
    issue,
    turn,
)
from tests.workflows.hubs import catalogue
from tests.workflows.worlds import Said, call, make_world
from workflows.office import Office
from workflows.workshop import Workshop

RECIPIENTS = (OFFICE, HOME_AFFAIRS)


class Lent:
    """The session's worker processes, lent to a command, which may not end them."""

    def __init__(self, workshop: Workshop) -> None:
        self.run, self.each = workshop.run, workshop.each

    def close(self) -> None:
        """Leave them to the session."""


@pytest.fixture
def axis() -> InMemoryAxis:
    return InMemoryAxis(catalogue())


@pytest.fixture
def office(
    house: House,
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    axis: InMemoryAxis,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """An office in a small world, whose commands borrow the session's worker processes."""
    home = tmp_path / "the-gioi" / "tinh"
    house.install(home, make_sqlite(), (PROVINCE, *RECIPIENTS))
    make_world(home.parent, home.name)
    monkeypatch.setattr("workflows.office.Workshop", lambda _settings: Lent(house.workshop))
    return house.open(home, axis)


@pytest.fixture
def congvan(office: Office, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command on the office's world."""
    world = office.settings.home.parent
    return lambda *words: call(capsys, *words, "--data", world)


def with_letters(office: Office) -> Office:
    """Return *office* when two letters have gone the whole way to its other agencies."""
    for _ in range(2):
        approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    assert turn(office) == []
    return office


def put(axis: InMemoryAxis, message_id: str, content: bytes, recipient: str = OFFICE) -> None:
    axis.send(Outgoing(message_id, PROVINCE, (recipient,), content))


@pytest.fixture
def sealed(office: Office) -> tuple[bytes, bytes]:
    """A message as it left, and its PDF."""
    document_id = approve(office, hand_in(office, PROVINCE, (MINISTRY,)))
    issue(office, [document_id])
    row = document(office, document_id)
    return office.blobs.get(row.message_sha256 or ""), office.blobs.get(row.current_sha256 or "")


def with_file(message: bytes, *contents: bytes, key: str = "") -> bytes:
    """Return the message with other files in it, perhaps under another document id."""
    with read(message) as received:
        assert received.edoc is not None
        edoc = received.edoc.model_copy(update={"document_id": key} if key else {})
        files = [OutgoingFile(f"{n}.pdf", data=content) for n, content in enumerate(contents)]
        return write_edoc(edoc, files)


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="chủ", user=""))
    return out.getvalue()


def tampered(pdf: bytes) -> bytes:
    """Change one byte that both signatures cover, and nothing of the file's form."""
    at = pdf.index(b"/MediaBox") + len(b"/MediaBox")
    at = next(i for i in range(at, at + 40) if pdf[i] in b"123456789")
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
