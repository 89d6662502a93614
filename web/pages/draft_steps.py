"""What people do on a draft's page: submit, take back, return, void; opinions, checks, copies.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 12. Each form carries the document's version: on
what changed since, nothing is done, and the page shows what holds now.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import (
    casefile,
    checks,
    draft_opinions,
    draft_terms,
    internal_copies,
    outgoing,
    seen,
    versions,
)
from documents.check import CheckKind
from documents.document import Urgency
from documents.errors import OfficeError
from documents.lifecycle import Step
from documents.tables import DocumentRow
from web import draft_desk, kept
from web.faults import InputRefused, PageMissing
from web.pages.draft import shown
from web.rendering import page, redirect
from web.visitor import Here, Visitor
from workflows import draft_review, drafts, redrafting, uploads
from workflows.calendar_days import typed_day
from workflows.decisions import decide
from workflows.draft_looks import CheckForm, FormSeen

router = APIRouter(prefix="/drafts/{document_id}")
_SAID = {
    Step.SUBMIT: "Đã trình.",
    Step.RETURN: "Đã trả lại.",
    Step.VOID: "Đã hủy dự thảo.",
}
Work = Callable[[Session, DocumentRow], object]


@router.post("/step")
def step(
    here: Here,
    document_id: str,
    name: Annotated[str, Form(max_length=20)],
    version: Annotated[int, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Submit, return, take back or void the draft."""
    taken = Step(name) if name in set(Step) else None
    if taken not in _SAID:
        raise PageMissing

    def work(session: Session, row: DocumentRow) -> None:
        if taken is Step.RETURN and row.drafter_id == here.who and not reason.strip():
            # whoever takes their own draft back owes nobody a reason
            outgoing.decide(session, row.id, taken, here.who, here.at)
        else:
            decide(session, row, taken, here.who, here.at, reason)

    return _done(here, document_id, version, work, _SAID[taken], {"reason": [reason]})


@router.post("/ask")
def ask(
    here: Here,
    document_id: str,
    inform: Annotated[list[str] | None, Form()] = None,
    question: Annotated[str, Form()] = "",
    due: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Ask people and units for their opinion."""

    def work(session: Session, row: DocumentRow) -> None:
        units, people = _parted(session, row, inform or [])
        draft_opinions.ask(
            session,
            row.id,
            here.who,
            here.at,
            people=people,
            units=units,
            question=question.replace("\r\n", "\n"),
            due=typed_day(due, here.today),
        )

    return _done(here, document_id, None, work, "Đã gửi xin ý kiến.", {"question": [question]})


@router.post("/say")
def say(
    here: Here,
    document_id: str,
    words: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Give an opinion, with an annotated file or without."""
    office = here.office
    text = words.replace("\r\n", "\n")
    try:
        with office.database.reading() as session:
            row = draft_desk.seen_draft(session, here, document_id)
            every = draft_opinions.of_document(session, row.id)
        if any(each.given_by == here.who and each.words == text.strip() for each in every):
            return redirect(here, f"/drafts/{row.id}#opinions", "Đã ghi ý kiến.")
        if file is not None and file.filename:
            with uploads.accepted(
                office, here.organ_id, here.who, file.file, file.filename
            ) as upload:
                redrafting.say(office, row.id, here.who, text, upload.path)
        else:
            redrafting.say(office, row.id, here.who, text)
    except OfficeError as fault:
        return shown(here, document_id, fault=fault, sent={"words": [text]}, status=422)
    with office.database.writing() as session:
        kept.accepted(session, here, f"drafts/{row.id}/say")
    return redirect(here, f"/drafts/{row.id}#opinions", "Đã ghi ý kiến.")


@router.post("/settle")
def settle(
    here: Here,
    document_id: str,
    opinion: Annotated[str, Form(max_length=36)],
    taken: Annotated[str, Form(max_length=5)],
    answer: Annotated[str, Form()] = "",
) -> Response:
    """Take an opinion up, or say why not."""

    def work(session: Session, row: DocumentRow) -> None:
        every = {each.id for each in draft_opinions.of_document(session, row.id)}
        if opinion not in every:
            raise draft_opinions.OpinionUnknown(opinion)
        text = answer.replace("\r\n", "\n")
        draft_opinions.settle(
            session, opinion, here.who, here.at, taken=taken == "yes", answer=text
        )

    return _done(here, document_id, None, work, "Đã ghi giải trình, tiếp thu.", {})


@router.get("/form")
def look_at_form(here: Here, document_id: str) -> Response:
    """Return what a machine sees of the draft's form, for whoever checks it."""
    found, failure = _form_seen(here, document_id)
    return page(here, "drafts/form.html", findings=found, failure=failure)


@router.post("/checks")
def check(
    here: Here,
    document_id: str,
    kind: Annotated[str, Form(max_length=10)],
    sha256: Annotated[str, Form(max_length=64)],
    passed: Annotated[str, Form(max_length=5)],
    words: Annotated[str, Form()] = "",
) -> Response:
    """Record that the visitor checked the version they had before them."""
    if kind not in set(CheckKind):
        raise InputRefused("kind")
    found: list[tuple[str, str]] = []
    if kind == CheckKind.FORM:
        found, _ = _form_seen(here, document_id)

    def work(session: Session, row: DocumentRow) -> None:
        checks.record(
            session,
            row.id,
            CheckKind(kind),
            here.who,
            here.at,
            passed=passed == "yes",
            words=words.replace("\r\n", "\n"),
            findings=found,
            seen=sha256,
        )

    return _done(here, document_id, None, work, "Đã ghi kết quả kiểm tra.", {"words": [words]})


@router.post("/inform")
def inform(
    here: Here, document_id: str, inform: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Name who inside gets it for information."""

    def work(session: Session, row: DocumentRow) -> None:
        units, people = _parted(session, row, inform or [])
        internal_copies.inform(session, row.id, here.who, here.at, people=people, units=units)

    return _done(here, document_id, None, work, "Đã thêm nơi nhận nội bộ.", {})


@router.post("/urgency")
def urgency(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()],
    urgency: Annotated[int, Form()],
) -> Response:
    """Let whoever signs decide how urgent it is."""
    if urgency not in set(Urgency):
        raise InputRefused("Độ khẩn / urgency")

    def work(session: Session, row: DocumentRow) -> None:
        draft_terms.decide_urgency(session, row.id, Urgency(urgency), here.who, here.at)

    return _done(here, document_id, version, work, "Đã quyết định độ khẩn.", {})


def _done(
    here: Visitor,
    document_id: str,
    version: int | None,
    work: Work,
    said: str,
    sent: dict[str, list[str]],
) -> Response:
    """Do *work* on what the visitor saw, in one transaction; else show why not, nothing done."""
    try:
        with here.office.database.writing() as session:
            row = draft_desk.seen_draft(session, here, document_id)
            row = casefile.locked(session, row.id)
            if version is not None:
                seen.ensure(session, row, version)
            work(session, row)
    except casefile.DocumentUnknown:
        raise
    except OfficeError as fault:
        status = 409 if isinstance(fault, seen.DocumentChanged) else 422
        return shown(here, document_id, fault=fault, sent=sent, status=status)
    return redirect(here, f"/drafts/{document_id}", said)


def _parted(session: Session, row: DocumentRow, ids: list[str]) -> tuple[list[str], list[str]]:
    """Return the units and the people among *ids*; whoever is neither, the domain refuses."""
    units = draft_desk.unit_ids(session, row.organ_id, ids)
    return [each for each in ids if each in units], [each for each in ids if each not in units]


def _form_seen(here: Visitor, document_id: str) -> tuple[list[tuple[str, str]], OfficeError | None]:
    """Return what a machine sees of the newest version's form, or why it sees nothing."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        facts = draft_review.facts_of(row)
        _, sha256 = versions.newest(session, row.id)
    try:
        (found,) = drafts.taken_in(here.office, row.organ_id, [CheckForm(sha256, facts)])
    except OfficeError as fault:
        return [], fault
    return (list(found.findings) if isinstance(found, FormSeen) else []), None
