"""A signature wrapped into another file, or made useless, never passes (SWA and USF attacks).

The names are those of the literature on PDF signatures: signature wrapping attack, universal
signature forgery. Every forgery here is well-formed PDF.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from signing.fields import LEADER_FIELD, SEAL_FIELD
from signing.report import Indication
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT
from tests.signing.forgery import (
    EVIL,
    Victim,
    pdfsig,
    shown_text,
    stream,
)

PAGE = ("/Pages", "/Kids", 0)
FORM = ("/AcroForm",)
Forge = Callable[[Victim], bytes]


def ids(forge: Forge) -> str:
    return forge.__name__


# signature wrapping: the signed bytes stand, the signature's dictionary says where


BYTE_RANGE = re.compile(rb"/ByteRange ?\[([0-9 ]+)\]")


def ranges(pdf: bytes) -> list[list[int]]:
    return [[int(n) for n in found.split()] for found in BYTE_RANGE.findall(pdf)]


def wrapped(v: Victim, byte_range: bytes, **changes: bytes | None) -> bytes:
    """Return the file with another page and a newer copy of the newest signature's dictionary."""
    field = v.field(SEAL_FIELD if "/V" in v.field(SEAL_FIELD) else LEADER_FIELD)
    value = v.text(field["/V"], ByteRange=byte_range, **changes)
    objects = {field["/V"].objgen[0]: value, v.number(*PAGE, "/Contents"): stream(EVIL)}
    return v.appended(objects)


def wrap_same(v: Victim) -> bytes:
    return wrapped(v, b"[%d %d %d %d]" % tuple(ranges(v.pdf)[-1]))


def wrap_moved(v: Victim) -> bytes:
    """The second signed part stands once more at the end, and the range points there."""
    a, b, c, d = ranges(v.pdf)[-1]
    draft = wrapped(v, b"[%d %d %010d %d]" % (a, b, 0, d))
    tail = v.pdf[c : c + d]
    where = draft.rindex(b"startxref")
    at = where + len(b"% ")
    moved = draft.replace(b"%d %d %010d %d]" % (a, b, 0, d), b"%d %d %010d %d]" % (a, b, at, d))
    return moved[:where] + b"% " + tail + b"\n" + moved[where:]


def wrap_six_numbers(v: Victim) -> bytes:
    a, b, c, d = ranges(v.pdf)[-1]
    return wrapped(v, b"[%d %d %d %d %d 0]" % (a, b, c, d, c + d))


def wrap_wide_gap(v: Victim) -> bytes:
    a, b, c, d = ranges(v.pdf)[-1]
    return wrapped(v, b"[%d %d %d %d]" % (a, b - 400, c + 400, d - 400))


def wrap_overlapping(v: Victim) -> bytes:
    a, b, c, d = ranges(v.pdf)[-1]
    return wrapped(v, b"[%d %d %d %d]" % (a, b, b - 10, d + c - b + 10))


def wrap_unsorted(v: Victim) -> bytes:
    a, b, c, d = ranges(v.pdf)[-1]
    return wrapped(v, b"[%d %d %d %d]" % (c, d, a, b))


def second_contents(v: Victim) -> bytes:
    """A second key /Contents in the gap: which one holds?"""
    _, b, c, _ = ranges(v.pdf)[-1]
    der = v.pdf[b:c]
    other = b"<00>/Contents" + der.rstrip(b"0>").rstrip(b"\n") + b">"
    return v.pdf[:b] + other[: c - b].ljust(c - b) + v.pdf[c:]


def object_in_the_gap(v: Victim) -> bytes:
    """The reserved room after the signature's value carries a page, and a revision names it."""
    _, b, c, _ = ranges(v.pdf)[-1]
    number = v.number(*PAGE, "/Contents")
    evil = b">>>endobj %d 0 obj %s endobj" % (number, stream(EVIL))
    gapped = v.pdf[: c - 1 - len(evil)] + b">" + evil + v.pdf[c:]
    at = gapped.index(b"%d 0 obj %s" % (number, b"<</Length"), b)
    facts = (number, at, v.size, v.root, v.newest, len(gapped))
    return gapped + (
        b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\n"
        b"startxref\n%d\n%%%%EOF\n" % facts
    )


def prefix_only(v: Victim) -> bytes:
    """Signs only what stands before the signature."""
    a, b, _, _ = ranges(v.pdf)[-1]
    return wrapped(v, b"[%d %d]" % (a, b))


WRAPPED: tuple[Forge, ...] = (
    *(wrap_same, wrap_moved, wrap_six_numbers, wrap_wide_gap, wrap_overlapping, wrap_unsorted),
    *(second_contents, object_in_the_gap, prefix_only),
)


@pytest.mark.parametrize("forge", WRAPPED, ids=ids)
def test_a_signature_wrapped_into_another_file_never_passes(
    forge: Forge, signed: bytes, sealed: bytes, trust: TrustStore
) -> None:
    for honest in (signed, sealed):
        report = verify(forge(Victim(honest)), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED
        assert report.signatures[-1].indication is not Indication.TOTAL_PASSED


@pytest.mark.parametrize("forge", [wrap_same, wrap_moved], ids=ids)
def test_viewers_show_the_wrapped_page_and_call_it_signed(
    forge: Forge, signed: bytes, tmp_path: Path
) -> None:
    forged = forge(Victim(signed))
    assert b"FORGED" in shown_text(forged, tmp_path)
    assert b"Signature is Valid" in pdfsig(forged, tmp_path)


# universal signature forgery: an entry that makes verifiers give up


USELESS: dict[str, dict[str, bytes | None]] = {
    "no_contents": {"Contents": None},
    "null_contents": {"Contents": b"null"},
    "empty_contents": {"Contents": b"<>"},
    "zero_contents": {"Contents": b"<00>"},
    "contents_of_zeros": {"Contents": b"<" + b"00" * 4000 + b">"},
    "number_contents": {"Contents": b"0"},
    "no_range": {"ByteRange": None},
    "null_range": {"ByteRange": b"null"},
    "empty_range": {"ByteRange": b"[]"},
    "zero_range": {"ByteRange": b"[0 0 0 0]"},
    "negative_range": {"ByteRange": b"[0 -1 -2 -3]"},
    "range_of_nulls": {"ByteRange": b"[null null null null]"},
    "range_of_text": {"ByteRange": b"(0 1 2 3)"},
    "huge_range": {"ByteRange": b"[0 99999999999 99999999999 99999999999]"},
    "range_of_fractions": {"ByteRange": b"[0.0 1.5 2.5 3.5]"},
    "no_filter": {"Filter": None, "SubFilter": None},
    "unknown_filter": {"SubFilter": b"/adbe.none"},
    "no_value": {"Contents": None, "ByteRange": None},
}


@pytest.mark.parametrize("how", USELESS)
def test_a_signature_made_useless_never_passes(
    how: str, signed: bytes, sealed: bytes, trust: TrustStore
) -> None:
    for honest in (signed, sealed):
        victim = Victim(honest)
        field = victim.field(SEAL_FIELD if honest == sealed else LEADER_FIELD)
        value = victim.text(field["/V"], **USELESS[how])
        page = {victim.number(*PAGE, "/Contents"): stream(EVIL)}
        for also in ({}, page):
            forged = victim.appended({field["/V"].objgen[0]: value, **also})
            report = verify(forged, trust, at=AT)
            assert report.verdict is not Indication.TOTAL_PASSED
            assert report.reason


@pytest.mark.parametrize("value", [b"null", b"true", b"[]", b"<<>>", b"(text)"])
def test_a_signature_field_whose_value_is_none_never_passes(
    value: bytes, sealed: bytes, trust: TrustStore
) -> None:
    victim = Victim(sealed)
    for name in (LEADER_FIELD, SEAL_FIELD):
        number = victim.field(name)["/V"].objgen[0]
        report = verify(victim.appended({number: value}), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED


@pytest.mark.parametrize("entry", [b"/ByteRange", b"/Contents", b"/SubFilter", b"/Type/Sig"])
def test_a_signature_whose_entry_was_renamed_in_place_never_passes(
    entry: bytes, sealed: bytes, trust: TrustStore
) -> None:
    victim = Victim(sealed)
    for last in (False, True):
        if entry not in sealed:
            entry = entry.replace(b"/Type/", b"/Type /")
        forged = victim.spliced(entry, entry[:-1] + b"X", last=last)
        report = verify(forged, trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED
