"""Damaged and hostile messages: refused in bounded time, and never by a crash."""

import random
import time

import pytest

from connectors.edoc.checks import errors_in
from connectors.edoc.envelope import letter_in
from connectors.edoc.intake import SwaIntake
from connectors.edoc.letter import read_edxml, write_edxml
from connectors.edoc.route import route
from connectors.errors import EnvelopeInvalid
from connectors.soap.fault import SoapFault
from connectors.soap.intake import MediaTypeUnknown
from tests.connectors.edoc import wire
from tests.connectors.edoc.world import letter

WHOLE = wire.multipart(wire.DOCUMENT, [("f1", "base64", b"QUJD"), ("f2", "binary", b"\r\n--B")])
PIECES = [
    b"--B",
    b"\r\n",
    b"--",
    b"<",
    b">",
    b"cid:",
    b"\0",
    b"&#0;",
    b"]]>",
    b"\xff",
    b"Content-ID:",
]


def damaged(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + 40)
        piece = chance.choice([*PIECES, data[at:end] * 2, b""])
        data = data[:at] + piece + data[end if chance.random() < 0.7 else at :]
    return data


def taken(data: bytes, content_type: str, step: int) -> bool:
    """Whether the hub would take it; raises what nobody expects."""
    intake = SwaIntake(content_type, 1 << 20)
    for start in range(0, len(data), step):
        intake.feed(data[start : start + step])
    message = intake.close()
    try:
        found = letter_in(message)
        if errors_in(found):
            return False
        route(found)
        pieces: list[bytes] = []
        write_edxml(found, pieces.append)
        again = read_edxml(b"".join(pieces), 1 << 20)
        return again.document_id == found.document_id
    finally:
        message.close()


@pytest.mark.parametrize("seed", range(4))
def test_two_thousand_damaged_messages_each_end_in_an_answer(seed: int) -> None:
    chance = random.Random(seed)
    started, good = time.monotonic(), 0
    for number in range(500):
        data = damaged(chance, WHOLE)
        content_type = (
            wire.RELATED
            if number % 10
            else damaged(chance, wire.RELATED.encode()).decode("latin-1")
        )
        try:
            good += taken(data, content_type, chance.choice([7, 100, 1 << 16]))
        except (SoapFault, MediaTypeUnknown, EnvelopeInvalid):
            continue
    assert time.monotonic() - started < 20
    assert good < 500


def test_damaged_edxml_is_refused_as_such() -> None:
    chance = random.Random(5)
    whole = letter(files=[])
    for _ in range(500):
        try:
            found = read_edxml(damaged(chance, whole), 1 << 20)
        except EnvelopeInvalid:
            continue
        write_edxml(found, len)
        errors_in(found)
