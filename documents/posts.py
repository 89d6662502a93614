"""In which post a person acts: every step asks here, and the ledger remembers the answer.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1; Art. 13 for what is signed. The
right is that of a post held on the day of the step, else one that its holder let the person
use in their stead (`stead`). What `PersonRow` shows is never asked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import directory, stead
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.numbering import local_day
from documents.stead import Given, Matter
from documents.tables import DocumentRow, PersonRow, PostRow
from documents.tenure import held_on, main_first


class PostEnded(Refused):
    """Every post of the person in the agency is over."""

    code = "person.post_ended"
    vietnamese = "«{0}» thôi giữ chức vụ «{1}» từ hết ngày {2}, không còn quyền {3}"
    english = "«{0}» left the post «{1}» at the end of {2} and has no right to {3}"
    remedy = "Chọn người đang giữ chức vụ / choose someone who holds the post: `congvan people`"


class PostNotBegun(Refused):
    """The person's first post in the agency begins later."""

    code = "person.post_not_begun"
    vietnamese = "«{0}» giữ chức vụ «{1}» từ ngày {2}, trước đó chưa có quyền {3}"
    english = "«{0}» holds the post «{1}» from {2} on and has no right before to {3}"
    remedy = "Chọn người đang giữ chức vụ / choose someone who holds the post: `congvan people`"


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in the post, or in the stead, in which a step is taken."""

    person: PersonRow
    role: Role
    unit_id: str | None = None
    post_id: str = ""
    in_stead_of: str = ""
    """Id of the person whose right it is (ủy quyền); empty where it is one's own."""
    position: str = ""
    """Title of the post that gives the right."""
    delegation_id: str = ""

    @property
    def actor(self) -> Actor:
        """The person as the ledger names them."""
        return Actor(self.person.id, self.role)

    def detail(self) -> dict[str, Any]:
        """Return what the ledger row of the step says besides: post and stead, where known."""
        said = {
            "post": self.post_id,
            "in_stead_of": self.in_stead_of,
            "work_delegation": self.delegation_id,
        }
        return {name: value for name, value in said.items() if value}


def acting(
    session: Session,
    organ_id: str,
    who: str,
    roles: Collection[Role],
    at: datetime,
    what: str = "",
    *,
    unit_id: str | None = None,
    matter: Matter | None = None,
    alone: bool = False,
) -> Acting:
    """Return *who* in a post of the agency that has one of *roles* on the day of *at*.

    Of several such posts: the one in the unit that the matter is of, else the main one. Own
    posts come first, then what others let them do.

    Args:
        session: any transaction.
        organ_id: whose step it is.
        who: id or full name.
        roles: what the step asks for.
        at: aware; its day in Vietnam counts.
        what: names the step for the one who is refused.
        unit_id: only a post in this unit will do.
        matter: what the step is about; a delegation that is limited does not reach further.
        alone: only an own post will do: nobody does this in another's stead.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        PostEnded, PostNotBegun: they have no post there that day.
        RightMissing: no post of theirs gives the right.
        WorkDelegationOver, WorkDelegationNarrow: nor does what was delegated to them.
    """
    day = local_day(at)
    person, posts = directory.holder(session, organ_id, who, day)
    held = held_on(posts, day)
    what = what or "/".join(sorted(roles))
    if not held:
        raise without_post(person, posts, day, what)
    if own := in_own(person, held, roles, matter, unit_id):
        return own
    given = None
    if not alone:
        given = stead.giving(session, organ_id, person, roles, at, matter, unit_id)
    if given is None:
        raise RightMissing(person.full_name, main_first(held)[0].position, what)
    return in_stead(person, given)


def in_own(
    person: PersonRow,
    held: Sequence[PostRow],
    roles: Collection[Role],
    matter: Matter | None = None,
    unit_id: str | None = None,
) -> Acting | None:
    """Return *person* in the nearest of the posts *held* that has one of *roles*; None: none has.

    Args:
        person: whose posts they are.
        held: posts of the day.
        roles: what the step asks for.
        matter: of several posts, the one in its unit is the nearest, else the main one.
        unit_id: only a post in this unit will do.
    """
    fit = [post for post in held if post.role in roles and unit_id in {None, post.unit_id}]
    if not fit:
        return None
    post = _nearest(fit, matter)
    return Acting(person, Role(post.role), post.unit_id, post.id, position=post.position)


def in_stead(person: PersonRow, given: Given) -> Acting:
    """Return *person* in the post that a delegation lends."""
    return Acting(
        person,
        Role(given.post.role),
        given.post.unit_id,
        given.post.id,
        given.row.from_id,
        given.post.position,
        given.row.id,
    )


def stepping(session: Session, row: DocumentRow, step: Step, who: str, at: datetime) -> Acting:
    """Return *who* as they may take *step* on *row*.

    Who has a post but not the right is returned in the main one: the lifecycle says what the
    step wants.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: as `acting`.
        WorkDelegationOver, WorkDelegationNarrow: as `acting`.
    """
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), step))
    roles = transition.roles if transition is not None else frozenset(Role)
    matter = Matter(row.type_name, row.unit_id, step)
    try:
        return acting(session, row.organ_id, who, roles, at, step, matter=matter)
    except RightMissing:
        return acting(session, row.organ_id, who, frozenset(Role), at, step)


def _nearest(posts: Sequence[PostRow], matter: Matter | None) -> PostRow:
    unit = matter.unit_id if matter is not None else None
    return next(
        (post for post in posts if unit is not None and post.unit_id == unit),
        main_first(posts)[0],
    )


def without_post(person: PersonRow, held: Sequence[PostRow], day: date, what: str) -> Refused:
    """Return why *person* has no right on *day*: none of their *posts* is of that day."""
    over = [post for post in held if post.until is not None and post.until < day]
    if over:
        last = max(over, key=lambda post: (post.until, post.id))
        return PostEnded(person.full_name, last.position, f"{last.until:%d/%m/%Y}", what)
    first = held[0]
    return PostNotBegun(person.full_name, first.position, f"{first.since:%d/%m/%Y}", what)
