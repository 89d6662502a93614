"""Who seems to have issued a file: by the name above its number, by its notation's abbreviation.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.2, II.3. A guess for the clerk: agencies
share abbreviations (every province has its SNV), so one that fits several is told as no one's.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import catalogue_search, notation
from documents.numbering import local_day
from documents.proposal import Confidence, Proposal
from documents.spelling import same_agency_name
from documents.tables import AgencyRow

MOST = 20
"""Agencies that are compared."""


def guessed(session: Session, organ_id: str, printed: str, code: str, day: date) -> Proposal | None:
    """Return the sender of a file that came to *organ_id*: its code, or its name as printed.

    Args:
        session: any transaction.
        organ_id: the agency that it came to; a document is seldom its own.
        printed: what stands above the number; may have the parent agency before the agency.
        code: `number/notation`; may be empty.
        day: of which the catalogue is asked.
    """
    words = printed.split()
    # the parent agency stands before the agency, and nothing shows where it ends
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(min(len(words), MOST))]
    known = [
        row
        for row in session.scalars(select(AgencyRow).order_by(AgencyRow.organ_id).limit(1000))
        if row.organ_id != organ_id
        and any(
            same_agency_name(name, row.name, row.parent_name) or _is(row.name, name)
            for _, name in splits
        )
    ]
    if len(known) == 1:
        return Proposal("sender", known[0].organ_id, Confidence.LIKELY, f"tên in: {printed}"[:200])
    for _, name in splits:
        hits = catalogue_search.search(session, name, day, MOST)
        same = [hit.entry.code for hit in hits if same_agency_name(name, hit.entry.name)]
        if len(same) == 1:
            return Proposal("sender", same[0], Confidence.LIKELY, f"danh mục: {printed}"[:200])
    if code and (found := _abbreviated(session, organ_id, code)):
        return found
    if printed:
        where = "tên in, không có trong danh mục / as printed, not in the catalogue"
        return Proposal("sender", printed[:200], Confidence.GUESS, where)
    return None


def completed(
    session: Session, organ_id: str, printed: str, proposals: Sequence[Proposal], at: datetime
) -> Sequence[Proposal]:
    """Return *proposals* of a file that came to *organ_id*, with the sender that they lead to.

    *printed* is what stands above the number; *at* the moment whose catalogue is asked.
    """
    code = next((each.value for each in proposals if each.field == "code"), "")
    if not code and not printed:
        return proposals
    sender = guessed(session, organ_id, printed, code, local_day(at))
    return (*proposals, sender) if sender is not None else proposals


def _is(name: str, printed: str) -> bool:
    return bool(printed) and same_agency_name(printed, name)


def _abbreviated(session: Session, organ_id: str, code: str) -> Proposal | None:
    organ = notation.parse(code).organ
    if not organ:
        return None
    wanted = select(AgencyRow.organ_id).where(
        AgencyRow.abbreviation == organ, AgencyRow.organ_id != organ_id
    )
    found = session.scalars(wanted.limit(2)).all()
    if len(found) != 1:
        return None
    return Proposal("sender", found[0], Confidence.GUESS, f"ký hiệu «{organ}» / its notation")
