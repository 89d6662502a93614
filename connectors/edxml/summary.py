"""A message in one JSON object, as `congvan edxml read --json` prints it."""

from typing import Any

from connectors.edxml.incoming import Received
from schemas.edxml import Edoc, Organization, ResponseFor, StatusMessage


def summarise(received: Received) -> dict[str, Any]:
    """Return plain data for JSON; absent members are None."""
    message = received.edoc or received.status
    assert message is not None  # noqa: S101
    summary: dict[str, Any] = {
        "kind": received.kind,
        "from": _organization(message.sender),
        "to": [],
        "document_id": None,
        "code_number": None,
        "code_notation": None,
        "subject": None,
        "type_name": None,
        "promulgation_place": None,
        "promulgation_date": None,
        "signer": None,
        "business_type": None,
        "status_code": None,
        "response_for": None,
        "attachments": [
            {"name": file.name, "bytes": file.size, "sha256": file.sha256}
            for file in received.attachments
        ],
    }
    summary |= _of_edoc(message) if isinstance(message, Edoc) else _of_status(message)
    summary["warnings"] = [
        {"code": warning.code, "path": warning.path, "detail": warning.detail}
        for warning in received.warnings
    ]
    return summary


def _of_edoc(edoc: Edoc) -> dict[str, Any]:
    day = edoc.promulgation.promulgation_date
    return {
        "to": [_organization(recipient) for recipient in edoc.recipients],
        "document_id": edoc.document_id or None,
        "code_number": edoc.code.code_number or None,
        "code_notation": edoc.code.code_notation or None,
        "subject": edoc.subject or None,
        "type_name": edoc.document_type.type_name or None,
        "promulgation_place": edoc.promulgation.place or None,
        "promulgation_date": day.isoformat() if day else edoc.promulgation.date_as_written or None,
        "signer": edoc.signer.full_name or None,
        "business_type": int(edoc.business.doc_type),
        "response_for": _response_for(edoc.response_for[0]) if edoc.response_for else None,
    }


def _of_status(status: StatusMessage) -> dict[str, Any]:
    return {
        "status_code": status.status_code,
        "response_for": _response_for(status.response_for),
    }


def _organization(organization: Organization) -> dict[str, Any]:
    return {"organ_id": organization.organ_id or None, "name": organization.organ_name or None}


def _response_for(answer: ResponseFor) -> dict[str, Any]:
    day = answer.promulgation_date
    return {
        "organ_id": answer.organ_id or None,
        "code": answer.code or None,
        "document_id": answer.document_id or None,
        "promulgation_date": day.isoformat() if day else answer.date_as_written or None,
    }
