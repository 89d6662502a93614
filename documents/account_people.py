"""Whom an account stands for today: the persons with posts, the agencies, whether they sign.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1 (rights follow a person's post). One
human in several agencies is one person in each, and chooses in whose name they work.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.document import Role
from documents.errors import Refused
from documents.numbering import local_day
from documents.tables import AccountPersonRow, AccountRow, AgencyRow, PersonRow, PostRow
from documents.tenure import in_force, main_first

SIGNING = frozenset({Role.LEADER, Role.CLERK})
"""Who signs documents, and who sets the agency's seal (Decree 30/2020, Art. 13, 32, 33)."""


class AccountWithoutPost(Refused):
    """Nobody whom the account stands for has a post today."""

    code = "account.without_post"
    vietnamese = "Tài khoản «{0}» hiện không gắn với chức vụ nào"
    english = "the account «{0}» stands for nobody with a post today"
    remedy = "Nhờ quản trị gắn tài khoản với người / ask your administrator to link it"


@dataclass(frozen=True, slots=True)
class Standing:
    """One person whom an account stands for, as of a day."""

    person_id: str
    full_name: str
    organ_id: str
    agency_name: str
    posts: tuple[tuple[str, Role], ...]
    """(position, role) of each post held that day, the main one first."""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of the posts."""
        return frozenset(role for _, role in self.posts)


def standings(session: Session, account_id: str, at: datetime) -> list[Standing]:
    """Return whom the account stands for with a post on the day of *at*, the main post first."""
    return of_accounts(session, [account_id], at).get(account_id, [])


def of_accounts(
    session: Session, account_ids: Collection[str], at: datetime
) -> dict[str, list[Standing]]:
    """Return the standings of each account that has some, with one question."""
    day = local_day(at)
    found: dict[tuple[str, str], tuple[PersonRow, str, list[PostRow]]] = {}
    rows = session.execute(
        select(AccountPersonRow.account_id, PersonRow, AgencyRow.name, PostRow)
        .join(PersonRow, PersonRow.id == AccountPersonRow.person_id)
        .join(AgencyRow, AgencyRow.organ_id == PersonRow.organ_id)
        .join(PostRow, PostRow.person_id == PersonRow.id)
        .where(AccountPersonRow.account_id.in_(account_ids))
        .order_by(PersonRow.organ_id, PersonRow.id)
    )
    for account_id, person, agency, post in rows:
        held = found.setdefault((account_id, person.id), (person, agency, []))
        if post.organ_id == person.organ_id and in_force(post, day):
            held[2].append(post)
    standing: dict[str, list[Standing]] = {}
    for (account_id, _), (person, agency, held_posts) in found.items():
        if held_posts:
            said = tuple((post.position, Role(post.role)) for post in main_first(held_posts))
            standing.setdefault(account_id, []).append(
                Standing(person.id, person.full_name, person.organ_id, agency, said)
            )
    return standing


def ensure_standing(session: Session, account: AccountRow, at: datetime) -> list[Standing]:
    """Return whom the account stands for.

    Raises:
        AccountWithoutPost: nobody with a post.
    """
    found = standings(session, account.id, at)
    if not found:
        raise AccountWithoutPost(account.username)
    return found


def signs(standing: Iterable[Standing]) -> bool:
    """Return whether one of the posts signs or seals: that asks for a second factor."""
    return any(each.roles & SIGNING for each in standing)


def agencies_of(session: Session, account_id: str) -> frozenset[str]:
    """Return the agencies of everybody whom the account stands for, with a post or without."""
    wanted = (
        select(PersonRow.organ_id)
        .join(AccountPersonRow, AccountPersonRow.person_id == PersonRow.id)
        .where(AccountPersonRow.account_id == account_id)
    )
    return frozenset(session.scalars(wanted))
