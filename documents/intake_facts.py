"""What a clerk says of an incoming document, checked and put into its row.

Legal source: Decree 30/2020/ND-CP, Art. 22; Appendix VI, Part II, incoming rows 3 to 18. Another
agency's number and notation are recorded as they are printed: they are not ours to mend.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import catalogue_search, directory, field_check, field_record, kinds, secrecy
from documents.document import DocumentCode, Urgency, document_key, folded
from documents.errors import Refused
from documents.field_check import Fault
from documents.field_text import (
    FieldRefused,
    check_notation,
    check_past_day,
    check_subject,
    check_text,
    shortened,
)
from documents.fields import INCOMING
from documents.proposal import Proposal
from documents.tables import AgencyRow, DocumentRow

_LABEL = re.compile(r"^\s*số\s*[:.]?\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}[^\W\d_]?")
CLEARABLE = frozenset({"code", "promulgated", "due_date", "description"})
_PLACES = "; "


class CodeUnreadable(Refused):
    """Number and notation were typed in no form that has them. ({0} what was typed.)."""

    code = "intake.code_unreadable"
    vietnamese = "«{0}» không phải số, ký hiệu văn bản"
    english = "«{0}» is no number and notation"
    remedy = "Ví dụ 2047/UBND-KTHTĐT, 15/2026/QĐ-UBND, hoặc chỉ số / or the number alone"


class IntakeIncomplete(Refused):
    """A document is registered with what the register has a column for. ({0} what is missing.)."""

    code = "intake.incomplete"
    vietnamese = "Chưa vào sổ được, còn thiếu: {0}"
    english = "it cannot be registered, this is missing: {0}"
    remedy = (
        "Nhập trường còn thiếu, hoặc nhận đề xuất đọc từ tệp bằng --accept / say it, or accept "
        "what was read from the file"
    )


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """What is said of a document; None: stays as it is."""

    type: str | None = None
    subject: str | None = None
    sender: str | None = None
    """An agency's code, or a name; one outside the catalogue is kept as named."""
    code: str | None = None
    """`number/notation` in one box."""
    promulgated: date | None = None
    signer_name: str | None = None
    signer_position: str | None = None
    urgency: int | None = None
    due_date: date | None = None
    pages: int | None = None
    language: str | None = None
    description: str | None = None
    to_places: tuple[str, ...] | None = None
    arrival_date: date | None = None
    clear: frozenset[str] = frozenset()
    """Of CLEARABLE: those that are to be nothing."""
    confidentiality: str = ""
    """Whatever it says but «none» is refused."""


class SenderKept(Refused):
    """Who sent a message is what the axis says; statuses go there. ({0} the sender's code.)."""

    code = "arrival.sender_kept"
    vietnamese = "Nơi gửi {0} do trục xác định, không sửa được"
    english = "the axis says that {0} sent it: that is not changed"
    remedy = "Ghi chú ở trường Ghi chú / say it in the note"


NOTHING = IntakeFacts()
RECORDED = (
    *("type_name", "subject", "sender_organ_id", "sender_name", "code_number", "code_notation"),
    *("promulgated", "signer_name", "signer_position", "urgency", "due_date", "pages"),
    *("language", "description", "to_places", "arrival_date"),
)
"""Columns of a document that hold what is said here."""
Changed = dict[str, dict[str, Any]]
"""By column: {"before": …, "after": …}, as the ledger keeps it."""
_DAYS = frozenset({"promulgated", "due_date", "arrival_date"})


def with_proposals(facts: IntakeFacts, proposals: list[Proposal], wanted: str) -> IntakeFacts:
    """Return *facts*, completed by proposals that a person accepts.

    *wanted* names fields, parted by commas, or is `all`; what *facts* say goes before.
    """
    names = {each.strip() for each in wanted.split(",")} - {""}
    given: dict[str, Any] = {
        field.name: getattr(facts, field.name) for field in fields(IntakeFacts)
    }
    for each in proposals:
        if each.field not in given or given[each.field] is not None:
            continue
        if "all" in names or each.field in names:
            value: Any = date.fromisoformat(each.value) if each.field in _DAYS else each.value
            given[each.field] = value
    return IntakeFacts(**given)


def put(session: Session, row: DocumentRow, facts: IntakeFacts, today: date) -> None:
    """Write what *facts* say into *row*; *today* is Vietnam's.

    Raises:
        SecretRefused: a mark of secrecy is among it; the row must not be kept then.
        SubjectInvalid, NotationInvalid, CodeUnreadable, FieldRefused, DayRefused: as they say.
    """
    secrecy.refuse_marked(
        *(facts.subject or "", facts.code or "", facts.description or "", facts.sender or ""),
        confidentiality=facts.confidentiality,
    )
    # what came longer than the decree allows stays as it came, unless it is changed
    known = _faults(row)
    _name(row, facts)
    _code(row, facts)
    if facts.sender is not None:
        row.sender_organ_id, row.sender_name = sender_of(session, facts.sender, today)
    _days(row, facts, today)
    _describe(row, facts)
    for fault in _faults(row):
        if fault not in known:
            raise FieldRefused(fault.label, fault.why, fault.given)


def amend(session: Session, row: DocumentRow, facts: IntakeFacts, today: date) -> Changed:
    """Write what *facts* say into a *row* that says something already; return what changed.

    Raises:
        SenderKept: it came by the axis from another than *facts* say.
        What `put` refuses.
    """
    before = {name: getattr(row, name) for name in RECORDED}
    # names differ in spelling
    same = facts.sender is not None and facts.sender in {row.sender_organ_id, row.sender_name}
    put(session, row, replace(facts, sender=None) if same else facts, today)
    if row.channel is None and row.sender_organ_id != before["sender_organ_id"]:
        raise SenderKept(before["sender_organ_id"])
    return {
        name: {"before": _plain(before[name]), "after": _plain(getattr(row, name))}
        for name in RECORDED
        if before[name] != getattr(row, name)
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _faults(row: DocumentRow) -> list[Fault]:
    return field_check.check(INCOMING, field_record.incoming(row, "", ""))


def _name(row: DocumentRow, facts: IntakeFacts) -> None:
    if facts.type is not None:
        known = kinds.named(facts.type)
        row.type_name = known.name if known else check_text("Tên loại văn bản", facts.type, 100)
    if facts.subject is not None:
        row.subject = check_subject(facts.subject)
    if facts.signer_name is not None:
        row.signer_name = check_text("Họ và tên người ký", facts.signer_name, 50)
    if facts.signer_position is not None:
        row.signer_position = check_text("Chức vụ người ký", facts.signer_position, 100)


def _code(row: DocumentRow, facts: IntakeFacts) -> None:
    if "code" in facts.clear:
        row.code_number, row.code_notation = None, ""
    if facts.code is not None:
        row.code_number, row.code_notation = split_code(facts.code)


def split_code(text: str) -> tuple[str | None, str]:
    """Return number and notation of one box, as printed; either may be lacking.

    Raises:
        CodeUnreadable, NotationInvalid, FieldRefused: it is none.
    """
    plain = unicodedata.normalize("NFC", check_text("Số, ký hiệu", text, 200))
    plain = re.sub(r"\s*([/-])\s*", r"\1", _LABEL.sub("", plain))
    number, slash, rest = plain.partition("/")
    if not _NUMBER.fullmatch(number):
        if slash or not plain or any(map(str.isspace, plain)):
            raise CodeUnreadable(shortened(text))
        return None, check_notation(plain)
    return number, check_notation(rest) if slash else ""


def sender_of(session: Session, said: str, today: date) -> tuple[str, str]:
    """Return code and name of the sender that is *said*; the code is empty outside the catalogue.

    Raises:
        FieldRefused: no name of an agency can be so.
    """
    text = check_text("Tên cơ quan ban hành", said, 200)
    if not text:
        return "", ""
    found = directory.agency_rows(session, [text]).get(text)
    if found is None:
        named = session.scalars(select(AgencyRow).where(AgencyRow.name == text).limit(2)).all()
        found = named[0] if len(named) == 1 else None
    if found is None:
        hits = catalogue_search.search(session, text, today, 5)
        same = [hit for hit in hits if folded(hit.entry.name) == folded(text)]
        if len(same) == 1:
            code = same[0].entry.code
            found = directory.agency_rows(session, [code]).get(code)
    return (found.organ_id, found.name) if found is not None else ("", text)


def _days(row: DocumentRow, facts: IntakeFacts, today: date) -> None:
    for name in ("promulgated", "due_date"):
        if name in facts.clear:
            setattr(row, name, None)
    if facts.promulgated is not None:
        row.promulgated = check_past_day("Ngày văn bản", facts.promulgated, today)
    if facts.arrival_date is not None:
        row.arrival_date = check_past_day("Ngày đến", facts.arrival_date, today)
    if facts.due_date is not None:
        row.due_date = facts.due_date


def _describe(row: DocumentRow, facts: IntakeFacts) -> None:
    if facts.urgency is not None:
        row.urgency = Urgency(facts.urgency)
    if facts.pages is not None:
        row.pages = facts.pages
    if facts.language is not None:
        row.language = check_text("Ngôn ngữ", facts.language, 30) or None
    if "description" in facts.clear:
        row.description = None
    if facts.description is not None:
        row.description = check_text("Ghi chú", facts.description, 500) or None
    if facts.to_places is not None:
        label = "Đơn vị hoặc người nhận"
        row.to_places = [check_text(label, place, 300) for place in facts.to_places[:100]]
        check_text(label, _PLACES.join(row.to_places), 1000)


def name_key(row: DocumentRow) -> None:
    """Give *row* the identifier that its sender would give it, where all of it is known.

    By it the electronic form, if one comes later, is known to be the same document.
    """
    row.document_key = None
    if row.sender_organ_id and row.code_number and row.code_notation and row.promulgated:
        code = DocumentCode(row.code_number, row.code_notation)
        row.document_key = document_key(row.sender_organ_id, row.promulgated, code)


_NEEDED: Mapping[str, str] = {
    "type_name": "tên loại / type",
    "subject": "trích yếu / subject",
    "sender_name": "cơ quan ban hành / sender",
}


def ensure_complete(row: DocumentRow) -> None:
    """Return if *row* says what the register must have; code and date may be unknown.

    Raises:
        IntakeIncomplete: something is missing.
    """
    lacking = [said for name, said in _NEEDED.items() if not getattr(row, name).strip()]
    if lacking:
        raise IntakeIncomplete(", ".join(lacking))
