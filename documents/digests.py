"""Digests: one a person and working morning, laid down at once, then carried by e-mail.

Practice: ux.md §1.5 (one digest, «sắp đến hạn» each morning). All of a morning's digests are one
transaction with the morning itself: they are laid down once, by whoever comes first. For the
mail server each is claimed in a transaction of its own before it is spoken to; whoever dies after
that leaves a digest that may have gone, which is shown and never sent again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.digest import DigestState
from documents.document import Role
from documents.errors import Refused
from documents.identity import new_id
from documents.ledger import Fact
from documents.numbering import local_day
from documents.obligation import Owed
from documents.reminders import Plan
from documents.roster import Recipient
from documents.tables import DigestRow, MailboxRow, MorningRow, PersonRow

SHOWN = 100
"""Entries of one digest; the rest is counted."""
CLAIM = timedelta(minutes=10)
"""Longer than any talk with a mail server: what is claimed longer has lost its process."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=2)
_ADDRESS = re.compile(
    r"[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,63}"
)
_MAY = (Role.ADMINISTRATOR, Role.CLERK, Role.LEADER)


class AddressInvalid(Refused):
    """This is no address that a digest can be sent to."""

    code = "mail.address_invalid"
    vietnamese = "Địa chỉ thư điện tử «{0}» không hợp lệ"
    english = "«{0}» is not an e-mail address"
    remedy = "Dạng ten@coquan.gov.vn, không dấu / like name@agency.gov.vn, ASCII only"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A digest that its claimant, and nobody else, may send now."""

    id: str
    address: str
    full_name: str
    day: date
    created_at: datetime
    attempt: int
    counts: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]


def put_address(
    session: Session, organ_id: str, who: str, address: str, by: str, at: datetime
) -> None:
    """Set where a person's digests go; empty: nowhere but the system.

    Raises:
        AddressInvalid: it is no address.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say; people set their
            own, the clerk, the administrator and a leader anybody's.
    """
    if address and (len(address) > 254 or not _ADDRESS.fullmatch(address)):
        raise AddressInvalid(address[:80])
    person = directory.person_row(session, organ_id, who, at)
    actor = directory.person_row(session, organ_id, by, at)
    roles = frozenset(Role) if actor.id == person.id else _MAY
    acting = posts.acting(session, organ_id, actor.id, roles, at, "đặt địa chỉ thư / set address")
    row = session.get(MailboxRow, person.id)
    if (row.address if row is not None else "") == address:
        return
    row = row or MailboxRow(person_id=person.id)
    row.address, row.recorded_by, row.recorded_at = address, acting.person.id, at
    session.add(row)
    session.flush()
    # whose, not which: an address is personal data, and a ledger row stays for ever
    fact = Fact("", "set_mailbox", "", acting.actor, "", (("person", person.id),))
    ledger.append(session, organ_id, fact, at)


def lay_down(
    session: Session, day: date, plans: Iterable[Plan], at: datetime, mailing: bool
) -> int:
    """Lay down the digests of the morning of *day*; returns how many, 0 where that was done.

    Args:
        session: in a writing transaction.
        day: of *at*, in Vietnam.
        plans: of every agency whose desk is here: a person has one digest from all of them.
        at: now.
        mailing: whether there is a mail server; without, they are shown in the system only.
    """
    if session.get(MorningRow, day) is not None:
        return 0
    session.add(MorningRow(day=day, done_at=at))
    session.flush()  # of two at once the second fails here, and sees at its repeat what is done
    standing: dict[str, list[tuple[Owed, Recipient]]] = {}
    for plan in plans:
        for person, entries in plan.standing.items():
            standing.setdefault(person, []).extend(entries)
    addresses = _addresses(session, standing)
    for person, entries in sorted(standing.items()):
        address = addresses.get(person, "")
        pending = mailing and bool(address)
        session.add(
            DigestRow(
                id=new_id(),
                person_id=person,
                day=day,
                state=(DigestState.PENDING if pending else DigestState.SHOWN).value,
                address=address,
                counts=_counts(entries, at),
                entries=_entries(entries, at),
                created_at=at,
            )
        )
    session.flush()
    return len(standing)


def _addresses(session: Session, people: Iterable[str]) -> dict[str, str]:
    wanted = set(people)
    rows = session.scalars(select(MailboxRow))  # as many as an installation has people
    return {row.person_id: row.address for row in rows if row.person_id in wanted}


def _counts(entries: Iterable[tuple[Owed, Recipient]], at: datetime) -> dict[str, int]:
    counted = {"late": 0, "today": 0, "ahead": 0}
    for owed, _ in entries:
        counted[_standing(owed, at)] += 1
    return counted


def _standing(owed: Owed, at: datetime) -> str:
    if owed.late(at):
        return "late"
    return "today" if owed.until.on == local_day(at) else "ahead"


def _entries(entries: Iterable[tuple[Owed, Recipient]], at: datetime) -> list[dict[str, Any]]:
    # what ends today and tomorrow first, then what is late, the newest first
    ordered = sorted(
        entries, key=lambda each: (each[0].late(at), abs((each[0].until.at - at).total_seconds()))
    )
    return [
        {
            "duty": owed.duty.value,
            "subject": owed.subject_id,
            "document": owed.document_id,
            "code": owed.code,
            "title": owed.title[:200],
            "until": owed.until.at.isoformat(),
            "on": owed.until.on.isoformat(),
            "standing": _standing(owed, at),
            "in_stead_of": to.in_stead_of,
        }
        for owed, to in ordered[:SHOWN]
    ]


def settle_lost(session: Session, at: datetime) -> int:
    """Mark what its claimant did not settle as unknown, and what is of past days as stale."""
    lost = (
        update(DigestRow)
        .where(DigestRow.state == DigestState.SENDING.value, DigestRow.claimed_at < at - CLAIM)
        .values(state=DigestState.UNKNOWN.value, settled_at=at, error="process lost")
    )
    stale = (
        update(DigestRow)
        .where(DigestRow.state == DigestState.PENDING.value, DigestRow.day < local_day(at))
        .values(state=DigestState.STALE.value, settled_at=at)
    )
    found = cast("CursorResult[Any]", session.execute(lost)).rowcount
    session.execute(stale)
    return found


def due(session: Session, at: datetime, limit: int = 500) -> list[str]:
    """Return the ids of digests that are to be sent now, the oldest first; reads only."""
    wanted = (
        select(DigestRow.id)
        .where(
            DigestRow.state == DigestState.PENDING.value,
            DigestRow.day == local_day(at),
            or_(DigestRow.next_attempt_at.is_(None), DigestRow.next_attempt_at <= at),
        )
        .order_by(DigestRow.created_at, DigestRow.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def claim(session: Session, digest_id: str, at: datetime) -> Claimed | None:
    """Claim one digest, in a writing transaction of its own; None where somebody else has."""
    taken = session.execute(
        update(DigestRow)
        .where(DigestRow.id == digest_id, DigestRow.state == DigestState.PENDING.value)
        .values(state=DigestState.SENDING.value, claimed_at=at, attempts=DigestRow.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", taken).rowcount != 1:
        return None
    row = session.get_one(DigestRow, digest_id, populate_existing=True)
    person = session.get_one(PersonRow, row.person_id)
    return Claimed(
        row.id,
        row.address,
        person.full_name,
        row.day,
        row.created_at,
        row.attempts,
        row.counts,
        tuple(row.entries),
    )


def settle(
    session: Session, claimed: Claimed, state: DigestState, at: datetime, error: str = ""
) -> bool:
    """Record what became of a claimed digest; PENDING: not sent for sure, tried again later.

    Returns False where another claim has begun since. What was given up as unknown meanwhile
    becomes what its claimant knows it to be.
    """
    row = session.get(DigestRow, claimed.id, with_for_update=True)
    if row is None or row.attempts != claimed.attempt:
        return False
    row.state, row.error = state.value, error[:1000]
    if state is DigestState.PENDING:
        pause = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
        row.next_attempt_at, row.claimed_at = at + pause, None
    else:
        row.settled_at = at
    session.flush()
    return True


def of_day(session: Session, day: date) -> list[tuple[DigestRow, str]]:
    """Return the digests of a day with whose they are."""
    wanted = select(DigestRow, PersonRow.full_name).join(
        PersonRow, PersonRow.id == DigestRow.person_id
    )
    rows = session.execute(wanted.where(DigestRow.day == day).order_by(PersonRow.id))
    return [(row, name) for row, name in rows]


def of_person(session: Session, person_id: str, day: date) -> DigestRow | None:
    """Return one person's digest of a day."""
    wanted = select(DigestRow).where(DigestRow.person_id == person_id, DigestRow.day == day)
    return session.scalar(wanted)


def count_states(session: Session, day: date) -> dict[str, int]:
    """Return how many digests of *day* are in each state."""
    wanted = select(DigestRow.state, func.count()).where(DigestRow.day == day)
    rows = session.execute(wanted.group_by(DigestRow.state))
    return {str(row[0]): int(row[1]) for row in rows}


def troubled(session: Session, day: date) -> int:
    """Return how many digests of *day* may have gone or were refused: for health lines."""
    states = (DigestState.UNKNOWN.value, DigestState.REFUSED.value)
    wanted = select(func.count()).select_from(DigestRow)
    return session.scalar(wanted.where(DigestRow.day == day, DigestRow.state.in_(states))) or 0
