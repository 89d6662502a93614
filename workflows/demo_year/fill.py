"""A year of the province, filled from a seed: the plan, the pages, then day after day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from documents.document import VIETNAM
from documents.identity import drawn_from
from documents.numbering import local_day
from workflows.demo_data import phrases, seasons
from workflows.demo_data.bureaus import province
from workflows.demo_data.planning import Wish, letters_of
from workflows.demo_people import PROVINCE
from workflows.demo_year import census, chores, pages, receiving, sending
from workflows.demo_year.agenda import Agenda, Clock
from workflows.demo_year.census import Census
from workflows.demo_year.filling import Filling
from workflows.demo_year.province_world import make_province
from workflows.office import open_office
from workflows.world import World

Told = Callable[[str, float], None]
"""Hears what is done, and how much of it (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A world that was filled."""

    world: World
    census: Census


def last_moment(now: datetime) -> datetime:
    """Return when the year ends: five o'clock of the day of *now*, or *now* before it."""
    evening = now.astimezone(VIETNAM).replace(hour=17, minute=0, second=0, microsecond=0)
    return min(evening.astimezone(UTC), now)


def fill(folder: Path, wish: Wish, told: Told = lambda _what, _part: None) -> Filled:
    """Make a world in *folder* and fill a year that ends with *wish.until*.

    Raises:
        WorldExists: the folder holds a world.
        DemoIncomplete: a letter did not come as far as its plan says.
        YearMissing: the calendar does not know a year that is needed.
    """
    people = province(wish.seed)
    letters = letters_of(wish, people)
    begin = wish.until - timedelta(days=366)
    clock = Clock(begin, wish.seed)
    with drawn_from(clock.identity):
        told("Dựng tỉnh Sơn Hải / building the province", 0.0)
        world = make_province(folder, people, begin)
        office = open_office(world.folder / PROVINCE)
        office.now = clock.now
        try:
            page = pages.sample(office.blobs)
            filling = Filling(
                office,
                people,
                wish,
                letters,
                Agenda(clock, wish.until),
                page,
                office.blobs.put(phrases.SAMPLE_MESSAGE.encode()),
                pages.found_in_sample(office, page),
            )
            _compose(world, filling, told)
            _live(filling, told)
            with office.database.reading() as session:
                counted = census.taken(filling, session)
        finally:
            office.close()
    return Filled(world, counted)


def _compose(world: World, filling: Filling, told: Told) -> None:
    office, wanted = filling.office, [each for each in filling.letters if each.signed]
    until = filling.wish.until
    filling.expired_sha256, filling.expired_size = pages.expired(world, office, until)
    for done, (ordinal, page) in enumerate(pages.composed(office.blobs, wanted, filling.agency), 1):
        filling.pages[ordinal] = page
        told("Soạn văn bản được ký / composing what is signed", done / len(wanted))


def _live(filling: Filling, told: Told) -> None:
    agenda, wish = filling.agenda, filling.wish
    for letter in filling.letters:
        plan = sending.plan if letter.own else receiving.plan_outside
        plan(filling, letter)
    chores.plan(filling, seasons.working_days(local_day(wish.until)))
    begin = agenda.clock.at
    whole = (wish.until - begin).total_seconds()

    def day(at: datetime) -> None:
        part = (at - begin).total_seconds() / whole
        told(f"Ngày / day {at.astimezone(VIETNAM):%d/%m/%Y}", part)

    agenda.run(filling.office.database, day)
