"""/documents/ID/paper: paper copies that are printed and stamped, and certified copies.

Legal source: Decree 30/2020/ND-CP, Art. 18.5, 25 to 27.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import directory, paper_issues, rights
from documents.casefile import DocumentUnknown
from documents.copying import CopyKind, CopyRequest, Medium
from documents.document import Role
from documents.errors import OfficeError
from documents.identity import new_id
from documents.right import Right
from documents.tables import CertifiedCopyRow
from web.faults import InputRefused
from web.pages.document_page import seen_by
from web.rendering import attachment_headers, page, redirect, with_fault
from web.visitor import Here, Visitor
from workflows import document_view
from workflows.copying import CopyOrder, make_copy

router = APIRouter(prefix="/documents/{document_id}")

TWICE = timedelta(seconds=20)
"""Within this the same copy by the same clerk is the same form, sent again."""
KINDS = tuple((kind.value, kind.printed.capitalize()) for kind in CopyKind)
MEDIA = ((Medium.PAPER.value, "Giấy"), (Medium.ELECTRONIC.value, "Điện tử"))


@router.get("/paper")
def shown(here: Here, document_id: str) -> Response:
    """Show what was printed and copied, and two forms for more."""
    return _shown(here, document_id)


def _shown(
    here: Visitor, document_id: str, fault: OfficeError | None = None, **typed: Any
) -> Response:
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        rights.check(session, here.visit, Right.ISSUE, None, here.at)
        people = directory.people(session, [row.organ_id], here.at)
        context: dict[str, Any] = {
            "row": row,
            "printings": paper_issues.of_document(session, row.id),
            "copies": document_view.copies(session, row),
            "signers": [
                (each.id, f"{each.full_name}, {each.position}")
                for each in people
                if each.role == Role.LEADER
            ],
            "kinds": KINDS,
            "media": MEDIA,
            "key": new_id(),
            "typed": defaultdict(str, typed),
        }
        if fault is not None:
            return with_fault(here, "documents/paper.html", fault, **context)
        return page(here, "documents/paper.html", **context)


@router.post("/paper")
def printed(
    here: Here,
    document_id: str,
    copies: Annotated[str, Form(max_length=10)],
    key: Annotated[str, Form(max_length=36)],
    purpose: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Record paper copies; the same form a second time records nothing."""
    try:
        if not copies.strip().isdecimal():
            raise InputRefused("Số bản")
        with here.office.database.writing() as session:
            row = seen_by(session, here, document_id)
            many = int(copies.strip())
            paper_issues.printed(session, row.id, many, here.who, here.at, purpose, key)
    except OfficeError as fault:
        return _shown(here, document_id, fault, copies=copies, purpose=purpose)
    return redirect(here, f"/documents/{document_id}/paper", "Đã ghi bản giấy")


@router.post("/copies")
def copied(
    here: Here,
    document_id: str,
    kind: Annotated[str, Form(max_length=20)],
    made_to: Annotated[str, Form(max_length=20)],
    signer: Annotated[str, Form(max_length=64)] = "",
    base: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Make and enter a certified copy of the document's newest file."""
    try:
        with here.office.database.reading() as session:
            row = seen_by(session, here, document_id)
            rights.check(session, here.visit, Right.ISSUE, None, here.at)
            before = _just_made(document_view.copies(session, row), here, kind, made_to)
        if before is not None:
            return redirect(here, f"/documents/{document_id}/paper", _entered(before))
        if not row.current_sha256:
            raise DocumentUnknown(row.id)
        request = _request(row.code_number, row.code_notation, row.id, kind, made_to, base)
        order = CopyOrder(row.organ_id, request, here.who, signer, (), row.id)
        made = make_copy(here.office, order, here.office.blobs.sound(row.current_sha256))
    except OfficeError as fault:
        typed = {"kind": kind, "made_to": made_to, "signer": signer, "base": base}
        return _shown(here, document_id, fault, **typed)
    return redirect(here, f"/documents/{document_id}/paper", _entered(made))


def _entered(row: CertifiedCopyRow) -> str:
    return f"Đã vào sổ bản sao {row.code}"


def _just_made(
    rows: list[CertifiedCopyRow], here: Visitor, kind: str, made_to: str
) -> CertifiedCopyRow | None:
    """Return the copy that the same form made a moment ago: it was sent twice."""
    return next(
        (
            each
            for each in rows
            if (each.clerk_id, each.kind, each.made_to) == (here.who, kind, made_to)
            and here.at - each.created_at < TWICE
        ),
        None,
    )


def _request(
    number: str | None, notation: str, document_id: str, kind: str, made_to: str, base: str
) -> CopyRequest:
    try:
        chosen, medium = CopyKind(kind), Medium(made_to)
    except ValueError:
        raise InputRefused("Hình thức sao") from None
    original = f"{number}/{notation}" if number else document_id
    return CopyRequest(chosen, Medium.ELECTRONIC, medium, original, base.strip())


@router.get("/copies/{copy_id}")
def copy(here: Here, document_id: str, copy_id: str) -> Response:
    """Give the file of a certified copy."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        known = {each.id for each in document_view.copies(session, row)}
        found = session.get(CertifiedCopyRow, copy_id) if copy_id in known else None
    if found is None:
        raise DocumentUnknown(row.id)
    headers = attachment_headers(f"{found.code.replace('/', '-')}.pdf")
    content = here.office.blobs.get(found.sha256)
    return Response(content, media_type="application/pdf", headers=dict(headers))
