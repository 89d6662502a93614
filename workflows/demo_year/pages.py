"""The year's PDFs: one sample page for all, real letters composed in worker processes.

Also the one file that is signed with a certificate that has run out.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

from documents.blobs import BlobStore
from documents.document import Agency, Competence, DocumentType, Person, Role
from documents.incoming import Finding
from documents.kinds import BY_NAME
from documents.notation import written
from documents.numbering import local_day
from documents.placement import Placement
from drafting import composer
from drafting.composition import Article, Composition, Paragraph
from signing import fields, pades
from signing.testpki import Subject, make_pki
from workflows.demo_data.agencies import EXPIRED_SENDER, OUTSIDE, OUTSIDE_SIGNERS
from workflows.demo_data.letters import Letter
from workflows.demo_people import desk_of
from workflows.demo_year.filling import Page
from workflows.jobs import Verify
from workflows.office import Office
from workflows.world import World

PROCESSES = 2
_EXPIRED_KEY = "expired.signer"
_ORDERS = frozenset({DocumentType.DECISION, DocumentType.RESOLUTION})
_LAW = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A composed letter: the PDF, and with its reserved fields."""

    source: bytes
    prepared: bytes
    pages: int
    placement: Placement


def pressed(composition: Composition) -> Pressed:
    """Compose a letter and reserve its fields; runs in a worker process."""
    composed = composer.compose(composition)
    prepared = fields.reserve(composed.pdf, composed.placement)
    return Pressed(composed.pdf, prepared, composed.pages, composed.placement)


def kept(blobs: BlobStore, made: Pressed) -> Page:
    """Keep a composed letter's files."""
    source, prepared = blobs.put(made.source), blobs.put(made.prepared)
    sizes = len(made.source), len(made.prepared)
    return Page(source, sizes[0], prepared, sizes[1], made.pages, made.placement)


def sample(blobs: BlobStore) -> Page:
    """Keep the page that stands for every document without signatures."""
    agency = desk_of("H99").agency
    signer = Person("", "H99", "Không ký", "Bản mẫu", Role.LEADER)
    words = (
        "Trang này thay cho nội dung của mọi văn bản không ký số trong dữ liệu trình diễn. "
        "Tỉnh Sơn Hải, các cơ quan và cá nhân nêu trong dữ liệu đều không có thật.",
        "This page stands for every unsigned document of the demonstration data. "
        "Nothing in it is real and nothing here is signed.",
    )
    composition = Composition(
        type=DocumentType.NOTICE,
        agency=agency,
        notation="TB-UBND",
        subject="Bản mẫu dữ liệu trình diễn, không ký số, không có giá trị",
        year=2026,
        signer=signer,
        body=tuple(map(Paragraph, words)),
    )
    return kept(blobs, pressed(composition))


def found_in_sample(office: Office, page: Page) -> Finding:
    """Return what verification finds in the sample page: that it is not signed."""
    job = Verify(page.sha256, (), False, True, "")
    (found,) = office.workshop.run([job])
    assert isinstance(found, Finding)  # noqa: S101  (the file is there)
    # its text is nobody's letter: nothing of it is compared with messages
    return Finding(found.verdict, found.report, found.quarantine, filed=found.filed)


def composition_of(letter: Letter, agency_of: Callable[[str], Agency]) -> Composition:
    """Return what a letter's PDF says."""
    desk = desk_of(letter.sender)
    signer = next(person for person in desk.people if person.id == letter.signer)
    names = tuple(agency_of(each).name for each in letter.recipients)
    year = local_day(letter.issued).year
    orders = letter.type in _ORDERS
    text = (
        f"{desk.agency.name} thông tin đến các cơ quan, địa phương về nội dung nêu trên và đề nghị "
        "phối hợp thực hiện theo chức năng, nhiệm vụ được giao.",
        "Trong quá trình thực hiện, nếu có vướng mắc, đề nghị phản ánh kịp thời để được hướng dẫn.",
    )
    return Composition(
        type=letter.type,
        agency=desk.agency,
        notation=written(BY_NAME[letter.type.value], desk.agency.abbreviation, letter.unit, year),
        subject=letter.subject,
        year=year,
        signer=signer,
        legal_bases=(_LAW,) if orders else (),
        body=tuple(Article(number, each) for number, each in enumerate(text, 1))
        if orders
        else tuple(map(Paragraph, text)),
        addressees=() if orders else names[:3],
        to_places=names,
        drafting_unit=letter.unit,
        urgency=letter.urgency,
    )


def composed(
    blobs: BlobStore, letters: list[Letter], agency_of: Callable[[str], Agency]
) -> Iterator[tuple[int, Page]]:
    """Yield (ordinal, page) of each letter, composed in worker processes."""
    wanted = [composition_of(letter, agency_of) for letter in letters]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for letter, made in zip(letters, pool.map(pressed, wanted, chunksize=4), strict=True):
            yield letter.ordinal, kept(blobs, made)


def expired(world: World, office: Office, until: datetime) -> tuple[str, int]:
    """Keep a letter signed with a certificate that ran out before *until*: (SHA-256, bytes)."""
    name, position = OUTSIDE_SIGNERS[EXPIRED_SENDER]
    agency = next(each for each in OUTSIDE if each.organ_id == EXPIRED_SENDER)
    ended = until - timedelta(days=364)
    subject = Subject(_EXPIRED_KEY, name, agency.name, not_after=ended)
    pki = make_pki(world.folder / "pki", [subject])
    signer = Person("", EXPIRED_SENDER, name, position, Role.LEADER, Competence.HEAD)
    composition = Composition(
        type=DocumentType.OFFICIAL_LETTER,
        agency=agency,
        notation=f"{agency.abbreviation}-VP",
        subject="đối chiếu số liệu thu, chi ngân sách",
        year=local_day(until).year,
        signer=signer,
        body=(Paragraph("Văn bản này được ký bằng chứng thư số đã hết hạn, để trình diễn."),),
    )
    made = pressed(composition)
    signed = pades.sign(
        made.prepared, pki.key(_EXPIRED_KEY), None, at=ended - timedelta(days=1), name=name
    )
    return office.blobs.put(signed), len(signed)
