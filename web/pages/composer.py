"""/drafts/new, /drafts/ID/edit: writing a draft, with what it will look like beside it.

Sources: ux.md §1.3, §1.4, §2 (document beside form), §1.5 (no form is lost). Legal source: Decree
30/2020/ND-CP, Art. 10. A save never writes over what somebody else saved meanwhile.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from documents import casefile, editing, rights, seen
from documents.draft_edits import STEP
from documents.errors import OfficeError, Refused
from documents.identity import new_id
from documents.lifecycle import Step
from documents.rights import Right
from documents.seen import DocumentChanged
from documents.tables import DocumentRow
from web import draft_form, draft_view, errands, kept
from web.draft_form import DraftForm
from web.draft_view import About
from web.kept import KeptForm
from web.rendering import page, redirect
from web.visitor import Here, Visitor
from workflows import composing, draft_faults, draft_saving, drafts, uploads
from workflows.decisions import decide
from workflows.draft_saving import Change
from workflows.file_types import Family

router = APIRouter(prefix="/drafts")
_PAGE = "drafts/composer.html"
_MAIN = frozenset({Family.PDF, Family.OFFICE})


class FileMissing(Refused):
    """A draft that is handed in as a file came without one."""

    code = "draft.file_missing"
    vietnamese = "Chưa chọn tệp dự thảo"
    english = "no file of the draft was chosen"
    remedy = "Chọn tệp PDF hoặc Word, hoặc soạn trực tiếp / choose a PDF or Word file, or type it"


async def _form(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_files=120) as form:
        yield form


Sent = Annotated[FormData, Depends(_form)]


@router.get("/new")
def new(here: Here) -> Response:
    """Show the form of a new draft, as it was left or from the beginning."""
    query = here.request.query_params
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.DRAFT, None, here.at)
        of = draft_view.about(session, here, query)
        defaults = draft_view.new_values(session, here, query.get("type", ""), of)
        form = kept.form(here, draft_view.new_key(of), defaults=defaults)
        return _shown(here, session, form, of=of)


@router.post("/new")
def create(here: Here, sent: Sent) -> Response:
    """Enter the draft; the same form sent again is the same draft."""
    office = here.office
    with office.database.reading() as session:
        rights.check(session, here.visit, Right.DRAFT, None, here.at)
        of = draft_view.about(session, here, here.request.query_params)
        key = draft_view.new_key(of)
        form = kept.form(here, key, sent=kept.values_of(sent))
        document_id = draft_view.new_id(here, form.text("once"))
        if session.get(DocumentRow, document_id) is not None:
            return redirect(here, f"/drafts/{document_id}")
        typed = draft_form.read(form, here.today)
        if form.text("then") == "retype":
            return _shown(here, session, form, of=of)
        order = typed.order(here.organ_id, here.who, document_id, draft_view.ties(of))
        faults = faults_of(session, here, typed, order)
        if faults:
            return _shown(here, session, form, of=of, faults=faults, status=422)

    def again(here: Visitor, fault: OfficeError) -> Response:
        with office.database.reading() as session:
            return _shown(here, session, form, of=of, fault=fault, status=422)

    try:
        files = _taken(here, sent)
    except OfficeError as fault:
        return again(here, fault)

    def work() -> None:
        with files.stack:
            ties = draft_view.ties(of)
            ordered = typed.order(here.organ_id, here.who, document_id, ties, files.attached)
            _enter(here, typed, ordered, files.main, key)

    def after(here: Visitor, fault: OfficeError | None) -> Response:
        if fault is None:
            return _onwards(here, document_id, form, "Đã lưu dự thảo.")
        return again(here, fault)

    return errands.run(here, work, after)


def _enter(
    here: Visitor, typed: DraftForm, order: drafts.Order, main: Path | None, key: str
) -> None:
    def also(session: Session, _row: DocumentRow) -> None:
        kept.accepted(session, here, key)

    if typed.composes:
        composing.hand_in(here.office, order, typed.written, also)
    elif main is None:
        raise FileMissing
    else:
        drafts.hand_in_file(here.office, order, main, drafts.boxes_of(typed.boxes), also)


@router.get("/{document_id}/edit")
def edit(here: Here, document_id: str) -> Response:
    """Show the form of a draft that is there."""
    with here.office.database.reading() as session:
        row = _open(session, here, document_id)
        defaults = draft_view.row_values(session, row)
        form = kept.form(here, _key(row), seen=str(row.version), defaults=defaults)
        differs: tuple[draft_view.Differs, ...] = ()
        if form.kept is not None and form.text("version") != str(row.version):
            differs = tuple(draft_view.differing(session, row, form.kept.fields))
        return _shown(here, session, form, row=row, differs=differs)


@router.post("/{document_id}/edit")
def save(here: Here, document_id: str, sent: Sent) -> Response:
    """Save what was changed, unless somebody else changed it meanwhile: then both are shown."""
    values = kept.values_of(sent)
    with here.office.database.reading() as session:
        row = _open(session, here, document_id)
        form = kept.form(here, _key(row), seen=str(row.version), sent=values)
        typed = draft_form.read(form, here.today)
        if form.text("then") == "retype":
            return _shown(here, session, form, row=row)
        order = typed.order(here.organ_id, here.who, "", ())
        faults = faults_of(session, here, typed, order)
        if faults:
            return _shown(here, session, form, row=row, faults=faults, status=422)
        composed = composing.written_of(session, row.id) is not None

    def again(here: Visitor, fault: OfficeError) -> Response:
        if isinstance(fault, DocumentChanged):
            return _conflict(here, document_id, values, fault)
        with here.office.database.reading() as session:
            row = _open(session, here, document_id)
            return _shown(here, session, form, row=row, fault=fault, status=422)

    try:
        if composed and not typed.composes and not _chosen(sent, "file"):
            raise FileMissing
        files = _taken(here, sent)
    except OfficeError as fault:
        return again(here, fault)
    told: list[str] = []

    def after(here: Visitor, fault: OfficeError | None) -> Response:
        if fault is not None:
            return again(here, fault)
        return _onwards(here, document_id, form, told[0])

    return errands.run(here, lambda: told.append(_saved(here, row, typed, form, files)), after)


def _saved(
    here: Visitor, row: DocumentRow, typed: DraftForm, form: KeptForm, files: "_Files"
) -> str:
    """Save the draft; return what to tell."""

    def also(session: Session) -> None:
        kept.accepted(session, here, _key(row))

    with files.stack:
        change = Change(
            edit=typed.edit(),
            version=_version(form),
            written=typed.written if typed.composes else None,
            path=None if typed.composes else files.main,
            boxes=drafts.boxes_of(typed.boxes),
            attach=files.attached,
            keep_attached=typed.kept_files,
            reason=typed.reason,
        )
        changed, number = draft_saving.save(here.office, row.id, change, here.who, also)
    if number:
        return "Đã lưu, thành bản mới."
    return "Đã lưu." if changed else "Không có gì thay đổi."


def _conflict(
    here: Visitor, document_id: str, values: dict[str, list[str]], fault: DocumentChanged
) -> Response:
    """Show both texts: what was sent stays in the form, and is saved over the other knowingly."""
    with here.office.database.reading() as session:
        row = _open(session, here, document_id)
        differs = draft_view.differing(session, row, values)
        if not differs and not values.get("file"):
            return redirect(here, f"/drafts/{row.id}", "Đã lưu.")
        values = values | {"version": [str(row.version)]}
        form = kept.form(here, _key(row), seen=str(row.version), sent=values)
        return _shown(here, session, form, row=row, fault=fault, differs=tuple(differs), status=409)


def _key(row: DocumentRow) -> str:
    return f"drafts/{row.id}"


def _new_path(of: About | None) -> str:
    return f"/drafts/new?{of.way}={of.row.id}" if of is not None else "/drafts/new"


def _version(form: KeptForm) -> int:
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _open(session: Session, here: Visitor, document_id: str) -> DocumentRow:
    """Return a draft that the visitor may change now.

    Raises:
        DocumentUnknown: there is none that they may see.
        DraftClosed, RightMissing and what else `editing.editor` refuses.
    """
    row = rights.see(session, here.visit, session.get(DocumentRow, document_id), here.at)
    editing.editor(session, row, here.who, here.at, STEP)
    return row


def faults_of(
    session: Session, here: Visitor, typed: DraftForm, order: drafts.Order
) -> dict[str, OfficeError]:
    """Return what would be refused of what was typed, by field."""
    written = typed.written if typed.composes else None
    return draft_faults.faults(session, order, written, here.at) | dict(typed.faults)


@dataclass(frozen=True, slots=True)
class _Files:
    """What was handed over, once it passed the door; gone when the stack closes."""

    stack: ExitStack
    main: Path | None
    attached: tuple[Path, ...]


def _chosen(sent: FormData, name: str) -> list[UploadFile]:
    files = (each for each in sent.getlist(name) if isinstance(each, UploadFile))
    return [each for each in files if each.filename]


def _taken(here: Visitor, sent: FormData) -> _Files:
    """Take the draft's file, if one was chosen, and the attachments.

    Raises:
        What `uploads.accepted` refuses.
    """
    with ExitStack() as stack:

        def passed(name: str, families: frozenset[Family]) -> list[Path]:
            return [
                stack.enter_context(
                    uploads.accepted(
                        here.office,
                        here.organ_id,
                        here.who,
                        each.file,
                        each.filename or "",
                        families,
                    )
                ).path
                for each in _chosen(sent, name)
            ]

        main = passed("file", _MAIN)
        attached = tuple(passed("attach", frozenset(Family)))
        return _Files(stack.pop_all(), main[0] if main else None, attached)


def _onwards(here: Visitor, document_id: str, form: KeptForm, said: str) -> Response:
    """Lead to the draft; submit it first where that was asked."""
    url = f"/drafts/{document_id}"
    if form.text("then") != "submit":
        return redirect(here, url, said)
    try:
        with here.office.database.writing() as session:
            row = casefile.locked(session, document_id)
            decide(session, row, Step.SUBMIT, here.who, here.at)
    except OfficeError as fault:
        return redirect(here, url, f"{said} Chưa trình được: {fault.as_dict()['vi']}")
    return redirect(here, url, f"{said} Đã trình.")


def _shown(
    here: Visitor,
    session: Session,
    form: KeptForm,
    *,
    of: About | None = None,
    row: DocumentRow | None = None,
    faults: draft_view.Faults | None = None,
    fault: OfficeError | None = None,
    differs: tuple[draft_view.Differs, ...] = (),
    status: int = 200,
) -> Response:
    shown = context(here, session, form, row) | {
        "about": of,
        "action": f"/drafts/{row.id}/edit" if row is not None else _new_path(of),
        "faults": faults or {},
        "fault": fault,
        "differs": differs,
        "labels": draft_view.LABELS,
        "once": form.text("once") or new_id(),
        "last": seen.last_change(session, row.id) if row is not None and differs else None,
    }
    return page(here, _PAGE, status=status, **shown)


def context(
    here: Visitor, session: Session, form: KeptForm, row: DocumentRow | None = None
) -> dict[str, Any]:
    """Return what the form's page shows besides what is wrong with it."""
    return {"form": form, "faults": {}} | draft_view.choices(session, here, form, row)
