"""The matrix: every algorithm, kind of key, level, layout and kind of file, before every judge.

`congvan bench matrix` signs one file for every triple of values of any three axes (each triple is
in some file), asks every judge and prints what they said; the tests do so for every pair.
"""

import io
import itertools
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.level import Level
from documents.placement import Box, Placement, seal_over
from drafting import intake
from signing import deferred, testtool
from signing.algorithm import Algorithm, Family
from signing.appearance import Stamp
from signing.attachment import seal_attachment
from signing.fields import reserve
from signing.initials import initial
from signing.keys import KeyHolder
from signing.pades import Statement, sign
from signing.pkcs11 import Pkcs11Key, Place
from signing.pkcs12 import Pkcs12Key
from signing.preservation import Preserver
from signing.revocation import Revocations
from signing.seal import seal
from signing.testpki import Subject, TestPki, make_pki
from signing.testservices import OCSP, TSA, TestServices
from signing.timestamps import Stamping, Timestamper
from tests.signing.softtoken import SoftToken, soft_tokens, unpacked

P12, P11, LATER = "PKCS#12", "PKCS#11", "deferred"
LEADER_ONLY = "leader only"
NUMBER_AND_SEAL = "leader, number + seal"
INITIALS = "initials, leader, number + seal"
TOOL = "token tool (case D)"
ATTACHMENT = "attachment"
AXES: Mapping[str, Sequence[str]] = {
    "algorithm": tuple(Algorithm),
    "key": (P12, P11, LATER),
    "level": tuple(Level),
    "layout": (LEADER_ONLY, NUMBER_AND_SEAL, INITIALS, TOOL, ATTACHMENT),
    "file": (
        "text",
        "object streams",
        "scan",
        "rotated page",
        "linearised",
        "60 pages",
        "repaired",
    ),
}
SIGNERS = {LEADER_ONLY: 1, NUMBER_AND_SEAL: 2, INITIALS: 3, TOOL: 5, ATTACHMENT: 1}
"""Signatures of each layout, without timestamps."""
_AGENCY = "UBND tỉnh Sơn Hải"
_NUMBER = {"number": "123", "day": "22", "month": "11"}
_PEOPLE = ("clerk", "leader", "seal")


class Case(NamedTuple):
    """One file of the matrix."""

    algorithm: Algorithm
    key: str
    level: Level
    layout: str
    file: str


def possible(case: Case) -> bool:
    """Return whether there is such a thing: only leader and seal sign later, elsewhere."""
    return not (case.key == LATER and case.layout in (TOOL, ATTACHMENT))


def covering(strength: int) -> list[Case]:
    """Return cases that have every possible combination of values of any *strength* axes."""
    dice = random.Random(strength)
    wheres = list(itertools.combinations(range(len(AXES)), strength))
    every = [Case(*values) for values in itertools.product(*AXES.values())]  # type: ignore[arg-type]
    every = [case for case in every if possible(case)]
    lacking = {part for case in every for part in _parts(case, wheres)}
    chosen = []
    while lacking:
        tries = dice.sample(every, 60)
        where, values = min(lacking)  # whatever luck brings, this one is done
        tries += [case for case in every if tuple(case[axis] for axis in where) == values][:60]
        best = max(tries, key=lambda case: len(_parts(case, wheres) & lacking))
        lacking -= _parts(best, wheres)
        chosen.append(best)
    return chosen


def _parts(
    case: Case, wheres: list[tuple[int, ...]]
) -> set[tuple[tuple[int, ...], tuple[str, ...]]]:
    return {(where, tuple(case[axis] for axis in where)) for where in wheres}


@dataclass
class World:
    """Keys of every kind, services that answer, and one draft of each kind of file."""

    pki: TestPki
    services: TestServices
    token: SoftToken
    folder: Path
    drafts: dict[str, bytes]
    _keys: dict[tuple[str, Algorithm, bool], KeyHolder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fetched = replace(self.pki.trust(), crls=())
        self.timestamper = Timestamper(self.services.tsa_url, fetched)
        self.preserver = Preserver(
            self.timestamper, Revocations(self.folder / "revocation", fetched), 30
        )
        self.blue, self.red = _image((10, 40, 190)), _image((214, 0, 28))

    def key(self, name: str, case: Case) -> KeyHolder:
        """Return *name*'s key for the case's algorithm, in a file or on the token."""
        asked = (name, case.algorithm, case.key == P11)
        if asked not in self._keys:
            stem = f"{name}-{_kind(case.algorithm)}"
            self._keys[asked] = (
                Pkcs11Key.open(self.token.token, Place(stem), algorithm=case.algorithm)
                if case.key == P11
                else Pkcs12Key.load(
                    self.pki.key_file(stem), self.pki.passphrase(stem), case.algorithm
                )
            )
        return self._keys[asked]

    def made(self, case: Case) -> bytes:
        """Sign the case's file."""
        at = datetime.now(UTC)
        stamping = Stamping(self.timestamper, at, 30) if case.level is not Level.B_B else None
        pdf = self.drafts[case.file]
        if case.layout != ATTACHMENT:
            pdf = reserve(pdf, _PLACEMENT)
        match case.layout:
            case "attachment":
                key = self.key("seal", case)
                pdf = seal_attachment(
                    pdf, key, agency=_AGENCY, code="123/QĐ-UBND", at=at, stamping=stamping
                )
            case "token tool (case D)":
                pdf = testtool.approve(pdf, self.key("leader", case), self.blue, at)
                pdf = testtool.issue(pdf, self.key("seal", case), self.red, at, **_NUMBER)
            case _:
                if case.layout == INITIALS:
                    who = Statement(at, "Nguyễn Văn Bút")
                    pdf = initial(pdf, self.key("clerk", case), None, _BESIDE, who, stamping)
                pdf = self._led(pdf, case, at, stamping)
                if case.layout != LEADER_ONLY:
                    pdf = self._sealed(pdf, case, at, stamping)
        if case.level is Level.B_B or (case.level is Level.B_T and case.layout != TOOL):
            return pdf
        kept = self.preserver.preserve(pdf, case.level, at)
        assert kept.fault is None, kept.fault
        return kept.pdf

    def _led(self, pdf: bytes, case: Case, at: datetime, stamping: Stamping | None) -> bytes:
        key = self.key("leader", case)
        if case.key != LATER:
            return sign(pdf, key, self.blue, at=at, stamping=stamping)
        room = stamping.room if stamping else 0
        identity = deferred.Certified.of(key)
        waiting = deferred.prepare_leader(pdf, identity, self.blue, Statement(at), timestamp=room)
        return _completed(waiting, key, stamping, room)

    def _sealed(self, pdf: bytes, case: Case, at: datetime, stamping: Stamping | None) -> bytes:
        key = self.key("seal", case)
        if case.key != LATER:
            return seal(pdf, key, self.red, **_NUMBER, at=at, stamping=stamping)
        room = stamping.room if stamping else 0
        identity = deferred.Certified.of(key)
        waiting = deferred.prepare_seal(
            pdf, identity, self.red, Statement(at), **_NUMBER, timestamp=room
        )
        return _completed(waiting, key, stamping, room)


def _completed(
    waiting: deferred.Pending, key: KeyHolder, stamping: Stamping | None, room: int
) -> bytes:
    """Complete from what was written down, as after a restart."""
    again = deferred.Pending.read(waiting.written(), waiting.pdf)
    value = key.sign(again.to_sign)
    return deferred.complete(again, value, stamping.over(value, room) if stamping else b"")


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make everything in *folder*, and serve until the block ends."""
    services = TestServices()
    kinds = ("rsa2048", "p256", "p384")
    titles = {"seal": _AGENCY}
    subjects = [
        Subject(
            f"{name}-{kind}",
            f"{titles.get(name, 'Nguyễn Văn')} {name} {kind}",
            _AGENCY,
            kind="seal" if name == "seal" else "person",
            algorithm=kind,  # type: ignore[arg-type]
        )
        for name in _PEOPLE
        for kind in kinds
    ]
    subjects += [
        Subject(TSA, "TSA thử nghiệm", "TEST", kind="tsa", algorithm="p256"),
        Subject(OCSP, "OCSP thử nghiệm", "TEST", kind="ocsp", algorithm="p256"),
    ]
    pki = make_pki(folder / "pki", subjects, services.address)
    services.serve(pki)
    (folder / "softhsm").mkdir()
    try:
        # a busy machine is no slow TSA
        slow = mock.patch("signing.timestamps.SLOW_SECONDS", 60)
        with slow, soft_tokens(folder / "softhsm") as tokens:
            token = tokens.make("matrix")
            for name, kind in itertools.product(_PEOPLE, kinds):
                token.put(f"{name}-{kind}", *unpacked(pki, f"{name}-{kind}"))
            yield World(pki, services, token, folder, drafts(folder))
    finally:
        services.close()


def _kind(algorithm: Algorithm) -> str:
    if algorithm.family is not Family.ECDSA:
        return "rsa2048"
    return "p256" if algorithm is Algorithm.ECDSA_SHA256 else "p384"


_SIGNATURE = Box(0, 345, 290, 470, 345)
_PLACEMENT = Placement(
    Box(0, 118, 731, 150, 746),
    Box(0, 405, 731, 428, 746),
    Box(0, 475, 731, 498, 746),
    _SIGNATURE,
    seal_over(_SIGNATURE),
)
_BESIDE = Box(0, 120, 200, 154, 217)


def drafts(folder: Path) -> dict[str, bytes]:
    """Return a draft of each kind of file."""
    text = _text(2)
    made = {
        "text": text,
        "object streams": _qpdf(text, folder, "--object-streams=generate"),
        "scan": _scan(),
        "rotated page": _qpdf(text, folder, "--rotate=+90:1-z"),
        "linearised": _qpdf(text, folder, "--linearize"),
        "60 pages": _text(60),
        "repaired": intake.take_in(_broken(text), "hong.pdf").pdf,
    }
    assert list(made) == list(AXES["file"])
    return made


def _text(pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, (595, 842))
    for page in range(pages):
        canvas.drawString(95, 735, f"So:               /QD-UBND, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _scan() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, (595, 842))
    grey = random.Random(1).randbytes(300 * 420)
    canvas.drawImage(ImageReader(Image.frombytes("L", (300, 420), grey)), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _qpdf(pdf: bytes, folder: Path, option: str) -> bytes:
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(["qpdf", option, folder / "in.pdf", folder / "out.pdf"], check=True)
    return (folder / "out.pdf").read_bytes()


def _broken(pdf: bytes) -> bytes:
    """Return *pdf* with a cross-reference table that points nowhere."""
    return pdf[: pdf.rindex(b"xref", 0, pdf.rindex(b"startxref"))] + b"startxref\n7\n%%EOF\n"


def _image(ink: tuple[int, int, int]) -> Stamp:
    image = Image.new("RGBA", (200, 200), (*ink, 0))
    ImageDraw.Draw(image).ellipse((5, 5, 194, 194), outline=(*ink, 255), width=9)
    out = io.BytesIO()
    image.save(out, "PNG")
    return Stamp.from_png(out.getvalue())
