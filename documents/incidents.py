"""Incidents and requests that the law gives hours or days to answer: told, answered.

Legal source: Decree 331/2026/ND-CP, Art. 31.2d (24 and 72 hours); Law 91/2025, Art. 23 (72 hours);
Decree 356/2025/ND-CP (2 working days; 10, 15, 20 days); law.md §9. Only that and when is kept
here: what happened belongs to the reports themselves.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Fact
from documents.obligation import INCIDENTS, Duty
from documents.tables import IncidentRow

WORDS_LENGTH = 500
_OLDEST = timedelta(days=366)
_MAY = (Role.ADMINISTRATOR, Role.LEADER, Role.CLERK, Role.UNIT_HEAD)
_WHAT = "ghi nhận sự việc / record an incident"


class IncidentInvalid(Refused):
    """What is to be recorded is no incident. ({0} why)."""

    code = "incident.invalid"
    vietnamese = "Không ghi nhận được sự việc: {0}"
    english = "this incident cannot be recorded: {0}"
    remedy = "Sửa rồi ghi lại / mend it and record it again"


class IncidentUnknown(Refused):
    """No incident has this id."""

    code = "incident.unknown"
    vietnamese = "Không có sự việc «{0}»"
    english = "there is no incident «{0}»"
    remedy = "Xem mã: `congvan deadlines` / see the ids"


def begin(
    session: Session,
    organ_id: str,
    duty: Duty,
    words: str,
    began_at: datetime,
    owner: str,
    by: str,
    at: datetime,
) -> str:
    """Record an incident or a request, from which its time runs; returns its id.

    Raises:
        IncidentInvalid: the duty is of another kind, no words, a moment to come or long past.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing.
    """
    organ = directory.served_agency(session, organ_id).organ_id
    acting = posts.acting(session, organ, by, _MAY, at, _WHAT)
    person = directory.person_row(session, organ, owner, at)
    words = " ".join(storable(words[: 4 * WORDS_LENGTH]).split())
    fault = ""
    if duty not in INCIDENTS:
        fault = f"«{duty}»"
    elif not 1 <= len(words) <= WORDS_LENGTH:
        fault = f"nội dung 1–{WORDS_LENGTH} ký tự / characters"
    elif not at - _OLDEST <= began_at <= at:
        fault = "thời điểm xảy ra / when it began"
    if fault:
        raise IncidentInvalid(fault)
    row = IncidentRow(
        id=new_id(),
        organ_id=organ,
        duty=duty.value,
        words=words,
        began_at=began_at,
        owner_id=person.id,
        recorded_by=acting.person.id,
        recorded_at=at,
        done_at=None,
    )
    session.add(row)
    session.flush()
    said = {"incident": row.id, "duty": row.duty, "began_at": began_at, "owner": person.id}
    detail = (*said.items(), *acting.detail().items())
    ledger.append(session, organ, Fact("", "begin_incident", "", acting.actor, "", detail), at)
    return row.id


def done(session: Session, organ_id: str, incident_id: str, by: str, at: datetime) -> None:
    """Record that an incident was answered; done before, nothing is done.

    Raises:
        IncidentUnknown: the agency has none of this id.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    row = session.get(IncidentRow, incident_id, with_for_update=True)
    if row is None or row.organ_id != organ_id:
        raise IncidentUnknown(incident_id)
    acting = posts.acting(session, organ_id, by, frozenset(Role), at, _WHAT)
    if acting.person.id != row.owner_id:
        acting = posts.acting(session, organ_id, by, _MAY, at, _WHAT)
    if row.done_at is not None:
        return
    row.done_at, row.done_by = at, acting.person.id
    session.flush()
    detail = (("incident", row.id), *acting.detail().items())
    ledger.append(session, organ_id, Fact("", "end_incident", "", acting.actor, "", detail), at)
