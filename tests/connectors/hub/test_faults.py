"""Faults on purpose: counted, read again when the file changes, harmless when it is wrong."""

from pathlib import Path

import pytest

from connectors.hub.faults import FILE, Fault, FaultKind, Faults, set_faults

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
    ["", "[]", "{", '{"faults": [{"fault": "die"}]}', '{"faults": [{"operation": "X"}]}'],
)
def test_a_file_that_is_not_understood_has_no_effect(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert kinds(Faults(tmp_path), SEND) == []


def test_an_unknown_fault_or_operation_is_refused_when_made() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        Fault("Nothing", FaultKind.DIE)
