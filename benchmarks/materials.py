"""What is measured on: a fresh test PKI, a letter of two pages of text, and a scan of 5 MB."""

import io
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.placement import Placement
from drafting import composer, marks
from drafting.composition import Composition
from signing.algorithm import Algorithm
from signing.appearance import Stamp
from signing.fields import reserve
from signing.pades import sign
from signing.pkcs11 import Pkcs11Key
from signing.pkcs12 import Pkcs12Key
from signing.seal import seal
from signing.testpki import Subject, TestPki, make_pki
from workflows.demo_letters import LETTERS
from workflows.demo_people import DESKS

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NUMBER, DAY, MONTH = "123", "22", "11"
REASON = "Ký ban hành"


@dataclass(frozen=True, slots=True)
class Draft:
    """A PDF before and after its fields were reserved."""

    name: str
    pdf: bytes
    reserved: bytes
    placement: Placement


@dataclass(frozen=True, slots=True)
class Tools:
    """Keys and images of one leader and one agency."""

    pki: TestPki
    leader: Pkcs12Key | Pkcs11Key
    agency: Pkcs12Key | Pkcs11Key
    leader_png: bytes
    agency_png: bytes
    blue: Stamp
    red: Stamp

    def by(self, algorithm: Algorithm) -> "Tools":
        """Return the same with keys that sign by *algorithm*."""
        leader, agency = (
            Pkcs12Key.load(self.pki.key_file(stem), self.pki.passphrase(stem), algorithm)
            for stem in ("leader", "seal")
        )
        return replace(self, leader=leader, agency=agency)


def tools(folder: Path) -> Tools:
    """Make a test PKI with RSA-2048 keys in *folder*, and the two images."""
    desk = DESKS[0]
    person = desk.people[0]
    pki = make_pki(
        folder,
        (
            Subject("leader", person.full_name, desk.agency.name),
            Subject("seal", desk.agency.name, desk.agency.name, kind="seal"),
        ),
    )
    signature, stamp = (
        marks.signature_image(person.full_name, seed=1),
        marks.seal_image(desk.agency.name),
    )
    return Tools(
        pki,
        pki.key("leader"),
        pki.key("seal"),
        signature,
        stamp,
        Stamp.from_png(signature),
        Stamp.from_png(stamp),
    )


def letter() -> Draft:
    """Return two pages of text with embedded fonts, about 90 KB."""
    desk, text = DESKS[0], next(letter for letter in LETTERS if letter.bases)
    composed = composer.compose(
        Composition(
            type=text.type,
            agency=desk.agency,
            notation="QĐ-UBND",
            subject=text.subject,
            year=AT.year,
            signer=desk.people[0],
            legal_bases=text.bases,
            body=text.body * 8,
            to_places=tuple(other.agency.name for other in DESKS),
        )
    )
    return _draft(
        f"text, {composed.pages} pages, {len(composed.pdf) // 1000} kB",
        composed.pdf,
        composed.placement,
    )


def scan(placement: Placement, size: int = 5_000_000) -> Draft:
    """Return two scanned pages of *size* bytes together: noise does not compress."""
    out = io.BytesIO()
    canvas = Canvas(out, A4)
    for page in (1, 2):
        canvas.drawImage(ImageReader(_noise(size // 2, page)), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    pdf = out.getvalue()
    return _draft(f"scan, 2 pages, {len(pdf) / 1e6:.1f} MB", pdf, placement)


def _noise(size: int, seed: int) -> io.BytesIO:
    side = int((size / 1.19) ** 0.5)  # what of such noise remains as JPEG, measured
    image = Image.frombytes("L", (side, side), random.Random(seed).randbytes(side * side))  # noqa: S311
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=97)
    jpeg.seek(0)
    return jpeg


def _draft(name: str, pdf: bytes, placement: Placement) -> Draft:
    return Draft(name, pdf, reserve(pdf, placement), placement)


def issued(draft: Draft, by: Tools) -> bytes:
    """Return *draft* signed by the leader, numbered and sealed: the fast path."""
    signed = sign(draft.reserved, by.leader, by.blue, at=AT, name=by.leader.subject, reason=REASON)
    return seal(
        signed,
        by.agency,
        by.red,
        number=NUMBER,
        day=DAY,
        month=MONTH,
        at=AT,
        name=by.agency.subject,
        reason=REASON,
    )
