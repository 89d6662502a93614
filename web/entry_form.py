"""The form on which an arrival is entered: what it is filled in with, and what was typed into it.

Source: ux.md §1.3 (fields, lengths, prefill), §3.5 (days). Each value that nobody typed says
where it comes from and how sure that is; nothing of it is entered before the clerk saves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel
from sqlalchemy.orm import Session

from documents import directory, notation, proposal
from documents.calendar import YearMissing
from documents.channel import Channel
from documents.errors import OfficeError, Refused
from documents.field_text import DayRefused, FieldRefused, NotationInvalid, SubjectInvalid
from documents.intake_facts import CodeUnreadable, IntakeFacts
from documents.kinds import BY_NAME
from documents.tables import ArrivalModelRow, DocumentRow, IntakeRow
from web.wording import day as written
from workflows.calendar_days import DayInvalid, typed_day

LENGTHS: Mapping[str, int] = {
    **{"sender": 200, "code": 45, "type": 100, "subject": 500, "signer_name": 50},
    **{"signer_position": 100, "language": 30, "description": 500, "to_places": 1000},
}
"""Characters, Appendix VI, Part II; number (11), «/» and notation (30) in one box, with room."""
_DAYS = ("promulgated", "due_date", "arrival_date")
_PLACES = ";"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a field is filled in with."""

    value: str = ""
    source: str = ""
    """Where from, Vietnamese; empty: nobody says so."""
    sure: str = ""
    """`sure`, `likely` or `guess`; empty without a source."""


NOTHING = Filled()


class EntryForm(BaseModel):
    """The form as it is sent."""

    version: int = -1
    sender: str = ""
    sender_code: str = ""
    code: str = ""
    promulgated: str = ""
    type: str = ""
    subject: str = ""
    signer_name: str = ""
    signer_position: str = ""
    urgency: str = "0"
    due_date: str = ""
    pages: str = ""
    language: str = ""
    description: str = ""
    to_places: str = ""
    arrival_date: str = ""
    confidentiality: str = ""
    despite: str = ""
    then: str = ""
    to: str = ""
    lead: str = ""
    action: str = "next"
    tu: str = ""

    def sent(self) -> dict[str, list[str]]:
        """Return its values, to be shown again."""
        return {name: [str(value)] for name, value in self.model_dump().items()}


class FieldFault(Refused):
    """A field of the form cannot be read. ({0} the field, {1} why)."""

    code = "intake.field_fault"
    vietnamese = "Ô «{0}»: {1}"
    english = "the field «{0}»: {1}"
    remedy = "Sửa ô đó rồi lưu lại / mend the field and save again"


_LABELS = {
    "promulgated": "Ngày văn bản",
    "due_date": "Thời hạn giải quyết",
    "arrival_date": "Ngày đến",
    "pages": "Số trang",
    "urgency": "Độ khẩn",
}


def filled(
    session: Session, row: DocumentRow, taken: IntakeRow | None, today: date
) -> dict[str, Filled]:
    """Return what the form of *row* is filled in with; *today* is Vietnam's."""
    found = _recorded(row)
    if taken is not None:
        found |= {
            each.field: Filled(each.value, each.source.partition(" / ")[0], each.confidence.value)
            for each in proposal.read(taken.proposals)
            if not found.get(each.field, NOTHING).value
        }
    for name in _DAYS:
        if (one := found.get(name)) and one.value:
            day = date.fromisoformat(one.value)
            found[name] = Filled(written(day), one.source, one.sure)
    found.setdefault("arrival_date", Filled(written(today)))
    found = dict.fromkeys(EntryForm.model_fields, NOTHING) | found
    return _with_sender(session, found)


def _recorded(row: DocumentRow) -> dict[str, Filled]:
    """Return what the row says: of the axis its message, of a scan what was counted."""
    source = ("edXML", "sure") if row.channel is None else ("", "")
    number = row.code_number or ""
    code = f"{number}/{row.code_notation}" if number and row.code_notation else ""
    values = {
        "sender": row.sender_organ_id or row.sender_name,
        "code": code or number or row.code_notation,
        "promulgated": row.promulgated.isoformat() if row.promulgated else "",
        "type": row.type_name,
        "subject": row.subject,
        "signer_name": row.signer_name,
        "signer_position": row.signer_position,
        "due_date": row.due_date.isoformat() if row.due_date else "",
        "to_places": f"{_PLACES} ".join(row.to_places),
        "language": row.language or "",
        "description": row.description or "",
        "arrival_date": row.arrival_date.isoformat() if row.arrival_date else "",
    }
    found = {name: Filled(value, *source) for name, value in values.items() if value}
    found["urgency"] = Filled(str(row.urgency))
    found["pages"] = Filled(str(row.pages) if row.pages else "")
    return found


def _with_sender(session: Session, found: dict[str, Filled]) -> dict[str, Filled]:
    """Return *found* with the sender's name in the box and its code beside it."""
    sender = found.get("sender", NOTHING)
    known = directory.agency_rows(session, [sender.value]).get(sender.value)
    if known is not None:
        found["sender"] = Filled(known.name, sender.source, sender.sure)
        found["sender_code"] = Filled(known.organ_id)
    return found


def modelled(
    session: Session, found: dict[str, Filled], model: ArrivalModelRow, today: date
) -> dict[str, Filled]:
    """Return *found* with what a model says where nothing stands yet."""
    said = {
        "sender": model.sender,
        "type": model.type_name,
        "to_places": f"{_PLACES} ".join(model.to_places),
        "due_date": _due(model.days, today),
    }
    source = f"mẫu «{model.name}»"
    for name, value in said.items():
        if value and not found.get(name, NOTHING).value:
            found[name] = Filled(value, source, "likely")
    return _with_sender(session, found)


def _due(days: int | None, today: date) -> str:
    try:
        day = typed_day(f"+{days}", today) if days is not None else None
    except YearMissing:
        return ""
    return written(day)


def facts_of(form: EntryForm, row: DocumentRow, today: date) -> IntakeFacts:
    """Return what was typed; *today* is Vietnam's.

    Raises:
        FieldFault: a day or a number cannot be read.
    """
    days = {name: _day(name, getattr(form, name), today) for name in _DAYS}
    code = form.code.strip()
    empty = {
        "code": not code,
        "promulgated": days["promulgated"] is None,
        "due_date": days["due_date"] is None,
        "description": not form.description.strip(),
    }
    sender = form.sender_code.strip() or form.sender.strip()
    return IntakeFacts(
        type=form.type.strip() or _type_of(code),
        subject=" ".join(form.subject.split()),
        # who sent a message is what the axis says
        sender=sender if row.channel is not None else None,
        code=code or None,
        signer_name=form.signer_name.strip(),
        signer_position=form.signer_position.strip(),
        urgency=_number("urgency", form.urgency),
        pages=_number("pages", form.pages) or None,
        language=form.language.strip(),
        description=form.description.strip() or None,
        to_places=tuple(part for one in form.to_places.split(_PLACES) if (part := one.strip())),
        clear=frozenset(name for name, is_empty in empty.items() if is_empty),
        confidentiality=form.confidentiality.strip(),
        **days,
    )


def _day(name: str, text: str, today: date) -> date | None:
    try:
        return typed_day(text, today)
    except (DayInvalid, YearMissing) as error:
        raise FieldFault(_LABELS[name], str(error)) from None


def _number(name: str, text: str) -> int:
    plain = text.strip() or "0"
    if not plain.isascii() or not plain.isdigit() or len(plain) > len("9999"):
        raise FieldFault(_LABELS[name], f"«{plain[:20]}» không phải số / is no number")
    return int(plain)


def _type_of(code: str) -> str:
    """Return the type that a notation names: a công văn's names none (Appendix III)."""
    kinds = notation.parse(code).kinds if code else ()
    return kinds[0].name if len(kinds) == 1 else ""


def faulty(error: OfficeError) -> str:
    """Return the field that *error* is about; empty: the whole form."""
    if isinstance(error, FieldFault):
        return next((name for name, label in _LABELS.items() if label == error.args[0]), "")
    if isinstance(error, (CodeUnreadable, NotationInvalid)):
        return "code"
    if isinstance(error, SubjectInvalid):
        return "subject"
    if isinstance(error, (FieldRefused, DayRefused)):
        said = str(error.args[0])
        return next((name for word, name in _WORDS if word in said), "")
    return ""


_WORDS = (
    ("cơ quan ban hành", "sender"),
    ("Ngày đến", "arrival_date"),
    ("Ngày, tháng, năm đến", "arrival_date"),
    ("Ngày văn bản", "promulgated"),
    ("Ngày, tháng, năm văn bản", "promulgated"),
    ("Trích yếu", "subject"),
    ("Tên loại", "type"),
    ("Số của văn bản", "code"),
    ("Ký hiệu", "code"),
    ("Chức vụ", "signer_position"),
    ("Họ và tên", "signer_name"),
    ("người nhận", "to_places"),
    ("Ghi chú", "description"),
    ("Ngôn ngữ", "language"),
    ("Số trang", "pages"),
)
KINDS = tuple(BY_NAME)
"""Names of the decree's types."""
SECRET_CHOICES = ("", "Mật", "Tối mật", "Tuyệt mật")
CHANNELS: Mapping[str, str] = {
    "": "Trục liên thông",
    Channel.SCAN.value: "Bản quét",
    Channel.FILE.value: "Tệp",
    Channel.EMAIL.value: "Thư điện tử",
    Channel.HAND.value: "Bản giấy",
}
