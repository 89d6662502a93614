"""Every field of a document as words for the index, many documents at once.

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6: search in all that was entered.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents import search_spans, search_words
from documents.numbering import local_day
from documents.search_query import value_key
from documents.search_words import Vocabulary
from documents.tables import (
    AttachmentRow,
    DeliveryRow,
    DocumentRow,
    DossierRow,
    DraftOpinionRow,
    FilingRow,
    PersonRow,
    RemarkRow,
    TaskRow,
    UnitRow,
)

BODY_LENGTH = 2_000_000
"""Characters of the files' text that are looked at."""

Texts = Mapping[str, list[str]]


def vocabularies(session: Session, rows: Mapping[str, DocumentRow]) -> dict[str, Vocabulary]:
    """Return the words of each document's fields."""
    ids = list(rows)
    if not ids:
        return {}
    people = _people(session, rows.values())
    units = _units(session, rows.values())
    recipients = _texts(
        session,
        select(DeliveryRow.document_id, DeliveryRow.name, DeliveryRow.organ_id),
        DeliveryRow.document_id,
        ids,
    )
    names = _texts(
        session,
        select(AttachmentRow.document_id, AttachmentRow.name),
        AttachmentRow.document_id,
        ids,
    )
    said = _said(session, ids)
    dossiers = _texts(
        session,
        select(FilingRow.document_id, DossierRow.notation, DossierRow.title).join(
            DossierRow,
            (DossierRow.id == FilingRow.dossier_id) & FilingRow.removed_at.is_(None),
        ),
        FilingRow.document_id,
        ids,
    )
    found: dict[str, Vocabulary] = {}
    for key, row in rows.items():
        words = found[key] = Vocabulary()
        _own(words, row)
        words.add(search_words.several([*row.to_places, *recipients[key]]), "to")
        words.add(search_words.several([row.signer_name, people.get(row.signer_id or "")]), "sign")
        words.add(people.get(row.drafter_id or "", ""), "draft")
        words.add(units.get(row.unit_id or "", ""), "unit")
        words.add(search_words.several(dossiers[key]), "doss")
        words.add(search_words.several(said[key]), "says")
        words.add(search_words.several(names[key]))
        _values(words, row)
    return found


def alone(row: DocumentRow) -> Vocabulary:
    """Return the words of what a document's own row says, without people, units and files."""
    words = Vocabulary()
    _own(words, row)
    words.add(search_words.several(row.to_places), "to")
    words.add(row.signer_name, "sign")
    _values(words, row)
    return words


def _own(words: Vocabulary, row: DocumentRow) -> None:
    words.add(row.subject, "subj")
    number, notation = row.code_number or "", row.code_notation
    words.add(f"{number}/{notation}")
    for kind, text in (("num", number), ("rcpt", str(row.receipt_number or ""))):
        for each in search_words.words(text, 100):
            words.mark(f"{kind}_{search_words.plain(each).lstrip('0') or '0'}")
    for each in search_words.words(notation, 200):
        words.mark(f"not_{search_words.plain(each)}")
    if number:
        words.mark(search_words.code(f"{number}/{notation}"))
    words.add(str(row.receipt_number or ""))
    words.add(row.type_name, "type")
    words.add(search_words.several([row.sender_name, row.sender_organ_id]), "from")
    words.add(row.place, "place")
    words.add(row.description or "", "note")
    words.add(search_words.several([row.signer_position, row.signer_competence]))


def _values(words: Vocabulary, row: DocumentRow) -> None:
    for kind, text in (
        ("organ", row.organ_id),
        ("dir", row.direction),
        ("state", row.state),
        ("type", row.type_name),
        ("year", str(year_of(row))),
        ("sender", row.sender_organ_id),
        ("urg", str(row.urgency)),
        ("unit", row.unit_id or ""),
        ("due", "given" if row.due_date else "none"),
    ):
        words.mark(value_key(kind, text))
    if row.signer_id:
        words.mark(value_key("signer", row.signer_id))
    for kind, day in (("pro", row.promulgated), ("arr", row.arrival_date), ("end", row.due_date)):
        if day:
            for each in search_spans.of_day(kind, day):
                words.mark(each)


def year_of(row: DocumentRow) -> int:
    """Return the year under which a document is looked for: of its date, or of its entry."""
    return (row.promulgated or row.arrival_date or local_day(row.created_at)).year


def _people(session: Session, rows: Iterable[DocumentRow]) -> dict[str, str]:
    ids = {each for row in rows for each in (row.signer_id, row.drafter_id) if each}
    wanted = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(ids))
    return {key: name for key, name in session.execute(wanted)}  # noqa: C416


def _units(session: Session, rows: Iterable[DocumentRow]) -> dict[str, str]:
    ids = {row.unit_id for row in rows if row.unit_id}
    wanted = select(UnitRow.id, UnitRow.name, UnitRow.abbreviation).where(UnitRow.id.in_(ids))
    return {key: f"{name}\n{short}" for key, name, short in session.execute(wanted)}


def _said(session: Session, ids: list[str]) -> Texts:
    """Return directions, tasks, opinions and results of each document."""
    task, remark, opinion = TaskRow, RemarkRow, DraftOpinionRow
    found: defaultdict[str, list[str]] = defaultdict(list)
    for wanted, column in (
        (select(task.document_id, task.content, task.product, task.result), task.document_id),
        (select(remark.document_id, remark.words), remark.document_id),
        (
            select(opinion.document_id, opinion.question, opinion.words, opinion.answer),
            opinion.document_id,
        ),
    ):
        for key, texts in _texts(session, wanted, column, ids).items():
            found[key] += texts
    return found


def _texts(
    session: Session, wanted: Select[*tuple[Any, ...]], column: Any, ids: list[str]
) -> Texts:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for document_id, *texts in session.execute(
        wanted.where(column.in_(ids)).order_by(*wanted.selected_columns)
    ):
        found[document_id] += [text for text in texts if text]
    return found
