"""Checks of a draft before approval: by whom, of which version, and which an agency requires.

Legal source: Decree 30/2020/ND-CP, Art. 12; Appendix VI, Part I, III.5a. A check is bound to
the digest of the version that was looked at; a new version, or an edit of what the document
itself says, ends it. What was checked stays on record.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from documents import directory, editing, ledger, posts, versions
from documents.casefile import locked, note
from documents.check import CheckKind, Rule
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Fact
from documents.posts import Acting
from documents.tables import DocumentRow, DraftCheckRow, DraftRuleRow

MOST_FINDINGS = 50
NOTE_LENGTH = 2000


class CheckMissing(Refused):
    """The agency wants a check that this version has not passed ({0} which)."""

    code = "document.check_missing"
    vietnamese = "Dự thảo chưa qua: {0}"
    english = "the draft has not passed: {0}"
    remedy = (
        "Trưởng đơn vị kiểm tra nội dung, người được giao kiểm tra thể thức: `congvan draft check` "
        "/ the unit's head checks content, the person in charge form: `congvan draft check`"
    )


class VersionMoved(Refused):
    """Whoever decided had another version before them ({0} the newest one's number)."""

    code = "document.version_moved"
    vietnamese = "Dự thảo đã có bản mới (số {0}), chưa ghi nhận"
    english = "the draft has a newer version ({0}); nothing was recorded"
    remedy = "Xem bản mới rồi làm lại / look at the new version and do it again"


_RULES = cast("Table", DraftRuleRow.__table__)
# built once: asked at every approval
_RULE = select(_RULES.c.content_check, _RULES.c.form_check, _RULES.c.form_checker_id).where(
    _RULES.c.organ_id == bindparam("organ")
)


def rule_of(session: Session, organ_id: str) -> Rule:
    """Return what the agency wants before approval; nothing where nobody decided."""
    row = session.connection().execute(_RULE, {"organ": organ_id}).one_or_none()
    return Rule() if row is None else Rule(row[0], row[1], row[2] or "")


def require(session: Session, organ_id: str, rule: Rule, who: str, at: datetime) -> None:
    """Record what the agency's leader *who* wants from now on; what is so already is not repeated.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, RightMissing: as they say; the person in
            charge of form must be one of the agency.
    """
    agency = directory.served_agency(session, organ_id)
    acting = posts.acting(session, agency.organ_id, who, (Role.LEADER,), at, "set_draft_rule")
    checker = None
    if rule.form_checker_id:
        checker = directory.person_row(session, agency.organ_id, rule.form_checker_id).id
    before = rule_of(session, agency.organ_id)
    after = Rule(rule.content, rule.form, checker or "")
    if before == after:
        return
    row = session.get(DraftRuleRow, agency.organ_id) or DraftRuleRow(organ_id=agency.organ_id)
    row.content_check, row.form_check, row.form_checker_id = rule.content, rule.form, checker
    row.decided_by, row.decided_at = acting.person.id, at
    session.add(row)
    session.flush()
    said = {name: _shown(each) for name, each in (("before", before), ("after", after))}
    detail = tuple((said | acting.detail()).items())
    fact = Fact("", "set_draft_rule", "", acting.actor, "", detail)
    ledger.append(session, agency.organ_id, fact, at)


def _shown(rule: Rule) -> dict[str, Any]:
    return {"required": [str(kind) for kind in rule.required], "form": rule.form_checker_id}


def record(
    session: Session,
    document_id: str,
    kind: CheckKind,
    who: str,
    at: datetime,
    *,
    passed: bool = True,
    words: str = "",
    findings: Sequence[tuple[str, str]] = (),
    seen: str = "",
) -> DraftCheckRow:
    """Record that *who* checked the newest version; the same answer again changes nothing.

    *findings* are what the machine found, as (code, text). *seen* is the SHA-256 of the version
    that they had before them; empty: the newest.

    Raises:
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be decided upon.
        VersionMoved: it is not the newest any more.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    editing.ensure_open(session, row)
    acting = _checker(session, row, kind, who, at)
    number, sha256 = versions.newest(session, row.id)
    if seen not in ("", sha256):
        raise VersionMoved(number)
    words = storable(words.strip())[:NOTE_LENGTH]
    before = standing(session, row.id).get(kind)
    if before is not None:
        same = (before.passed, before.checked_by, before.note) == (passed, acting.person.id, words)
        if same and before.sha256 == sha256:
            return before
        before.ended_at = at
        session.flush()
    made = DraftCheckRow(
        id=new_id(),
        document_id=row.id,
        version=number,
        sha256=sha256,
        kind=kind,
        passed=passed,
        note=words,
        findings=[list(each) for each in findings[:MOST_FINDINGS]],
        checked_by=acting.person.id,
        checked_at=at,
    )
    session.add(made)
    session.flush()
    row.updated_at = at
    said: dict[str, Any] = {"version": number, "passed": passed}
    said |= {"note": words} if words else {}
    said |= {"findings": [code for code, _ in findings[:MOST_FINDINGS]]} if findings else {}
    what = f"check_{kind}"
    note(session, row, what, acting.actor, at, evidence=sha256, detail=said | acting.detail())
    return made


def _checker(session: Session, row: DocumentRow, kind: CheckKind, who: str, at: datetime) -> Acting:
    """Return who checks: content the head of the drafting unit, form whom the head charged."""
    what = kind.spoken
    if kind is CheckKind.CONTENT:
        acting = editing.acting(session, row, who, (Role.UNIT_HEAD,), at, what)
        # a head answers for what they drafted too; a stand-in is there as another pair of eyes
        own = acting.in_stead_of and acting.person.id == row.drafter_id
        if own or (row.unit_id and acting.unit_id and row.unit_id != acting.unit_id):
            raise directory.RightMissing(acting.person.full_name, acting.position, what)
        return acting
    charged = rule_of(session, row.organ_id).form_checker_id
    if not charged:
        return editing.acting(session, row, who, (Role.CLERK,), at, what)
    acting = editing.acting(session, row, who, tuple(Role), at, what)
    if charged not in (acting.person.id, acting.in_stead_of):
        raise directory.RightMissing(acting.person.full_name, acting.position, what)
    return acting


def may_record(session: Session, row: DocumentRow, kind: CheckKind, who: str, at: datetime) -> bool:
    """Return whether `record` would let *who* check the draft now: for a button."""
    try:
        editing.ensure_open(session, row)
        _checker(session, row, kind, who, at)
    except Refused:
        return False
    return True


def standing(session: Session, document_id: str) -> dict[CheckKind, DraftCheckRow]:
    """Return the checks that nothing has ended, passed or not."""
    wanted = select(DraftCheckRow).where(
        DraftCheckRow.document_id == document_id, DraftCheckRow.ended_at.is_(None)
    )
    return {CheckKind(row.kind): row for row in session.scalars(wanted)}


def history(session: Session, document_id: str) -> list[DraftCheckRow]:
    """Return every check of every version, oldest first."""
    wanted = select(DraftCheckRow).where(DraftCheckRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(DraftCheckRow.checked_at, DraftCheckRow.id)))


def end(session: Session, document_id: str, at: datetime) -> list[CheckKind]:
    """End the standing checks, in the transaction that changes the draft; return which."""
    ended = standing(session, document_id)
    for row in ended.values():
        row.ended_at = at
    session.flush()
    return sorted(ended)


def ensure_passed(session: Session, row: DocumentRow) -> None:
    """Return if the draft has passed what its agency wants: one short question where nothing is.

    Raises:
        CheckMissing: it says which check of this version is missing or was not passed.
    """
    required = rule_of(session, row.organ_id).required
    if not required:
        return
    _, sha256 = versions.newest(session, row.id)
    held = standing(session, row.id)
    missing = [
        kind.spoken.partition(" / ")
        for kind in required
        if kind not in held or not held[kind].passed or held[kind].sha256 != sha256
    ]
    if missing:
        spoken = (", ".join(vi for vi, _, _ in missing), ", ".join(en for _, _, en in missing))
        raise CheckMissing(" / ".join(spoken))
