"""A small hostile message does not become much: on the disk, in the tables, in the ledger."""

import io
import zipfile
from dataclasses import replace

import pybase64
import pytest

from connectors import envelope
from connectors.edxml import OutgoingFile, ReadLimits, Received, read, write_edoc, write_status
from connectors.edxml.style import WriterStyle
from connectors.errors import EnvelopeTooLarge
from documents.arrival import Arrival, StatusArrival
from schemas.edxml import Edoc, StatusMessage

MANY = "x" * 500_000


def arrival(received: Received) -> Arrival | StatusArrival:
    return envelope.arrival(received, "H99.02", "m-1", "0" * 64, lambda content: "0" * 64)


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.rtf", bytes(size))
    return packed.getvalue()


def bombs(new: Edoc, number: int, size: int) -> bytes:
    """Return a message whose files unpack to *number* times *size* bytes."""
    files = [OutgoingFile(f"{n}.zipx", data=b"PK") for n in range(number)]
    message = write_edoc(new, files, style=WriterStyle(raw=frozenset({"zipx"})))
    packed = pybase64.b64encode(bomb(size))
    return message.replace(pybase64.b64encode(b"PK"), packed).replace(b".zipx", b".rtf")


def test_many_small_zip_bombs_are_refused_together(new: Edoc) -> None:
    message = bombs(new, 20, 1 << 20)
    assert len(message) < 200_000
    limits = replace(ReadLimits(), total=10 << 20)
    with pytest.raises(EnvelopeTooLarge):
        read(message, limits=limits)
    with read(message) as received:
        assert len(received.attachments) == 20


def test_one_message_gives_at_most_a_quarter_gibibyte_of_files() -> None:
    assert ReadLimits().total <= 256 << 20


def test_texts_that_are_kept_for_good_have_a_length(new: Edoc) -> None:
    message = write_edoc(new, []).decode()
    message = message.replace(new.subject, MANY)
    places = "".join(f"<edXML:Place>{'y' * 500}</edXML:Place>" for _ in range(5000))
    message = message.replace("<edXML:ToPlaces>", f"<edXML:ToPlaces>{places}", 1)
    kept = arrival(read(message.encode()))
    assert isinstance(kept, Arrival)
    assert len(kept.subject) <= 1000
    assert len(kept.to_places) <= 100
    assert max(map(len, kept.to_places)) <= 200


def test_a_status_cannot_fill_the_ledger_with_its_note(status: StatusMessage) -> None:
    message = write_status(status).decode().replace(status.description, MANY)
    kept = arrival(read(message.encode()))
    assert isinstance(kept, StatusArrival)
    assert len(kept.note) <= 1000


def test_warnings_do_not_repeat_endless_names(new: Edoc) -> None:
    strange = "".join(f"<edXML:{'n' * 40_000}{n}/>" for n in range(50))
    message = write_edoc(new, []).decode().replace("<edXML:Subject>", strange + "<edXML:Subject>")
    kept = arrival(read(message.encode()))
    assert isinstance(kept, Arrival)
    assert sum(map(len, kept.warnings)) < 50_000


def test_an_elements_name_is_no_verdict_on_the_files(new: Edoc) -> None:
    message = write_edoc(new, []).decode()
    message = message.replace("<edXML:Subject>", "<edXML:attachment.damaged/><edXML:Subject>")
    kept = arrival(read(message.encode()))
    assert isinstance(kept, Arrival)
    assert any("attachment.damaged" in warning for warning in kept.warnings)
    assert not envelope.is_damaged(kept.warnings)
