"""Every table of the store, whatever part of the office it belongs to."""

from documents.tables.authority import (
    BindingRow,
    CertificateRow,
    DelegationRow,
    RevocationRow,
)
from documents.tables.copies import CertifiedCopyRow, CopySignerRow, SealedAttachmentRow
from documents.tables.foundation import Base, Instant
from documents.tables.journey import (
    AgencyRow,
    AttachmentRow,
    DeliveryRow,
    DocumentRow,
    FeedbackRow,
    LedgerHeadRow,
    LedgerRow,
    ParcelRow,
    PersonRow,
    RegisterEntryRow,
    RegisterRow,
    RevisionRow,
)
from documents.tables.reports import ReportRow
from documents.tables.requests import SignatureRequestPartRow, SignatureRequestRow
from documents.tables.sign_sessions import SignSessionRow
from documents.tables.upgrades import UpgradeRow

__all__ = [
    "AgencyRow",
    "AttachmentRow",
    "Base",
    "BindingRow",
    "CertificateRow",
    "CertifiedCopyRow",
    "CopySignerRow",
    "DelegationRow",
    "DeliveryRow",
    "DocumentRow",
    "FeedbackRow",
    "Instant",
    "LedgerHeadRow",
    "LedgerRow",
    "ParcelRow",
    "PersonRow",
    "RegisterEntryRow",
    "RegisterRow",
    "ReportRow",
    "RevisionRow",
    "RevocationRow",
    "SealedAttachmentRow",
    "SignSessionRow",
    "SignatureRequestPartRow",
    "SignatureRequestRow",
    "UpgradeRow",
]
