"""Who does what in each agency of the province: signers, drafters, heads of units, clerks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from documents.document import Agency, Role
from workflows.demo_data import agencies
from workflows.demo_data.agencies import FULL, FULL_UNITS, Extra, Neighbour
from workflows.demo_people import DESKS, PROVINCE, Desk, units_of


@dataclass(frozen=True, slots=True)
class Section:
    """A unit that can be given work."""

    unit: str
    """Abbreviation."""
    head: str
    """Ids of people."""
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bureau:
    """One agency whose desk is here."""

    agency: Agency
    leaders: tuple[str, ...]
    """Ids; the first one is submitted to and, where there are keys, has one."""
    keyed: bool
    clerk: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Province:
    """All that work in it, by organ id in their order."""

    bureaus: Mapping[str, Bureau]
    neighbours: tuple[Neighbour, ...]
    extras: tuple[Extra, ...]

    @property
    def served(self) -> frozenset[str]:
        """The agencies whose desks are here."""
        return frozenset(self.bureaus)

    @property
    def people(self) -> int:
        """How many persons work there, administrators among them."""
        desks = [desk for desk in DESKS if desk.installation == PROVINCE]
        every = [*desks, *(each.desk for each in self.neighbours)]
        return sum(len(desk.people) for desk in every) + len(self.extras)


def province(seed: int) -> Province:
    """Return the province of *seed*: its agencies are always the same, names are drawn."""
    rng = Random(f"people {seed}")  # noqa: S311  (no secret)
    around, more = agencies.neighbours(rng), agencies.extras(rng)
    found: dict[str, Bureau] = {}
    for desk in DESKS:
        if desk.installation == PROVINCE:
            unit = units_of(desk.agency.organ_id)[1][1]
            found[desk.agency.organ_id] = _bureau(desk, unit, keyed=True)
    for each in around:
        found[each.desk.agency.organ_id] = _bureau(each.desk, each.units[0][1], keyed=False)
    found[FULL] = _full(found[FULL], more)
    return Province(dict(sorted(found.items())), around, more)


def _ids(desk: Desk, role: Role) -> tuple[str, ...]:
    return tuple(person.id for person in desk.people if person.role is role)


def _bureau(desk: Desk, unit: str, *, keyed: bool) -> Bureau:
    section = Section(unit, _ids(desk, Role.UNIT_HEAD)[0], _ids(desk, Role.SPECIALIST))
    return Bureau(
        desk.agency, _ids(desk, Role.LEADER), keyed, _ids(desk, Role.CLERK)[0], (section,)
    )


def _full(known: Bureau, extras: Iterable[Extra]) -> Bureau:
    people = [(each.person.id, each.person.role, each.unit) for each in extras]
    own = known.sections[0]
    accountants = tuple(who for who, role, unit in people if unit == own.unit)
    sections = [Section(own.unit, own.head, (*own.staff, *accountants))]
    for _, short in FULL_UNITS:
        heads = [who for who, role, unit in people if unit == short and role is Role.UNIT_HEAD]
        staff = tuple(
            who for who, role, unit in people if unit == short and role is Role.SPECIALIST
        )
        sections.append(Section(short, heads[0], staff))
    leaders = (*known.leaders, *(who for who, role, _ in people if role is Role.LEADER))
    return Bureau(known.agency, leaders, known.keyed, known.clerk, tuple(sections))
