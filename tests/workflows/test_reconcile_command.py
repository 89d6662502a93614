"""`congvan reconcile`: finds, lists, repairs, and says what an axis cannot show."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from tests.workflows.house import HOME_AFFAIRS, OFFICE, PROVINCE
from tests.workflows.test_reconciliation import Forgetful, send_letter
from tests.workflows.worlds import Said
from workflows.office import Office


@pytest.fixture
def axis() -> Forgetful:
    return Forgetful()


@pytest.fixture
def on_axis(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The small world's office, whose commands reach its axis in memory."""
    monkeypatch.setattr("workflows.office.open_axis", lambda *_given: office.axis)
    return office


def test_an_axis_without_lists_is_said_once_for_all_its_agencies(
    on_axis: Office, axis: Forgetful, congvan: Callable[..., Said]
) -> None:
    axis.cannot = {"sent", "received"}
    said = congvan("reconcile")
    assert said.code == 0
    assert said.out.count("the axis has no lists") == 1
    (line,) = (line for line in said.out.splitlines() if "the axis has no lists" in line)
    assert [part in line for part in ("/ sent", "/ statuses sent", "/ received")] == [True] * 3
    runs = json.loads(congvan("reconcile", "--json").out)["runs"]
    assert {run["agency"]: len(run["lists_lacking"]) for run in runs} == {
        PROVINCE: 3,
        OFFICE: 3,
        HOME_AFFAIRS: 3,
    }


def test_the_command_finds_lists_and_repairs(
    on_axis: Office, axis: Forgetful, congvan: Callable[..., Said]
) -> None:
    letter = send_letter(on_axis)
    assert congvan("reconcile").code == 0
    axis.forget(letter)
    said = congvan("reconcile", "--json")
    facts = json.loads(said.out)
    (finding,) = facts["findings"]
    assert (said.code, finding["code"], finding["repair"]) == (1, "lost", "send_again")
    assert {run["agency"] for run in facts["runs"]} == {PROVINCE, OFFICE, HOME_AFFAIRS}
    (row,) = csv.DictReader(io.StringIO(congvan("reconcile", "--list", "--csv").out))
    assert (row["id"], row["document"]) == (finding["id"], letter)
    assert "congvan reconcile --repair" in congvan("reconcile", "--list").out
    assert congvan("reconcile", "--finding", finding["id"]).code == 0
    assert len(axis.pending([OFFICE])) == 1
    unknown = congvan("reconcile", "--finding", finding["id"], "--json")
    assert json.loads(unknown.out)["error"]["code"] == "reconciliation.finding_unknown"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--until", "01/03/2026"), "reconciliation.days_invalid"),
        (("--since", "02/03/2026", "--until", "01/03/2026"), "reconciliation.days_invalid"),
        (("--since", "31/02/2026"), "day.invalid"),
    ],
)
def test_days_that_are_none_are_refused(
    on_axis: Office, congvan: Callable[..., Said], words: tuple[str, ...], code: str
) -> None:
    assert json.loads(congvan("reconcile", "--json", *words).out)["error"]["code"] == code
