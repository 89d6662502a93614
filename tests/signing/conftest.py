"""One test infrastructure, one draft and its signed and sealed versions for all of these tests."""

import io
import math
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from documents.placement import Box, Placement, seal_over
from signing.appearance import Stamp
from signing.fields import reserve
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.seal import seal
from signing.testpki import Subject, TestPki, make_pki
from signing.testservices import TSA, TestServices
from signing.trust import TrustStore
from tests.signing import levels
from tests.signing.levels import Served
from tests.signing.softtoken import SoftToken, SoftTokens, soft_tokens, unpacked

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EXPIRED = datetime(2025, 6, 1, tzinfo=UTC)

SUBJECTS = (
    Subject("leader", "Nguyễn Văn An", "UBND tỉnh Sơn Hải"),
    Subject("seal", "UBND tỉnh Sơn Hải", "UBND tỉnh Sơn Hải", kind="seal"),
    Subject("curve", "Trần Thị Bình", "UBND tỉnh Sơn Hải", algorithm="p256"),
    Subject("expired", "Lê Văn Cũ", "UBND tỉnh Sơn Hải", not_after=EXPIRED),
)


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> TestPki:
    return make_pki(tmp_path_factory.mktemp("pki"), SUBJECTS)


@pytest.fixture(scope="session")
def leader(pki: TestPki) -> Pkcs12Key:
    return pki.key("leader")


@pytest.fixture(scope="session")
def agency(pki: TestPki) -> Pkcs12Key:
    return pki.key("seal")


@pytest.fixture(scope="session")
def trust(pki: TestPki) -> TrustStore:
    return pki.trust()


@pytest.fixture(scope="session")
def placement() -> Placement:
    signature = Box(1, 345, 290, 470, 345)
    return Placement(
        Box(0, 118, 731, 150, 746),
        Box(0, 405, 731, 428, 746),
        Box(0, 475, 731, 498, 746),
        signature,
        seal_over(signature),
    )


@pytest.fixture(scope="session")
def draft() -> bytes:
    """Two A4 pages of text."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    for number in (1, 2):
        page.drawString(95, 735, f"So:               /QD-UBND, page {number}")
        page.showPage()
    page.save()
    return out.getvalue()


def picture(colour: tuple[int, int, int], draw: Callable[[ImageDraw.ImageDraw], None]) -> Stamp:
    image = Image.new("RGBA", (300, 300), (*colour, 0))
    draw(ImageDraw.Draw(image))
    out = io.BytesIO()
    image.save(out, "PNG")
    return Stamp.from_png(out.getvalue())


@pytest.fixture(scope="session")
def blue() -> Stamp:
    points = [(i, 150 + 100 * math.sin(i / 9)) for i in range(300)]
    ink = (10, 40, 190, 255)
    return picture(ink[:3], lambda draw: draw.line(points, fill=ink, width=9))


@pytest.fixture(scope="session")
def red() -> Stamp:
    ink = (214, 0, 28, 255)
    return picture(ink[:3], lambda draw: draw.ellipse((5, 5, 294, 294), outline=ink, width=12))


@pytest.fixture(scope="session")
def reserved(draft: bytes, placement: Placement) -> bytes:
    return reserve(draft, placement)


@pytest.fixture(scope="session")
def signed(reserved: bytes, leader: Pkcs12Key, blue: Stamp) -> bytes:
    return sign(reserved, leader, blue, at=AT, name="Nguyễn Văn An", location="Sơn Hải")


@pytest.fixture(scope="session")
def sealed(signed: bytes, agency: Pkcs12Key, red: Stamp) -> bytes:
    return seal(signed, agency, red, number="123", day="22", month="11", at=AT)


@pytest.fixture(scope="session")
def served_pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A PKI with a TSA, an OCSP responder and revocation lists on loopback."""
    services = TestServices()
    folder = tmp_path_factory.mktemp("served")
    pki = make_pki(folder / "pki", levels.SUBJECTS, services.address)
    services.serve(pki)
    with pytest.MonkeyPatch.context() as patched:
        # a busy machine is no slow TSA
        patched.setattr("signing.timestamps.SLOW_SECONDS", 60)
        yield Served(pki, services, pki.key("leader"), pki.key("seal"), folder)
    services.close()


@pytest.fixture
def served(served_pki: Served) -> Iterator[Served]:
    """The same with nothing wrong and nothing counted."""
    services = served_pki.services
    services.go_on.clear()
    yield served_pki
    services.go_on.set()
    services.faults.clear()
    services.revoked.clear()
    services.hits.clear()
    services.tsa = TSA


@pytest.fixture
def shared() -> Path:
    return Path(__file__).parents[2].parent / "shared"


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path_factory.mktemp("softhsm")) as made:
        yield made


STRONGER = (
    Subject("strong", "Phạm Văn Ba", "UBND tỉnh Sơn Hải", algorithm="rsa3072"),
    Subject("wide", "Võ Thị Tư", "UBND tỉnh Sơn Hải", algorithm="p384"),
)


@pytest.fixture(scope="session")
def wider(pki: TestPki, tmp_path_factory: pytest.TempPathFactory) -> TestPki:
    """The infrastructure of these tests, with stronger keys beside its own."""
    folder = tmp_path_factory.mktemp("wider") / "pki"
    shutil.copytree(pki.folder, folder)
    return make_pki(folder, STRONGER)


@pytest.fixture(scope="session")
def office(tokens: SoftTokens, wider: TestPki) -> SoftToken:
    """A token with everybody's keys."""
    made = tokens.make("office")
    for name in ("leader", "curve", "strong", "wide", "expired"):
        made.put(name, *unpacked(wider, name))
    return made


@pytest.fixture(scope="session")
def spare(tokens: SoftTokens, wider: TestPki) -> SoftToken:
    """A token with one key, to do harm to."""
    made = tokens.make("spare")
    made.put("curve", *unpacked(wider, "curve"))
    return made
