"""Every table of the store, whatever part of the office it belongs to."""

from documents.tables.authority import (
    BindingRow,
    CertificateRow,
    DelegationRow,
    RevocationRow,
)
from documents.tables.catalogue import (
    CatalogueAliasRow,
    CatalogueEntryRow,
    CatalogueListingRow,
    CataloguePostingRow,
    CatalogueSuccessionRow,
    CatalogueVersionRow,
)
from documents.tables.changes import ChangeRow
from documents.tables.copies import CertifiedCopyRow, CopySignerRow, SealedAttachmentRow
from documents.tables.fields import AbbreviationRow, DocumentTypeRow, SecretRefusalRow
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
from documents.tables.people import AbsenceRow, PostRow, UnitRow, WorkDelegationRow
from documents.tables.reconciliation import FindingRow, ReconciliationRow
from documents.tables.relations import RelationRow
from documents.tables.reports import ReportRow
from documents.tables.requests import SignatureRequestPartRow, SignatureRequestRow
from documents.tables.series import ReservationRow, SeriesRulesRow
from documents.tables.sign_sessions import SignSessionRow
from documents.tables.upgrades import UpgradeRow

__all__ = [
    "AbbreviationRow",
    "AbsenceRow",
    "AgencyRow",
    "AttachmentRow",
    "Base",
    "BindingRow",
    "CatalogueAliasRow",
    "CatalogueEntryRow",
    "CatalogueListingRow",
    "CataloguePostingRow",
    "CatalogueSuccessionRow",
    "CatalogueVersionRow",
    "CertificateRow",
    "CertifiedCopyRow",
    "ChangeRow",
    "CopySignerRow",
    "DelegationRow",
    "DeliveryRow",
    "DocumentRow",
    "DocumentTypeRow",
    "FeedbackRow",
    "FindingRow",
    "Instant",
    "LedgerHeadRow",
    "LedgerRow",
    "ParcelRow",
    "PersonRow",
    "PostRow",
    "ReconciliationRow",
    "RegisterEntryRow",
    "RegisterRow",
    "RelationRow",
    "ReportRow",
    "ReservationRow",
    "RevisionRow",
    "RevocationRow",
    "SealedAttachmentRow",
    "SecretRefusalRow",
    "SeriesRulesRow",
    "SignSessionRow",
    "SignatureRequestPartRow",
    "SignatureRequestRow",
    "UnitRow",
    "UpgradeRow",
    "WorkDelegationRow",
]
