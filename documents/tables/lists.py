"""The indexes that lists of documents go along (documents/listing.py), page by page.

Partial where most rows have no value: a step of a document pays for each that it is in.
"""

from collections.abc import Mapping

from sqlalchemy import Index, text

from documents.tables.journey import DocumentRow

_D = DocumentRow

OPEN_ARRIVAL = (
    "direction = 'incoming' AND state IN ('registered', 'submitted', 'assigned', 'in_progress')"
)
"""What is still to be handled: few of all, and the rest is not to be read through for them."""
URGENT = f"{OPEN_ARRIVAL} AND urgency > 0"
AWAITED = f"{OPEN_ARRIVAL} AND due_date IS NOT NULL"
INVITATION = "type_name = 'Giấy mời'"

LISTS: Mapping[str, Index] = {
    name: Index(
        name,
        *columns,
        sqlite_where=text(given) if given else None,
        postgresql_where=text(given) if given else None,
    )
    for name, given, columns in (
        ("ix_document_queue", "", (_D.organ_id, _D.direction, _D.state, _D.created_at, _D.id)),
        (
            "ix_document_arrival",
            "arrival_date IS NOT NULL",
            (_D.organ_id, _D.direction, _D.arrival_date, _D.id),
        ),
        (
            "ix_document_promulgated",
            "promulgated IS NOT NULL",
            (_D.organ_id, _D.direction, _D.promulgated, _D.id),
        ),
        (
            "ix_document_coded",
            "code_number IS NOT NULL",
            (_D.organ_id, _D.direction, _D.code_number, _D.id),
        ),
        (
            "ix_document_receipt",
            "receipt_number IS NOT NULL",
            (_D.organ_id, _D.direction, _D.receipt_number, _D.id),
        ),
        (
            "ix_document_due",
            "due_date IS NOT NULL",
            (_D.organ_id, _D.direction, _D.due_date, _D.id),
        ),
        ("ix_document_awaited", AWAITED, (_D.organ_id, _D.direction, _D.due_date, _D.id)),
        ("ix_document_urgent", URGENT, (_D.organ_id, _D.direction, _D.created_at, _D.id)),
        ("ix_document_invitation", INVITATION, (_D.organ_id, _D.direction, _D.created_at, _D.id)),
        # without the state: a step changes it, and then nothing of these
        ("ix_document_unit", "unit_id IS NOT NULL", (_D.unit_id, _D.created_at, _D.id)),
        ("ix_document_drafter", "drafter_id IS NOT NULL", (_D.drafter_id, _D.created_at, _D.id)),
        ("ix_document_signer", "signer_id IS NOT NULL", (_D.signer_id, _D.created_at, _D.id)),
    )
}
