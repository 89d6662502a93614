"""Nothing saved after a signature changes what is shown and passes (ISA attacks).

The name is that of the literature on PDF signatures: incremental saving attack. Every forgery
here is well-formed PDF.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from signing.fields import LEADER_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.report import Indication
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT
from tests.signing.forgery import (
    COVER,
    EVIL,
    HELVETICA,
    OVER,
    Victim,
    form,
    pdfsig,
    picture,
    shown_text,
    stream,
)

PAGE = ("/Pages", "/Kids", 0)
FORM = ("/AcroForm",)
Forge = Callable[[Victim], bytes]


def content(v: Victim) -> bytes:
    return v.appended({v.number(*PAGE, "/Contents"): stream(EVIL)})


def packed_content(v: Victim) -> bytes:
    page = v.text(v.at(*PAGE), Contents=b"%d 0 R" % v.size)
    return v.appended({v.size: stream(EVIL)}, packed={v.number(*PAGE): page})


def page(v: Victim) -> bytes:
    changed = v.text(v.at(*PAGE), Contents=b"%d 0 R" % v.size)
    return v.appended({v.number(*PAGE): changed, v.size: stream(EVIL)})


def page_tree(v: Victim) -> bytes:
    leaf = v.text(v.at(*PAGE), Contents=b"%d 0 R" % (v.size + 1))
    tree = v.text(v.at("/Pages"), Kids=b"[%d 0 R]" % v.size, Count=b"1")
    return v.appended({v.number("/Pages"): tree, v.size: leaf, v.size + 1: stream(EVIL)})


def catalog(v: Victim) -> bytes:
    root = v.text(v.at(), Pages=b"%d 0 R" % v.size)
    leaf = v.text(
        v.at(*PAGE), Contents=b"%d 0 R" % (v.size + 2), Parent=b"%d 0 R" % v.size, Annots=None
    )
    tree = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (v.size + 1)
    return v.appended({v.root: root, v.size: tree, v.size + 1: leaf, v.size + 2: stream(EVIL)})


def another_catalog(v: Victim) -> bytes:
    root = v.text(v.at(), Pages=b"%d 0 R" % (v.size + 1))
    leaf = v.text(v.at(*PAGE), Contents=b"%d 0 R" % (v.size + 3), Parent=b"%d 0 R" % (v.size + 1))
    tree = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (v.size + 2)
    objects = {v.size: root, v.size + 1: tree, v.size + 2: leaf, v.size + 3: stream(EVIL)}
    return v.appended(objects, trailer=b"/Root %d 0 R" % v.size).replace(
        b"/Root %d 0 R/Prev %d/Root" % (v.root, v.newest), b"/Prev %d/Root" % v.newest
    )


def font(v: Victim) -> bytes:
    """Glyphs exchanged: each letter shows as another one."""
    fonts = v.at(*PAGE, "/Resources", "/Font")
    names = b" ".join(b"/%c" % letter for letter in range(98, 123))
    other = HELVETICA[:-2] + b"/Encoding<</Differences[97 %s /a]>>>>" % names
    return v.appended({fonts["/F1"].objgen[0]: other.replace(b"/Encoding/WinAnsiEncoding", b"")})


def note(v: Victim) -> bytes:
    annotations = v.at(*PAGE, "/Annots").unparse().rstrip(b"]") + b" %d 0 R]" % v.size
    changed = v.text(v.at(*PAGE), Annots=annotations)
    over = b"<</Type/Annot/Subtype/FreeText/F 4/Rect%s/AP<</N %d 0 R>>>>" % (OVER, v.size + 1)
    return v.appended({v.number(*PAGE): changed, v.size: over, v.size + 1: COVER})


def box(v: Victim) -> bytes:
    """Shows a part of the page only."""
    return v.appended({v.number(*PAGE): v.text(v.at(*PAGE), CropBox=b"[0 0 300 300]")})


def fewer_pages(v: Victim) -> bytes:
    tree = v.text(v.at("/Pages"), Kids=b"[%d 0 R]" % v.number(*PAGE), Count=b"1")
    return v.appended({v.number("/Pages"): tree})


def freed(v: Victim) -> bytes:
    return v.appended({}, freed=(v.number(*PAGE, "/Contents"),))


def leader_picture(v: Victim) -> bytes:
    field = v.field(LEADER_FIELD)
    other = v.text(field, AP=b"<</N %d 0 R>>" % v.size)
    return v.appended({field.objgen[0]: other, v.size: form(EVIL, 125, 55)})


def leader_picture_in_place(v: Victim) -> bytes:
    number = v.field(LEADER_FIELD)["/AP"]["/N"].objgen[0]
    return v.appended({number: form(b"1 0 0 rg 0 0 125 55 re f", 125, 55)})


def hidden_signature(v: Victim) -> bytes:
    field = v.field(LEADER_FIELD)
    return v.appended({field.objgen[0]: v.text(field, F=b"2")})


def moved_signature(v: Victim) -> bytes:
    field = v.field(LEADER_FIELD)
    return v.appended({field.objgen[0]: v.text(field, Rect=OVER)})


def own_copy_of_signature(v: Victim) -> bytes:
    """The page is replaced, and the same signature stands a second time after it."""
    value = v.field(LEADER_FIELD)["/V"]
    objects = {v.number(*PAGE, "/Contents"): stream(EVIL), value.objgen[0]: v.text(value)}
    return v.appended(objects)


def own_copy_under_new_number(v: Victim) -> bytes:
    field = v.field(LEADER_FIELD)
    objects = {
        v.number(*PAGE, "/Contents"): stream(EVIL),
        field.objgen[0]: v.text(field, V=b"%d 0 R" % v.size),
        v.size: v.text(field["/V"]),
    }
    return v.appended(objects)


def security_store_with_page(v: Victim) -> bytes:
    """A page changed together with what long-term validation may add."""
    root = v.text(v.at(), DSS=b"<</Certs[%d 0 R]>>" % v.size)
    objects = {v.root: root, v.size: stream(b"0"), v.number(*PAGE, "/Contents"): stream(EVIL)}
    return v.appended(objects)


def security_store_as_page(v: Victim) -> bytes:
    """The page's content is called a certificate of the document security store."""
    number = v.number(*PAGE, "/Contents")
    root = v.text(v.at(), DSS=b"<</Certs[%d 0 R]>>" % number)
    return v.appended({v.root: root, number: stream(EVIL)})


def layers(v: Victim) -> bytes:
    hidden = b"<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>" % (v.size, v.size)
    root = v.text(v.at(), OCProperties=hidden)
    return v.appended({v.root: root, v.size: b"<</Type/OCG/Name(a)>>"})


def script(v: Victim) -> bytes:
    action = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    return v.appended({v.root: v.text(v.at(), OpenAction=action)})


def encryption(v: Victim) -> bytes:
    locks = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"00" * 32, b"00" * 32)
    return v.appended({v.size: locks}, trailer=b"/Encrypt %d 0 R" % v.size)


def regenerated_fields(v: Victim) -> bytes:
    return v.appended({v.number(*FORM): v.text(v.at(*FORM), NeedAppearances=b"true")})


def dropped_permissions(v: Victim) -> bytes:
    return v.appended({v.root: v.text(v.at(), Perms=None)})


def loosened_permissions(v: Victim) -> bytes:
    """Says anew, under the same number, that more is allowed."""
    value = v.field(LEADER_FIELD)["/V"]
    looser = v.text(value, Reference=None)
    return v.appended({value.objgen[0]: looser, v.number(*PAGE, "/Contents"): stream(EVIL)})


SAVED: tuple[Forge, ...] = (
    *(content, packed_content, page, page_tree, catalog, another_catalog, font, note, box),
    *(fewer_pages, freed, leader_picture, leader_picture_in_place, hidden_signature),
    *(moved_signature, own_copy_of_signature, own_copy_under_new_number, layers, script),
    *(security_store_with_page, security_store_as_page, encryption, regenerated_fields),
    *(dropped_permissions, loosened_permissions),
)
SHOWN: tuple[Forge, ...] = (content, packed_content, page, page_tree, catalog, another_catalog)
SHOWN += (note, own_copy_of_signature, security_store_with_page, security_store_as_page)


def ids(forge: Forge) -> str:
    return forge.__name__


@pytest.mark.parametrize("forge", SAVED, ids=ids)
def test_nothing_saved_after_signature_and_seal_passes(
    forge: Forge, signed: bytes, sealed: bytes, trust: TrustStore
) -> None:
    for honest in (signed, sealed):
        report = verify(forge(Victim(honest)), trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED
        assert report.reason
        assert all(s.indication is not Indication.TOTAL_PASSED for s in report.signatures)


@pytest.mark.parametrize("forge", SHOWN, ids=ids)
def test_viewers_show_the_forgery_and_call_the_seal_valid(
    forge: Forge, sealed: bytes, tmp_path: Path
) -> None:
    forged = forge(Victim(sealed))
    assert b"FORGED" in shown_text(forged, tmp_path)
    assert pdfsig(forged, tmp_path).count(b"Signature is Valid") >= 1


@pytest.mark.parametrize(
    "forge", [font, box, freed, leader_picture_in_place, hidden_signature, moved_signature], ids=ids
)
def test_these_forgeries_change_the_picture(forge: Forge, sealed: bytes, tmp_path: Path) -> None:
    shown = [picture(pdf, tmp_path) for pdf in (sealed, forge(Victim(sealed)))]
    assert shown[0] != shown[1]


def test_what_long_term_validation_adds_passes_when_written_by_the_same_hand(
    signed: bytes, sealed: bytes, trust: TrustStore
) -> None:
    """So what is refused above is refused for its content."""
    for honest in (signed, sealed):
        victim = Victim(honest)
        root = victim.text(victim.at(), DSS=b"<</Certs[%d 0 R]>>" % victim.size)
        added = victim.appended({victim.root: root, victim.size: stream(b"0")})
        assert verify(added, trust, at=AT).verdict is Indication.TOTAL_PASSED


# after the seal's lock


def renumbered(v: Victim) -> bytes:
    field = v.field(NUMBER_FIELD)
    look = form(b"BT /F1 12 Tf 2 4 Td (999) Tj ET", 32, 15)
    other = v.text(field, V=b"(999)", AP=b"<</N %d 0 R>>" % v.size)
    return v.appended({field.objgen[0]: other, v.size: look})


def renumbered_in_place(v: Victim) -> bytes:
    number = v.field(NUMBER_FIELD)["/AP"]["/N"].objgen[0]
    return v.appended({number: form(b"BT /F1 12 Tf 2 4 Td (999) Tj ET", 32, 15)})


def renumbered_by_font(v: Victim) -> bytes:
    fonts = v.field(NUMBER_FIELD)["/AP"]["/N"]["/Resources"]["/Font"]["/D"]
    return v.appended({fonts.objgen[0]: HELVETICA})


def unlocked(v: Victim) -> bytes:
    """Takes the seal's lock away and then changes the number."""
    seal, number = v.field(SEAL_FIELD), v.field(NUMBER_FIELD)
    objects = {
        seal["/V"].objgen[0]: v.text(seal["/V"], Reference=None),
        seal.objgen[0]: v.text(seal, Lock=None),
        number.objgen[0]: v.text(number, V=b"(999)", AP=b"<</N %d 0 R>>" % v.size),
        v.size: form(b"BT /F1 12 Tf 2 4 Td (999) Tj ET", 32, 15),
    }
    return v.appended(objects)


def read_only_lifted(v: Victim) -> bytes:
    field = v.field(NUMBER_FIELD)
    return v.appended({field.objgen[0]: v.text(field, Ff=b"8192")})


@pytest.mark.parametrize(
    "forge",
    [renumbered, renumbered_in_place, renumbered_by_font, unlocked, read_only_lifted],
    ids=ids,
)
def test_the_number_cannot_be_changed_after_the_seal(
    forge: Forge, sealed: bytes, trust: TrustStore
) -> None:
    report = verify(forge(Victim(sealed)), trust, at=AT)
    assert report.verdict is not Indication.TOTAL_PASSED
    by_field = {s.field: s.indication for s in report.signatures}
    assert by_field[SEAL_FIELD] is not Indication.TOTAL_PASSED


@pytest.mark.parametrize("forge", [renumbered, renumbered_in_place], ids=ids)
def test_viewers_show_the_other_number(forge: Forge, sealed: bytes, tmp_path: Path) -> None:
    assert b"999" in shown_text(forge(Victim(sealed)), tmp_path)
