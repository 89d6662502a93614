"""Looking at a draft: what differs between two versions, what the machine sees of its form.

Legal source: Decree 30/2020/ND-CP, Art. 10.3, 12.2. A draft is a stranger's file: it is read in a
cell (`workflows.cell`), which writes nothing.
"""

import json

from documents import casefile, versions
from documents.document import DocumentType
from documents.form_facts import FormFacts
from documents.tables import DocumentRow
from drafting.draft_text import difference, words_of
from drafting.form_findings import Finding, findings
from workflows.cabinet import Cabinet
from workflows.cell import Walls, confined

_WALLS = Walls(cpu=60, seconds=120, answer=64 << 20)
"""Two files of two hundred pages."""
_UNTITLED = frozenset({DocumentType.OFFICIAL_LETTER.value, DocumentType.OPEN_LETTER.value})


def facts_of(row: DocumentRow) -> FormFacts:
    """Return what the draft *row* should show."""
    return FormFacts(
        notation=row.code_notation,
        place=row.place,
        type_name="" if row.type_name in _UNTITLED else row.type_name,
        subject=row.subject,
        signer_name=row.signer_name,
        signer_position=row.signer_position,
        capacity=row.signer_competence,
    )


def compared(cabinet: Cabinet, document_id: str, before: int, after: int) -> list[str]:
    """Return how version *before* became *after*, line by line; empty: the same words.

    Raises:
        VersionUnknown: there is none of these numbers.
        BlobMissing, BlobDamaged: the file is not what was kept.
        FileTooHard: a file cannot be read within its bounds.
    """
    with cabinet.database.reading() as session:
        casefile.known(session, document_id)
        old = versions.version(session, document_id, before)
        new = versions.version(session, document_id, after)
    files = [cabinet.blobs.get(each.sha256) for each in (old, new)]
    names = (f"bản / version {old.number}", f"bản / version {new.number}")

    def work() -> bytes:
        said = [words_of(file) for file in files]
        return json.dumps(difference(said[0], said[1], names)).encode()

    lines: list[str] = json.loads(confined(work, _WALLS))
    return lines


def form_of(cabinet: Cabinet, document_id: str) -> tuple[str, list[Finding]]:
    """Return the SHA-256 of the newest version and what the machine sees of its form.

    Raises:
        BlobMissing, BlobDamaged: the file is not what was kept.
        FileTooHard: the file cannot be read within its bounds.
    """
    with cabinet.database.reading() as session:
        facts = facts_of(casefile.known(session, document_id))
        _, sha256 = versions.newest(session, document_id)
    pdf = cabinet.blobs.get(sha256)
    answer = confined(lambda: json.dumps(findings(pdf, facts)).encode(), _WALLS)
    return sha256, [(str(code), str(text)) for code, text in json.loads(answer)]
