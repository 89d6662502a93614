"""Groups of recipients (nhóm nơi nhận): an agency's own, and each person's, kept by name.

Source: ux.md §1.1 (nhóm đơn vị nhận), §1.4 (gửi nhanh: preset recipients). A group keeps codes as
they were chosen; who ended since, and who came after, is asked of the catalogue when it is used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents import catalogue, directory, posts
from documents.catalogue import Standing
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.tables import AgencyRow, RecipientGroupMemberRow, RecipientGroupRow

NAME_LENGTH = 100
MOST_MEMBERS = 1000
MOST_GROUPS = 200
"""Of one agency, and of one person."""


class GroupInvalid(Refused):
    """A group cannot be kept so. ({0} why)."""

    code = "recipient_group.invalid"
    vietnamese = "Không lưu được nhóm nơi nhận: {0}"
    english = "the group of recipients cannot be kept: {0}"
    remedy = "Sửa tên hoặc nơi nhận của nhóm / mend its name or its agencies"


class GroupUnknown(Refused):
    """There is no such group, or it is another's."""

    code = "recipient_group.unknown"
    vietnamese = "Không có nhóm nơi nhận «{0}»"
    english = "there is no group of recipients «{0}»"
    remedy = "Xem lại danh sách nhóm / look at the list of groups"


class GroupMoved(Refused):
    """Somebody else changed the group meanwhile. ({0} its name)."""

    code = "recipient_group.moved"
    vietnamese = "Nhóm «{0}» đã có người khác sửa"
    english = "somebody else changed the group «{0}» meanwhile"
    remedy = "Mở lại nhóm rồi sửa / open the group again, then change it"


@dataclass(frozen=True, slots=True)
class Member:
    """An agency of a group, and what became of it."""

    organ_id: str
    name: str
    ended: bool
    heirs: tuple[tuple[str, str], ...] = ()
    """(code, name) of who came after it."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group as people choose it."""

    id: str
    name: str
    own: bool
    """A person's; else the agency's."""
    preset: bool
    version: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a group is to be."""

    name: str
    codes: tuple[str, ...]
    own: bool = True
    preset: bool = False
    group_id: str = ""
    """Empty: a new one."""
    version: int | None = None
    """As it was shown."""


def keep(
    session: Session, organ_id: str, wanted: Kept, who: str, at: datetime
) -> RecipientGroupRow:
    """Keep a group; whoever has a post keeps their own, the clerk the agency's.

    One of the same name that its owner has already is changed, so that a repeat makes no second.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        GroupInvalid, GroupUnknown, GroupMoved: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    acting = _keeper(session, agency.organ_id, who, at, own=wanted.own)
    name = " ".join(storable(wanted.name).split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise GroupInvalid(f"tên từ 1 đến {NAME_LENGTH} ký tự / 1 to {NAME_LENGTH} characters")
    members = _members(session, wanted.codes)
    owner = acting.person.id if wanted.own else ""
    # two that keep the same name at once would both find none
    session.get(AgencyRow, agency.organ_id, with_for_update={"key_share": True})
    named = _named(session, agency.organ_id, owner, name)
    row = _row(session, agency.organ_id, owner, wanted.group_id) if wanted.group_id else named
    if row is None:
        _ensure_room(session, agency.organ_id, owner)
        row = RecipientGroupRow(id=new_id(), organ_id=agency.organ_id, owner_id=owner, version=0)
        session.add(row)
    elif named is not None and named.id != row.id:
        raise GroupInvalid(f"đã có nhóm «{name}» / there is a group of that name")
    elif wanted.version is not None and wanted.version != row.version:
        raise GroupMoved(row.name)
    row.name, row.preset, row.version = name, wanted.preset, row.version + 1
    row.updated_by, row.updated_at = acting.person.id, at
    session.flush()
    _replace(session, row.id, members)
    return row


def remove(session: Session, organ_id: str, group_id: str, who: str, at: datetime) -> None:
    """Forget a group; one that is gone already stays gone.

    Raises:
        GroupUnknown: it is another person's, or another agency's.
        RightMissing: it is the agency's, and *who* is no clerk.
    """
    row = session.get(RecipientGroupRow, group_id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    if row.organ_id != organ_id:
        raise GroupUnknown(group_id)
    acting = _keeper(session, organ_id, who, at, own=bool(row.owner_id))
    if row.owner_id not in ("", acting.person.id):
        raise GroupUnknown(group_id)
    _replace(session, row.id, [])
    session.delete(row)
    session.flush()


def seen(session: Session, organ_id: str, person_id: str, day: date) -> list[Group]:
    """Return the agency's groups and the person's own, by name, with what became of each member."""
    wanted = select(RecipientGroupRow).where(
        RecipientGroupRow.organ_id == organ_id, RecipientGroupRow.owner_id.in_(("", person_id))
    )
    rows = session.scalars(
        wanted.order_by(RecipientGroupRow.owner_id.desc(), RecipientGroupRow.name)
    ).all()
    return _groups(session, rows, day)


def get(session: Session, organ_id: str, person_id: str, group_id: str, day: date) -> Group:
    """Return one group that the person may use.

    Raises:
        GroupUnknown: there is none such.
    """
    row = session.get(RecipientGroupRow, group_id)
    if row is None or row.organ_id != organ_id or row.owner_id not in ("", person_id):
        raise GroupUnknown(group_id)
    return _groups(session, [row], day)[0]


def _keeper(session: Session, organ_id: str, who: str, at: datetime, *, own: bool) -> posts.Acting:
    roles = frozenset(Role) if own else frozenset({Role.CLERK, Role.ADMINISTRATOR})
    what = "lưu nhóm nơi nhận / keep a group of recipients"
    return posts.acting(session, organ_id, who, roles, at, what)


def _members(session: Session, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, name) of every agency, each once, in order."""
    wanted = list(dict.fromkeys(codes))
    if not 1 <= len(wanted) <= MOST_MEMBERS:
        raise GroupInvalid(f"từ 1 đến {MOST_MEMBERS} nơi nhận / 1 to {MOST_MEMBERS} agencies")
    found = directory.agency_rows(session, wanted)
    if missing := next((code for code in wanted if code not in found), None):
        raise GroupInvalid(f"không có cơ quan «{missing[:35]}» / there is no such agency")
    rows = {found[code].organ_id: found[code].name for code in wanted}
    return list(rows.items())


def _named(session: Session, organ_id: str, owner: str, name: str) -> RecipientGroupRow | None:
    wanted = select(RecipientGroupRow).where(
        RecipientGroupRow.organ_id == organ_id,
        RecipientGroupRow.owner_id == owner,
        RecipientGroupRow.name == name,
    )
    return session.scalars(wanted).one_or_none()


def _row(session: Session, organ_id: str, owner: str, group_id: str) -> RecipientGroupRow:
    row = session.get(RecipientGroupRow, group_id, with_for_update=True, populate_existing=True)
    if row is None or row.organ_id != organ_id or row.owner_id != owner:
        raise GroupUnknown(group_id)
    return row


def _ensure_room(session: Session, organ_id: str, owner: str) -> None:
    many = session.scalar(
        select(func.count())
        .select_from(RecipientGroupRow)
        .where(RecipientGroupRow.organ_id == organ_id, RecipientGroupRow.owner_id == owner)
    )
    if (many or 0) >= MOST_GROUPS:
        raise GroupInvalid(f"tối đa {MOST_GROUPS} nhóm / at most {MOST_GROUPS} groups")


def _replace(session: Session, group_id: str, members: Sequence[tuple[str, str]]) -> None:
    session.execute(
        delete(RecipientGroupMemberRow).where(RecipientGroupMemberRow.group_id == group_id)
    )
    session.add_all(
        RecipientGroupMemberRow(group_id=group_id, ordinal=ordinal, organ_id=code, name=name)
        for ordinal, (code, name) in enumerate(members, 1)
    )
    session.flush()


def _groups(session: Session, rows: Sequence[RecipientGroupRow], day: date) -> list[Group]:
    members: dict[str, list[RecipientGroupMemberRow]] = {row.id: [] for row in rows}
    wanted = select(RecipientGroupMemberRow).where(
        RecipientGroupMemberRow.group_id.in_(list(members))
    )
    for member in session.scalars(wanted.order_by(RecipientGroupMemberRow.ordinal)):
        members[member.group_id].append(member)
    codes = {member.organ_id for each in members.values() for member in each}
    standings = catalogue.standings(session, codes, day)
    return [
        Group(
            row.id,
            row.name,
            bool(row.owner_id),
            row.preset,
            row.version,
            tuple(_member(each, standings.get(each.organ_id)) for each in members[row.id]),
        )
        for row in rows
    ]


def _member(row: RecipientGroupMemberRow, standing: Standing | None) -> Member:
    if standing is None or not standing.abolished:
        return Member(row.organ_id, row.name, ended=False)
    heirs = tuple((heir.code, heir.name) for heir in standing.heirs)
    return Member(row.organ_id, row.name, ended=True, heirs=heirs)
