"""What could not leave is refused before anybody signs it and before it takes a number."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.memory_axis import InMemoryAxis
from documents import directory, ledger
from documents.document import Person, Role
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.outgoing import SubjectInvalid, check_subject
from documents.secrecy import SecretRefused
from documents.tables import LedgerRow
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    MINISTRY,
    PROVINCE,
    House,
    documents,
    hand_in,
    leader_of,
)
from tests.workflows.hubs import catalogue
from workflows import drafts
from workflows.office import Office


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Office:
    house.install(tmp_path / "tinh", make_sqlite(), (PROVINCE,))
    return house.open(tmp_path / "tinh", InMemoryAxis(catalogue()))


@pytest.mark.parametrize(
    "given",
    [
        {"notation": "QĐ-" + "U" * 40},
        {"notation": "QĐ UBND"},
        {"notation": "QĐ\nUBND"},
        {"notation": "QĐ\u202eUBND"},
        {"subject": "V/v \u202e gnp.exe"},
        {"subject": "V/v \ufffe"},
        {"subject": "V/v \ud800"},
        {"subject": "V/v " + "x" * 500},
    ],
)
def test_a_draft_that_could_not_leave_is_refused(office: Office, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        hand_in(office, PROVINCE, [MINISTRY], **given)
    assert documents(office, Direction.OUTGOING) == []


def test_a_signer_whose_name_the_axis_cannot_carry_is_told_so_at_once(office: Office) -> None:
    person = Person("long", PROVINCE, "Nguyễn " * 12, "Chủ tịch", Role.LEADER)
    with office.database.writing() as session:
        directory.put_person(session, person, signing_key=leader_of(PROVINCE).id)
    with pytest.raises(Refused, match=r"FullName"):
        hand_in(office, PROVINCE, [MINISTRY], signer="long")
    assert documents(office, Direction.OUTGOING) == []


def test_more_files_than_a_recipient_can_read_are_refused(office: Office, tmp_path: Path) -> None:
    axis = office.settings.axis.model_copy(update={"max_size": 600_000})
    office.settings = office.settings.model_copy(update={"axis": axis})
    files = []
    for number in range(3):
        file = tmp_path / f"{number}.bin"
        file.write_bytes(bytes([number]) * 100_000)
        files.append(file)
    with pytest.raises(drafts.TooMuchToSend):
        hand_in(office, PROVINCE, [MINISTRY], attachments=tuple(files))
    assert documents(office, Direction.OUTGOING) == []


def test_what_is_secret_does_not_reach_the_ledger_by_its_mark(office: Office) -> None:
    with pytest.raises(SecretRefused):
        hand_in(office, PROVINCE, [MINISTRY], confidentiality="Mật: " + "x" * 1000)
    with office.database.reading() as session:
        rows = session.scalars(select(LedgerRow.detail).where(LedgerRow.step == "refuse_secret"))
        assert max(map(len, rows)) < 100
        assert list(ledger.verify(session)) == []


@pytest.mark.parametrize(
    "typed",
    [
        "Về  việc\n kiểm tra\tcông tác",
        unicodedata.normalize("NFD", "Về việc kiểm tra công tác"),
        "Vê\u0300 viê\u0323c kiê\u0309m tra công ta\u0301c",
    ],
    ids=["whole letters", "letters apart", "tones apart"],
)
def test_vietnamese_in_whichever_form_is_a_subject(typed: str) -> None:
    assert check_subject(typed) == "Về việc kiểm tra công tác"


def test_two_forms_in_one_subject_are_refused() -> None:
    with pytest.raises(SubjectInvalid, match="dựng sẵn và tổ hợp"):
        check_subject("Về việc kiê\u0309m tra công tác")
