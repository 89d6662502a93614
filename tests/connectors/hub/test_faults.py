"""Faults on purpose: counted, read again when the file changes, harmless when it is wrong."""

from pathlib import Path
from typing import Any

import pytest

from connectors.hub.faults import FILE, STRUCK, Fault, FaultKind, Faults, set_faults

SEND, GET = "SendDocument", "GetDocument"


def kinds(faults: Faults, operation: str) -> list[FaultKind]:
    return [fault.fault for fault in faults.take(operation)]


def test_a_fault_strikes_its_operation_as_often_as_it_says(tmp_path: Path) -> None:
    faults = Faults(tmp_path)
    assert kinds(faults, SEND) == []
    set_faults(tmp_path, [Fault(SEND, FaultKind.DROP_REPLY, count=2), Fault("*", FaultKind.DIE)])
    assert kinds(faults, GET) == [FaultKind.DIE]
    assert kinds(faults, SEND) == [FaultKind.DROP_REPLY]
    assert kinds(faults, SEND) == [FaultKind.DROP_REPLY]
    assert kinds(faults, SEND) == []


def test_writing_the_file_again_starts_anew_and_removing_it_ends_all(tmp_path: Path) -> None:
    faults = Faults(tmp_path)
    for _ in range(2):
        set_faults(tmp_path, [Fault(SEND, FaultKind.CORRUPT)])
        assert kinds(faults, SEND) == [FaultKind.CORRUPT]
        assert kinds(faults, SEND) == []
    set_faults(tmp_path, [Fault(SEND, FaultKind.CORRUPT)])
    (tmp_path / FILE).unlink()
    assert kinds(faults, SEND) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"faults": [{"fault": "die"}]}', '{"faults": [{"operation": "X"}]}'),
        *("[" * 100_000, '{"faults": {}}', '{"faults": [[]]}', '{"faults": [{"operation": []}]}'),
        '{"faults": [{"operation": "*", "fault": "delay", "count": "x"}]}',
        '{"faults": [{"operation": "*", "fault": "delay", "seconds": "x"}]}',
        '{"faults": [{"operation": "*", "fault": "delay", "seconds": 1e308}]}',
        '{"faults": [{"operation": "*", "fault": "delay", "seconds": NaN}]}',
    ],
)
def test_a_file_that_is_not_understood_has_no_effect(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert kinds(Faults(tmp_path), SEND) == []


def test_an_unknown_fault_or_operation_is_refused_when_made() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        Fault("Nothing", FaultKind.DIE)


def test_refusals_come_one_after_the_other(tmp_path: Path) -> None:
    codes = ["TOO_LARGE", "DIGEST", "18"]
    set_faults(tmp_path, [Fault(SEND, FaultKind.REFUSE, code=code) for code in codes])
    faults = Faults(tmp_path)
    assert [[f.code for f in faults.take(SEND)] for _ in range(4)] == [[c] for c in codes] + [[]]


def test_chance_is_repeated_by_its_seed_and_ends_with_the_count(tmp_path: Path) -> None:
    struck = []
    for _ in range(2):
        set_faults(tmp_path, [Fault(SEND, FaultKind.DELAY, 5, probability=0.3)], seed=4)
        faults = Faults(tmp_path)
        struck.append([bool(faults.take(SEND)) for _ in range(100)])
    assert struck[0] == struck[1]
    assert sum(struck[0]) == 5
    assert not all(struck[0][:5])


def test_a_fault_of_an_agency_waits_for_its_call(tmp_path: Path) -> None:
    set_faults(tmp_path, [Fault("*", FaultKind.DIE, agency="H99")])
    faults = Faults(tmp_path)
    assert faults.take(SEND) == faults.take(SEND, {"H98"}) == []
    assert len(faults.take(GET, {"H98", "H99"})) == 1


def test_a_connection_is_hung_up_before_the_body_and_nothing_else_is(tmp_path: Path) -> None:
    set_faults(tmp_path, [Fault(SEND, FaultKind.HANG_UP), Fault(SEND, FaultKind.DIE)])
    faults = Faults(tmp_path)
    assert [f.fault for f in faults.take(SEND, unread=True)] == [FaultKind.HANG_UP]
    assert kinds(faults, SEND) == [FaultKind.DIE]


def test_what_strikes_is_written_down(tmp_path: Path) -> None:
    set_faults(tmp_path, [Fault("*", FaultKind.REFUSE, code="18"), Fault(GET, FaultKind.DELAY)])
    faults = Faults(tmp_path)
    for operation in (SEND, GET, GET):
        faults.take(operation)
    assert (tmp_path / STRUCK).read_text() == f"{SEND} refuse 18\n{GET} delay \n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "refuse"},
        {"fault": "die", "code": "18"},
        {"fault": "refuse", "code": "1\n8"},
        {"fault": "refuse", "code": "1" * 41},
        {"fault": "die", "probability": 0},
        {"fault": "die", "probability": 1.1},
        {"fault": "lightning"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"code|probability|lightning"):
        Fault(SEND, **wrong)
