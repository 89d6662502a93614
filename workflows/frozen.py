"""Which documents are frozen: who holds each, until when, and what is to be signed."""

from collections.abc import Sequence
from typing import Any

from documents import request_parts, requests
from documents.errors import OfficeError
from documents.request_parts import Part
from documents.signature_request import RequestState, Service
from documents.tables import DocumentRow, SignatureRequestRow
from workflows.cabinet import Cabinet


def frozen_documents(cabinet: Cabinet) -> list[dict[str, Any]]:
    """Return the facts of every open signature request, those that end first first.

    `file` is what is signed (prepared, or as it is where the whole file comes back); of a
    `manual` request also `hash` (hexadecimal) and `algorithm`, whose raw value is to come, and
    the same of each of the `attachments` that are sealed with it.
    """
    with cabinet.database.reading() as session:
        rows = [
            (
                request,
                session.get_one(DocumentRow, request.document_id),
                request_parts.of(session, request.id),
            )
            for request in requests.frozen(session)
        ]
    return [_facts(cabinet, *row) for row in rows]


def of_document(cabinet: Cabinet, session: Any, document_id: str) -> list[dict[str, Any]]:
    """Return the facts of every request of one document, oldest first."""
    return [_request(cabinet, each) for each in requests.of_document(session, document_id)]


def _facts(
    cabinet: Cabinet, request: SignatureRequestRow, document: DocumentRow, parts: Sequence[Part]
) -> dict[str, Any]:
    facts = {
        "document": document.id,
        "agency": document.organ_id,
        "subject": document.subject,
        **_request(cabinet, request),
    }
    if request.service == Service.MANUAL:
        facts |= _to_sign(cabinet, request)
        signed = [part for part in parts if part.signed]
        if signed:
            facts["attachments"] = [
                {"ordinal": part.ordinal, **_to_sign(cabinet, part)} for part in signed
            ]
    return facts


def _request(cabinet: Cabinet, request: SignatureRequestRow) -> dict[str, Any]:
    sha256 = request.frozen_sha256 or request.base_sha256
    return {
        "request": request.id,
        "purpose": request.purpose,
        "state": request.state,
        "holder": request.holder,
        "until": request.until.isoformat(),
        "error": request.error_text,
        "file": str(cabinet.blobs.path(sha256)),
        **_codes(request),
    }


def _codes(request: SignatureRequestRow) -> dict[str, Any]:
    """Return which codes (`pin`, `otp`) the signer is to type, if any."""
    if request.state != RequestState.AWAITS_CODE:
        return {}
    from connectors.remote.record import order_of

    return {"codes": list(order_of(request.order_text).credential.typed)}


def _to_sign(cabinet: Cabinet, request: SignatureRequestRow | Part) -> dict[str, Any]:
    from signing.deferred import Pending

    try:
        pending = Pending.read(
            cabinet.blobs.get(request.pending_sha256), cabinet.blobs.get(request.frozen_sha256)
        )
    except OfficeError as error:
        return {"hash": None, "algorithm": None, "error": str(error)}
    return {"hash": pending.to_sign.hex(), "algorithm": pending.identity.algorithm.value}
