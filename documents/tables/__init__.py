"""Every table of the store, whatever part of the office it belongs to."""

from documents.tables.access import AccessChangeRow, AccessRow
from documents.tables.accounts import (
    AccountPersonRow,
    AccountRow,
    LoginAttemptRow,
    WebSessionRow,
)
from documents.tables.authority import (
    BindingRow,
    CertificateRow,
    DelegationRow,
    RevocationRow,
)
from documents.tables.batches import BatchItemRow, BatchRow
from documents.tables.books import BookRevisionRow, BookRow, LoanRow, TransferRow
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
from documents.tables.desks import ComposedTextRow, KeptFormRow, PresenceRow
from documents.tables.dossiers import (
    DossierRow,
    FilingMarkRow,
    FilingRow,
    FilingRuleRow,
    HandoverItemRow,
    HandoverRow,
    MaterialRow,
)
from documents.tables.fields import AbbreviationRow, DocumentTypeRow, SecretRefusalRow
from documents.tables.filing_plans import (
    DossierTermsRow,
    PlanEntryRow,
    PlanHeadingRow,
    PlanRow,
    RetentionRow,
)
from documents.tables.foundation import Base, Instant
from documents.tables.handling import (
    ExtensionRow,
    RemarkFileRow,
    RemarkRow,
    SubmissionRow,
    TaskRow,
)
from documents.tables.intake import EnvelopeRow, IntakeRow
from documents.tables.interface import ApiTokenRow, IdempotentAnswerRow
from documents.tables.issuing import IssueOrderRow, RecipientGroupMemberRow, RecipientGroupRow
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
from documents.tables.lists import LISTS
from documents.tables.people import AbsenceRow, PostRow, UnitRow, WorkDelegationRow
from documents.tables.phrases import PhraseRow, PresetRow
from documents.tables.readings import ReadingRow
from documents.tables.reconciliation import FindingRow, ReconciliationRow
from documents.tables.registering import ArrivalModelRow, RecognitionRow
from documents.tables.relations import RelationRow
from documents.tables.reminders import (
    DigestRow,
    IncidentRow,
    MailboxRow,
    MorningRow,
    NoticeRow,
    ReminderGapRow,
    ReminderRuleRow,
)
from documents.tables.reports import ReportRow
from documents.tables.requests import SignatureRequestPartRow, SignatureRequestRow
from documents.tables.search import SavedQueryRow, SearchBodyRow, SearchCursorRow, SearchEntryRow
from documents.tables.series import ReservationRow, SeriesRulesRow
from documents.tables.sign_sessions import SignSessionRow
from documents.tables.upgrades import UpgradeRow
from documents.tables.versions import (
    DraftCheckRow,
    DraftOpinionRow,
    DraftRuleRow,
    DraftTermsRow,
    InternalCopyRow,
    PaperIssueRow,
)
from documents.tables.watching import DisplayRow

__all__ = [
    "LISTS",
    "AbbreviationRow",
    "AbsenceRow",
    "AccessChangeRow",
    "AccessRow",
    "AccountPersonRow",
    "AccountRow",
    "AgencyRow",
    "ApiTokenRow",
    "ArrivalModelRow",
    "AttachmentRow",
    "Base",
    "BatchItemRow",
    "BatchRow",
    "BindingRow",
    "BookRevisionRow",
    "BookRow",
    "CatalogueAliasRow",
    "CatalogueEntryRow",
    "CatalogueListingRow",
    "CataloguePostingRow",
    "CatalogueSuccessionRow",
    "CatalogueVersionRow",
    "CertificateRow",
    "CertifiedCopyRow",
    "ChangeRow",
    "ComposedTextRow",
    "CopySignerRow",
    "DelegationRow",
    "DeliveryRow",
    "DigestRow",
    "DisplayRow",
    "DocumentRow",
    "DocumentTypeRow",
    "DossierRow",
    "DossierTermsRow",
    "DraftCheckRow",
    "DraftOpinionRow",
    "DraftRuleRow",
    "DraftTermsRow",
    "EnvelopeRow",
    "ExtensionRow",
    "FeedbackRow",
    "FilingMarkRow",
    "FilingRow",
    "FilingRuleRow",
    "FindingRow",
    "HandoverItemRow",
    "HandoverRow",
    "IdempotentAnswerRow",
    "IncidentRow",
    "Instant",
    "IntakeRow",
    "InternalCopyRow",
    "IssueOrderRow",
    "KeptFormRow",
    "LedgerHeadRow",
    "LedgerRow",
    "LoanRow",
    "LoginAttemptRow",
    "MailboxRow",
    "MaterialRow",
    "MorningRow",
    "NoticeRow",
    "PaperIssueRow",
    "ParcelRow",
    "PersonRow",
    "PhraseRow",
    "PlanEntryRow",
    "PlanHeadingRow",
    "PlanRow",
    "PostRow",
    "PresenceRow",
    "PresetRow",
    "ReadingRow",
    "RecipientGroupMemberRow",
    "RecipientGroupRow",
    "RecognitionRow",
    "ReconciliationRow",
    "RegisterEntryRow",
    "RegisterRow",
    "RelationRow",
    "RemarkFileRow",
    "RemarkRow",
    "ReminderGapRow",
    "ReminderRuleRow",
    "ReportRow",
    "ReservationRow",
    "RetentionRow",
    "RevisionRow",
    "RevocationRow",
    "SavedQueryRow",
    "SealedAttachmentRow",
    "SearchBodyRow",
    "SearchCursorRow",
    "SearchEntryRow",
    "SecretRefusalRow",
    "SeriesRulesRow",
    "SignSessionRow",
    "SignatureRequestPartRow",
    "SignatureRequestRow",
    "SubmissionRow",
    "TaskRow",
    "TransferRow",
    "UnitRow",
    "UpgradeRow",
    "WebSessionRow",
    "WorkDelegationRow",
]
