"""Whoever appends to a sealed file cannot make viewers show what verification does not see."""

import io
import re
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from documents.placement import Placement
from drafting.pdf import normalised
from signing.fields import SEAL_FIELD, reserve
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.seal import seal
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT

EVIL = b"BT /F1 12 Tf 12 TL 95 735 Td (FORGED) Tj ET"


@dataclass(frozen=True)
class Target:
    """A sealed file and what a forger needs to know of it."""

    pdf: bytes
    page: int
    """Object number of the first page's content."""
    honest: int
    """Where that object stands."""
    size: int
    root: int
    newest: int
    """Offset of the newest cross-reference section."""

    @property
    def forged(self) -> bytes:
        return b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
            *(self.page, len(EVIL)),
            EVIL,
        )

    def appended(self, entries: bytes, ending: bytes = b"startxref\n%d\n%%%%EOF\n") -> bytes:
        """Append the forged object, a table with *entries* (%d: its offset), and *ending*."""
        offset = len(self.pdf) + 1
        where = offset + len(self.forged)
        listed = entries.replace(b"OFFSET", b"%010d" % offset)
        facts = (self.size, self.root, self.newest)
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % facts
        end = ending % where if b"%d" in ending else ending
        return self.pdf + b"\n" + self.forged + b"xref\n" + listed + trailer + end

    def streamed(self, kind: int) -> bytes:
        """Append the forged object with a cross-reference stream whose entry is of *kind*."""
        offset = len(self.pdf) + 1
        where = offset + len(self.forged)
        data = struct.pack(">BIH", kind, offset, 0)
        head = (
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[%d 1]/Root %d 0 R/Prev %d/Length %d>>\n"
        )
        numbers = (self.size, self.size + 1, self.page, self.root, self.newest, len(data))
        stream = head % numbers + b"stream\n" + data + b"\nendstream\nendobj\n"
        return self.pdf + b"\n" + self.forged + stream + b"startxref\n%d\n%%%%EOF\n" % where


@pytest.fixture(scope="module")
def target(sealed: bytes) -> Target:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        page, root = pdf.pages[0].Contents.objgen[0], pdf.trailer["/Root"].objgen[0]
    found = re.search(rb"(?<!\d)%d 0 obj" % page, sealed)
    assert found is not None
    size = int(re.findall(rb"/Size (\d+)", sealed)[-1])
    newest = int(re.findall(rb"startxref\s+(\d+)", sealed)[-1])
    return Target(sealed, page, found.start(), size, root, newest)


def one(target: Target, entry: bytes = b"OFFSET 00000 n \n") -> bytes:
    return b"%d 1\n" % target.page + entry


Forge = Callable[[Target], bytes]
FORGERIES: dict[str, Forge] = {
    "plainly": lambda t: t.appended(one(t)),
    "entry_of_unknown_type": lambda t: t.appended(one(t, b"OFFSET 00000 N \n")),
    "object_listed_twice": lambda t: t.appended(one(t) + one(t, b"%010d 00000 n \n" % t.honest)),
    "end_mark_missing": lambda t: t.appended(one(t), b"startxref\n%d\n"),
    "end_mark_in_small_letters": lambda t: t.appended(one(t), b"startxref\n%d\n%%%%eof\n"),
    "end_mark_with_a_space": lambda t: t.appended(one(t), b"startxref\n%d\n%%%% EOF\n"),
    "comment_in_the_pointer": lambda t: t.appended(
        one(t), b"startxref %% \n" + b"%d" % t.newest + b"\n%%%%EOF\n%%%d"
    ),
    "stream_entry_of_unknown_type": lambda t: t.streamed(7),
    "nothing_points_to_it": lambda t: t.pdf + b"\n" + t.forged,
    "pointer_back_to_the_sealed_section": lambda t: (
        t.appended(one(t)) + b"startxref\n%d\n%%%%EOF\n" % t.newest
    ),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_page_overwritten_after_the_seal_never_passes(
    how: str, target: Target, trust: TrustStore
) -> None:
    report = verify(FORGERIES[how](target), trust, at=AT)
    assert report.verdict is not Indication.TOTAL_PASSED
    assert all(s.indication is not Indication.TOTAL_PASSED for s in report.signatures)


@pytest.mark.parametrize(
    "how", ["entry_of_unknown_type", "object_listed_twice", "end_mark_missing"]
)
def test_these_forgeries_are_shown_by_a_common_viewer(
    how: str, target: Target, tmp_path: Path
) -> None:
    path = tmp_path / "forged.pdf"
    path.write_bytes(FORGERIES[how](target))
    shown = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=False)
    assert b"FORGED" in shown.stdout


def test_a_file_with_cross_reference_streams_passes_when_signed_and_sealed(
    draft: bytes, placement: Placement, leader: Pkcs12Key, agency: Pkcs12Key, trust: TrustStore
) -> None:
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(draft)) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    done = sign(reserve(packed.getvalue(), placement), leader, None, at=AT)
    done = seal(done, agency, None, number="1", day="2", month="11", at=AT)
    assert b"/XRef" in done
    assert verify(done, trust, at=AT).verdict is Indication.TOTAL_PASSED


def test_white_space_after_the_end_mark_is_harmless(signed: bytes, trust: TrustStore) -> None:
    assert verify(signed + b"\r\n \n", trust, at=AT).verdict is Indication.TOTAL_PASSED


def test_a_key_given_twice_is_seen_in_a_file_that_is_read_leniently(
    draft: bytes, placement: Placement, pki: TestPki, trust: TrustStore
) -> None:
    """Of a key given twice the library takes the first, viewers the last."""
    base, _, _ = normalised(draft, "draft")
    signed = sign(reserve(base, placement), pki.key("leader"), None, at=AT)
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        page = pdf.pages[0].obj.objgen[0]
    texts = re.findall(rb"(?s)(?<!\d)%d 0 obj.*?endobj\n" % page, signed)
    text = re.sub(rb"(/Contents \d+ 0 R)", rb"\1 /Contents %d 0 R" % page, texts[-1])
    offset = len(signed)
    newest = int(re.findall(rb"startxref\s+(\d+)", signed)[-1])
    forged = signed + text + b"xref\n%d 1\n%010d 00000 n \n" % (page, offset)
    # a size below the highest object number: only the lenient reader goes on
    forged += b"trailer\n<</Size 2/Root 1 0 R/Prev %d>>\n" % newest
    forged += b"startxref\n%d\n%%%%EOF\n" % (offset + len(text))
    assert verify(forged, trust, at=AT).verdict is not Indication.TOTAL_PASSED


def test_a_sealed_file_cut_back_to_the_leader_says_that_the_seal_is_missing(
    sealed: bytes, signed: bytes, trust: TrustStore
) -> None:
    assert sealed.startswith(signed)
    report = verify(sealed[: len(signed)], trust, at=AT)
    assert report.empty_fields == (SEAL_FIELD,)


def test_hiding_the_form_is_not_the_same_as_no_signature(
    sealed: bytes, target: Target, trust: TrustStore
) -> None:
    catalog = b"%d 0 obj\n<</Type/Catalog/Pages %s>>\nendobj\n"
    pages = re.findall(rb"/Pages (\d+ 0 R)", sealed)[-1]
    offset = len(sealed)
    hidden = sealed + catalog % (target.root, pages)
    where = len(hidden)
    hidden += b"xref\n%d 1\n%010d 00000 n \n" % (target.root, offset)
    facts = (target.size, target.root, target.newest, where)
    hidden += b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % facts
    report = verify(hidden, trust, at=AT)
    assert report.signatures == ()
    assert report.reason.startswith("UNREADABLE")


def test_an_endless_last_line_costs_nothing(sealed: bytes, trust: TrustStore) -> None:
    begun = time.process_time()
    report = verify(sealed + b"%" * (8 << 20), trust, at=AT)
    assert report.reason.startswith("UNREADABLE")
    assert time.process_time() - begun < 1
