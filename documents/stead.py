"""In whose stead someone acts: what a delegation of handling gives on a day, and why it does not.

Practice: ủy quyền xử lý văn bản, apart from the capacity to sign (ux.md §1.4); law.md O-08: a
delegation ends with either's post. Nothing is passed on: only an own post of the delegator
counts. Who is away may still act; the stand-in acts beside them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from documents.document import Role
from documents.errors import Refused
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.tables import PersonRow, PostRow, WorkDelegationRow
from documents.tenure import in_force, main_first


class WorkDelegationOver(Refused):
    """What was delegated to the person does not hold that day."""

    code = "delegation.over"
    vietnamese = "Ủy quyền xử lý cho «{0}» không có hiệu lực: {1}"
    english = "the delegation of handling to «{0}» is not in force: {1}"
    remedy = "Lập ủy quyền mới / record a new one: `congvan people delegate`"


class WorkDelegationNarrow(Refused):
    """What was delegated to the person does not reach this matter."""

    code = "delegation.narrow"
    vietnamese = "Ủy quyền xử lý cho «{0}» không bao gồm việc này: {1}"
    english = "the delegation of handling to «{0}» does not cover this: {1}"
    remedy = "Chuyển cho người ủy quyền / hand it to the delegator: `congvan people list`"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a step is about, as far as scopes ask."""

    type_name: str = ""
    unit_id: str | None = None
    step: Step | str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation in force, and the delegator's post whose right it gives."""

    row: WorkDelegationRow
    post: PostRow


def fault(
    row: WorkDelegationRow, from_posts: Iterable[PostRow], to_post: PostRow, at: datetime
) -> str:
    """Return why the delegation does not hold at *at*, Vietnamese / English; empty if it does."""
    day = local_day(at)
    if row.withdrawn_at is not None and row.withdrawn_at <= at:
        return f"thu hồi ngày {local_day(row.withdrawn_at):%d/%m/%Y} / withdrawn then"
    if not in_force(row, day):
        span = f"{row.since:%d/%m/%Y} – {row.until:%d/%m/%Y}"
        return f"thời hạn {span} / its days are {span}"
    if not in_force(to_post, day):
        return "người được ủy quyền đã thôi chức vụ / the delegate left the post"
    if not any(in_force(post, day) for post in from_posts):
        return "người ủy quyền đã thôi chức vụ / the delegator left the post"
    return ""


def reaches(row: WorkDelegationRow, matter: Matter | None) -> str:
    """Return what of *matter* is beyond the scope, Vietnamese / English; empty if nothing is.

    What is not known of the matter is beyond every limit.
    """
    known = matter or Matter()
    if row.steps and known.step not in row.steps:
        return f"bước «{known.step or '?'}» / step «{known.step or '?'}»"
    if row.types and known.type_name not in row.types:
        return f"loại «{known.type_name or '?'}» / type «{known.type_name or '?'}»"
    if row.unit_ids and known.unit_id not in row.unit_ids:
        return "văn bản của đơn vị khác / a document of another unit"
    return ""


_TO = (
    select(WorkDelegationRow)
    .where(
        WorkDelegationRow.to_id == bindparam("to"), WorkDelegationRow.organ_id == bindparam("organ")
    )
    .order_by(WorkDelegationRow.since.desc(), WorkDelegationRow.id)
)


def posts_by_id(session: Session, ids: Iterable[str]) -> dict[str, PostRow]:
    """Return the posts with these ids."""
    wanted = select(PostRow).where(PostRow.id.in_(set(ids)))
    return {post.id: post for post in session.scalars(wanted)}


def posts_behind(
    session: Session, rows: Collection[WorkDelegationRow]
) -> dict[str, tuple[list[PostRow], PostRow]]:
    """Return, by delegation, the delegator's posts that it rests on, and the delegate's."""
    ids = {each for row in rows for each in (*row.from_post_ids, row.to_post_id)}
    known = posts_by_id(session, ids) if ids else {}
    return {
        row.id: ([known[each] for each in row.from_post_ids], known[row.to_post_id]) for row in rows
    }


def giving(
    session: Session,
    organ_id: str,
    person: PersonRow,
    roles: Collection[Role],
    at: datetime,
    matter: Matter | None,
    unit_id: str | None,
) -> Given | None:
    """Return the delegation that lets *person* act in one of *roles*; None if none is theirs.

    Raises:
        WorkDelegationOver, WorkDelegationNarrow: one was, and this is why it does not do.
    """
    rows = [
        row
        for row in session.scalars(_TO, {"to": person.id, "organ": organ_id})
        if set(row.roles) & set(roles)
    ]
    return chosen(rows, posts_behind(session, rows), person, roles, at, matter, unit_id)


Behind: TypeAlias = Mapping[str, tuple[list[PostRow], PostRow]]
"""By delegation: the delegator's posts that it rests on, and the delegate's."""


def chosen(
    rows: Iterable[WorkDelegationRow],
    behind: Behind,
    person: PersonRow,
    roles: Collection[Role],
    at: datetime,
    matter: Matter | None,
    unit_id: str | None,
) -> Given | None:
    """Return the first of *rows*, which lend one of *roles*, that lets *person* act.

    Raises:
        WorkDelegationOver, WorkDelegationNarrow: none does, and this is why.
    """
    why: Refused | None = None
    for row in rows:
        if over := fault(row, *behind[row.id], at):
            why = why or WorkDelegationOver(person.full_name, over)
            continue
        if beyond := reaches(row, matter):
            why = WorkDelegationNarrow(person.full_name, beyond)
            continue
        if post := _lending(row, behind[row.id][0], roles, local_day(at), unit_id):
            return Given(row, post)
    if why is not None:
        raise why
    return None


def _lending(
    row: WorkDelegationRow,
    posts: Iterable[PostRow],
    roles: Collection[Role],
    day: date,
    unit_id: str | None,
) -> PostRow | None:
    """Return the delegator's own post of the day whose right is lent."""
    fit = [
        post
        for post in posts
        if in_force(post, day)
        and post.role in roles
        and post.role in row.roles
        and unit_id in {None, post.unit_id}
    ]
    return main_first(fit)[0] if fit else None
