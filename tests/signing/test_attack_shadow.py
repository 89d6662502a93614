"""What a drafter hid in a file before it was signed cannot be brought out afterwards.

The literature calls it shadow attacks: hide, replace, hide and replace. Each trap is a draft
with something prepared, and what is appended to spring it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.seal import seal
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT
from tests.signing.forgery import HELVETICA, Victim, form, pdfsig, picture, shown_text, stream

PAGE = ("/Pages", "/Kids", 0)
SAYS = b"BT /F1 20 Tf 95 735 Td (FORGED) Tj ET"
HONEST = form(b"1 1 1 rg 0 0 480 90 re f 0 g BT /F1 12 Tf 35 35 Td (honest) Tj ET", 480, 90)
EMPTY = form(b"", 480, 90)
EVIL = form(b"1 1 1 rg 0 0 480 90 re f 0 g BT /F1 12 Tf 35 35 Td (FORGED) Tj ET", 480, 90)
OVER = b"[60 700 540 790]"
DRAW = b"q 1 0 0 1 60 700 cm /Veil Do Q"

Draft = Callable[[Victim], bytes]
Spring = Callable[[Victim, int], bytes]


@dataclass(frozen=True)
class Trap:
    """A prepared draft and how it is sprung; numbers of prepared objects start at the draft's size.

    `text` tells that the text that is shown changes; else only the picture does.
    """

    prepare: Draft
    spring: Spring
    text: bool = True


def refs(*numbers: int) -> bytes:
    return b"[" + b" ".join(b"%d 0 R" % n for n in numbers) + b"]"


def annotations(v: Victim, *more: int) -> bytes:
    return refs(*(a.objgen[0] for a in v.at(*PAGE).get("/Annots", ())), *more)


def fields(v: Victim, *more: int) -> bytes:
    return refs(*(f.objgen[0] for f in v.at("/AcroForm", "/Fields")), *more)


def over_the_page(v: Victim, what: dict[int, bytes], *, text: bytes = SAYS) -> bytes:
    """Draft: the page says *text* under a veil, object `size + 1`, which *what* defines."""
    n = v.size
    resources = v.text(v.at(*PAGE, "/Resources"), XObject=b"<</Veil %d 0 R>>" % (n + 1))
    page = v.text(
        v.at(*PAGE),
        Resources=resources,
        Contents=refs(v.number(*PAGE, "/Contents"), n),
    )
    return v.appended({v.number(*PAGE): page, n: stream(text + b" " + DRAW), **what})


def veiled(v: Victim) -> bytes:
    return over_the_page(v, {v.size + 1: HONEST})


def layered(v: Victim) -> bytes:
    veil = HONEST.replace(b"/Subtype/Form", b"/Subtype/Form/OC %d 0 R" % (v.size + 2))
    layers = b"<</OCGs[%d 0 R]/D<</ON[%d 0 R]>>>>" % (v.size + 2, v.size + 2)
    return over_the_page(
        v,
        {
            v.size + 1: veil,
            v.size + 2: b"<</Type/OCG/Name(a)>>",
            v.root: v.text(v.at(), OCProperties=layers),
        },
    )


def layer_off(v: Victim, n: int) -> bytes:
    layers = b"<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>" % (n + 2, n + 2)
    return v.appended({v.root: v.text(v.at(), OCProperties=layers)})


def with_widget(v: Victim, body: bytes, look: bytes, *, under: bytes = b"") -> bytes:
    """Draft: one more form field, object `size`, whose appearance is the next object."""
    n = v.size
    page: dict[str, bytes] = {"Annots": annotations(v, n)}
    more: dict[int, bytes] = {}
    if under:
        page["Contents"] = refs(v.number(*PAGE, "/Contents"), n + 2)
        more[n + 2] = stream(under)
    form_fields = v.text(v.at("/AcroForm"), Fields=fields(v, n))
    widget = b"<</Type/Annot/Subtype/Widget/F 4/T(Tien)/Rect%s%s/AP<</N %d 0 R>>>>"
    return v.appended(
        {
            n: widget % (OVER, body, n + 1),
            n + 1: look,
            v.number(*PAGE): v.text(v.at(*PAGE), **page),
            v.number("/AcroForm"): form_fields,
            **more,
        }
    )


def text_field(v: Victim) -> bytes:
    return with_widget(v, b"/FT/Tx/V(honest)/DA(/Helv 12 Tf 0 g)", HONEST)


def false_field(v: Victim) -> bytes:
    """Draft: the field's value is not what it shows."""
    return with_widget(v, b"/FT/Tx/V(FORGED)/DA(/Helv 12 Tf 0 g)", HONEST)


def veiling_field(v: Victim) -> bytes:
    return with_widget(v, b"/FT/Tx/DA(/Helv 12 Tf 0 g)", HONEST, under=SAYS)


def veiling_signature(v: Victim) -> bytes:
    """Draft: an empty signature field hides what the page says."""
    return with_widget(v, b"/FT/Sig", HONEST, under=SAYS)


def button(v: Victim) -> bytes:
    """Draft: a box with two states, one honest."""
    n = v.size
    states = b"/AP<</N<</A %d 0 R/Off %d 0 R>>>>" % (n + 1, n + 2)
    head = b"<</Type/Annot/Subtype/Widget/F 4/T(Tien)/Rect%s/FT/Btn/AS/A/V/A%s>>" % (OVER, states)
    return v.appended(
        {
            n: head,
            n + 1: HONEST,
            n + 2: EVIL,
            v.number(*PAGE): v.text(v.at(*PAGE), Annots=annotations(v, n)),
            v.number("/AcroForm"): v.text(v.at("/AcroForm"), Fields=fields(v, n)),
        }
    )


def replaced(v: Victim, n: int, **changes: bytes) -> bytes:
    """The prepared field's entries changed; a new appearance stands under the next number."""
    field = v.field("Tien")
    return v.appended({field.objgen[0]: v.text(field, **changes), v.size: EVIL})


def two_notes(v: Victim) -> bytes:
    """Draft: two stamps on one place, the honest one on top."""
    n = v.size
    stamp = b"<</Type/Annot/Subtype/Stamp/F 4/Rect%s/AP<</N %d 0 R>>>>"
    return v.appended(
        {
            n: stamp % (OVER, n + 2),
            n + 1: stamp % (OVER, n + 3),
            n + 2: EVIL,
            n + 3: HONEST,
            v.number(*PAGE): v.text(v.at(*PAGE), Annots=annotations(v, n, n + 1)),
        }
    )


def reordered(v: Victim, n: int) -> bytes:
    """The stamps' order turned round, with an invisible signature field as the reason."""
    old = [a.objgen[0] for a in v.at(*PAGE, "/Annots")]
    old.remove(n)
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Moi)/F 132/Rect[0 0 0 0]>>"
    return v.appended(
        {
            v.number(*PAGE): v.text(v.at(*PAGE), Annots=refs(*old, n, v.size)),
            v.number("/AcroForm"): v.text(v.at("/AcroForm"), Fields=fields(v, v.size)),
            v.size: field,
        }
    )


def without_top_note(v: Victim, n: int) -> bytes:
    old = [a.objgen[0] for a in v.at(*PAGE, "/Annots")]
    old.remove(n + 1)
    return v.appended({v.number(*PAGE): v.text(v.at(*PAGE), Annots=refs(*old))})


def second_document(v: Victim) -> bytes:
    """Draft: a whole second document that nothing refers to."""
    n = v.size
    page = v.text(
        v.at(*PAGE), Contents=b"%d 0 R" % (n + 3), Parent=b"%d 0 R" % (n + 1), Annots=None
    )
    return v.appended(
        {
            n: v.text(v.at(), Pages=b"%d 0 R" % (n + 1)),
            n + 1: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 2),
            n + 2: page,
            n + 3: stream(SAYS),
        }
    )


def other_root(v: Victim, n: int) -> bytes:
    forged = v.appended({v.size: b"null"})
    at = forged.rindex(b"/Root")
    return forged[:at] + forged[at:].replace(b"/Root %d 0 R" % v.root, b"/Root %d 0 R" % n)


def other_root_with_form(v: Victim, n: int) -> bytes:
    """The second document, given the first one's newest form and permissions."""
    root = v.text(v.at(), Pages=b"%d 0 R" % (n + 1))
    return v.appended({v.root: root})


def earlier_content(v: Victim) -> bytes:
    """Draft: its first revision showed something else under the same number."""
    number = v.number(*PAGE, "/Contents")
    evil = Victim(v.appended({number: stream(SAYS)}))
    return evil.appended({number: stream(SAYS.replace(b"FORGED", b"honest"))})


def revived(v: Victim, n: int) -> bytes:
    """Only a table that points back to the earlier content."""
    number = v.number(*PAGE, "/Contents")
    at = v.pdf.index(b"%d 0 obj\n%s" % (number, stream(SAYS)))
    out = v.pdf
    where = len(out)
    facts = (number, at, v.size, v.root, v.newest, where)
    return out + (
        b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\n"
        b"startxref\n%d\n%%%%EOF\n" % facts
    )


def dangling(v: Victim) -> bytes:
    """Draft: the page draws an object that does not exist."""
    return over_the_page(v, {v.size + 1: b"null", v.size + 2: b"null"}, text=b"").replace(
        b"/Veil %d 0 R" % (v.size + 1), b"/Veil %d 0 R" % (v.size + 60)
    )


def awaited(v: Victim, n: int) -> bytes:
    """What was missing, with a size by which only lenient readers go on: they miss nothing."""
    forged = v.appended({n + 60: EVIL})
    at = forged.rindex(b"/Size")
    return forged[:at] + re.sub(rb"/Size \d+", b"/Size 2", forged[at:], count=1)


def awaited_in_new_generation(v: Victim, n: int) -> bytes:
    forged = awaited(v, n)
    at = forged.rindex(b"%d 0 obj" % (n + 60))
    later = forged[at:].replace(b"%d 0 obj" % (n + 60), b"%d 1 obj" % (n + 60), 1)
    return forged[:at] + later.replace(b" 00000 n", b" 00001 n")


def gap(v: Victim) -> bytes:
    """Draft: the page draws an object whose number is free."""
    return dangling(v).replace(b"/Veil %d 0 R" % (v.size + 60), b"/Veil %d 0 R" % (v.size + 1))


def shared_look(v: Victim) -> bytes:
    """Draft: the page draws the appearance of a field that will be filled."""
    n = v.size
    widget = b"<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(Tien)/Rect[0 0 1 1]/AP<</N %d 0 R>>>>"
    return over_the_page(
        v,
        {
            n + 1: EMPTY,
            n + 2: widget % (n + 1),
            v.number("/AcroForm"): v.text(v.at("/AcroForm"), Fields=fields(v, n + 2)),
        },
        text=b"",
    )


def own_font(v: Victim) -> bytes:
    """Draft: the veil's text is in a font of its own."""
    n = v.size
    veil = HONEST.replace(HELVETICA, b"%d 0 R" % (n + 2))
    return over_the_page(v, {n + 1: veil, n + 2: HELVETICA}, text=b"")


def other_glyphs(v: Victim, n: int) -> bytes:
    names = b" ".join(b"/%c" % c for c in (111, 110, 101, 115, 116, 104))
    other = HELVETICA.replace(b"/WinAnsiEncoding", b"<</Differences[104 %s]>>" % names)
    return v.appended({n + 2: other})


def new_signature_over_page(v: Victim, n: int) -> bytes:
    """The page's content takes the place of a new signature's parameters."""
    number = v.number(*PAGE, "/Contents")
    value = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]"
        b"/Contents<00>/Reference[<</TransformMethod/DocMDP/TransformParams %d 0 R>>]>>" % number
    )
    return v.appended(
        {
            v.size: b"<</FT/Sig/T(Moi)/V %d 0 R>>" % (v.size + 1),
            v.size + 1: value,
            number: stream(SAYS, b"/Type/TransformParams/P 2/V/1.2"),
            v.number("/AcroForm"): v.text(v.at("/AcroForm"), Fields=fields(v, v.size)),
        }
    )


def look(v: Victim) -> bytes:
    return b"<</N %d 0 R>>" % v.size


TRAPS: dict[str, Trap] = {
    "veil_emptied": Trap(veiled, lambda v, n: v.appended({n + 1: EMPTY}), text=False),
    "veil_replaced": Trap(veiled, lambda v, n: v.appended({n + 1: EVIL}), text=False),
    "veil_freed": Trap(veiled, lambda v, n: v.appended({}, freed=(n + 1,)), text=False),
    "veil_made_null": Trap(veiled, lambda v, n: v.appended({n + 1: b"null"}), text=False),
    "layer_switched_off": Trap(layered, layer_off, text=False),
    "value_shown": Trap(
        false_field,
        lambda v, _: v.appended(
            {v.number("/AcroForm"): v.text(v.at("/AcroForm"), NeedAppearances=b"true")}
        ),
    ),
    "field_rewritten": Trap(text_field, lambda v, n: replaced(v, n, V=b"(FORGED)", AP=look(v))),
    "field_shows_other": Trap(text_field, lambda v, n: replaced(v, n, AP=look(v))),
    "field_redrawn_in_place": Trap(text_field, lambda v, n: v.appended({n + 1: EVIL})),
    "field_hidden": Trap(veiling_field, lambda v, n: replaced(v, n, F=b"2"), text=False),
    "field_emptied": Trap(veiling_field, lambda v, n: v.appended({n + 1: EMPTY}), text=False),
    "signature_field_hidden": Trap(
        veiling_signature, lambda v, n: replaced(v, n, F=b"2"), text=False
    ),
    "signature_field_redrawn": Trap(
        veiling_signature, lambda v, n: replaced(v, n, AP=look(v)), text=False
    ),
    "button_switched": Trap(button, lambda v, n: replaced(v, n, AS=b"/Off", V=b"/Off")),
    "notes_reordered": Trap(two_notes, reordered, text=False),
    "note_removed": Trap(two_notes, without_top_note, text=False),
    "root_exchanged": Trap(second_document, other_root),
    "root_exchanged_form_kept": Trap(second_document, other_root_with_form),
    "content_revived": Trap(earlier_content, revived),
    "missing_object_added": Trap(dangling, lambda v, n: v.appended({n + 60: EVIL})),
    "missing_object_read_leniently": Trap(dangling, awaited),
    "missing_object_of_new_generation": Trap(dangling, awaited_in_new_generation, text=False),
    "null_object_replaced": Trap(gap, lambda v, n: v.appended({n + 1: EVIL})),
    "shared_appearance_filled": Trap(shared_look, lambda v, n: v.appended({n + 1: EVIL})),
    "glyphs_exchanged": Trap(own_font, other_glyphs, text=False),
    "content_as_parameters": Trap(lambda v: v.appended({v.size: b"null"}), new_signature_over_page),
}


@pytest.fixture(scope="module")
def prepared(
    reserved: bytes, leader: Pkcs12Key, agency: Pkcs12Key
) -> Callable[[str], tuple[Victim, Victim]]:
    """Return by a trap's name its draft, signed, and signed and sealed."""

    def prepare(name: str) -> tuple[Victim, Victim]:
        signed = sign(TRAPS[name].prepare(Victim(reserved)), leader, None, at=AT)
        done = seal(signed, agency, None, number="1", day="2", month="11", at=AT)
        return Victim(signed), Victim(done)

    return prepare


Prepared = Callable[[str], tuple[Victim, Victim]]


@pytest.mark.parametrize("name", TRAPS)
def test_what_was_hidden_before_signing_never_passes_when_brought_out(
    name: str, prepared: Prepared, reserved: bytes, trust: TrustStore
) -> None:
    for victim in prepared(name):
        report = verify(TRAPS[name].spring(victim, Victim(reserved).size), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED
        assert report.reason
        assert all(s.indication is not Indication.TOTAL_PASSED for s in report.signatures)


@pytest.mark.parametrize("name", [name for name in TRAPS if "missing_object" not in name])
def test_a_trap_that_is_not_sprung_is_an_honest_file(
    name: str, prepared: Prepared, trust: TrustStore
) -> None:
    for victim in prepared(name):
        assert verify(victim.pdf, trust, at=AT).verdict is Indication.TOTAL_PASSED


@pytest.mark.parametrize("name", TRAPS)
def test_viewers_show_what_was_hidden(
    name: str, prepared: Prepared, reserved: bytes, tmp_path: Path
) -> None:
    _, victim = prepared(name)
    sprung = TRAPS[name].spring(victim, Victim(reserved).size)
    if TRAPS[name].text:
        assert b"FORGED" not in shown_text(victim.pdf, tmp_path)
        assert b"FORGED" in shown_text(sprung, tmp_path)
    else:
        tools = ("mutool", "pdftoppm")
        shown = [picture(sprung, tmp_path, tool) for tool in tools]
        assert shown != [picture(victim.pdf, tmp_path, tool) for tool in tools]
    assert b"Signature is Valid" in pdfsig(sprung, tmp_path)
