"""Whose desk it is: a person with their posts of the day, and those they stand in for.

Practice: ux.md §1.2 (queues of each role), §1.4 (ủy quyền xử lý: the stand-in works beside whose
place they take). Rights are asked at every step anyhow (`posts`): this only says what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import stead, tenure
from documents.document import Role, folded
from documents.numbering import local_day
from documents.tables import PostRow, WorkDelegationRow

_OFFICE = "van phong"
_HEADS = ("chanh", "pho chanh", "truong", "pho truong")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person's lists depend on."""

    organ_id: str
    person_id: str
    people: tuple[str, ...]
    """The person, then those they stand in for: whose personal queues are on this desk."""
    roles: frozenset[Role]
    """Of their posts, and lent to them."""
    units: tuple[str, ...]
    """Units that these people work in."""
    headed: tuple[str, ...]
    """Units that one of them heads."""
    chief_of_office: bool
    """Chánh Văn phòng, or their deputy: sorts what was registered (tham mưu phân phối)."""
    today: date
    at: datetime


def desk_of(session: Session, organ_id: str, person_id: str, at: datetime) -> Desk:
    """Return the desk of a person in an agency at *at*; who has no post there has an empty one."""
    day = local_day(at)
    lent, posts = _lent(session, organ_id, person_id, at)
    people = tuple(dict.fromkeys((person_id, *(row.from_id for row in lent))))
    held = [post for post in posts if post.organ_id == organ_id and tenure.in_force(post, day)]
    theirs = [post for post in held if _shared(post, person_id, lent)]
    roles = frozenset(Role(post.role) for post in theirs)
    return Desk(
        organ_id,
        person_id,
        people,
        roles,
        tuple(dict.fromkeys(post.unit_id for post in theirs if post.unit_id)),
        tuple(
            dict.fromkeys(
                post.unit_id for post in theirs if post.unit_id and post.role == Role.UNIT_HEAD
            )
        ),
        any(_sorts(post) for post in theirs),
        day,
        at,
    )


def _lent(
    session: Session, organ_id: str, person_id: str, at: datetime
) -> tuple[list[WorkDelegationRow], Sequence[PostRow]]:
    """Return the delegations that hold for the person, and the posts of everybody concerned."""
    wanted = select(WorkDelegationRow).where(
        WorkDelegationRow.organ_id == organ_id,
        WorkDelegationRow.to_id == person_id,
        WorkDelegationRow.until >= local_day(at),
    )
    rows = list(session.scalars(wanted.order_by(WorkDelegationRow.since, WorkDelegationRow.id)))
    behind = stead.posts_behind(session, rows)
    holding = [row for row in rows if not stead.fault(row, *behind[row.id], at)]
    concerned = {person_id, *(row.from_id for row in holding)}
    posts = session.scalars(select(PostRow).where(PostRow.person_id.in_(sorted(concerned)))).all()
    return holding, posts


def _shared(post: PostRow, person_id: str, lent: list[WorkDelegationRow]) -> bool:
    """Return whether the post is the person's own, or one that a delegation lends them."""
    return post.person_id == person_id or any(
        post.id in row.from_post_ids and post.role in row.roles for row in lent
    )


def _sorts(post: PostRow) -> bool:
    title = folded(post.position)
    leads = post.role in {Role.UNIT_HEAD, Role.LEADER}
    return leads and title.startswith(_HEADS) and _OFFICE in title
