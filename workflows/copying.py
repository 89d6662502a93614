"""Making copies: order, work, number, entry; nothing is kept of what was refused.

Legal source: Decree 30/2020/ND-CP, Art. 25 to 27; Appendix I, Part II.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from documents import copies, copy_source, directory, secret_refusals, signatory
from documents.copies import Copyist, Finished
from documents.copying import CopyRequest, Medium, check
from documents.document import DocumentCode
from documents.errors import OfficeError
from documents.ledger import SYSTEM
from documents.numbering import local_day
from documents.secrecy import SecretRefused
from documents.tables import CertifiedCopyRow
from drafting.copy_block import CopyBlock, Paper, printed
from workflows.copyroom import CertifyCopy, CopyFile, PrepareCopy
from workflows.entitlement import SealWarrant
from workflows.handover import LARGEST_FILE
from workflows.jobs import Job
from workflows.office import Office


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """Who wants which file copied."""

    agency: str
    """Code."""
    request: CopyRequest
    clerk: str
    """Id or full name."""
    signer: str
    """Id or full name of who signs the copy."""
    to_places: tuple[str, ...] = ()
    """Nơi nhận, on paper."""
    document_id: str = ""
    """Of the document whose file it is, where one was named."""


def make_copy(office: Office, order: CopyOrder, path: Path) -> CertifiedCopyRow:
    """Make a copy of the file at *path* and enter it.

    Raises:
        CopyNotAllowed, CopyBaseMissing: the decree knows no such copy.
        CopyNotInForce, CopyAskedBack: the document is recalled, replaced, or may be.
        What `documents.copies.copyist` and the work on the file refuse. No number is used.
    """
    check(order.request)
    at = office.now()
    with office.database.reading() as session:
        who = copies.copyist(session, order.agency, order.clerk, order.signer, office.now())
        bindings = signatory.own_bindings(session)
        if sha256 := digest(path):
            copy_source.ensure_in_force(session, who.agency.organ_id, sha256, order.document_id)
    electronic = order.request.made_to is Medium.ELECTRONIC
    if electronic:
        warrant = SealWarrant(directory.as_agency(who.agency), bindings)
        form = order.request.kind.printed
        job: Job = CertifyCopy(
            path.resolve(), who.agency.seal_key, form, who.agency.name, at, warrant
        )
    else:
        job = PrepareCopy(path.resolve())
    made = _done(office, who, job)
    finish = _as_signed(made) if electronic else _as_printed(office, who, order, made)
    with office.database.writing() as session:
        now = copies.copyist(session, order.agency, order.clerk, order.signer, office.now())
        # again: it may have been recalled while its copy was made
        organ_id = now.agency.organ_id
        copy_source.ensure_in_force(session, organ_id, made.source_sha256, order.document_id)
        return copies.enter(session, now, order.request, at, finish)


def digest(path: Path) -> str:
    """Return the file's SHA-256; nothing where it cannot be taken in: the work on it says why."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _done(office: Office, who: Copyist, job: Job) -> CopyFile:
    (answer,) = office.workshop.run([job])
    if isinstance(answer, SecretRefused):
        with office.database.writing() as session:
            mark = str(answer.args[0])
            secret_refusals.record(session, who.agency.organ_id, mark, SYSTEM, office.now())
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, CopyFile)  # noqa: S101  (both jobs give CopyFile)
    return answer


def _as_signed(made: CopyFile) -> Callable[[DocumentCode], Finished]:
    return lambda _code: Finished(made.source_sha256, made.sha256, made.size, made.warnings)


def _as_printed(
    office: Office, who: Copyist, order: CopyOrder, made: CopyFile
) -> Callable[[DocumentCode], Finished]:
    """Return how the block with its number is drawn: on our own file, in milliseconds."""
    paper = Paper(office.blobs.get(made.sha256), made.pages, made.ink)
    titles = (*who.signer.competence_line.splitlines(), who.signer.position)

    def finish(code: DocumentCode) -> Finished:
        block = CopyBlock(
            form=order.request.kind.printed,
            parent=who.agency.parent_name,
            agency=who.agency.name,
            code=str(code),
            place=who.agency.place,
            day=local_day(office.now()),
            titles=titles,
            signer=who.signer.full_name,
            to_places=order.to_places,
        )
        pdf = printed(paper, block)
        return Finished(made.source_sha256, office.blobs.put(pdf), len(pdf), made.warnings)

    return finish
