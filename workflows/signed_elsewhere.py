"""A file that was signed elsewhere, brought by hand: the way out when the token tool is missing.

It is judged by the function that judges the tool's upload (`deferral.deliver`). Legal source:
Decree 30/2020/ND-CP, Art. 13. Source: ux.md §1.5 (tool not installed, popup dead).
"""

from documents import directory, requests
from documents.blobs import BlobMissing
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.right_holder import Who
from documents.rights import see
from documents.signature_request import Purpose
from documents.tables import DocumentRow, PersonRow
from signing import delivered
from signing.errors import DeliveryRefused
from workflows.deferral import deliver
from workflows.office import Office
from workflows.sign_sessions import PDF_MARK


class NothingAwaited(Refused):
    """No signature is waited for that could be brought."""

    code = "request.nothing_awaited"
    vietnamese = "Văn bản không chờ chữ ký nào mang từ nơi khác đến"
    english = "the document waits for no signature from elsewhere"
    remedy = "Xem trạng thái hiện nay của văn bản / see how the document stands now"


def bring(office: Office, document_id: str, who: Who, content: bytes) -> None:
    """Take the file that the document's signer signed elsewhere, once it is verified.

    Raises:
        DocumentUnknown: there is none that *who* may see.
        RightMissing: somebody else signs it.
        NothingAwaited: it waits for no such signature.
        DeliveryRefused, Objection: as `deferral.deliver` says; the request stays open.
    """
    request_id, base = _awaited(office, document_id, who)
    if not content.startswith(PDF_MARK):
        raise DeliveryRefused("không phải PDF / not a PDF")
    if not content.startswith(office.blobs.get(base)):
        raise DeliveryRefused("không phải tệp đã giao / not the file that was handed out")
    deliver(office, request_id, content, actor=Actor(who.person_id, Role.LEADER))


def largest(office: Office, document_id: str, who: Who) -> int:
    """Return how many bytes the file may have, before it is read.

    Raises:
        What `bring` raises before it looks at the file; BlobMissing.
    """
    _, base = _awaited(office, document_id, who)
    try:
        return office.blobs.path(base).stat().st_size + delivered.MOST_ADDED
    except OSError:
        raise BlobMissing(base) from None


def _awaited(office: Office, document_id: str, who: Who) -> tuple[str, str]:
    """Return the open request and the SHA-256 of the file that is signed for it."""
    with office.database.reading() as session:
        row = see(session, who, session.get(DocumentRow, document_id), office.now())
        if row.signer_id != who.person_id:
            person = session.get_one(PersonRow, who.person_id)
            raise directory.RightMissing(person.full_name, person.position, "ký / sign this")
        if row.frozen_by is None:
            raise NothingAwaited
        request = next(
            (each for each in requests.of_document(session, row.id) if each.id == row.frozen_by),
            None,
        )
        if request is None or request.purpose != Purpose.LEADER:
            raise NothingAwaited
        return request.id, request.base_sha256
