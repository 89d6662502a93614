"""Who could do what on a day, in which post, in whose stead, and with which capacity to sign.

Sources: law.md §1.5 (capacities and their evidence), §1.12 VI-33, §8 O-08; the steps are those
of `lifecycle`. The answer comes from the posts, delegations and absences on record; asked with
a moment, from what was on record then.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import absences, delegations, signatory, stead, tenure, units
from documents.authority import KT, TL, TM, TUQ, Q, Standing, assess
from documents.capacity import Clause, Printed
from documents.document import Competence, DocumentType, Role
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.numbering import local_day
from documents.stead import Matter
from documents.tables import DocumentRow, PersonRow, PostRow, WorkDelegationRow

SIGNERS_OWN = frozenset({"outgoing.approve", "outgoing.sign"})
"""Steps of the one who signs, in nobody's stead (Art. 11, 13)."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity to sign, with what it rests on."""

    prefixes: str
    """As printed: `TM.`, `KT.`, `TL. KT.`; empty: the head."""
    evidence: tuple[str, ...]
    """Codes of the decisions or writings; empty where none is on record for the post."""
    types: tuple[str, ...] = ()
    """Types of documents it is limited to; empty: all."""


@dataclass(frozen=True, slots=True)
class Entitled:
    """One person in one post, or in another's stead, on one day."""

    person_id: str
    full_name: str
    organ_id: str
    post_id: str
    position: str
    unit_id: str | None
    unit: str
    role: Role
    steps: tuple[str, ...]
    """`outgoing.submit`, `incoming.assign` …"""
    capacities: tuple[Capacity, ...] = ()
    in_stead_of: str = ""
    """Id of the delegator."""
    types: tuple[str, ...] = ()
    """Types that a delegation is limited to; empty: all."""
    away: bool = False
    since: date | None = None
    until: date | None = None


def steps_of(role: Role) -> tuple[str, ...]:
    """Return the steps that the lifecycles let *role* take."""
    found = {
        f"{direction.value}.{step.value}"
        for direction in (Direction.OUTGOING, Direction.INCOMING)
        for (_, step), transition in LIFECYCLES[direction].items()
        if role in transition.roles
    }
    return tuple(sorted(found))


def on(
    session: Session, organ_id: str, at: datetime, known_at: datetime | None = None
) -> list[Entitled]:
    """Return who could do what in the agency at *at*, own posts first, then steads.

    With *known_at*: by the posts and delegations of handling on record at that moment.
    """
    day = local_day(at)
    rows = _posts(session, organ_id, known_at)
    held = [(person, post) for person, post in rows if tenure.in_force(post, day)]
    names = {unit.id: unit.name for unit in units.every(session, organ_id)}
    gone = {row.person_id for row in absences.away(session, organ_id, day)}
    people = {person.id for person, _ in held}
    given = _authorised(session, organ_id, at)
    known = signatory.standings_of(session, {(organ_id, each) for each in people | given}, at)
    found: list[Entitled] = []
    for person, post in held:
        standing = known[organ_id, person.id]
        signs = post.position == standing.post.person.position
        capacities = capacities_of(standing, at) if signs else ()
        found.append(_own(person, post, names, capacities, away=person.id in gone))
    for who in sorted(given - people):
        found += _elsewhere(session, known.get((organ_id, who)), organ_id, at)
    return found + _steads(session, organ_id, rows, names, at, known_at)


def _posts(
    session: Session, organ_id: str, known_at: datetime | None
) -> list[tuple[PersonRow, PostRow]]:
    wanted = select(PersonRow, PostRow).join(PostRow, PostRow.person_id == PersonRow.id)
    wanted = wanted.where(PostRow.organ_id == organ_id)
    ordered = wanted.order_by(PersonRow.id, PostRow.since, PostRow.id)
    rows = [(person, post) for person, post in session.execute(ordered)]
    if known_at is None:
        return rows
    people = {post.id: person for person, post in rows}
    posts = tenure.as_known((post for _, post in rows), known_at)
    return [(people[post.id], post) for post in posts]


def _authorised(session: Session, organ_id: str, at: datetime) -> set[str]:
    held = delegations.of_agency(session, organ_id)
    return {each.grantee_id for each in held if each.in_force(at)}


def _own(
    person: PersonRow,
    post: PostRow,
    names: dict[str, str],
    capacities: tuple[Capacity, ...],
    *,
    away: bool,
) -> Entitled:
    role = Role(post.role)
    return Entitled(
        person.id,
        person.full_name,
        post.organ_id,
        post.id,
        post.position,
        post.unit_id,
        names.get(post.unit_id or "", ""),
        role,
        steps_of(role),
        capacities,
        away=away,
        since=post.since,
        until=post.until,
    )


def _elsewhere(
    session: Session, standing: Standing | None, organ_id: str, at: datetime
) -> list[Entitled]:
    """Return whoever of another agency may sign for this one (TUQ.; Art. 13.3)."""
    if standing is None or not (capacities := capacities_of(standing, at)):
        return []
    person = standing.post.person
    steps = ("outgoing.approve", "outgoing.return", "outgoing.sign")
    return [
        Entitled(
            person.id,
            person.full_name,
            organ_id,
            "",
            person.position,
            None,
            standing.home.name if standing.home else "",
            Role.LEADER,
            steps,
            capacities,
        )
    ]


def capacities_of(standing: Standing, at: datetime) -> tuple[Capacity, ...]:
    """Return every capacity in which the person may sign at *at*, by what `assess` accepts."""
    head: tuple[Competence, ...] = (TM,) if standing.collective else ()
    chains = [head, (KT,), (Q,), (TL,), (TUQ,), (TL, KT)]
    found = (_capacity(standing, chain, at) for chain in chains)
    return tuple(each for each in found if each is not None)


def _capacity(standing: Standing, chain: tuple[Competence, ...], at: datetime) -> Capacity | None:
    person = standing.post.person
    printed = Printed(tuple(Clause(each, "") for each in chain), person.position, person.full_name)
    last = chain[-1] if chain else Competence.HEAD
    given = [
        each for each in standing.delegations if each.gives(last, person.id) and each.in_force(at)
    ]
    asked = {name for each in given for name in each.types} or {DocumentType.OFFICIAL_LETTER.value}
    if any(not each.types for each in given):
        asked = {DocumentType.OFFICIAL_LETTER.value}
    accepted = tuple(
        sorted(name for name in asked if not assess(printed, standing, None, name, at))
    )
    if not accepted:
        return None
    limited = bool(given) and all(each.types for each in given)
    evidence = tuple(dict.fromkeys(each.basis for each in given))
    return Capacity(" ".join(chain), evidence, accepted if limited else ())


def _steads(
    session: Session,
    organ_id: str,
    rows: Sequence[tuple[PersonRow, PostRow]],
    names: dict[str, str],
    at: datetime,
    known_at: datetime | None,
) -> list[Entitled]:
    wanted = select(WorkDelegationRow).where(WorkDelegationRow.organ_id == organ_id)
    ordered = wanted.order_by(WorkDelegationRow.to_id, WorkDelegationRow.since)
    posts = {post.id: post for _, post in rows}
    people = {person.id: person for person, _ in rows}
    found = []
    for row in session.scalars(ordered):
        if known_at is not None and row.recorded_at > known_at:
            continue
        behind = [posts[each] for each in row.from_post_ids if each in posts]
        to_post = posts.get(row.to_post_id)
        if to_post is None or stead.fault(row, behind, to_post, at):
            continue
        lent = [post for post in behind if tenure.in_force(post, local_day(at))]
        for post in lent:
            found.append(_stead(row, people[row.to_id], post, names))
    return found


def _stead(
    row: WorkDelegationRow, person: PersonRow, post: PostRow, names: dict[str, str]
) -> Entitled:
    role = Role(post.role)
    steps = [each for each in steps_of(role) if each not in SIGNERS_OWN]
    if row.steps:
        steps = [each for each in steps if each.split(".", 1)[1] in row.steps]
    return Entitled(
        person.id,
        person.full_name,
        row.organ_id,
        post.id,
        post.position,
        post.unit_id,
        names.get(post.unit_id or "", ""),
        role,
        tuple(steps),
        in_stead_of=row.from_id,
        types=tuple(row.types),
        since=row.since,
        until=row.until,
    )


def could_take(session: Session, row: DocumentRow, step: Step, at: datetime) -> list[Entitled]:
    """Return who could take *step* on the document at *at*, from whatever state has the step."""
    direction = Direction(row.direction)
    name = f"{direction.value}.{step.value}"
    everyone = on(session, row.organ_id, at)
    if name in SIGNERS_OWN:
        return [each for each in everyone if each.person_id == row.signer_id and each.capacities]
    now = LIFECYCLES[direction].get((State(row.state), step))
    roles: Collection[Role] = now.roles if now is not None else frozenset(Role)
    fit = [each for each in everyone if name in each.steps and each.role in roles]
    given = {each.id: each for each in _reaching(session, row, step)}
    reached = {(each.to_id, each.from_id) for each in given.values()}
    return [
        each
        for each in fit
        if not each.in_stead_of or (each.person_id, each.in_stead_of) in reached
    ]


def _reaching(session: Session, row: DocumentRow, step: Step) -> Iterable[WorkDelegationRow]:
    matter = Matter(row.type_name, row.unit_id, step)
    wanted = select(WorkDelegationRow).where(WorkDelegationRow.organ_id == row.organ_id)
    return [each for each in session.scalars(wanted) if not stead.reaches(each, matter)]


def of_person(session: Session, person: PersonRow) -> list[Entitled]:
    """Return every stretch of days in which the person could do something, the earliest first.

    A delegation ends with the posts that it rests on, or the moment it was withdrawn.
    """
    names = {
        unit.id: unit.name
        for organ in {post.organ_id for post in tenure.of_people(session, [person.id])[person.id]}
        for unit in units.every(session, organ)
    }
    found = [
        _own(person, post, names, (), away=False)
        for post in tenure.of_people(session, [person.id])[person.id]
    ]
    rows = list(
        session.scalars(select(WorkDelegationRow).where(WorkDelegationRow.to_id == person.id))
    )
    behind = stead.posts_behind(session, rows)
    for row in rows:
        mine = behind[row.id][1]
        for post in behind[row.id][0]:
            ends = [row.until, *(each.until for each in (post, mine) if each.until is not None)]
            if row.withdrawn_at is not None:
                ends.append(local_day(row.withdrawn_at))
            starts = max(row.since, post.since, mine.since)
            if starts <= min(ends):
                stretch = _stead(row, person, post, names)
                found.append(_clipped(stretch, starts, min(ends)))
    return sorted(found, key=lambda each: (each.since or date.min, each.post_id))


def _clipped(stretch: Entitled, since: date, until: date) -> Entitled:
    return replace(stretch, since=since, until=until)
