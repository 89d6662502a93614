"""Groups of recipients: whose they are, what they keep, what becomes of their members."""

from datetime import date, datetime

import pytest

from documents import recipient_groups
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.recipient_groups import GroupInvalid, GroupMoved, GroupUnknown, Kept

ORGAN, DAY = "H99.01", date(2026, 3, 9)
CLERK, SPECIALIST = f"{ORGAN}-{Role.CLERK}", f"{ORGAN}-{Role.SPECIALIST}"


def keep(office: Database, at: datetime, wanted: Kept, who: str = SPECIALIST) -> str:
    with office.writing() as session:
        return recipient_groups.keep(session, ORGAN, wanted, who, at).id


def names(office: Database, who: str) -> list[tuple[str, bool, tuple[str, ...]]]:
    with office.reading() as session:
        found = recipient_groups.seen(session, ORGAN, who, DAY)
        return [(one.name, one.own, tuple(each.organ_id for each in one.members)) for one in found]


def test_a_group_is_its_owners_or_the_agencys(office: Database, at: datetime) -> None:
    keep(office, at, Kept("Của tôi", ("H99.02",)))
    keep(office, at, Kept("Các sở", ("H99.02", "000.00.03.H99", "H99.03"), own=False), CLERK)
    assert names(office, SPECIALIST) == [
        ("Của tôi", True, ("H99.02",)),
        ("Các sở", False, ("H99.02", "H99.03")),
    ]
    assert names(office, CLERK) == [("Các sở", False, ("H99.02", "H99.03"))]
    with pytest.raises(RightMissing):
        keep(office, at, Kept("Chung", ("H99.02",), own=False))


def test_the_same_name_again_is_the_same_group(office: Database, at: datetime) -> None:
    first = keep(office, at, Kept("  Các   sở ", ("H99.02",)))
    assert keep(office, at, Kept("Các sở", ("H99.03",), preset=True)) == first
    assert names(office, SPECIALIST) == [("Các sở", True, ("H99.03",))]


def test_what_another_changed_is_not_written_over(office: Database, at: datetime) -> None:
    group = keep(office, at, Kept("A", ("H99.02",)))
    keep(office, at, Kept("A", ("H99.03",), group_id=group, version=1))
    with pytest.raises(GroupMoved):
        keep(office, at, Kept("A", ("H99.02",), group_id=group, version=1))


@pytest.mark.parametrize(
    ("name", "codes"),
    [("", ("H99.02",)), ("x" * 101, ("H99.02",)), ("A", ()), ("A", ("H99.77",)), ("A\0", ())],
    ids=["unnamed", "long", "empty", "stranger", "nul"],
)
def test_what_is_no_group_is_refused(
    office: Database, at: datetime, name: str, codes: tuple[str, ...]
) -> None:
    with pytest.raises(GroupInvalid):
        keep(office, at, Kept(name, codes))
    assert names(office, SPECIALIST) == []


def test_nobody_gets_at_anothers_group(office: Database, at: datetime) -> None:
    group = keep(office, at, Kept("A", ("H99.02",)))
    for organ_id, who in ((ORGAN, CLERK), ("H99.02", f"H99.02-{Role.CLERK}")):
        with pytest.raises(GroupUnknown), office.writing() as session:
            recipient_groups.remove(session, organ_id, group, who, at)
        with pytest.raises(GroupUnknown), office.reading() as session:
            recipient_groups.get(session, organ_id, who, group, DAY)
    with office.writing() as session:
        recipient_groups.remove(session, ORGAN, group, SPECIALIST, at)
        recipient_groups.remove(session, ORGAN, group, SPECIALIST, at)
    assert names(office, SPECIALIST) == []
