"""What the store knows of a document besides its files, as JSON: receipts, requests, authority.

Decree 30/2020/ND-CP, Art. 13, 15, 22. Nothing secret is among it: no keys, no PINs, no orders'
tickets.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, change_listing, feedback, outgoing
from documents.tables import (
    BindingRow,
    CertificateRow,
    DelegationRow,
    DocumentRow,
    ParcelRow,
    PersonRow,
    RegisterEntryRow,
    RegisterRow,
    ReportRow,
    RevocationRow,
    SealedAttachmentRow,
    SignatureRequestRow,
)
from workflows.bundle import Item

_DOCUMENT = (
    *("id", "direction", "organ_id", "state", "version", "created_at", "updated_at"),
    *("type_name", "subject", "urgency", "place", "due_date", "to_places", "pages"),
    *("sender_organ_id", "sender_name", "code_number", "code_notation", "promulgated"),
    *("document_key", "business_type", "message_sha256", "current_sha256"),
    *("signer_name", "signer_position", "signer_competence", "placement", "receipt_number"),
    *("verdict", "warnings", "error_code", "error_text"),
)
_DELIVERY = ("id", "organ_id", "name", "state", "axis_id", "status_code", "note", "updated_at")
_STATUS = ("id", "code", "occurrence", "note", "created_at", "sent_at", "attempts", "error")
_CHANGE = (
    *("id", "organ_id", "side", "kind", "state", "partner", "document_id", "letter_id"),
    *("target_key", "target_code", "target_date", "whole", "removed", "stranger"),
    *("reason", "asked_by", "asked_at", "question_sha256", "sent_at"),
    *("answer_note", "answered_by", "answered_at", "answer_sha256", "conflict"),
)
_LINK = ("kind", "way", "document_id", "code", "state", "message_sha256")
_PARCEL = ("axis_id", "kind", "sender", "sha256", "fetched_at", "outcome", "confirmed_at", "error")
_REQUEST = (
    *("id", "purpose", "state", "holder", "service", "base_sha256", "frozen_sha256"),
    *("created_at", "until", "updated_at", "error_code", "error_text"),
)
_PERSON = ("id", "organ_id", "full_name", "position", "role", "competence", "competence_line")
_DELEGATION = (
    *("id", "capacity", "grantor_id", "grantee_id", "types", "scope", "basis"),
    *("valid_from", "valid_until", "recorded_at"),
)
_REVOCATION = ("delegation_id", "revoked_at", "reason", "recorded_at")
_CERTIFICATE = ("sha256", "name", "organisations", "serial", "issuer", "not_before", "not_after")
_BINDING = ("sha256", "organ_id", "person_id", "since", "bound", "reason", "recorded_at")
_ENTRY = ("number", "entered_on", "void_reason")
_ATTACHMENT = ("ordinal", "sha256", "size", "note", "sealed_at")


def facts(session: Session, row: DocumentRow) -> Iterator[Item]:
    """Yield the files of `facts/` and `receipts/`."""
    yield _item("facts/authority.json", _authority(session, row))
    changes = _all(change_listing.about(session, row.id), _CHANGE)
    links = _all(change_listing.links(session, row.id), _LINK)
    yield _item("facts/changes.json", {"changes": changes, "links": links})
    yield _item("facts/document.json", _document(session, row))
    yield _item("facts/requests.json", _all(_of(session, SignatureRequestRow, row.id), _REQUEST))
    yield _item(
        "receipts/deliveries.json", _all(outgoing.deliveries_of(session, row.id), _DELIVERY)
    )
    parcels = sorted(_of(session, ParcelRow, row.id), key=lambda p: (p.fetched_at, p.axis_id))
    yield _item("receipts/parcels.json", _all(parcels, _PARCEL))
    yield _item("receipts/statuses.json", _all(feedback.of_document(session, row.id), _STATUS))


def _of(session: Session, table: Any, document_id: str) -> list[Any]:
    return list(session.scalars(select(table).where(table.document_id == document_id)))


def _document(session: Session, row: DocumentRow) -> dict[str, Any]:
    entry = session.execute(
        select(RegisterEntryRow, RegisterRow)
        .join(RegisterRow, RegisterRow.id == RegisterEntryRow.register_id)
        .where(RegisterEntryRow.document_id == row.id)
    ).one_or_none()
    register = None
    if entry is not None:
        register = _values(entry[0], _ENTRY) | _values(entry[1], ("series", "year"))
    attachments = casefile.attachments_of(session, row.id)
    return {
        **_values(row, _DOCUMENT),
        "register": register,
        "attachments": [
            {"name": a.name, "content_type": a.content_type, "sha256": a.sha256, "size": a.size}
            for a in attachments
        ],
        "sealed_attachments": _all(_of(session, SealedAttachmentRow, row.id), _ATTACHMENT),
    }


def _authority(session: Session, row: DocumentRow) -> dict[str, Any]:
    """Return who took part, in which posts, by which delegations, with which certificates."""
    ids = [one for one in (row.drafter_id, row.signer_id, row.clerk_id) if one]
    people = session.scalars(select(PersonRow).where(PersonRow.id.in_(ids)).order_by(PersonRow.id))
    delegations = list(
        session.scalars(
            select(DelegationRow)
            .where(DelegationRow.grantee_id == (row.signer_id or ""))
            .order_by(DelegationRow.recorded_at, DelegationRow.id)
        )
    )
    taken_back = session.scalars(
        select(RevocationRow)
        .where(RevocationRow.delegation_id.in_([one.id for one in delegations]))
        .order_by(RevocationRow.recorded_at, RevocationRow.delegation_id)
    )
    seen = sorted(_certificates(session, row))
    certificates = session.scalars(
        select(CertificateRow)
        .where(CertificateRow.sha256.in_(seen))
        .order_by(CertificateRow.sha256)
    )
    bindings = session.scalars(
        select(BindingRow)
        .where(BindingRow.sha256.in_(seen))
        .order_by(BindingRow.recorded_at, BindingRow.id)
    )
    return {
        "people": _all(people, _PERSON),
        "delegations": _all(delegations, _DELEGATION),
        "delegations_taken_back": _all(taken_back, _REVOCATION),
        "certificates": _all(certificates, _CERTIFICATE),
        "bindings": _all(bindings, _BINDING),
    }


def _certificates(session: Session, row: DocumentRow) -> set[str]:
    """Return the digests of the certificates that the reports name."""
    found: set[str] = set()
    for content in session.scalars(
        select(ReportRow.content).where(ReportRow.document_id == row.id)
    ):
        for signature in json.loads(content)["signatures"]:
            if signature.get("certificate"):
                found.add(signature["certificate"]["sha256"])
    return found


def _all(rows: Iterable[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_values(row, names) for row in rows]


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _item(name: str, value: Any) -> Item:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    # whatever half characters strangers wrote
    return Item(name, (text + "\n").encode("utf-8", "replace"))
