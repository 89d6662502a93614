"""Reserving adds five empty fields, and only to a file that may still change."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.placement import Box, Placement
from signing.errors import (
    PdfAlreadySigned,
    PdfEncrypted,
    PdfFieldsTaken,
    PdfUnreadable,
    PlacementOutside,
)
from signing.fields import (
    DAY_FIELD,
    LEADER_FIELD,
    MONTH_FIELD,
    NUMBER_FIELD,
    SEAL_FIELD,
    reserve,
)


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], object], **options: object) -> bytes:
    """Return *pdf* after *change*, as qpdf writes it."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out, **options)
    return out.getvalue()


def test_all_five_fields_are_there_and_empty(reserved: bytes) -> None:
    with pikepdf.open(io.BytesIO(reserved)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        assert list(fields) == [NUMBER_FIELD, DAY_FIELD, MONTH_FIELD, LEADER_FIELD, SEAL_FIELD]
        assert not any("/V" in field for field in fields.values())
        assert [len(page.Annots) for page in pdf.pages] == [3, 2]
        lock = fields[SEAL_FIELD].Lock
        assert (str(lock.Action), int(lock.P)) == ("/All", 1)


def test_a_box_counts_from_the_corner_of_the_media_box(draft: bytes, placement: Placement) -> None:
    def shift(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].MediaBox = [-20, 30, 600, 900]

    done = reserve(changed(draft, shift), placement)
    with pikepdf.open(io.BytesIO(done)) as pdf:
        rect = [float(value) for value in pdf.Root.AcroForm.Fields[0].Rect]
    number = placement.number
    assert rect == [number.x0 - 20, number.y0 + 30, number.x1 - 20, number.y1 + 30]


@pytest.mark.parametrize(
    "box",
    [
        Box(2, 10, 10, 50, 50),
        Box(-1, 10, 10, 50, 50),
        Box(0, 580, 10, 620, 50),
        Box(0, -1, 10, 50, 50),
        Box(0, 50, 10, 10, 50),
    ],
)
def test_a_place_outside_the_page_is_refused(draft: bytes, placement: Placement, box: Box) -> None:
    with pytest.raises(PlacementOutside):
        reserve(draft, replace(placement, number=box))


def test_a_form_that_is_there_keeps_its_fields(draft: bytes, placement: Placement) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        field = pdf.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="Other", V="kept", Rect=[0, 0, 9, 9])
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], NeedAppearances=True)

    with pikepdf.open(io.BytesIO(reserve(changed(draft, add), placement))) as pdf:
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
    assert names == ["Other", NUMBER_FIELD, DAY_FIELD, MONTH_FIELD, LEADER_FIELD, SEAL_FIELD]


def test_object_streams_are_extended_too(draft: bytes, placement: Placement) -> None:
    packed = changed(draft, lambda _: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    done = reserve(packed, placement)
    assert PdfFileReader(io.BytesIO(done)).xrefs.total_revisions == 2


def test_reserving_twice_is_refused(reserved: bytes, placement: Placement) -> None:
    with pytest.raises(PdfFieldsTaken):
        reserve(reserved, placement)


def test_a_dynamic_form_is_refused(draft: bytes, placement: Placement) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))

    with pytest.raises(PdfFieldsTaken, match="XFA"):
        reserve(changed(draft, add), placement)


def test_a_signed_file_is_refused(signed: bytes, placement: Placement) -> None:
    with pytest.raises(PdfAlreadySigned, match=LEADER_FIELD):
        reserve(signed, placement)


def test_an_encrypted_file_is_refused(draft: bytes, placement: Placement) -> None:
    locked = changed(draft, lambda _: None, encryption=pikepdf.Encryption(owner="x", user=""))
    with pytest.raises(PdfEncrypted):
        reserve(locked, placement)


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "no_root"])
def test_a_file_that_is_no_pdf_is_refused(draft: bytes, placement: Placement, damage: str) -> None:
    data = {
        "empty": b"",
        "text": b"hello",
        "truncated": draft[: len(draft) // 2],
        "no_root": re.sub(rb"/Root \d+ 0 R", b"", draft),
    }[damage]
    with pytest.raises(PdfUnreadable, match=r"pdf\.unreadable"):
        reserve(data, placement)
