"""What is known of a draft, as commands print it and programs read it: plain data.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.5a: all drafts, opinions and checks.
"""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    casefile,
    checks,
    draft_opinions,
    draft_terms,
    internal_copies,
    paper_issues,
    relations,
    versions,
)
from documents.tables import DraftCheckRow, DraftOpinionRow
from workflows.commands.console import local
from workflows.plain_words import DOCUMENT, named


def facts(session: Session, document_id: str) -> dict[str, Any]:
    """Return the draft's versions, checks, opinions and terms.

    Raises:
        DocumentUnknown: there is no such document.
    """
    row = casefile.known(session, document_id)
    terms = draft_terms.terms_of(session, document_id)
    rule = checks.rule_of(session, row.organ_id)
    ties = relations.ties(session, document_id)
    return {
        "id": row.id,
        "state": named(DOCUMENT, row.state),
        "type": row.type_name,
        "notation": row.code_notation,
        "subject": row.subject,
        "signer": row.signer_name,
        "urgency": row.urgency,
        "proposed_urgency": terms.proposed_urgency if terms else None,
        "urgency_by": terms.urgency_by if terms else None,
        "due": _day(row.due_date),
        "issue_by": _day(terms.issue_by if terms else None),
        "fault": terms.fault if terms else None,
        "approved": row.approved_sha256,
        "required": [str(kind) for kind in rule.required],
        "versions": [_version(each) for each in versions.versions_of(session, document_id)],
        "checks": [_check(each) for each in checks.history(session, document_id)],
        "opinions": [_opinion(each) for each in draft_opinions.of_document(session, document_id)],
        "relations": [{"kind": str(kind), "document": about} for kind, about in ties],
        "informed": [
            {"to": each.recipient_id, "unit": each.is_unit, "read": local(each.read_at)}
            for each in internal_copies.of_document(session, document_id)
        ],
        "paper": [
            {"copies": each.copies, "by": each.printed_by, "at": local(each.printed_at)}
            for each in paper_issues.of_document(session, document_id)
        ],
    }


def waiting(session: Session, organ_id: str, day: date) -> dict[str, Any]:
    """Return the opinions that an agency waits for, and what it should have issued before *day*."""
    asked = draft_opinions.waiting(session, organ_id)
    late = draft_terms.late(session, organ_id, day)
    return {
        "opinions": [{"document": each.document_id} | _opinion(each) for each in asked],
        "late": [
            {"document": row.id, "issue_by": _day(by), "subject": row.subject} for row, by in late
        ],
    }


def _day(day: date | None) -> str | None:
    return f"{day:%d/%m/%Y}" if day else None


def _version(each: versions.Version) -> dict[str, Any]:
    return {
        "number": each.number,
        "at": local(each.at),
        "by": each.by,
        "reason": each.reason,
        "sha256": each.sha256,
        "bytes": each.size,
    }


def _check(each: DraftCheckRow) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "version": each.version,
        "passed": each.passed,
        "by": each.checked_by,
        "at": local(each.checked_at),
        "stands": each.ended_at is None,
        "note": each.note,
        "findings": [text for _, text in each.findings],
    }


def _opinion(each: DraftOpinionRow) -> dict[str, Any]:
    return {
        "id": each.id,
        "version": each.version,
        "of": each.person_id or each.unit_id,
        "asked_by": each.asked_by,
        "due": _day(each.due_date),
        "question": each.question,
        "by": each.given_by,
        "at": local(each.given_at),
        "words": each.words,
        "file": each.file_name,
        "taken": each.taken,
        "answer": each.answer,
    }
