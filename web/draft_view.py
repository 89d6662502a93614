"""What the composer's page shows: choices, what is chosen, what is wrong, what another saved.

Source: ux.md §1.3, §3. The form's values come from `web.kept`; names for codes and ids are looked
up here, in a few questions whatever the form holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from documents import (
    casefile,
    correction_letters,
    deliveries,
    directory,
    draft_choices,
    draft_layouts,
    draft_terms,
    internal_copies,
    kind_list,
    recipient_groups,
    rights,
)
from documents.document import DocumentType
from documents.errors import OfficeError
from documents.fields import LANGUAGE
from documents.kinds import KINDS
from documents.relation import RelationKind
from documents.tables import DocumentRow
from web.kept import KeptForm
from web.visitor import Visitor
from web.wording import URGENCIES
from workflows import composing
from workflows.composing import COMPOSED
from workflows.draft_looks import beside
from workflows.drafts import Tie

FIRST = DocumentType.OFFICIAL_LETTER.value
"""More than half of what agencies write."""
_USUAL = ("Công văn", "Báo cáo", "Thông báo", "Quyết định", "Giấy mời", "Kế hoạch", "Tờ trình")
ABOUT = {
    "answers": RelationKind.ANSWERS,
    "amends": RelationKind.AMENDS,
    "corrects": RelationKind.CORRECTS,
}
"""By the name in an address: what the new document is to another one."""


@dataclass(frozen=True, slots=True)
class About:
    """The document that a new one answers or mends."""

    way: str
    """Of `ABOUT`."""
    row: DocumentRow


@dataclass(frozen=True, slots=True)
class Differs:
    """One field that somebody else saved otherwise."""

    label: str
    mine: str
    theirs: str
    rows: tuple[Any, ...] = ()
    """Of a long text: both line by line."""


def about(session: Session, here: Visitor, query: Mapping[str, str]) -> About | None:
    """Return what the address says the new document is about, if the visitor may see it.

    Raises:
        DocumentUnknown: they may not, or there is none.
    """
    for way in ABOUT:
        if document_id := query.get(way, ""):
            row = session.get(DocumentRow, document_id)
            return About(way, rights.see(session, here.visit, row, here.at))
    return None


def ties(of: About | None) -> tuple[Tie, ...]:
    """Return it as the draft's order names it."""
    return (Tie(ABOUT[of.way], of.row.id),) if of is not None else ()


def new_key(of: About | None) -> str:
    """Return the key of the form of a new draft."""
    return f"drafts/{of.way}/{of.row.id}" if of is not None else "drafts/new"


def new_id(here: Visitor, once: str) -> str:
    """Return the id that the draft of one form gets, however often the form is sent."""
    return str(uuid5(NAMESPACE_URL, f"congvan:draft:{here.who}:{once[:64]}"))


def new_values(
    session: Session, here: Visitor, type_name: str, of: About | None
) -> dict[str, list[str]]:
    """Return what the form of a new draft begins with."""
    known = type_name if type_name and kind_names(session, here, type_name) else FIRST
    layout = draft_layouts.layout_of(known)
    values = {
        "type": [known],
        "way": ["compose" if known in COMPOSED else "file"],
        "unit": [draft_choices.own_unit(session, here.organ_id, here.who, here.today)],
        "body": [layout.frame],
        "language": [LANGUAGE],
        "urgency": ["0"],
    }
    if signers := draft_choices.signers(session, here.organ_id, here.at):
        values["signer"] = [signers[0].id]
    if of is not None:
        subject, recipients = correction_letters.prefilled(session, ABOUT[of.way], of.row.id)
        values |= {"subject": [subject], "recipients": list(recipients)}
        if of.way == "answers":
            values |= {"addressees": [of.row.sender_name], "urgency": [str(of.row.urgency)]}
    return values


def kind_names(session: Session, here: Visitor, wanted: str = "") -> list[str]:
    """Return the types of documents by name, the usual ones first; only *wanted* if it is one."""
    own = [kind.name for kind in kind_list.of_day(session, here.today)]
    every = [*_USUAL, *(kind.name for kind in KINDS if kind.name not in _USUAL), *own]
    return [name for name in every if not wanted or name == wanted]


def row_values(session: Session, row: DocumentRow) -> dict[str, list[str]]:
    """Return what the form of a draft that is there begins with."""
    written = composing.written_of(session, row.id)
    terms = draft_terms.issue_by(session, row.id)
    values = {
        "type": [row.type_name],
        "way": ["compose" if written is not None else "file"],
        "subject": [row.subject],
        "notation": [row.code_notation],
        "signer": [row.signer_id or ""],
        "urgency": [str(row.urgency)],
        "recipients": [each.organ_id for each in deliveries.of_document(session, row.id)],
        "to_places": ["\n".join(row.to_places)],
        "due": [f"{row.due_date:%d/%m/%Y}" if row.due_date else ""],
        "issue_by": [f"{terms:%d/%m/%Y}" if terms else ""],
        "description": [row.description or ""],
        "language": [row.language or LANGUAGE],
        "copies": [str(row.issued_amount or "")],
        "inform": [each.recipient_id for each in internal_copies.of_document(session, row.id)],
        "keep": [each.sha256 for each in casefile.attachments_of(session, row.id)],
        "version": [str(row.version)],
    }
    if written is not None:
        values |= {
            "bases": ["\n".join(written.bases)],
            "addressees": ["\n".join(written.addressees)],
            "body": [written.body],
            "unit": [written.unit],
        }
        values |= {name: [value] for name, value in written.own.items()}
    return values


def choices(
    session: Session, here: Visitor, form: KeptForm, row: DocumentRow | None
) -> dict[str, Any]:
    """Return what the page shows besides the form's own values."""
    codes = form.texts("recipients")[:1000]
    found = directory.agency_rows(session, codes)
    kind = form.text("type")
    signers = draft_choices.signers(session, here.organ_id, here.at)
    units = draft_choices.units(session, here.organ_id, here.today)
    unit = form.text("unit")
    others = [unit] if unit and unit not in {each.said for each in units} else []
    return {
        "kind_pairs": [(name, name) for name in kind_names(session, here)],
        "urgency_pairs": list(URGENCIES.items()),
        "signer_pairs": [(each.id, f"{each.name} — {each.said}") for each in signers],
        "unit_pairs": [
            ("", "—"),
            *((each.said, f"{each.name} ({each.said})") for each in units if each.said),
            *((each, each) for each in others),
        ],
        "composed": COMPOSED,
        "layout": draft_layouts.layout_of(kind),
        "composes": form.text("way") != "file" and kind in COMPOSED,
        "chosen": [(code, found[code].name if code in found else code) for code in codes],
        "informed": [
            (each.id, each.name)
            for each in draft_choices.named(session, here.organ_id, form.texts("inform")[:1000])
        ],
        "groups": recipient_groups.seen(session, here.organ_id, here.who, here.today),
        "attachments": casefile.attachments_of(session, row.id) if row is not None else [],
        "row": row,
    }


LABELS = {
    "type": "Loại văn bản",
    "subject": "Trích yếu",
    "notation": "Ký hiệu",
    "signer": "Người ký",
    "urgency": "Độ khẩn",
    "recipients": "Cơ quan nhận",
    "to_places": "Nơi nhận (như in)",
    "bases": "Căn cứ",
    "addressees": "Kính gửi",
    "body": "Nội dung",
    "due": "Hạn trả lời",
    "issue_by": "Hạn ban hành",
    "description": "Ghi chú",
    "copies": "Số bản",
    "language": "Ngôn ngữ",
}
"""What fields are called, by name; the types' own lines besides."""
_LONG = frozenset({"body", "bases", "to_places", "addressees", "recipients"})


def differing(
    session: Session, row: DocumentRow, sent: Mapping[str, Sequence[str]]
) -> list[Differs]:
    """Return the fields that were sent otherwise than they are saved now."""
    now = row_values(session, row)
    own = {line.name: line.label for line in draft_layouts.layout_of(row.type_name).own}
    found = []
    for name, label in (LABELS | own).items():
        mine = "\n".join(sent.get(name, [])).strip()
        theirs = "\n".join(now.get(name, [])).strip()
        if name not in sent or mine == theirs:
            continue
        rows = tuple(beside(theirs, mine)) if name in _LONG else ()
        found.append(Differs(label, mine, theirs, rows))
    return found


Faults = Mapping[str, OfficeError]
