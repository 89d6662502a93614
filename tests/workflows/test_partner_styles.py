"""Partners get their messages as they want them written: letters, statuses, questions."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.axis import Receipt, Report
from connectors.edxml import JAVA_SDK, Styles, WriterStyle, read
from connectors.edxml.style import Dates
from connectors.errors import AxisRefused, AxisSettingsInvalid
from connectors.memory_axis import InMemoryAxis
from documents import changes as recalls
from documents.document import Role
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    document,
    hand_in,
    person_of,
    turn,
)
from workflows import changes
from workflows.office import Office

DAY_FIRST = WriterStyle(dates=Dates.DAY_FIRST)


@pytest.fixture
def told(axis: InMemoryAxis, monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Every status that is handed to the axis."""
    found: list[Report] = []
    report = axis.report

    def noted(reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        found.extend(reports)
        return report(reports)

    monkeypatch.setattr(axis, "report", noted)
    return found


def test_letters_statuses_and_recalls_are_written_as_their_partner_wants(
    office: Office, told: list[Report]
) -> None:
    office.styles = Styles(partners={PROVINCE: DAY_FIRST, HOME_AFFAIRS: JAVA_SDK})
    alone = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    both = approve(office, hand_in(office, PROVINCE, (OFFICE, HOME_AFFAIRS)))
    assert turn(office) == []
    letters = [office.blobs.get(document(office, i).message_sha256 or "") for i in (alone, both)]
    promulgated = document(office, alone).promulgated
    assert promulgated is not None
    assert f"{promulgated:%d/%m/%Y}<".encode() in letters[0]
    assert f"{promulgated:%Y/%m/%d}<".encode() in letters[1]
    with office.database.writing() as session:
        clerk = person_of(PROVINCE, Role.CLERK).id
        recalls.ask(session, alone, clerk, office.now(), "Sai nội dung")
    changes.carry(office)
    assert {report.status_code for report in told} == {"01", "03", "13"}
    assert all(f"{promulgated:%d/%m/%Y}<".encode() in report.edxml for report in told)
    assert all(read(report.edxml).status is not None for report in told)


def test_a_style_that_is_not_there_stops_the_office_at_its_start(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    axis = {"url": "http://127.0.0.1:9/soap", "styles": {"H99.01": "none.toml:x"}}
    house.install(tmp_path / "tinh", make_sqlite(), (PROVINCE,), axis=axis)
    with pytest.raises(AxisSettingsInvalid, match=r"none\.toml"):
        house.open(tmp_path / "tinh")
