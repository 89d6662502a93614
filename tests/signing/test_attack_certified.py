"""What may not be put over a certified page, whatever it calls itself.

The literature calls them evil annotation attack and sneaky signature attack. A certification
may permit nothing (P=1), forms (P=2) or notes too (P=3); an approval permits more signatures.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import ArrayObject, IndirectObject, StreamObject
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from signing import cms, objects
from signing.fields import LEADER_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.pades import Statement, embed
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.revision import open_revision, set_appearance, top_fields
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT
from tests.signing.forgery import COVER, OVER, Victim, form, pdfsig, picture, shown_text

PAGE = ("/Pages", "/Kids", 0)
APPROVAL = SigMDPSetup(md_algorithm="sha256")
LEVELS = {
    "approval": APPROVAL,
    "P=1": SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES),
    "P=2": SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.FILL_FORMS),
    "P=3": SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.ANNOTATE),
}
Signed = dict[str, Victim]


@pytest.fixture(scope="module")
def levels(reserved: bytes, leader: Pkcs12Key, sealed: bytes) -> Signed:
    """The draft signed at each level, and the one that is sealed."""
    made = {
        name: embed(open_revision(reserved), LEADER_FIELD, leader, level, Statement(AT))
        for name, level in LEVELS.items()
    }
    return {name: Victim(pdf) for name, pdf in {**made, "sealed": sealed}.items()}


def listed(v: Victim, where: str, number: int) -> bytes:
    """Return the array of the page's annotations or the form's fields with one more."""
    old = v.at(*PAGE, "/Annots") if where == "/Annots" else v.at("/AcroForm", where)
    return b"[" + b" ".join(b"%d 0 R" % o.objgen[0] for o in (*old,)) + b" %d 0 R]" % number


def noted(v: Victim, entries: bytes, *, look: bytes = COVER) -> bytes:
    """Return the file with one more annotation on the first page."""
    page = v.text(v.at(*PAGE), Annots=listed(v, "/Annots", v.size))
    note = b"<</Type/Annot/F 4/AP<</N %d 0 R>>%s>>" % (v.size + 1, entries)
    return v.appended({v.number(*PAGE): page, v.size: note, v.size + 1: look})


def field(
    v: Victim, entries: bytes, more: dict[int, bytes] | None = None, *, shown: bool = True
) -> bytes:
    """Return the file with one more form field, on the first page if it is *shown*."""
    changed = {
        v.number("/AcroForm"): v.text(v.at("/AcroForm"), Fields=listed(v, "/Fields", v.size))
    }
    if shown:
        changed[v.number(*PAGE)] = v.text(v.at(*PAGE), Annots=listed(v, "/Annots", v.size))
    body = b"<</Type/Annot/T(Moi)/F 4%s>>" % entries
    return v.appended({**changed, v.size: body, **(more or {})})


NOTES = {
    "free_text": b"/Subtype/FreeText/Contents(FORGED)/DA(/Helv 20 Tf 0 g)/Rect" + OVER,
    "stamp": b"/Subtype/Stamp/Name/Final/Rect" + OVER,
    "redaction": b"/Subtype/Redact/IC[1 1 1]/OverlayText(FORGED)/Rect" + OVER,
    "square": b"/Subtype/Square/IC[1 1 1]/Rect" + OVER,
    "highlight": b"/Subtype/Highlight/QuadPoints[60 700 540 700 60 790 540 790]/Rect" + OVER,
    "ink": b"/Subtype/Ink/InkList[[60 700 540 790]]/Rect" + OVER,
    "widget_of_no_field": b"/Subtype/Widget/Rect" + OVER,
    "text_field": b"/Subtype/Widget/FT/Tx/T(Moi)/V(FORGED)/Rect" + OVER,
    "link": b"/Subtype/Link/A<</S/URI/URI(http://a.invalid)>>/Rect" + OVER,
}


@pytest.mark.parametrize("kind", NOTES)
def test_an_annotation_over_the_page_never_passes(
    kind: str, levels: Signed, trust: TrustStore
) -> None:
    for name, victim in levels.items():
        report = verify(noted(victim, NOTES[kind]), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED, name
        assert all(s.indication is not Indication.TOTAL_PASSED for s in report.signatures), name


@pytest.mark.parametrize("kind", ["free_text", "stamp", "square", "ink", "widget_of_no_field"])
def test_viewers_show_the_annotation_and_call_the_certification_valid(
    kind: str, levels: Signed, tmp_path: Path
) -> None:
    forged = noted(levels["P=2"], NOTES[kind])
    assert b"FORGED" in shown_text(forged, tmp_path)
    assert b"Signature is Valid" in pdfsig(forged, tmp_path)


def sneaky_visible(v: Victim) -> bytes:
    look = b"/Subtype/Widget/FT/Sig/Rect%s/AP<</N %d 0 R>>" % (OVER, v.size + 1)
    return field(v, look, {v.size + 1: COVER})


def sneaky_kid(v: Victim) -> bytes:
    """The field itself is invisible; its widget is another object."""
    page = v.text(v.at(*PAGE), Annots=listed(v, "/Annots", v.size + 1))
    kid = b"<</Type/Annot/Subtype/Widget/F 4/Parent %d 0 R/Rect%s/AP<</N %d 0 R>>>>"
    more = {
        v.size + 1: kid % (v.size, OVER, v.size + 2),
        v.size + 2: COVER,
        v.number(*PAGE): page,
    }
    return field(v, b"/FT/Sig/Rect[0 0 0 0]/Kids[%d 0 R]" % (v.size + 1), more, shown=False)


def sneaky_long_rectangle(v: Victim) -> bytes:
    look = v.field(LEADER_FIELD)["/AP"]["/N"].objgen[0] if "/AP" in v.field(LEADER_FIELD) else 0
    drawn = b"/AP<</N %d 0 R>>" % (look or v.size + 1)
    more = {} if look else {v.size + 1: COVER}
    return field(v, b"/Subtype/Widget/FT/Sig/Rect[60 700 540 790 0]" + drawn, more)


def sneaky_short_rectangle(v: Victim) -> bytes:
    drawn = b"/AP<</N %d 0 R>>" % (v.size + 1)
    return field(v, b"/Subtype/Widget/FT/Sig/Rect[60 700 540]" + drawn, {v.size + 1: COVER})


def sneaky_indirect_rectangle(v: Victim) -> bytes:
    """Numbers that are objects of their own, which the appearance refers to as well."""
    n = v.size
    edges = (b"60", b"700", b"540", b"790")
    numbers = b" ".join(b"%d 0 R" % (n + 2 + i) for i in range(4))
    look = form(b"1 1 1 rg 0 0 480 90 re f", 480, 90, b"/Edges[%s]" % numbers)
    more = {n + 1: look, **{n + 2 + i: edge for i, edge in enumerate(edges)}}
    return field(v, b"/Subtype/Widget/FT/Sig/Rect[%s]/AP<</N %d 0 R>>" % (numbers, n + 1), more)


def sneaky_ink(v: Victim) -> bytes:
    entries = b"/Rect[60 700 60 700]/InkList[[60 700 540 790]]/C[1 0 0]/BS<</W 20>>"
    return field(v, b"/Subtype/Ink/FT/Sig" + entries)


def sneaky_line(v: Victim) -> bytes:
    entries = b"/Rect[60 700 540 700]/L[60 740 540 740]/C[1 0 0]/BS<</W 40>>"
    return field(v, b"/Subtype/Line/FT/Sig" + entries)


def sneaky_stamp(v: Victim) -> bytes:
    drawn = b"/AP<</N %d 0 R>>" % (v.size + 1)
    return field(v, b"/Subtype/Stamp/FT/Sig/Rect" + OVER + drawn, {v.size + 1: COVER})


def sneaky_timestamp(v: Victim) -> bytes:
    """A document timestamp, which may come even after a lock, with a picture."""
    n = v.size
    drawn = b"/Subtype/Widget/FT/Sig/V %d 0 R/Rect%s/AP<</N %d 0 R>>" % (n + 2, OVER, n + 1)
    value = (
        b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
        b"/ByteRange[0 1 2 3]/Contents<00>>>"
    )
    return field(v, drawn, {n + 1: COVER, n + 2: value})


def sneaky_action(v: Victim) -> bytes:
    action = b"/AA<</PO<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    return field(v, b"/Subtype/Widget/FT/Sig/Rect[0 0 0 0]" + action)


Forge = Callable[[Victim], bytes]
SNEAKY: tuple[Forge, ...] = (
    *(sneaky_visible, sneaky_kid, sneaky_long_rectangle, sneaky_short_rectangle),
    *(sneaky_indirect_rectangle, sneaky_ink, sneaky_line, sneaky_stamp, sneaky_timestamp),
    sneaky_action,
)


def ids(forge: Forge) -> str:
    return forge.__name__


@pytest.mark.parametrize("forge", SNEAKY, ids=ids)
def test_an_unsigned_signature_field_that_shows_something_never_passes(
    forge: Forge, levels: Signed, trust: TrustStore
) -> None:
    for name, victim in levels.items():
        report = verify(forge(victim), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED, name
        assert all(s.indication is not Indication.TOTAL_PASSED for s in report.signatures), name


@pytest.mark.parametrize("forge", [f for f in SNEAKY if f is not sneaky_action], ids=ids)
def test_viewers_show_the_signature_field_and_call_the_seal_valid(
    forge: Forge, levels: Signed, tmp_path: Path
) -> None:
    victim = levels["sealed"]
    forged = forge(victim)
    tools = ("mutool", "pdftoppm")
    shown = [picture(forged, tmp_path, tool) for tool in tools]
    assert shown != [picture(victim.pdf, tmp_path, tool) for tool in tools]
    assert b"Signature is Valid" in pdfsig(forged, tmp_path)


def signed_over(v: Victim, key: Pkcs12Key) -> bytes:
    """Return the file with a new signature by *key* whose picture covers the page."""
    writer = open_revision(v.pdf)
    append_signature_field(writer, SigFieldSpec("Moi", box=(60, 700, 540, 790), on_page=0))
    content = b"1 1 1 rg 0 0 480 90 re f 0 g BT /F1 20 Tf 35 35 Td (FORGED) Tj ET"
    font = objects.dictionary({"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"})
    look = StreamObject(
        objects.dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": objects.numbers(0, 0, 480, 90),
                "Resources": objects.dictionary({"Font": objects.dictionary({"F1": font})}),
            }
        ),
        stream_data=content,
    )
    set_appearance(writer, top_fields(writer)["Moi"], writer.add_object(look))
    return embed(writer, "Moi", key, APPROVAL, Statement(AT))


@pytest.mark.parametrize("level", ["P=1", "P=2", "P=3", "sealed"])
def test_even_a_trusted_signer_may_not_cover_a_certified_page(
    level: str, levels: Signed, pki: TestPki, trust: TrustStore, tmp_path: Path
) -> None:
    forged = signed_over(levels[level], pki.key("curve"))
    report = verify(forged, trust, at=AT)
    assert report.verdict is not Indication.TOTAL_PASSED
    assert report.signatures[0].indication is not Indication.TOTAL_PASSED
    assert b"FORGED" in shown_text(forged, tmp_path)
    assert pdfsig(forged, tmp_path).count(b"Signature is Valid") == len(report.signatures)


def test_a_second_signer_of_an_approved_page_is_named(
    levels: Signed, pki: TestPki, trust: TrustStore
) -> None:
    """Other tools put number and date in as signatures' pictures: who signed them is told."""
    report = verify(signed_over(levels["approval"], pki.key("curve")), trust, at=AT)
    assert [s.signer for s in report.signatures] == ["Nguyễn Văn An", "Trần Thị Bình"]
    assert report.signatures[0].modification == "FORM_FILLING"


def test_a_page_in_the_parameters_of_a_trusted_second_signature_never_passes(
    levels: Signed, pki: TestPki, trust: TrustStore, tmp_path: Path
) -> None:
    """The second signature holds; its parameters are the first page's content, replaced."""
    writer = open_revision(levels["P=2"].pdf)
    append_signature_field(writer, SigFieldSpec("Moi"))
    key = pki.key("curve")
    steps = PdfCMSEmbedder().write_cms("Moi", writer, existing_fields_only=True)
    next(steps)
    placeholder = SignatureObject(
        timestamp=AT, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * cms.longest(key)
    )
    value = steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=APPROVAL)).get_object()
    page = writer.root["/Pages"]["/Kids"][0]
    number = page.raw_get("/Contents").reference
    evil = b"q 1 1 1 rg 60 700 480 90 re f Q BT /F1 20 Tf 95 735 Td (FORGED) Tj ET"
    parameters = objects.dictionary({"Type": "/TransformParams", "Action": "/All"})
    writer.objects[number.generation, number.idnum] = StreamObject(parameters, stream_data=evil)
    pointer = IndirectObject(number.idnum, number.generation, writer)
    reference = objects.dictionary({"TransformMethod": "/FieldMDP", "TransformParams": pointer})
    value[objects.name("Reference")] = ArrayObject([reference])
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", in_place=True))
    steps.send(cms.signed_data(key, prepared.document_digest))
    forged = bytes(output.getvalue())
    report = verify(forged, trust, at=AT)
    by_field = {s.field: s.indication for s in report.signatures}
    assert by_field[LEADER_FIELD] is Indication.TOTAL_FAILED
    assert by_field["Moi"] is Indication.TOTAL_PASSED
    assert b"FORGED" in shown_text(forged, tmp_path)
    assert pdfsig(forged, tmp_path).count(b"Signature is Valid") == 2


@pytest.mark.parametrize("level", ["approval", "P=1", "P=2", "P=3"])
def test_the_empty_seal_is_not_drawn_without_a_signature(
    level: str, levels: Signed, trust: TrustStore
) -> None:
    victim = levels[level]
    seal = victim.field(SEAL_FIELD)
    drawn = victim.text(seal, AP=b"<</N %d 0 R>>" % victim.size)
    forged = victim.appended({seal.objgen[0]: drawn, victim.size: COVER})
    report = verify(forged, trust, at=AT)
    assert report.verdict is not Indication.TOTAL_PASSED


@pytest.mark.parametrize(("level", "passes"), [("approval", True), ("P=1", False), ("P=2", True)])
def test_a_reserved_number_may_be_filled_where_forms_may(
    level: str, passes: bool, levels: Signed, trust: TrustStore
) -> None:
    victim = levels[level]
    number = victim.field(NUMBER_FIELD)
    look = form(b"BT /F1 12 Tf 2 4 Td (123) Tj ET", 32, 15)
    filled = victim.text(number, V=b"(123)", AP=b"<</N %d 0 R>>" % victim.size)
    once = victim.appended({number.objgen[0]: filled, victim.size: look})
    assert (verify(once, trust, at=AT).verdict is Indication.TOTAL_PASSED) is passes


def test_signature_number_and_seal_in_their_order_pass(sealed: bytes, trust: TrustStore) -> None:
    report = verify(sealed, trust, at=AT)
    assert report.verdict is Indication.TOTAL_PASSED
    assert [s.modification for s in report.signatures] == ["FORM_FILLING", "NONE"]
