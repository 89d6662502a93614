"""What the page of an arrival to be entered shows besides its form: file, verdict, doubles, words.

Source: ux.md §1.4.1, §3.10.3. However much there is: a fixed number of questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    addressees,
    arrival_habits,
    duplicates,
    expected_number,
    intakes,
    kind_list,
    proposal,
    recognitions,
    rights,
    seen,
    units,
)
from documents.document import Role, Urgency
from documents.duplicates import Twin
from documents.intakes import WAITING
from documents.lifecycle import Direction, State
from documents.likeness import Likeness
from documents.right import Right
from documents.tables import DocumentRow, IntakeRow, PersonRow, RecognitionRow
from documents.turning_back import REASONS
from web import trail
from web.entry_form import (
    CHANNELS,
    KINDS,
    LENGTHS,
    SECRET_CHOICES,
    EntryForm,
    facts_of,
    filled,
    modelled,
)
from web.pages.document_page import seen_by
from web.visitor import Visitor
from web.wording import URGENCIES
from workflows import document_view, ocr, uploads
from workflows.plain_words import ANSWER, conclusion

LIKENESS = {
    Likeness.FILE: "cùng một tệp",
    Likeness.KEY: "trùng mã định danh văn bản",
    Likeness.CODE: "trùng số, ký hiệu và cơ quan ban hành",
    Likeness.SUBJECT: "trùng trích yếu, cơ quan và ngày ban hành",
}
DIRECTORS = (Role.LEADER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found, in a clerk's words."""

    tone: str
    """good, soon or bad."""
    text: str
    signers: tuple[tuple[str, str], ...] = ()
    """(who, what of)."""
    why: str = ""
    """Why it is held back."""


def verdict(row: DocumentRow) -> Verdict:
    """Return what verification found of *row*."""
    held = (row.error_text or "") if row.state == State.QUARANTINED else ""
    if row.state == State.FETCHED:
        return Verdict("soon", "Đang kiểm tra chữ ký số; trang tự cập nhật khi xong.")
    report = (row.verification or {}).get("main") or {}
    if row.verdict in {"UNSIGNED", ""}:
        text = "Tệp không có chữ ký số."
        if row.channel is not None:
            text = "Bản quét hoặc tệp đưa lên, không có chữ ký số: đối chiếu với bản giấy."
        return Verdict("soon", text, why=held)
    try:
        tone, text, _ = conclusion(report)
    except KeyError:  # nothing more than the answer is kept
        tone, text = "unsure", ANSWER.get(row.verdict, row.verdict).partition(" / ")[0]
    signers = tuple(
        (
            str(one.get("signer") or "không rõ"),
            "; ".join(map(str, one.get("organisations") or ())),
        )
        for one in report.get("signatures", ())[:10]
        if one.get("kind") != "timestamp"
    )
    return Verdict({"good": "good", "bad": "bad"}.get(tone, "soon"), text, signers, held)


def titles(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return what a list calls files that have no subject yet: what was read, else their names."""
    found = {}
    for taken in session.scalars(select(IntakeRow).where(IntakeRow.document_id.in_(ids))):
        read = {each.field: each.value for each in proposal.read(taken.proposals)}
        found[taken.document_id] = read.get("subject") or taken.file_name
    return found


def twins_told(found: list[Twin]) -> list[tuple[Twin, str]]:
    """Return doubles with how alike they are, in words."""
    return [(twin, LIKENESS[twin.likeness]) for twin in found]


def twins_of_form(session: Session, row: DocumentRow, form: EntryForm, today: date) -> list[Twin]:
    """Return what looks like *row* as it is typed now."""
    facts = facts_of(form, row, today)
    known = duplicates.known(session, row)
    sender = facts.sender if facts.sender is not None else row.sender_organ_id or row.sender_name
    code = duplicates.canonical(session, form.sender_code.strip() or row.sender_organ_id)
    known = replace(
        known,
        sender_code=code,
        sender_name=form.sender.strip() or sender,
        code=facts.code or "",
        promulgated=facts.promulgated,
        subject=facts.subject or "",
    )
    number = known.code.partition("/")[0]
    return duplicates.of_facts(session, row.organ_id, known, row.id, number)


def words_state(session: Session, here: Visitor, taken: IntakeRow | None) -> str:
    """Return how far recognising the words of its picture is: `none`, `due`, `off` or `done`."""
    if taken is None or not taken.file_sha256:
        return "none"
    row = session.get(RecognitionRow, taken.file_sha256)
    if row is None:
        return "none"
    if not row.due:
        return "done"
    return "off" if ocr.missing(here.office.settings.ocr) else "due"


def recognised(session: Session, taken: IntakeRow | None) -> RecognitionRow | None:
    """Return what was recognised on its file, if it was."""
    if taken is None or not taken.file_sha256:
        return None
    return recognitions.words_of(session, [taken.file_sha256]).get(taken.file_sha256)


def context(
    session: Session, here: Visitor, document_id: str, tu: str, model: str = ""
) -> dict[str, Any]:
    """Return what the page of one arrival shows.

    Raises:
        DocumentUnknown: there is no such arrival for the visitor.
        RightDenied: they are no clerk.
    """
    row = seen_by(session, here, document_id)
    rights.check(session, here.visit, Right.TAKE_IN, None, here.at)
    taken = session.get(IntakeRow, row.id)
    waits = row.direction == Direction.INCOMING and row.state in WAITING
    habits = arrival_habits.habits(session, here.organ_id)
    found = filled(session, row, taken, here.today)
    models = arrival_habits.models(session, here.organ_id, here.who)
    if chosen := next((each for each in models if each.id == model), None):
        found = modelled(session, found, chosen, here.today)
    files = document_view.files(session, row)
    return {
        "row": row,
        "taken": taken,
        "waits": waits,
        "by_axis": row.channel is None,
        "channel": CHANNELS.get(row.channel or "", row.channel),
        "filled": found,
        "lengths": LENGTHS,
        "verdict": verdict(row),
        "expected": expected_number.expected_receipt(session, row, here.at) if waits else None,
        "twins": twins_told(intakes.twins(session, row)) if waits else [],
        "files": files,
        "words": words_state(session, here, taken),
        "words_off": ocr.missing(here.office.settings.ocr),
        "recognised": recognised(session, taken),
        "kinds": [*KINDS, *(kind.name for kind in kind_list.of_day(session, here.today))],
        "urgencies": [(each.value, URGENCIES[each]) for each in Urgency],
        "secrecies": SECRET_CHOICES,
        "directors": addressees.everybody(session, here.organ_id, here.at, roles=DIRECTORS),
        "units": units.on(session, here.organ_id, here.today),
        "habit_unit": habits.unit_of(found["sender_code"].value, found["sender"].value),
        "recent": habits.senders,
        "models": models,
        "model": chosen,
        "reasons": REASONS,
        "scanned": uploads.scanned(here.office),
        "trail": _trail(here, tu, row.id),
        "tu": tu,
        "entered_by": _name(session, row.clerk_id),
        "last": seen.last_change(session, row.id),
        "offers": {offer.step.value for offer in rights.steps(session, here.visit, row, here.at)},
    }


def _trail(here: Visitor, tu: str, document_id: str) -> trail.Trail | None:
    return trail.neighbours(here, tu, document_id) if tu else None


def _name(session: Session, person_id: str | None) -> str:
    found = session.get(PersonRow, person_id) if person_id else None
    return found.full_name if found is not None else "hệ thống"
