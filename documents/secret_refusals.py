"""Messages of the axis that bear a secrecy mark: refused, and nothing of them kept.

Legal source: Decision 28/2018/QD-TTg; law.md §6.1. What stays is the parcel (its id, sender and
digest), a ledger row (mark, sender, time) and, until both are done, what is owed: its bytes are
to be removed from the blob folder, and its sender is to be told 02. A killed process leaves
these marks, and whoever looks next goes on from there.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import directory, ledger, secrecy
from documents.arrival import SecretArrival
from documents.casefile import RETRY_PAUSES
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor, Fact
from documents.numbering import local_day
from documents.tables import ParcelRow, SecretRefusalRow

STEP = "refuse_secret"
"""In the ledger, on no document."""
_KEY = re.compile(r"[0-9A-Za-z.]{1,35},[0-9]{4}[/-][0-9]{2}[/-][0-9]{2},[^\s,]{1,60}")
"""A document id that says agency, day and code; anything else may say more than that."""


def record(
    session: Session, organ_id: str, mark: str, actor: Actor, at: datetime, sender: str = ""
) -> None:
    """Record, without any content, that a secret document was refused at the door.

    *sender* is the organ id of another agency that it came from.
    """
    detail = {"mark": secrecy.level(mark), **({"sender": sender[:35]} if sender else {})}
    ledger.append(session, organ_id, Fact("", STEP, "", actor, "", tuple(detail.items())), at)


def refuse(session: Session, arrival: SecretArrival, at: datetime) -> None:
    """Refuse a parcel that was opened, once; its bytes and its sender's answer are owed then."""
    key = {"organ_id": arrival.organ_id, "axis_id": arrival.axis_id}
    parcel = session.get_one(ParcelRow, key, with_for_update=True, populate_existing=True)
    if parcel.outcome != "stored":
        return
    parcel.outcome, parcel.error, parcel.unreadable = "junk", secrecy.NEUTRAL, True
    agency = directory.receiving(session, arrival.organ_id, local_day(at))
    record(session, agency.organ_id, arrival.mark, SYSTEM, at, sender=parcel.sender)
    told = _KEY.fullmatch(arrival.document_key) is not None
    session.add(
        SecretRefusalRow(
            **key,
            status_id=new_id(),
            mark=secrecy.level(arrival.mark),
            refused_at=at,
            document_key=arrival.document_key if told else None,
            told_at=None if told else at,
        )
    )
    session.flush()


def came_again(session: Session, organ_id: str, axis_id: str) -> None:
    """Have the bytes removed once more of a refused parcel that the axis gave out again."""
    row = session.get(SecretRefusalRow, {"organ_id": organ_id, "axis_id": axis_id})
    if row is not None:
        row.wiped_at = None


def to_wipe(session: Session, limit: int) -> list[tuple[SecretRefusalRow, str, bool]]:
    """Return refusals whose bytes are here, their digests, and whether these may go now.

    They may not while another parcel of the same bytes waits to be read: it needs them to be
    refused in its turn.
    """
    wanted = (
        select(SecretRefusalRow, ParcelRow.sha256)
        .join(
            ParcelRow,
            (ParcelRow.organ_id == SecretRefusalRow.organ_id)
            & (ParcelRow.axis_id == SecretRefusalRow.axis_id),
        )
        .where(SecretRefusalRow.wiped_at.is_(None))
        .order_by(SecretRefusalRow.refused_at)
        .limit(limit)
    )
    unread = select(ParcelRow.sha256).where(
        ParcelRow.outcome == "stored", ParcelRow.confirmed_at.is_(None)
    )
    rows = session.execute(wanted).all()
    waiting = set(session.scalars(unread)) if rows else set()
    return [(row, sha256, sha256 not in waiting) for row, sha256 in rows]


def wiped(session: Session, organ_id: str, axis_id: str, at: datetime) -> None:
    """Record that the bytes are gone."""
    _row(session, organ_id, axis_id).wiped_at = at


def to_tell(session: Session, at: datetime, limit: int) -> list[tuple[SecretRefusalRow, str]]:
    """Return refusals whose senders are still to be told, with the senders' organ ids."""
    wanted = (
        select(SecretRefusalRow, ParcelRow.sender)
        .join(
            ParcelRow,
            (ParcelRow.organ_id == SecretRefusalRow.organ_id)
            & (ParcelRow.axis_id == SecretRefusalRow.axis_id),
        )
        .where(SecretRefusalRow.told_at.is_(None))
        .where(
            or_(
                SecretRefusalRow.next_attempt_at.is_(None),
                SecretRefusalRow.next_attempt_at <= at,
            )
        )
        .order_by(SecretRefusalRow.refused_at)
        .limit(limit)
    )
    return [(row, sender) for row, sender in session.execute(wanted)]


def told(session: Session, organ_id: str, axis_id: str, at: datetime) -> None:
    """Record that the sender knows, or never will; what it was told by goes."""
    row = _row(session, organ_id, axis_id)
    row.told_at, row.document_key, row.next_attempt_at = at, None, None


def put_off(session: Session, organ_id: str, axis_id: str, at: datetime) -> None:
    """Tell the sender later; after the last pause nobody tries again."""
    row = _row(session, organ_id, axis_id)
    row.attempts += 1
    if row.attempts > len(RETRY_PAUSES):
        told(session, organ_id, axis_id, at)
    else:
        row.next_attempt_at = at + timedelta(seconds=RETRY_PAUSES[row.attempts - 1])


def owing(session: Session, at: datetime) -> bool:
    """Return whether anything of a refusal is still to be done (reads only)."""
    due = or_(SecretRefusalRow.next_attempt_at.is_(None), SecretRefusalRow.next_attempt_at <= at)
    wanted = select(SecretRefusalRow.axis_id).where(
        or_(SecretRefusalRow.wiped_at.is_(None), SecretRefusalRow.told_at.is_(None)),
        or_(SecretRefusalRow.wiped_at.is_(None), due),
    )
    return session.scalar(wanted.limit(1)) is not None


def _row(session: Session, organ_id: str, axis_id: str) -> SecretRefusalRow:
    key = {"organ_id": organ_id, "axis_id": axis_id}
    return session.get_one(SecretRefusalRow, key, with_for_update=True, populate_existing=True)
