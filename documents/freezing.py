"""Frozen documents: who holds one for a signature, or recalls it, keeps other steps away."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents.change import ChangeUnderway
from documents.document import VIETNAM
from documents.errors import OfficeError, StepRefused
from documents.tables import ChangeRow, DocumentRow, SignatureRequestRow


class DocumentFrozen(StepRefused):
    """The document waits for a signature: two signatures never race on one file."""

    code = "document.frozen"
    vietnamese = "Văn bản đang chờ «{0}» ký, đến {1}"
    english = "the document is frozen: {0} holds it for a signature until {1}"
    remedy = (
        "Chờ ký xong, hoặc thu hồi yêu cầu: `congvan signature withdraw {2}`"
        " / wait, or withdraw the request: `congvan signature withdraw {2}`"
    )

    def __init__(self, holder: str, until: str, request_id: str) -> None:
        OfficeError.__init__(self, holder, until, request_id)


def ensure_free(session: Session, row: DocumentRow) -> None:
    """Return if nobody holds *row*'s document.

    Raises:
        DocumentFrozen: someone does; it says who, and until when.
        ChangeUnderway: it is being recalled.
    """
    if row.frozen_by is None:
        return
    if (change := session.get(ChangeRow, row.frozen_by)) is not None:
        raise ChangeUnderway(shown(change.asked_at), row.id)
    request = session.get_one(SignatureRequestRow, row.frozen_by)
    raise DocumentFrozen(request.holder, shown(request.until), request.id)


def shown(at: datetime) -> str:
    """Return *at* as people read it: dd/mm/yyyy HH:MM in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
