"""The catalogue in the office: nightly from the axis, held mail, the clerk's consent, files."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.axis import AgencyChange, AgencyEntry
from connectors.catalogue import read_agencies
from connectors.errors import AxisCannot, AxisUnavailable
from connectors.memory_axis import InMemoryAxis
from documents import catalogue, outgoing
from documents.catalogue_history import TooManyClosed
from documents.database import Database
from documents.document import Agency, Role
from documents.lifecycle import State
from tests.workflows.house import OFFICE, PROVINCE, approve, document, hand_in, person_of, turn
from tests.workflows.worlds import Said, make_world
from workflows.catalogue import COMPARED_EVERY, synchronise
from workflows.catalogue_files import CatalogueFileInvalid, read_catalogue
from workflows.office import Office
from workflows.organisation import write_catalogue

AT = datetime(2026, 3, 9, tzinfo=UTC)


class Told(InMemoryAxis):
    """An axis whose catalogue is what a test says."""

    def __init__(self, entries: list[AgencyEntry]) -> None:
        super().__init__(entries)
        self.told: list[AgencyChange] | None = []
        self.listed = entries

    def agencies(self) -> list[AgencyEntry]:
        """Return what the test says."""
        self._maybe_fail()
        return self.listed

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """Return what the test says; None is an axis that cannot."""
        if self.told is None:
            raise AxisCannot("vxp", "getSynchronizeUnit")
        return [change for change in self.told if change.version > since]


def names(database: Database) -> dict[str, str]:
    """Return the names of the agencies that still are, by code."""
    with database.reading() as session:
        known = catalogue.all_entries(session)
        return {each.code: each.name for each in known if not each.deleted}


@pytest.mark.parametrize("tells", [True, False])
def test_the_catalogue_follows_the_axis_whether_it_tells_changes_or_not(
    database: Database, tells: bool
) -> None:
    at = AT
    everyone = [AgencyEntry(f"H{number}", "A", f"000.00.00.H{number}") for number in range(10, 50)]
    axis = Told(everyone)
    axis.told = (
        [AgencyChange(each, n, deleted=False, modified_at=at) for n, each in enumerate(everyone, 1)]
        if tells
        else None
    )
    assert synchronise(database, axis, at).added == 40
    assert synchronise(database, axis, at).changed == 0
    if axis.told is None:
        axis.listed = [AgencyEntry("H10", "Mới"), *everyone[1:-1]]
    else:
        axis.told += [
            AgencyChange(AgencyEntry("H10", "Mới"), 41, deleted=False, modified_at=at),
            AgencyChange(everyone[-1], 42, deleted=True, modified_at=at),
        ]
    change = synchronise(database, axis, at)
    assert (change.changed, change.closed) == (1, 1)
    assert names(database) == {f"H{n}": "Mới" if n == 10 else "A" for n in range(10, 49)}
    with database.reading() as session:
        assert catalogue.canonical(session, ["000.00.00.H10"]) == {"000.00.00.H10": "H10"}


def test_an_empty_or_absent_catalogue_closes_nobody(database: Database) -> None:
    at = AT
    axis = Told([AgencyEntry("H10", "A"), AgencyEntry("H11", "B")])
    synchronise(database, axis, at)
    axis.listed = []
    with pytest.raises(TooManyClosed):
        synchronise(database, axis, at + COMPARED_EVERY)
    axis.failures = 1
    with pytest.raises(AxisUnavailable):
        synchronise(database, axis, at, whole=True)
    assert set(names(database)) == {"H10", "H11"}
    assert synchronise(database, axis, at, whole=True, closing_share=1).closed == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *(("a.json", text) for text in ("{", "1", '{"x": []}', '[{"code": 1}]', '[{"code": ""}]')),
        *(("a.csv", text) for text in ("", "a,b\n1,2\n", 'code,name\n"H1', "code,name\n,X\n")),
        ("a.csv", "predecessor,successor,kind,on\nH1,H2,eaten,01/07/2025\n"),
        ("a.csv", "predecessor,successor,kind,on\nH1,H2,merge,31/02/2025\n"),
        ("a.json", "[" * 100_000),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(CatalogueFileInvalid):
        read_catalogue(tmp_path / name)


def test_mail_to_an_agency_that_ended_waits_until_the_clerk_says_where_to(
    office: Office, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    agencies = tmp_path / "agencies.json"
    agencies.write_text(
        json.dumps([{"code": "H53", "name": "Tỉnh Cũ"}, {"code": OFFICE, "name": "Văn phòng"}])
    )
    ways = tmp_path / "mergers.csv"
    ways.write_text(f"predecessor,successor,kind,on,basis\nH53,{OFFICE},merge,01/07/2025,NQ 202\n")
    assert congvan("catalogue", "import", agencies).code == 0
    document_id = hand_in(office, PROVINCE, ("H53",))
    approve(office, document_id)
    assert congvan("catalogue", "import", ways).code == 0
    turn(office)
    row = document(office, document_id)
    assert (row.state, row.held, row.error_code) == (State.SEALED, True, "recipient.abolished")
    assert OFFICE in (row.error_text or "")
    shown = " ".join(congvan("catalogue", "show", "H53").out.split())
    assert "chấm dứt từ / ended on │ 01/07/2025" in shown
    assert f"{OFFICE} Văn phòng merge 01/07/2025 NQ 202" in shown
    clerk = person_of(PROVINCE, Role.CLERK).id
    said = congvan(
        *("catalogue", "readdress", document_id, "--from", "H53", "--to", OFFICE, "--by", clerk)
    )
    assert said.code == 0
    turn(office)
    assert document(office, document_id).state == State.DISPATCHED
    with office.database.reading() as session:
        assert [each.organ_id for each in outgoing.deliveries_of(session, document_id)] == [OFFICE]


def test_a_worlds_hub_tells_what_stands_above_an_agency(tmp_path: Path) -> None:
    world = make_world(tmp_path, "tinh")
    write_catalogue(world, [Agency("H99", "Tỉnh", "UBND", "A"), Agency("H99.02", "Sở", "SNV", "A")])
    told = read_agencies(tmp_path / "hub" / "agencies.json")
    assert {each.organ_id: each.parent for each in told} == {"H99": "", "H99.02": "H99"}
