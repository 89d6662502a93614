"""The record of delegations: granted once, taken back once, never changed.

Legal source: Decree 30/2020/ND-CP, Art. 13. What the law wants of a writing is asked for when
it is recorded: TUQ. is limited in time and content and comes from the head (13.3); TL. comes
from the head (13.4); KT. from the head, or from a unit's head who signs by order. Both facts go
to the ledger of the agency.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.authority import of_another_unit
from documents.delegation import Delegation
from documents.document import Competence, DocumentType, Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.judged_post import post_of
from documents.ledger import Actor, Fact
from documents.objections import Redelegated
from documents.tables import DelegationRow, PersonRow, RevocationRow
from documents.tables.authority import DELEGATED

BASIS_LENGTH = 100
SCOPE_LENGTH = 2000
REASON_LENGTH = 1000


class GrantInvalid(Refused):
    """What is to be recorded is no delegation the law knows."""

    code = "authority.grant_invalid"
    vietnamese = "Không ghi nhận được việc giao quyền ký: {0}"
    english = "this delegation cannot be recorded: {0}"
    remedy = "Xem Điều 13 Nghị định 30/2020 / see Decree 30/2020, Art. 13"


class GrantOverlaps(Refused):
    """The same right was given to the same person for the same days. ({0} the writing's code)."""

    code = "authority.grant_overlaps"
    vietnamese = "Trùng với văn bản giao quyền ký {0}: cùng người, cùng nội dung, cùng thời gian"
    english = "{0} gives the same person the same right in the same days"
    remedy = (
        "Chọn thời gian, loại văn bản khác, hoặc thu hồi văn bản trước: `congvan authority revoke` "
        "/ choose other days or types, or revoke the older one"
    )


class DelegationUnknown(Refused):
    """No delegation has this id."""

    code = "authority.delegation_unknown"
    vietnamese = "Không có việc giao quyền ký «{0}»"
    english = "there is no delegation «{0}»"
    remedy = "Xem `congvan authority list` / see `congvan authority list`"


class DelegationRevokedAlready(Refused):
    """It was taken back before."""

    code = "authority.revoked_already"
    vietnamese = "Việc giao quyền ký «{0}» đã bị thu hồi trước đó"
    english = "the delegation «{0}» was revoked already"
    remedy = "Không cần làm gì / nothing is left to do"


@dataclass(frozen=True, slots=True)
class Grant:
    """A writing to be recorded."""

    organ_id: str
    """In whose name will be signed."""
    capacity: Competence
    grantor: str
    """Id or full name; empty for Q."""
    grantee: str
    """Id or full name; for TUQ. also an id in another agency served here."""
    basis: str
    valid_from: datetime
    valid_until: datetime | None = None
    types: tuple[str, ...] = ()
    scope: str = ""


def grant(session: Session, wanted: Grant, by: Actor, at: datetime) -> str:
    """Record a delegation; returns its id, the known one where it is on record already.

    Raises:
        GrantInvalid: the law wants something else of it.
        GrantOverlaps: another writing gives the same in some of these days.
        Redelegated: it passes on what was authorised (Art. 13.3).
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous: as they say.
    """
    agency = directory.served_agency(session, wanted.organ_id)
    _check(wanted)
    grantor = None
    if wanted.capacity is not Competence.ACTING:
        grantor = directory.person_row(session, agency.organ_id, wanted.grantor, at)
        _check_grantor(session, wanted, grantor, at)
    grantee = _grantee(session, agency.organ_id, wanted, at)
    if grantor is not None and grantee.id == grantor.id:
        raise GrantInvalid("giao cho chính mình / to oneself")
    row = DelegationRow(
        id=new_id(),
        organ_id=agency.organ_id,
        capacity=wanted.capacity,
        grantor_id=grantor.id if grantor else None,
        grantee_id=grantee.id,
        types=list(wanted.types),
        scope=storable(wanted.scope)[:SCOPE_LENGTH],
        basis=storable(wanted.basis),
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        recorded_at=at,
    )
    if known := _known(session, row):
        return known
    for other in of_people(session, agency.organ_id, [grantee.id]):
        if _overlap(_as_delegation(row, None), other):
            raise GrantOverlaps(other.basis)
    session.add(row)
    session.flush()
    detail = {
        "delegation": row.id,
        "capacity": row.capacity,
        "from": row.grantor_id,
        "to": row.grantee_id,
        "basis": row.basis,
        "types": row.types,
        "scope": row.scope,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }
    fact = Fact("", "delegate", "", by, "", tuple(detail.items()))
    ledger.append(session, agency.organ_id, fact, at)
    return row.id


def _check(wanted: Grant) -> None:
    """Ask of the writing what the law asks, before anybody is looked up."""
    fault = ""
    unknown = [name for name in wanted.types if name not in list(DocumentType)]
    if wanted.capacity not in DELEGATED:
        fault = f"«{wanted.capacity or '-'}» không do văn bản giao / is not given by a writing"
    elif not 1 <= len(wanted.basis.strip()) <= BASIS_LENGTH:
        fault = "thiếu số, ký hiệu văn bản giao / the writing's code is missing"
    elif unknown:
        fault = f"không có loại văn bản / no such type: {unknown[0]}"
    elif wanted.valid_until is not None and wanted.valid_until <= wanted.valid_from:
        fault = "ngày hết trước ngày bắt đầu / it ends before it begins"
    elif wanted.capacity is Competence.AUTHORISED and wanted.valid_until is None:
        fault = "TUQ. phải có thời hạn (Điều 13.3) / needs an end"
    elif wanted.capacity is Competence.AUTHORISED and not (wanted.types or wanted.scope.strip()):
        fault = "TUQ. phải có nội dung (Điều 13.3) / needs its content"
    if fault:
        raise GrantInvalid(fault)


def _check_grantor(session: Session, wanted: Grant, row: PersonRow, at: datetime) -> None:
    """Only a head gives capacities; who signs by order may let the unit's own deputy sign."""
    post = post_of(session, row, wanted.organ_id, at)
    if post.leads:
        return
    held = [each for each in of_people(session, wanted.organ_id, [row.id]) if each.in_force(at)]
    kinds = {each.capacity for each in held if each.grantee_id == row.id}
    if Competence.ACTING in kinds:
        return
    if wanted.capacity is Competence.DEPUTY and Competence.BY_ORDER in kinds:
        grantee = _grantee(session, wanted.organ_id, wanted, at)
        if objection := of_another_unit(post, post_of(session, grantee, wanted.organ_id, at)):
            raise objection
        return
    if kinds & {Competence.AUTHORISED, Competence.BY_ORDER}:
        raise Redelegated(f"{row.full_name}: {wanted.capacity} {wanted.basis}")
    raise GrantInvalid(f"«{row.full_name}» không phải người đứng đầu / is not the head")


def _grantee(session: Session, organ_id: str, wanted: Grant, at: datetime) -> PersonRow:
    """Return who gets it; TUQ. may go to the head of an agency below (Art. 13.3)."""
    if wanted.capacity is Competence.AUTHORISED:
        other = session.get(PersonRow, wanted.grantee)
        if other is not None and post_of(session, other, organ_id, at).active:
            return other
    return directory.person_row(session, organ_id, wanted.grantee, at)


def _known(session: Session, row: DelegationRow) -> str:
    """Return the id of the same writing for the same people, if it is on record."""
    near = select(DelegationRow).where(
        DelegationRow.organ_id == row.organ_id, DelegationRow.grantee_id == row.grantee_id
    )
    return next((each.id for each in session.scalars(near) if _same(each, row)), "")


def _same(one: DelegationRow, other: DelegationRow) -> bool:
    said = ("capacity", "grantor_id", "basis", "types", "scope", "valid_from", "valid_until")
    return all(getattr(one, name) == getattr(other, name) for name in said)


def _overlap(one: Delegation, other: Delegation) -> bool:
    """Return whether both give the same right to the same person at some moment."""
    people = (other.grantor_id, other.grantee_id) == (one.grantor_id, one.grantee_id)
    if not people or other.capacity is not one.capacity or other.scope != one.scope:
        return False
    ends = [each for each in (other.valid_until, other.revoked_at) if each is not None]
    apart = (one.valid_until is not None and one.valid_until <= other.valid_from) or (
        bool(ends) and min(ends) <= one.valid_from
    )
    typed = not one.types or not other.types or bool(set(one.types) & set(other.types))
    return typed and not apart


def revoke(session: Session, delegation_id: str, by: Actor, at: datetime, reason: str) -> None:
    """Record that a delegation no longer holds from *at* on.

    Raises:
        DelegationUnknown: there is none.
        DelegationRevokedAlready: it was taken back before.
    """
    row = session.get(DelegationRow, delegation_id, with_for_update=True)
    if row is None:
        raise DelegationUnknown(delegation_id)
    if session.get(RevocationRow, delegation_id) is not None:
        raise DelegationRevokedAlready(delegation_id)
    reason = storable(reason)[:REASON_LENGTH]
    session.add(RevocationRow(delegation_id=row.id, revoked_at=at, reason=reason, recorded_at=at))
    session.flush()
    detail = (("delegation", row.id), ("basis", row.basis), ("to", row.grantee_id))
    fact = Fact("", "revoke_delegation", "", by, "", (*detail, ("reason", reason)))
    ledger.append(session, row.organ_id, fact, at)


def of_agency(session: Session, organ_id: str) -> list[Delegation]:
    """Return every delegation of the agency, the newest first."""
    wanted = _WITH_REVOCATIONS.where(DelegationRow.organ_id == organ_id)
    wanted = wanted.order_by(DelegationRow.valid_from.desc(), DelegationRow.id)
    return [_as_delegation(row, revoked) for row, revoked in session.execute(wanted)]


def of_people(session: Session, organ_id: str, people: Iterable[str]) -> list[Delegation]:
    """Return the delegations of the agency to *people*, and to whoever gave them theirs."""
    return by_agency(session, {(organ_id, person) for person in people})[organ_id]


def by_agency(session: Session, holders: Iterable[tuple[str, str]]) -> dict[str, list[Delegation]]:
    """Return, by agency, the delegations to each (agency, person) and to whoever gave them."""
    people = {person for _, person in holders}
    found: dict[str, dict[str, Delegation]] = defaultdict(dict)
    known: set[str] = set()
    # a unit's deputy, its head, the agency's head: no way the law knows is longer
    for _ in range(3):
        ask = people - known
        if not ask:
            break
        known |= ask
        wanted = _WITH_REVOCATIONS.where(DelegationRow.grantee_id.in_(ask))
        people = set()
        for row, revoked in session.execute(wanted):
            found[row.organ_id][row.id] = _as_delegation(row, revoked)
            people |= {row.grantor_id} if row.grantor_id else set()
    return defaultdict(list, {organ: list(each.values()) for organ, each in found.items()})


_WITH_REVOCATIONS = select(DelegationRow, RevocationRow.revoked_at).outerjoin(
    RevocationRow, RevocationRow.delegation_id == DelegationRow.id
)


def _as_delegation(row: DelegationRow, revoked_at: datetime | None) -> Delegation:
    return Delegation(
        id=row.id,
        organ_id=row.organ_id,
        capacity=Competence(row.capacity),
        grantor_id=row.grantor_id or "",
        grantee_id=row.grantee_id,
        types=tuple(row.types),
        scope=row.scope,
        basis=row.basis,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_at=revoked_at,
    )


RECORDERS = frozenset({Role.ADMINISTRATOR, Role.LEADER, Role.CLERK})


def recorder(session: Session, who: str, organ_id: str, at: datetime) -> Actor:
    """Return *who* may record authority in the agency: its administrator, leader or clerk.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing, PostEnded: another post, or none any more.
    """
    what = "ghi nhận thẩm quyền / record authority"
    return posts.acting(session, organ_id, who, RECORDERS, at, what).actor
