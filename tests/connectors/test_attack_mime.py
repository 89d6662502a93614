"""Ten thousand ways to bend a multipart message: refused, or read as it was meant; soon, in little.

CI takes a seeded sample; `congvan bench attacks` takes a hundred thousand.
"""

import time
import tracemalloc

import pytest

from connectors.edoc.intake import SwaIntake
from connectors.soap.fault import SoapFault
from connectors.soap.multipart import Related
from tests.connectors.hostile_mime import cases, taken

SECONDS = 2.0
"""For one case of some kilobytes: for quadratic costs, not for speed."""
MEMORY = 2 << 20


@pytest.mark.parametrize("seed", range(2))
def test_a_bent_message_is_refused_or_read_as_it_was_meant(seed: int) -> None:
    read = {False: 0, True: 0}
    for case in cases(seed, 700):
        started = time.perf_counter()
        read[case.edoc] += taken(case)
        assert time.perf_counter() - started < SECONDS, (case.kind, case.body)
    # not by refusing everything
    assert min(read.values()) > 70


def test_a_bent_message_costs_little_memory() -> None:
    for case in cases(7, 3):
        taken(case)
    tracemalloc.start()
    for case in cases(8, 80):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        taken(case)
        assert tracemalloc.get_traced_memory()[1] - before < MEMORY, (case.kind, case.body)
    tracemalloc.stop()


def related(body: bytes, piece: int = 1) -> dict[str, bytes]:
    """Return the parts of a message whose boundary is `b-`, fed *piece* bytes at a time."""
    whole = Related({"boundary": "b-"}, 1000)
    for start in range(0, len(body), piece):
        whole.feed(body[start : start + piece])
    whole.close()
    return {name: blob.read() for name, blob in whole.parts.items()}


HEAD = b"--b-\r\nContent-ID: <root>\r\n\r\nroot\r\n--b-\r\nContent-ID: <x>\r\n\r\n"


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_content_may_hold_all_but_the_boundary_at_a_lines_start(piece: int) -> None:
    content = b"\r\n--b\r\n --b- --b--\r--b-\r\n\n-"
    assert related(HEAD + content + b"\r\n--b---", piece) == {"x": content}
    assert related(HEAD + b"\r\n--b--- \r\n\r\n", piece) == {"x": b""}


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "content",
    [b"a\r\n--b--\r\nb", b"a\r\n--b-x\r\nb", b"a\n--b-\nb", b"--b-x", b"a\r\n--b-- \r\nb"],
)
def test_a_boundary_that_goes_on_is_refused_as_readers_differ(content: bytes, piece: int) -> None:
    with pytest.raises(SoapFault):
        related(HEAD + content + b"\r\n--b---\r\n", piece)


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize("more", [b"x\r\ny", b"\r\ny", b" \r\n--b-\r\n\r\n"])
def test_a_file_with_the_whole_end_in_it_is_not_cut_there(more: bytes, piece: int) -> None:
    with pytest.raises(SoapFault):
        related(HEAD + b"x\r\n--b---" + more + b"\r\n--b---\r\n", piece)


def test_a_boundary_that_looks_like_a_header_is_none() -> None:
    whole = Related({"boundary": "b:0"}, 1000)
    with pytest.raises(SoapFault):
        whole.feed(b"--b:0\r\n\r\nx\r\n--b:0\r\n--b:0\r\nContent-ID: <x>\r\n\r\n\r\n--b:0--")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-ID: <y>\r\nContent-ID: <x>",
        b"Content-ID: <x>\r\nContent-Transfer-Encoding: 7bit\r\ncontent-transfer-encoding: base64",
        b"Content-ID: <x>\r\nContent-Transfer-Encoding: quoted-printable",
        b"Content-ID: <root>",
    ],
)
def test_a_part_that_says_two_things_of_itself_is_refused(head: bytes) -> None:
    with pytest.raises(SoapFault):
        related(HEAD.replace(b"Content-ID: <x>", head) + b"x\r\n--b---\r\n")


def test_a_reference_to_nothing_is_no_reference_to_a_part_without_a_name() -> None:
    envelope = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        b'<Manifest><Reference href="cid:"/></Manifest></s:Body></s:Envelope>'
    )
    intake = SwaIntake('multipart/related; boundary=b; start="<r>"', 1000)
    intake.feed(b"--b\r\nContent-ID: <r>\r\n\r\n" + envelope)
    intake.feed(b"\r\n--b\r\nX: y\r\n\r\nnobody's\r\n--b--")
    message = intake.close()
    assert [file.content is None for file in message.enclosures()] == [True, False]
    message.close()
