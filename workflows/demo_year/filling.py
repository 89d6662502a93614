"""What the filling of a year works with: the office, the plan, what is known so far."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from documents import filings
from documents.document import Agency
from documents.errors import EvidenceBroken
from documents.incoming import Finding
from documents.numbering import local_day
from documents.placement import Placement
from documents.tables import DocumentRow
from workflows.demo_data.agencies import OUTSIDE
from workflows.demo_data.bureaus import Bureau, Province
from workflows.demo_data.letters import Defect, Letter
from workflows.demo_data.planning import Wish
from workflows.demo_year.agenda import Agenda
from workflows.office import Office


class DemoIncomplete(EvidenceBroken):
    """A letter of the demo did not come as far as its plan says. ({0} its subject, {1} why)."""

    code = "demo.incomplete"
    vietnamese = "Dữ liệu trình diễn dừng ở «{0}»: {1}"
    english = "the demo's data stopped at «{0}»: {1}"
    remedy = "Xóa thư mục rồi tạo lại / remove the folder and make it again"


@dataclass(frozen=True, slots=True)
class Page:
    """A PDF that can be a draft: the file as handed in, and with its reserved fields."""

    source_sha256: str
    source_size: int
    sha256: str
    size: int
    pages: int
    placement: Placement


@dataclass(frozen=True, slots=True)
class Fault:
    """A deliberate defect that was carried out."""

    defect: Defect
    code: str
    document_id: str
    organ_id: str


@dataclass(slots=True)
class Filling:
    """One year being filled."""

    office: Office
    province: Province
    wish: Wish
    letters: list[Letter]
    agenda: Agenda
    sample: Page
    """Stands for every document that is not signed."""
    message_sha256: str
    """Of the blob that stands for every message that was never on an axis."""
    unsigned: Finding
    """What verifying the sample page found."""
    pages: dict[int, Page] = field(default_factory=dict)
    """Of letters with real signatures, by ordinal."""
    expired_sha256: str = ""
    """Of the PDF signed with a certificate that has run out."""
    expired_size: int = 0
    documents: dict[int, str] = field(default_factory=dict)
    """Ids of outgoing documents by ordinal."""
    arrivals: dict[tuple[int, str], str] = field(default_factory=dict)
    """Ids of arrivals by (ordinal, recipient)."""
    dossiers: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """Ids of open dossiers by (agency, year)."""
    faults: list[Fault] = field(default_factory=list)
    signed: set[str] = field(default_factory=set)
    """Ids of the documents whose file has real signatures."""

    def bureau(self, organ_id: str) -> Bureau:
        """Return an agency whose desk is here."""
        return self.province.bureaus[organ_id]

    def serves(self, organ_id: str) -> bool:
        """Return whether the desk is here."""
        return organ_id in self.province.bureaus

    def agency(self, organ_id: str) -> Agency:
        """Return any agency of the year."""
        if self.serves(organ_id):
            return self.bureau(organ_id).agency
        return next(each for each in OUTSIDE if each.organ_id == organ_id)

    def axis_id(self, letter: Letter) -> str:
        """Return the id of the letter's message; it shows that it never was on an axis."""
        return f"demo-{self.wish.seed}-{letter.ordinal}"

    def note(self, session: Session, letter: Letter, defect: Defect, document_id: str) -> None:
        """Remember that a deliberate defect was carried out."""
        row = session.get_one(DocumentRow, document_id)
        code = f"{row.code_number}/{row.code_notation}" if row.code_number else "?"
        self.faults.append(Fault(defect, code, document_id, row.organ_id))

    def file(self, session: Session, document_id: str, organ_id: str, at: datetime) -> bool:
        """File a document in a dossier of its agency; False where it keeps none that year."""
        held = self.dossiers.get((organ_id, local_day(at).year), [])
        if not held:
            return False
        # by what the id is made of by chance: the same in every run of one seed
        dossier = held[int(document_id[-8:], 16) % len(held)]
        filings.file_in(session, dossier, document_id, self.bureau(organ_id).clerk, at)
        return True

    def now(self) -> datetime:
        """Return the moment that the year has come to."""
        return self.agenda.clock.at
