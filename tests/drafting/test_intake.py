"""Intake takes in what can be signed and refuses the rest by name."""

import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf

from drafting import intake, pdf, word
from drafting.composer import compose
from drafting.errors import (
    DraftDynamicForm,
    DraftEncrypted,
    DraftNotAPdf,
    DraftRefused,
    DraftSignedAlready,
    DraftTooLarge,
    DraftUnreadable,
    NoConverter,
)
from drafting.finder import find_placement
from drafting.intake import take_in

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "pdf"
Change = Callable[[Pdf], object]


@pytest.fixture(scope="session")
def plain(make_draft) -> bytes:
    """A composed decision."""
    return compose(make_draft()).pdf


def _changed(data: bytes, change: Change, **options) -> bytes:
    kept = BytesIO()
    with pikepdf.open(BytesIO(data)) as document:
        change(document)
        document.save(kept, fix_metadata_version=False, **options)
    return kept.getvalue()


def _checks(data: bytes) -> bool:
    """Return whether qpdf finds nothing to remark; it reads no pipe."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        run = subprocess.run(["qpdf", "--check", file.name], capture_output=True, check=False)
    return run.returncode == 0


def _text_field(document: Pdf, value: str, appearance: bool = True) -> Dictionary:
    """Put a text field on page 1."""
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String("So"),
            V=pikepdf.String(value),
            DA=pikepdf.String("/Helv 10 Tf 0 g"),
            Rect=Array([100, 100, 200, 120]),
        )
    )
    if appearance:
        drawn = document.make_stream(b"0.5 g 0 0 100 20 re f")
        drawn.Type, drawn.Subtype = Name.XObject, Name.Form
        drawn.BBox = Array([0, 0, 100, 20])
        field.AP = Dictionary(N=drawn)
    document.pages[0].Annots = Array([field])
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    document.Root.AcroForm = Dictionary(
        Fields=Array([field]), DR=Dictionary(Font=Dictionary(Helv=font))
    )
    return field


def _signed_field(document: Pdf) -> None:
    field = _text_field(document, "x")
    field.FT = Name.Sig
    field.V = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"))


def _annotation(subtype: str, **entries: object) -> Change:
    def change(document: Pdf) -> None:
        document.pages[0].Annots = Array(
            [
                Dictionary(
                    Type=Name.Annot, Subtype=Name(subtype), Rect=Array([0, 0, 9, 9]), **entries
                )
            ]
        )

    return change


def _script(document: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=script)
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", script])))
    document.pages[0].obj.AA = Dictionary(O=script)


def _outline(document: Pdf) -> None:
    launch = Dictionary(S=Name.Launch, F=pikepdf.String("calc.exe"))
    item = document.make_indirect(Dictionary(Title=pikepdf.String("x"), A=launch))
    item.Next = item
    document.Root.Outlines = Dictionary(First=item, Last=item, Count=1)


def _embedded(document: Pdf) -> None:
    document.attachments["virus.exe"] = b"MZ evil"


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (_script, b"alert"),
        (_outline, b"calc.exe"),
        (_embedded, b"virus.exe"),
        (_annotation("/Link", A=Dictionary(S=Name.Launch, F="calc.exe")), b"calc.exe"),
        (_annotation("/FileAttachment", Contents="calc.exe"), b"calc.exe"),
        (
            _annotation(
                "/Link",
                A=Dictionary(
                    S=Name.URI, URI="http://a.vn", Next=Dictionary(S=Name.Launch, F="calc.exe")
                ),
            ),
            b"calc.exe",
        ),
    ],
)
def test_takes_active_content_out_and_says_so(change, left, plain):
    hostile = _changed(plain, change, compress_streams=False)
    assert left in hostile
    taken = take_in(hostile, "a.pdf")
    assert left not in taken.pdf
    assert taken.notes
    assert _checks(taken.pdf)


def test_keeps_links_to_places(plain):
    link = _annotation("/Link", A=Dictionary(S=Name.URI, URI="http://so.vn"))
    taken = take_in(_changed(plain, link), "a.pdf")
    assert b"http://so.vn" in taken.pdf
    assert taken.notes == ()


def test_writes_plain_objects_and_the_same_bytes_each_time(plain):
    generated = pikepdf.ObjectStreamMode.generate
    packed = _changed(plain, lambda _: None, object_stream_mode=generated)
    assert b"/ObjStm" in packed
    taken = take_in(packed, "a.pdf")
    assert b"/ObjStm" not in taken.pdf
    assert b"\nxref\n" in taken.pdf
    assert taken.pdf.startswith(b"%PDF-1.7")
    assert taken == take_in(packed, "a.pdf")
    assert (taken.pages, taken.source_type, taken.notes) == (1, "pdf", ())


def test_placement_survives_normalising(make_draft):
    draft = make_draft()
    made = compose(draft)
    found = find_placement(take_in(made.pdf, "a").pdf, signer_name=draft.signer.full_name)
    assert found.number.x0 == pytest.approx(made.placement.number.x0, abs=0.5)


def test_repairs_a_broken_xref_and_says_so(plain):
    taken = take_in(plain.replace(b"startxref\n", b"startxref\n9"), "a.pdf")
    assert taken.notes == (pdf.REPAIRED,)
    assert _checks(taken.pdf)


def test_a_trailer_that_was_lost_is_written_whole(plain):
    """The library rebuilds it without /Size, and then nobody may sign the file."""
    lost = plain[: plain.rindex(b"xref", 0, plain.rindex(b"startxref"))] + b"startxref\n7\n%%EOF\n"
    taken = take_in(lost, "hong.pdf").pdf
    assert _checks(taken)
    trailer = taken[taken.rindex(b"trailer") :]
    assert b"/Size" in trailer


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_refuses_a_truncated_file(part, plain):
    with pytest.raises(DraftUnreadable):
        take_in(plain[: int(len(plain) * part)], "a.pdf")


@pytest.mark.parametrize("password", ["", "bí mật"])
def test_refuses_an_encrypted_file(password, plain):
    locked = pikepdf.Encryption(user=password, owner="x")
    with pytest.raises(DraftEncrypted):
        take_in(_changed(plain, lambda _: None, encryption=locked), "a.pdf")


def _permissions(document: Pdf) -> None:
    document.Root.Perms = Dictionary(UR3=Dictionary())


def _loose_signature(document: Pdf) -> None:
    value = Dictionary(Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]))
    document.Root.Stray = document.make_indirect(value)


@pytest.mark.parametrize("change", [_signed_field, _permissions, _loose_signature])
def test_refuses_a_signed_file(change, plain):
    with pytest.raises(DraftSignedAlready):
        take_in(_changed(plain, change), "a.pdf")


def test_refuses_xfa(plain):
    def change(document: Pdf) -> None:
        document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pikepdf.String("<x/>"))

    with pytest.raises(DraftDynamicForm):
        take_in(_changed(plain, change), "a.pdf")


def test_form_fields_become_print_and_other_annotations_stay(plain):
    def change(document: Pdf) -> None:
        _text_field(document, "Số 15")
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents="x"
        )
        document.pages[0].Annots.append(document.make_indirect(note))

    taken = take_in(_changed(plain, change), "a.pdf")
    with pikepdf.open(BytesIO(taken.pdf)) as document:
        assert "/AcroForm" not in document.Root
        kept = [annotation.Subtype for annotation in document.pages[0].Annots]
        assert kept == [Name.Text]
        drawn = b"".join(form.read_bytes() for form in document.pages[0].form_xobjects.values())
    assert b"0.5 g" in drawn
    assert _checks(taken.pdf)


@pytest.mark.parametrize(("value", "taken"), [("plain", True), ("Nguyễn", False)])
def test_entries_without_appearance_are_drawn_or_refused_never_garbled(value, taken, plain):
    def change(document: Pdf) -> None:
        _text_field(document, value, appearance=False)
        document.Root.AcroForm.NeedAppearances = True

    form = _changed(plain, change)
    if taken:
        assert _checks(take_in(form, "a.pdf").pdf)
    else:
        with pytest.raises(DraftDynamicForm):
            take_in(form, "a.pdf")


@pytest.mark.parametrize(("xmp", "notes"), [(b"<x/>", ()), (b"<x>", (pdf.METADATA,))])
def test_drops_metadata_only_when_broken(xmp, notes, plain):
    def change(document: Pdf) -> None:
        document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)

    assert take_in(_changed(plain, change), "a.pdf").notes == notes


def test_a_page_tree_that_loops_is_an_error(plain):
    def change(document: Pdf) -> None:
        document.Root.Pages.Kids.append(document.Root.Pages)

    with pytest.raises(DraftUnreadable):
        take_in(_changed(plain, change), "a.pdf")


def test_refuses_too_many_pages(plain, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_PAGES", 0)
    with pytest.raises(DraftTooLarge):
        take_in(plain, "a.pdf")


def test_refuses_too_many_bytes(monkeypatch):
    monkeypatch.setattr(intake, "MAX_BYTES", 10)
    with pytest.raises(DraftTooLarge):
        take_in(b"%PDF-1.7 and more", "a.pdf")


def _zip(*entries: tuple[str, bytes]) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries:
            package.writestr(name, content)
    return kept.getvalue()


ODT = ("mimetype", b"application/vnd.oasis.opendocument.text")
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", DraftNotAPdf),
        (b"hello", DraftNotAPdf),
        (b"<html>", DraftNotAPdf),
        (b"\xff\xd8\xff\xe0 scan", DraftNotAPdf),
        (OLE + b"a spreadsheet", DraftNotAPdf),
        (OLE + "EncryptedPackage".encode("utf-16-le"), DraftEncrypted),
        (_zip(("a.txt", b"x")), DraftNotAPdf),
        (_zip(("mimetype", b"application/epub+zip")), DraftNotAPdf),
        (_zip(ODT, ("META-INF/manifest.xml", b"<encryption-data/>")), DraftEncrypted),
        (b"PK\x03\x04 torn", DraftUnreadable),
        (b"%PDF-1.7\nnothing more", DraftUnreadable),
    ],
)
def test_the_content_decides_whatever_the_name(data, refusal):
    with pytest.raises(refusal):
        take_in(data, "quyet-dinh.pdf")


def test_refuses_a_zip_that_unpacks_to_too_much(monkeypatch):
    monkeypatch.setattr(intake, "MAX_UNPACKED", 1000)
    with pytest.raises(DraftTooLarge):
        take_in(_zip(("word/document.xml", b" " * 5000)), "a.docx")


def test_says_what_to_install_without_libreoffice(monkeypatch):
    monkeypatch.setattr(word.shutil, "which", lambda _: None)
    with pytest.raises(NoConverter, match="libreoffice-writer-nogui"):
        take_in(_zip(("word/document.xml", b"<x/>")), "a.docx")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=12))
def test_damage_is_repaired_or_refused_and_never_a_crash(plain, wounds):
    wounded = bytearray(plain)
    for where, what in wounds:
        start = int(where * (len(wounded) - 9))
        wounded[start : start + len(what)] = what
    try:
        taken = take_in(bytes(wounded), "a.pdf")
    except DraftRefused:
        return
    assert taken.pages >= 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples lie beside the repository")
@pytest.mark.parametrize("sample", sorted(SAMPLES.rglob("*.pdf")), ids=lambda path: path.name)
def test_every_sample_is_taken_in_clean_or_refused(sample):
    known = (DraftEncrypted, DraftSignedAlready, DraftUnreadable)
    with suppress(*known):
        assert _checks(take_in(sample.read_bytes(), sample.name).pdf)
