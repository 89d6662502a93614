"""Whether a document may still be copied: not what is recalled, replaced or asked back.

Source: Decree 30/2020/ND-CP, Art. 18.4, 25, 26: a certified copy says that its original stands.
"""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import change_questions
from documents.casefile import locked
from documents.errors import Refused
from documents.lifecycle import State
from documents.tables import AttachmentRow, ChangeRow, DocumentRow, RevisionRow

_OVER = (State.RECALLED, State.REPLACED)


class CopyNotInForce(Refused):
    """What is to be copied is recalled or replaced."""

    code = "copy.not_in_force"
    vietnamese = "Không sao văn bản đã thu hồi hoặc bị thay thế: {0} ({1})"
    english = "{0} is recalled or replaced ({1}) and is not copied"
    remedy = "Sao văn bản thay thế: `congvan show {0}` / copy what replaced it: `congvan show {0}`"


class CopyAskedBack(Refused):
    """What is to be copied is being recalled or changed, and that is not decided."""

    code = "copy.asked_back"
    vietnamese = "Không sao văn bản đang có yêu cầu thu hồi, cập nhật, thay thế: {0}"
    english = "{0} is asked back or about to be changed, and is not copied before the answer"
    remedy = "Trả lời trước: `congvan recall answer {0} …` / wait for the answer, or give it"


def ensure_in_force(session: Session, organ_id: str, sha256: str, document_id: str = "") -> None:
    """Return if the file *sha256*, of the document *document_id* where one is named, stands.

    A file that belongs to no document of the agency is not ours to judge; one that belongs to
    several may be copied while one of them stands. The documents are locked.

    Raises:
        CopyNotInForce, CopyAskedBack: as they say.
    """
    ids = [document_id] if document_id else list(_having(session, organ_id, sha256))
    found = [_objection(session, locked(session, each)) for each in ids]
    if found and all(found):
        raise next(each for each in found if each)


def _having(session: Session, organ_id: str, sha256: str) -> Iterator[str]:
    revised = select(RevisionRow.document_id).where(RevisionRow.sha256 == sha256)
    attached = select(AttachmentRow.document_id).where(AttachmentRow.sha256 == sha256)
    wanted = select(DocumentRow.id).where(
        DocumentRow.organ_id == organ_id,
        or_(DocumentRow.id.in_(revised), DocumentRow.id.in_(attached)),
    )
    yield from session.scalars(wanted.order_by(DocumentRow.id))


def _objection(session: Session, row: DocumentRow) -> Refused | None:
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
    if row.state in _OVER:
        return CopyNotInForce(code, row.state)
    asked = (
        change.document_id == row.id and not change.stranger
        for change in change_questions.about(session, row.id)
    )
    frozen = row.frozen_by is not None and session.get(ChangeRow, row.frozen_by) is not None
    return CopyAskedBack(code) if frozen or any(asked) else None
