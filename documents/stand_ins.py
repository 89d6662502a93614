"""Delegations of handling and absences on record: given, withdrawn, refused where they clash.

Practice: ux.md §1.4 (who, to whom, from, until, reason; apart from signing, which
`delegations` keeps); law.md §8 O-08. A delegation says its scope, overlaps no other of the same
scope, passes on nothing that is itself delegated, and moves no key.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import delegations, directory, ledger, posts, stead, tenure, units
from documents.appointments import span
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.tables import AbsenceRow, PersonRow, PostRow, WorkDelegationRow
from documents.units import BASIS_LENGTH, ensure_day, words

REASON_LENGTH = 1000
LONGEST = 366
"""Days of one delegation or absence."""
TYPE_LENGTH = 100
MOST = 50
"""Types, steps, units in one scope."""
NEVER = frozenset({Role.SYSTEM, Role.ADMINISTRATOR})
_OWN_STEPS = frozenset({Step.APPROVE, Step.SIGN})
"""The signer's own: for these there are KT., TL., TUQ., Q."""


class WorkDelegationInvalid(Refused):
    """What is to be recorded is no delegation of handling."""

    code = "delegation.invalid"
    vietnamese = "Không ghi nhận được ủy quyền xử lý: {0}"
    english = "this delegation of handling cannot be recorded: {0}"
    remedy = "Sửa rồi ghi lại / mend it and record it again"


class ScopeMissing(Refused):
    """A delegation of handling says what it is about."""

    code = "delegation.scope_missing"
    vietnamese = "Ủy quyền xử lý phải có phạm vi (vai trò, bước, loại văn bản hoặc đơn vị)"
    english = "a delegation of handling needs a scope: roles, steps, types or units"
    remedy = "Thêm --role, --step, --type hoặc --unit / add one of these"


class WorkDelegationOverlaps(Refused):
    """Another delegation of the same person covers some of the same in the same days."""

    code = "delegation.overlaps"
    vietnamese = "Trùng với ủy quyền xử lý «{0}» cho «{1}» ({2})"
    english = "it overlaps the delegation «{0}» to «{1}» ({2})"
    remedy = "Thu hồi ủy quyền cũ hoặc đổi ngày, phạm vi / withdraw the old one, or change this"


class PassedOn(Refused):
    """What was delegated to someone is not theirs to delegate."""

    code = "delegation.passed_on"
    vietnamese = "«{0}» không được ủy quyền lại việc được ủy quyền ({1})"
    english = "«{0}» cannot pass on what was delegated to them ({1})"
    remedy = "Người có thẩm quyền tự ủy quyền / let whose right it is delegate it"


class WorkDelegationUnknown(Refused):
    """No delegation of handling, or absence, has this id."""

    code = "delegation.unknown"
    vietnamese = "Không có ủy quyền xử lý hoặc kỳ vắng mặt «{0}»"
    english = "there is no delegation of handling or absence «{0}»"
    remedy = "Xem mã: `congvan people list` / see the ids"


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a delegation reaches; an empty part does not limit, but all must not be empty."""

    roles: tuple[Role, ...] = ()
    """Empty: all that the delegator's own posts give."""
    steps: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    """Ids, abbreviations or names; units below are not within."""


@dataclass(frozen=True, slots=True)
class WorkDelegation:
    """A delegation of handling to be recorded."""

    organ_id: str
    grantor: str
    """Id or full name."""
    grantee: str
    """Id or full name."""
    since: date
    until: date
    scope: Scope
    reason: str = ""
    basis: str = ""


def delegate(
    session: Session, wanted: WorkDelegation, by: Actor, at: datetime, absence_id: str | None = None
) -> str:
    """Record that one may handle in another's stead; returns its id, the known one if it is.

    Raises:
        ScopeMissing: all of the scope is empty.
        WorkDelegationInvalid: days, scope or people are none; the past.
        WorkDelegationOverlaps: another of theirs covers some of the same in the same days.
        PassedOn: the right is not the delegator's own.
        PostEnded, PostNotBegun, RightMissing: the delegator has no such post in these days.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, UnitUnknown.
    """
    organ = directory.served_agency(session, wanted.organ_id).organ_id
    _check(wanted, at)
    day = max(wanted.since, local_day(at))
    grantor, every = directory.holder(session, organ, wanted.grantor, day)
    session.refresh(grantor, with_for_update=True)
    grantee, theirs = directory.holder(session, organ, wanted.grantee, day)
    if grantor.id == grantee.id:
        raise WorkDelegationInvalid("ủy quyền cho chính mình / to oneself")
    own, to_post = _lent(session, organ, grantor, every, wanted, at), _post(grantee, theirs, day)
    row = WorkDelegationRow(
        id=new_id(),
        organ_id=organ,
        from_id=grantor.id,
        to_id=grantee.id,
        to_post_id=to_post.id,
        since=wanted.since,
        until=wanted.until,
        roles=sorted({post.role for post in own}),
        from_post_ids=sorted(post.id for post in own),
        steps=sorted(set(wanted.scope.steps)),
        types=sorted(set(wanted.scope.types)),
        unit_ids=sorted({units.of(session, organ, each).id for each in wanted.scope.units}),
        reason=storable(wanted.reason)[:REASON_LENGTH],
        basis=wanted.basis,
        absence_id=absence_id,
        recorded_at=at,
        withdrawn_at=None,
    )
    if known := _known(session, row, grantee):
        return known
    session.add(row)
    session.flush()
    detail = {
        "work_delegation": row.id,
        "from": row.from_id,
        "to": row.to_id,
        "since": row.since,
        "until": row.until,
        "roles": row.roles,
        "steps": row.steps,
        "types": row.types,
        "units": row.unit_ids,
        "reason": row.reason,
    }
    tell(session, organ, "delegate_work", by, detail, at)
    return row.id


def recorder(session: Session, who: str, organ_id: str, holder: str, at: datetime) -> Actor:
    """Return *who* may record that *holder* is away or stood in for: themselves, or a recorder.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing, PostEnded, PostNotBegun: another person, or no post that day.
    """
    person = directory.person_row(session, organ_id, who, at)
    if person.id == directory.person_row(session, organ_id, holder).id:
        what = "ủy quyền xử lý / delegate handling"
        return posts.acting(session, organ_id, person.id, tuple(Role), at, what).actor
    return delegations.recorder(session, who, organ_id, at)


def _check(wanted: WorkDelegation, at: datetime) -> None:
    scope = wanted.scope
    if not any((scope.roles, scope.steps, scope.types, scope.units)):
        raise ScopeMissing
    kind = WorkDelegationInvalid
    ensure_day(wanted.since, at, kind, "từ ngày / from")
    fault = ""
    if wanted.until < wanted.since:
        fault = "đến ngày trước từ ngày / it ends before it begins"
    elif wanted.until < local_day(at):
        fault = "đã qua / it is over already"
    elif (wanted.until - wanted.since).days >= LONGEST:
        fault = f"quá {LONGEST} ngày / days"
    if fault:
        raise kind(fault)
    if wanted.basis:
        words(wanted.basis, BASIS_LENGTH, kind, "căn cứ / basis")
    _check_scope(scope)


def _check_scope(scope: Scope) -> None:
    fault = ""
    if max(map(len, (scope.steps, scope.types, scope.units))) > MOST:
        fault = f"quá {MOST} mục / entries"
    elif own := _OWN_STEPS & set(scope.steps):
        fault = f"«{min(own)}»: dùng giao quyền ký (KT., TL., TUQ., Q.) / that is authority to sign"
    elif never := NEVER & set(scope.roles):
        fault = f"«{min(never)}» không ủy quyền / is not delegated"
    if fault:
        raise WorkDelegationInvalid(fault)
    for name in (*scope.types, *scope.steps):
        words(name, TYPE_LENGTH, WorkDelegationInvalid, "phạm vi / scope")


def _lent(
    session: Session,
    organ_id: str,
    grantor: PersonRow,
    every: Sequence[PostRow],
    wanted: WorkDelegation,
    at: datetime,
) -> list[PostRow]:
    """Return the delegator's own posts of the first day whose rights are lent."""
    day = max(wanted.since, local_day(at))
    held = tenure.held_on(every, day)
    if not held:
        raise posts.without_post(grantor, every, day, "ủy quyền xử lý / delegate")
    asked = set(wanted.scope.roles) or {Role(post.role) for post in held} - NEVER
    lacking = asked - {Role(post.role) for post in held}
    if lacking or not asked:
        first = tenure.main_first(held)[0]
        lent = session.scalars(
            select(WorkDelegationRow).where(
                WorkDelegationRow.to_id == grantor.id, WorkDelegationRow.organ_id == organ_id
            )
        )
        shown = "/".join(sorted(lacking))
        if any(lacking & set(row.roles) for row in lent if row.withdrawn_at is None):
            raise PassedOn(grantor.full_name, shown)
        raise directory.RightMissing(grantor.full_name, first.position, shown or "ủy quyền")
    return [post for post in held if post.role in asked]


def _post(person: PersonRow, every: Sequence[PostRow], day: date) -> PostRow:
    held = tenure.held_on(every, day)
    if not held:
        raise posts.without_post(person, every, day, "nhận ủy quyền / stand in")
    return tenure.main_first(held)[0]


def _known(session: Session, row: WorkDelegationRow, grantee: PersonRow) -> str:
    """Return the id of the same delegation, if it is on record.

    Raises:
        WorkDelegationOverlaps: another covers some of the same.
    """
    others = session.scalars(
        select(WorkDelegationRow).where(
            WorkDelegationRow.organ_id == row.organ_id,
            WorkDelegationRow.from_id == row.from_id,
            WorkDelegationRow.withdrawn_at.is_(None),
        )
    )
    said = ("to_id", "since", "until", "roles", "steps", "types", "unit_ids", "basis")
    for other in others:
        if all(getattr(other, name) == getattr(row, name) for name in said):
            return other.id
        if tenure.overlap(other, row) and _shares(other, row):
            to = session.get_one(PersonRow, other.to_id)
            raise WorkDelegationOverlaps(other.id, to.full_name, span(other))
    return ""


def _shares(one: WorkDelegationRow, other: WorkDelegationRow) -> bool:
    """Return whether there is a matter that both reach; an empty part reaches all."""

    def meet(here: Collection[str], there: Collection[str]) -> bool:
        return not here or not there or not set(here).isdisjoint(there)

    parts = ("steps", "types", "unit_ids")
    return not set(one.roles).isdisjoint(other.roles) and all(
        meet(getattr(one, part), getattr(other, part)) for part in parts
    )


def withdraw(
    session: Session, organ_id: str, which: str, by: Actor, at: datetime, reason: str = ""
) -> None:
    """Take back a delegation of handling, or an absence with its stand-in, from *at* on.

    Taken back before, nothing is done.

    Raises:
        WorkDelegationUnknown: nothing of the agency has this id.
    """
    absence = session.get(AbsenceRow, which, with_for_update=True)
    given = session.get(WorkDelegationRow, which, with_for_update=True)
    found = absence or given
    if found is None or found.organ_id != organ_id:
        raise WorkDelegationUnknown(which)
    if found.withdrawn_at is not None:
        return
    found.withdrawn_at = at
    if absence is not None:
        for row in session.scalars(
            select(WorkDelegationRow).where(WorkDelegationRow.absence_id == absence.id)
        ):
            row.withdrawn_at = row.withdrawn_at or at
    session.flush()
    what = "withdraw_absence" if absence is not None else "withdraw_work_delegation"
    detail = {"id": which, "reason": storable(reason)[:REASON_LENGTH]}
    tell(session, found.organ_id, what, by, detail, at)


def given_in(session: Session, organ_id: str) -> list[WorkDelegationRow]:
    """Return every delegation of handling of the agency, the newest first."""
    wanted = select(WorkDelegationRow).where(WorkDelegationRow.organ_id == organ_id)
    return list(session.scalars(wanted.order_by(WorkDelegationRow.since.desc())))


def queues_of(session: Session, organ_id: str, who: str, at: datetime) -> list[str]:
    """Return whose queues *who* sees: their own first, then those they stand in for at *at*."""
    wanted = select(WorkDelegationRow).where(
        WorkDelegationRow.organ_id == organ_id, WorkDelegationRow.to_id == who
    )
    rows = list(session.scalars(wanted.order_by(WorkDelegationRow.since, WorkDelegationRow.id)))
    behind = stead.posts_behind(session, rows)
    standing = (row.from_id for row in rows if not stead.fault(row, *behind[row.id], at))
    return list(dict.fromkeys((who, *standing)))


def tell(
    session: Session, organ_id: str, what: str, by: Actor, detail: dict[str, Any], at: datetime
) -> None:
    """Write a ledger row of the agency's that is about no document."""
    ledger.append(session, organ_id, Fact("", what, "", by, "", tuple(detail.items())), at)
