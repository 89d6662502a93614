"""Who may see a dossier or a document; every change waits until a competent person confirms it.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.3b and III.3c, IV.1 (VI-15, VI-16).
What is not restricted the whole agency may see. What is: who compiles, drafts or signs it, who
works on it (`access_hands`), the leaders, the clerk who keeps the registers, and the units and
people that are named. A unit's right follows a person's post; administrators have none by theirs.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import access_hands, ledger, posts
from documents.access import ChangeState, GrantKind, TargetKind
from documents.document import Role
from documents.dossier import Use, check_text
from documents.errors import Refused
from documents.identity import new_id
from documents.ledger import Fact
from documents.posts import Acting
from documents.tables import AccessChangeRow, DocumentRow, DossierRow, PersonRow, UnitRow

Target: TypeAlias = DossierRow | DocumentRow

ASKING = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)
_ALWAYS = frozenset({Role.LEADER, Role.CLERK})


class AccessDenied(Refused):
    """The person may not see it. ({0} the person, {1} what)."""

    code = "access.denied"
    vietnamese = "«{0}» không được xem «{1}»"
    english = "«{0}» may not see «{1}»"
    remedy = "Đề nghị cấp quyền: `congvan dossier right ask` / ask for the right"


class GrantInvalid(Refused):
    """A right cannot be given so. ({0} why)."""

    code = "access.grant_invalid"
    vietnamese = "Không cấp quyền được: {0}"
    english = "the right cannot be given: {0}"
    remedy = "Chọn đơn vị hoặc người của cơ quan / name a unit or a person of the agency"


class ChangeUnknown(Refused):
    """No change of rights waits under this id."""

    code = "access.change_unknown"
    vietnamese = "Không có đề nghị thay đổi quyền «{0}» đang chờ"
    english = "no change of rights «{0}» is waiting"
    remedy = "Xem danh sách: `congvan dossier right list` / see the list"


def kind_of(target: Target) -> TargetKind:
    """Return what *target* is."""
    return TargetKind.DOSSIER if isinstance(target, DossierRow) else TargetKind.DOCUMENT


def ask(
    session: Session,
    target: Target,
    grant: GrantKind,
    grantee: str,
    who: str,
    at: datetime,
    reason: str,
    *,
    allowed: bool = True,
) -> AccessChangeRow:
    """Ask for a change of who may see *target*; it holds once it is confirmed.

    A change that waits already is given back.

    Args:
        session: a writing transaction.
        target: the dossier or document.
        grant: restrict it, or name a unit or a person.
        grantee: a unit's id or name, a person's id or full name; empty for a restriction.
        who: who asks.
        at: aware UTC.
        reason: why.
        allowed: False takes back what was given, or lifts the restriction.

    Raises:
        GrantInvalid: the agency has no such unit or person.
        PersonUnknown, PersonAmbiguous, RightMissing, DossierInvalid: as they say.
    """
    acting = posts.acting(session, target.organ_id, who, ASKING, at, "đổi quyền / change rights")
    reason = check_text("Lý do", reason, 500, needed=True)
    grantee_id = _grantee(session, target.organ_id, grant, grantee)
    waiting = session.scalar(
        select(AccessChangeRow).where(
            AccessChangeRow.target_id == target.id,
            AccessChangeRow.state == ChangeState.PENDING.value,
            AccessChangeRow.grant_kind == grant.value,
            AccessChangeRow.grantee_id == grantee_id,
            AccessChangeRow.allowed.is_(allowed),
        )
    )
    if waiting is not None:
        return waiting
    row = AccessChangeRow(
        id=new_id(),
        organ_id=target.organ_id,
        target=kind_of(target).value,
        target_id=target.id,
        grant_kind=grant.value,
        grantee_id=grantee_id,
        allowed=allowed,
        reason=reason,
        state=ChangeState.PENDING,
        asked_by=acting.person.id,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    _told(session, row, "ask_right", acting, at)
    return row


def restrict_from_start(session: Session, row: DossierRow, acting: Acting, at: datetime) -> None:
    """Restrict a dossier as it is opened: nothing changes by it, so nobody need confirm it."""
    row.rights = Use.RESTRICTED
    session.add(
        AccessChangeRow(
            id=new_id(),
            organ_id=row.organ_id,
            target=TargetKind.DOSSIER.value,
            target_id=row.id,
            grant_kind=GrantKind.RESTRICTED.value,
            grantee_id="",
            allowed=True,
            reason="mở hồ sơ / opening",
            state=ChangeState.CONFIRMED,
            asked_by=acting.person.id,
            asked_at=at,
            decided_by=acting.person.id,
            decided_at=at,
        )
    )
    session.flush()


def decide(
    session: Session, organ_id: str, change_id: str, who: str, at: datetime, *, confirmed: bool
) -> AccessChangeRow:
    """Let a leader confirm a change, or turn it down; the same answer again changes nothing.

    Raises:
        ChangeUnknown: none of the agency has this id, or it was answered otherwise.
        PersonUnknown, PersonAmbiguous, RightMissing: *who* may not.
    """
    acting = posts.acting(session, organ_id, who, (Role.LEADER,), at, "xác nhận quyền / confirm")
    row = session.get(AccessChangeRow, change_id, with_for_update=True, populate_existing=True)
    wanted = ChangeState.CONFIRMED if confirmed else ChangeState.REFUSED
    if row is None or row.organ_id != organ_id:
        raise ChangeUnknown(change_id)
    if row.state != ChangeState.PENDING:
        if row.state != wanted:
            raise ChangeUnknown(change_id)
        return row
    row.state, row.decided_by, row.decided_at = wanted, acting.person.id, at
    session.flush()
    of_dossier = row.target == TargetKind.DOSSIER and row.grant_kind == GrantKind.RESTRICTED
    if confirmed and of_dossier and (dossier := session.get(DossierRow, row.target_id)):
        dossier.rights = Use.RESTRICTED if row.allowed else Use.OPEN
    _told(session, row, "confirm_right" if confirmed else "refuse_right", acting, at)
    return row


def alerts(session: Session, organ_id: str) -> list[AccessChangeRow]:
    """Return the changes that wait for a competent person, oldest first (III.3c)."""
    return list(
        session.scalars(
            select(AccessChangeRow)
            .where(AccessChangeRow.organ_id == organ_id)
            .where(AccessChangeRow.state == ChangeState.PENDING.value)
            .order_by(AccessChangeRow.asked_at, AccessChangeRow.id)
        )
    )


def may_see(session: Session, acting: Acting, target: Target) -> bool:
    """Return whether who acts may see *target*."""
    return target.id in seen(session, acting, [target])


def seen(session: Session, acting: Acting, targets: Iterable[Target]) -> set[str]:
    """Return the ids of those of *targets* that who acts may see, in one question."""
    mine = [target for target in targets if target.organ_id == acting.person.organ_id]
    return seen_in_any(session, lambda _target: (acting,), mine)


def seen_in_any(
    session: Session, acting: Callable[[Target], Iterable[Acting]], targets: Iterable[Target]
) -> set[str]:
    """Return the ids of those of the agency's *targets* that somebody sees in one of their posts.

    *acting* gives the posts, and steads, that count for a target.
    """
    every = list(targets)
    granted = _granted(session, [target.id for target in every])
    closed = [key for key, grants in granted.items() if _RESTRICTED in grants]
    for key, held in access_hands.hands(session, closed).items():
        granted[key] |= held
    return {
        target.id
        for target in every
        if any(_sees(each, target, granted.get(target.id)) for each in acting(target))
    }


def restricted(session: Session, organ_id: str) -> list[DocumentRow]:
    """Return the agency's restricted documents: few, of however many."""
    wanted = select(AccessChangeRow.target_id).where(
        AccessChangeRow.organ_id == organ_id,
        AccessChangeRow.state == ChangeState.CONFIRMED.value,
        AccessChangeRow.target == TargetKind.DOCUMENT.value,
        AccessChangeRow.grant_kind == GrantKind.RESTRICTED.value,
    )
    return list(session.scalars(select(DocumentRow).where(DocumentRow.id.in_(wanted))))


_Grants: TypeAlias = set[tuple[str, str]]
_RESTRICTED = (GrantKind.RESTRICTED.value, "")


def _granted(session: Session, ids: list[str]) -> dict[str, _Grants]:
    """Return what holds of each target that anything was ever said of."""
    found: dict[str, _Grants] = {}
    for row in session.scalars(
        select(AccessChangeRow)
        .where(AccessChangeRow.target_id.in_(ids))
        .where(AccessChangeRow.state == ChangeState.CONFIRMED.value)
        .order_by(AccessChangeRow.decided_at, AccessChangeRow.id)
    ):
        grants = found.setdefault(row.target_id, set())
        (grants.add if row.allowed else grants.discard)((row.grant_kind, row.grantee_id))
    return found


def _sees(acting: Acting, target: Target, grants: _Grants | None) -> bool:
    if grants is None or _RESTRICTED not in grants:
        return True
    if acting.role in _ALWAYS or acting.person.id in _its_people(target):
        return True
    if acting.role is Role.UNIT_HEAD and acting.unit_id and acting.unit_id == target.unit_id:
        return True
    mine = {(GrantKind.PERSON.value, acting.person.id)}
    if acting.in_stead_of:
        mine.add((GrantKind.PERSON.value, acting.in_stead_of))
    if acting.unit_id:
        mine.add((GrantKind.UNIT.value, acting.unit_id))
        if acting.role is Role.UNIT_HEAD:
            mine.add((access_hands.HEAD, acting.unit_id))
    return not mine.isdisjoint(grants)


def _its_people(target: Target) -> set[str | None]:
    if isinstance(target, DossierRow):
        return {target.compiler_id}
    return {target.drafter_id, target.signer_id}


def _grantee(session: Session, organ_id: str, grant: GrantKind, grantee: str) -> str:
    match grant:
        case GrantKind.RESTRICTED:
            return ""
        case GrantKind.UNIT:
            wanted = select(UnitRow.id).where(UnitRow.organ_id == organ_id)
            named = (UnitRow.id == grantee) | (UnitRow.name == grantee)
        case GrantKind.PERSON:
            wanted = select(PersonRow.id).where(PersonRow.organ_id == organ_id)
            named = (PersonRow.id == grantee) | (PersonRow.full_name == grantee)
    found = session.scalars(wanted.where(named).limit(2)).all()
    if len(found) != 1:
        raise GrantInvalid(f"«{grantee[:80]}»")
    return found[0]


def _told(session: Session, row: AccessChangeRow, what: str, acting: Acting, at: datetime) -> None:
    said = {
        "change": row.id,
        "grant": row.grant_kind,
        "grantee": row.grantee_id,
        "allowed": row.allowed,
        "reason": row.reason,
        **acting.detail(),
    }
    # the newest ledger row of a document tells its state: a change of rights leaves it as it is
    target: Target = (
        session.get_one(DossierRow, row.target_id)
        if row.target == TargetKind.DOSSIER
        else session.get_one(DocumentRow, row.target_id)
    )
    fact = Fact(row.target_id, what, str(target.state), acting.actor, "", tuple(said.items()))
    ledger.append(session, row.organ_id, fact, at)
