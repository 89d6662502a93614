"""The indexes that lists of documents go along (documents/listing.py), page by page.

Partial where most rows have no value: a step of a document pays for each that it is in.
"""

from collections.abc import Mapping

from sqlalchemy import Index, text

from documents.tables.journey import DocumentRow

_D = DocumentRow

LISTS: Mapping[str, Index] = {
    name: Index(
        name,
        *columns,
        sqlite_where=text(f"{given} IS NOT NULL") if given else None,
        postgresql_where=text(f"{given} IS NOT NULL") if given else None,
    )
    for name, given, columns in (
        ("ix_document_queue", "", (_D.organ_id, _D.direction, _D.state, _D.created_at, _D.id)),
        (
            "ix_document_arrival",
            "arrival_date",
            (_D.organ_id, _D.direction, _D.arrival_date, _D.id),
        ),
        (
            "ix_document_promulgated",
            "promulgated",
            (_D.organ_id, _D.direction, _D.promulgated, _D.id),
        ),
        ("ix_document_coded", "code_number", (_D.organ_id, _D.direction, _D.code_number, _D.id)),
        (
            "ix_document_receipt",
            "receipt_number",
            (_D.organ_id, _D.direction, _D.receipt_number, _D.id),
        ),
        ("ix_document_due", "due_date", (_D.organ_id, _D.direction, _D.due_date, _D.id)),
        ("ix_document_unit", "unit_id", (_D.unit_id, _D.direction, _D.state, _D.created_at, _D.id)),
        ("ix_document_drafter", "drafter_id", (_D.drafter_id, _D.state, _D.created_at, _D.id)),
        ("ix_document_signer", "signer_id", (_D.signer_id, _D.state, _D.created_at, _D.id)),
    )
}
