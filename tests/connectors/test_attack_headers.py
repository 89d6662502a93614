"""Hostile heads: Content-Type and a part's own headers, read soon and in one way only."""

import time
from contextlib import suppress

import pytest

from connectors.edoc.intake import SwaIntake
from connectors.soap.fault import SoapFault
from connectors.soap.intake import Intake, MediaTypeUnknown
from connectors.soap.media_type import content_type_of, file_name_of

RELATED = "multipart/related; "
HOSTILE = {
    "60,000 semicolons in quotes": 'boundary="' + ";" * 60_000 + '"',
    "60,000 semicolons": 'boundary="b"' + ";" * 60_000,
    "escapes": 'boundary="' + '\\"' * 30_000 + '"',
    "spaces": "boundary" + " " * 60_000 + "=b",
    "an open quote": 'boundary="b',
    "an extended boundary": "boundary*=utf-8''b",
    "an extended start": "boundary=b; start*=utf-8''root",
    "an extended type": "boundary=b; type*=utf-8''text/xml",
    "a continuation of 5000 digits": "boundary=b; a*" + "9" * 5000 + "=x",
    "two boundaries": "boundary=a; boundary=b",
    "two starts": "boundary=a; start=b; START=c",
    "nothing before the sign": "boundary=b; =x",
    "no sign": "boundary",
    "an empty boundary": 'boundary=""',
    "beyond ASCII": 'boundary="\xff\xfe"',
    "control characters": 'boundary="\x01\x02"',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("intake", [Intake, SwaIntake])
def test_a_hostile_content_type_is_taken_or_refused_at_once(
    name: str, intake: type[Intake] | type[SwaIntake]
) -> None:
    started = time.perf_counter()
    with suppress(SoapFault, MediaTypeUnknown):
        intake(RELATED + HOSTILE[name], 1 << 20)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "name", ["two boundaries", "two starts", "an open quote", "an extended boundary", "no sign"]
)
def test_a_content_type_with_two_readings_is_refused(name: str) -> None:
    with pytest.raises(SoapFault):
        Intake(RELATED + HOSTILE[name], 1 << 20)


@pytest.mark.parametrize(
    ("header", "media_type", "parameters"),
    [
        ("text/xml", "text/xml", {}),
        (" Text/XML ;; CharSet = utf-8 ;", "text/xml", {"charset": "utf-8"}),
        (
            'multipart/related;\r\n\ttype="application/xop+xml";boundary="a;b=\\"c";start="<r@x>"',
            "multipart/related",
            {"type": "application/xop+xml", "boundary": 'a;b="c', "start": "<r@x>"},
        ),
        ("a/b; x=1; x=1", "a/b", {"x": "1"}),
    ],
)
def test_what_others_write_is_read(
    header: str, media_type: str, parameters: dict[str, str]
) -> None:
    assert content_type_of(header) == (media_type, parameters)


@pytest.mark.parametrize(
    ("disposition", "content_type", "name"),
    [
        ('attachment; filename="a.pdf"', "", "a.pdf"),
        ("attachment; filename*=UTF-8''T%E1%BB%87p.pdf; filename=x", "", "Tệp.pdf"),
        ("attachment", 'application/pdf; name="b.pdf"', "b.pdf"),
        ("attachment; filename*=unicode_escape''%5Cud800", "", ""),
        ("attachment; filename*=utf-8''%ff%fe", "", "\ufffd\ufffd"),
        ("attachment; filename*" + "9" * 4500 + "=x", "x; name=c", "c"),
    ],
)
def test_a_files_name_is_read_without_harm(disposition: str, content_type: str, name: str) -> None:
    assert file_name_of(disposition, content_type) == name
