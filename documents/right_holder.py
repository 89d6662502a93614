"""A person with everything their rights rest on that day: posts, and what others let them do.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1. Read in two questions; then every
step is judged in memory by the rules that `posts.acting` and `handlers` refuse by. Who is away
may still act; the stand-in acts beside them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from documents import handlers, posts, stead
from documents.assignee import HANDLERS
from documents.directory import PersonUnknown
from documents.document import Role
from documents.errors import Refused
from documents.judged_post import signing_post
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.posts import Acting
from documents.stead import Behind, Given, Matter
from documents.tables import PersonRow, PostRow, TaskRow, WorkDelegationRow
from documents.tenure import held_on, in_force


class Who(Protocol):
    """Somebody at work in one agency: a visit of the desk, a token's person."""

    @property
    def person_id(self) -> str:
        """Whose posts count."""

    @property
    def organ_id(self) -> str:
        """The agency at whose desk they sit."""


@dataclass(frozen=True, slots=True)
class At:
    """A person at an agency's desk."""

    person_id: str
    organ_id: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in their posts, own and lent, at one moment."""

    person: PersonRow
    organ_id: str
    at: datetime
    posts: tuple[PostRow, ...]
    """Every post they ever had, in any agency, the earliest first."""
    lent: tuple[WorkDelegationRow, ...]
    """Every delegation to them that their agency recorded, the newest first."""
    behind: Behind
    names: dict[str, str]
    """Full names of the delegators, by id."""

    @property
    def person_id(self) -> str:
        """Id of the person."""
        return self.person.id

    @property
    def held(self) -> list[PostRow]:
        """Own posts of the agency that are held that day."""
        day = local_day(self.at)
        return [post for post in held_on(self.posts, day) if post.organ_id == self.organ_id]

    def acting(
        self,
        roles: Collection[Role],
        matter: Matter | None = None,
        unit_id: str | None = None,
        *,
        alone: bool = False,
    ) -> Acting | None:
        """Return them as `posts.acting` would; None where it would refuse."""
        held = self.held
        if not held:
            return None
        if own := posts.in_own(self.person, held, roles, matter, unit_id):
            return own
        rows = [row for row in self.lent if set(row.roles) & set(roles)]
        if alone or not rows:
            return None
        try:
            found = stead.chosen(rows, self.behind, self.person, roles, self.at, matter, unit_id)
        except Refused:
            return None
        return posts.in_stead(self.person, found) if found is not None else None

    def signing(self) -> Acting | None:
        """Return them as whose signature a document waits for: as a leader, whatever the post."""
        post = signing_post(self.posts, self.organ_id, local_day(self.at))
        if post is None:
            return None
        return Acting(self.person, Role.LEADER, post.unit_id, post.id, position=post.position)

    def handling(self, task: TaskRow, type_name: str, step: Step = Step.START) -> Acting | None:
        """Return them as `handlers.handler` would; None where it would refuse."""
        if not self.held:
            return None
        if task.person_id == self.person.id:
            return self.acting(HANDLERS)
        matter = Matter(type_name, task.unit_id, step)
        if task.unit_id is not None and (
            heading := self.acting((Role.UNIT_HEAD,), matter, task.unit_id)
        ):
            return heading
        return self.standing_in(task.person_id, matter) if task.person_id is not None else None

    def judging(self, task: TaskRow, type_name: str) -> Acting | None:
        """Return them as `handlers.judge` would; None where it would refuse."""
        if not self.held:
            return None
        if task.given_by == self.person.id:
            return self.acting(HANDLERS)
        matter = Matter(type_name, task.unit_id, Step.ASSIGN)
        return self.acting((Role.LEADER,), matter) or self.standing_in(task.given_by, matter)

    def standing_in(self, for_id: str, matter: Matter) -> Acting | None:
        """Return them in the stead of *for_id*, as `handlers.standing_in` does."""
        rows = [row for row in self.lent if row.from_id == for_id]
        return handlers.lent(rows, self.behind, self.person, self.at, matter)

    def steads(self) -> Iterator[Given]:
        """Give each post that somebody lends them that day, whatever the limits."""
        day = local_day(self.at)
        for row in self.lent if self.held else ():
            given, own = self.behind[row.id]
            if stead.fault(row, given, own, self.at):
                continue
            for post in given:
                if in_force(post, day) and post.role in row.roles:
                    yield Given(row, post)

    @property
    def roles(self) -> frozenset[Role]:
        """Roles of their own posts of the agency."""
        return frozenset(Role(post.role) for post in self.held)

    @property
    def lent_roles(self) -> frozenset[Role]:
        """Roles that others lend them, whatever the limits."""
        return frozenset(Role(given.post.role) for given in self.steads())


_POSTS = (
    select(PersonRow, PostRow)
    .outerjoin(PostRow, PostRow.person_id == PersonRow.id)
    .where(PersonRow.id == bindparam("who"))
    .order_by(PostRow.since, PostRow.id)
)
_FROM = aliased(PersonRow)
_LENT = (
    select(WorkDelegationRow, _FROM.full_name, PostRow)
    .join(_FROM, _FROM.id == WorkDelegationRow.from_id)
    .join(
        PostRow,
        or_(
            PostRow.person_id == WorkDelegationRow.from_id,
            PostRow.id == WorkDelegationRow.to_post_id,
        ),
    )
    .where(
        WorkDelegationRow.to_id == bindparam("who"),
        WorkDelegationRow.organ_id == bindparam("organ"),
        WorkDelegationRow.until >= bindparam("day"),
    )
    .order_by(WorkDelegationRow.since.desc(), WorkDelegationRow.id, PostRow.since, PostRow.id)
)


def holder(session: Session, who: Who, at: datetime) -> Holder:
    """Return *who* with what their rights rest on at *at*; a holder of that moment as it is.

    Raises:
        PersonUnknown: there is no such person.
    """
    if isinstance(who, Holder) and who.at == at:
        return who
    rows = session.execute(_POSTS, {"who": who.person_id}).all()
    if not rows:
        raise PersonUnknown(who.person_id, who.organ_id)
    held = tuple(post for _, post in rows if post is not None)
    wanted = {"who": who.person_id, "organ": who.organ_id, "day": local_day(at)}
    lent: dict[str, WorkDelegationRow] = {}
    names: dict[str, str] = {}
    known: dict[str, PostRow] = {}
    for row, name, post in session.execute(_LENT, wanted):
        lent[row.id], names[row.from_id], known[post.id] = row, name, post
    behind = {
        row.id: ([known[each] for each in row.from_post_ids], known[row.to_post_id])
        for row in lent.values()
    }
    person = rows[0][0]
    return Holder(person, who.organ_id, at, held, tuple(lent.values()), behind, names)
