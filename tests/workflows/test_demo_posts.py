"""The demo's people: units everywhere, one person in two posts, one away with a stand-in."""

from datetime import UTC, datetime, timedelta

import pytest

from documents import directory, entitled, posts, units
from documents.database import Database
from documents.document import Role
from documents.stead import WorkDelegationOver
from workflows.demo_people import AWAY, DESKS, TEAM
from workflows.demo_posts import enter_staff

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture
def province(database: Database) -> Database:
    """Give the database with every desk of the demo."""
    with database.writing() as session:
        for desk in DESKS:
            directory.put_agency(session, desk.agency, served=True, seal_key="seal")
            enter_staff(session, desk, AT)
    return database


def test_every_agency_has_units_and_somebody_who_signs(province: Database) -> None:
    with province.reading() as session:
        for desk in DESKS:
            organ = desk.agency.organ_id
            assert len(units.on(session, organ, AT.date())) >= 2
            found = entitled.on(session, organ, AT)
            signs = [each.full_name for each in found if each.capacities]
            assert signs == [desk.people[0].full_name]


def test_one_person_has_two_posts_and_the_unit_tells_which(province: Database) -> None:
    organ = TEAM[0]
    with province.reading() as session:
        head = directory.person_with(session, organ, [Role.UNIT_HEAD], AT)
        team = units.of(session, organ, TEAM[2]).id
        own = posts.acting(session, organ, head.id, (Role.UNIT_HEAD,), AT)
        second = posts.acting(session, organ, head.id, (Role.UNIT_HEAD,), AT, unit_id=team)
    assert own.unit_id != team
    assert (second.unit_id, second.position) == (team, "Tổ trưởng")


def test_who_is_away_may_act_and_so_may_the_stand_in_for_those_days(province: Database) -> None:
    organ, role, stand_in = AWAY
    with province.reading() as session:
        away = directory.person_with(session, organ, [role], AT)
        other = directory.person_with(session, organ, [stand_in], AT)
        assert posts.acting(session, organ, away.id, (role,), AT).in_stead_of == ""
        assert posts.acting(session, organ, other.id, (role,), AT).in_stead_of == away.id
        with pytest.raises(WorkDelegationOver, match="09/03/2026 – 13/03/2026"):
            posts.acting(session, organ, other.id, (role,), AT + timedelta(days=5))
