"""A message that contradicts its document does not leave; one that arrives so is marked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest

from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.memory_axis import InMemoryAxis
from documents import casefile
from documents.document import DocumentType
from documents.errors import OfficeError, Unavailable
from documents.lifecycle import Direction
from documents.tables import DocumentRow
from schemas.edxml import Code, PromulgationInfo, SignerInfo
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    receive,
    steps_of,
)
from tests.workflows.small_world import put
from tests.workflows.worlds import Said
from workflows import issuance
from workflows.collation import Collate
from workflows.jobs import Done, Job
from workflows.office import Office
from workflows.workshop import FileTooHard, WorkshopBroken

CHAIR = leader_of(PROVINCE)


def codes(row: DocumentRow) -> list[str]:
    return [warning.split(":")[0] for warning in row.warnings]


def retry(office: Office, document_id: str) -> None:
    with office.database.writing() as session:
        row = casefile.locked(session, document_id)
        casefile.try_again(session, row, row.clerk_id or "", office.now())


def test_a_letter_whose_printed_code_is_another_is_held_until_somebody_has_seen_both(
    office: Office, axis: InMemoryAxis
) -> None:
    document_id = approve(
        office,
        hand_in(office, PROVINCE, (OFFICE,), notation="CT-UBND", type=DocumentType.DIRECTIVE),
    )
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.held, row.error_code) == ("sealed", True, "message.contradicts")
    assert row.message_sha256 is None
    for value in (f"«{row.code_number}/CT-UBND»", f"«{row.code_number}/QĐ-UBND»"):
        assert value in (row.error_text or "")
    # the type differs as well, but would not hold it
    assert codes(row) == ["message.code_differs", "message.type_differs"]
    issuance.dispatch(office, [document_id])
    assert document(office, document_id).state == "sealed"
    retry(office, document_id)
    issuance.dispatch(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.held, codes(row)) == (
        *("dispatched", False),
        ["message.code_differs", "message.type_differs"],
    )
    steps = steps_of(office, document_id)
    assert steps.count("warn") == 1
    assert steps[-3:] == ["warn", "retry", "dispatch"]
    assert_sound(office)


def test_other_words_in_the_subject_are_sent_under_a_warning(office: Office) -> None:
    document_id = approve(
        office, hand_in(office, PROVINCE, (OFFICE,), subject="Về việc kiểm tra công tác lưu trữ")
    )
    honest = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    issue(office, [document_id, honest])
    row = document(office, document_id)
    assert (row.state, codes(row)) == ("dispatched", ["message.subject_differs"])
    assert "văn thư" in row.warnings[0]
    assert "lưu trữ" in row.warnings[0]
    assert (document(office, honest).state, document(office, honest).warnings) == (
        *("dispatched",),
        [],
    )
    # and who receives it sees the same
    receive(office)
    arrived = documents(office, Direction.INCOMING, OFFICE)
    assert sorted(map(codes, arrived)) == [[], ["message.subject_differs"]]


class Reader:
    """The session's worker processes, which answer comparisons otherwise."""

    def __init__(self, house: House, answer: OfficeError) -> None:
        self.house, self.answer = house, answer

    def each(self, jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        if any(isinstance(job, Collate) for job in jobs):
            return (self.answer for _ in jobs)
        return self.house.workshop.each(jobs)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(FileTooHard("text"), "dispatched"), (WorkshopBroken("memory"), "sealed")],
    ids=["unreadable", "down"],
)
def test_what_cannot_be_read_goes_and_what_is_down_waits(
    office: Office, house: House, answer: OfficeError, state: str
) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    office.workshop = Reader(house, answer)  # type: ignore[assignment]
    with pytest.raises(Unavailable) if state == "sealed" else nullcontext():
        issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.held, row.warnings) == (state, False, [])


def test_what_differs_on_arrival_is_shown_with_both_values(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    congvan: Callable[..., Said],
) -> None:
    message, pdf = sealed
    with read(message) as received:
        assert received.edoc is not None
        edoc = received.edoc
    changes: dict[str, Any] = {
        "document_id": "khac",
        "code": Code(code_number="99", code_notation=edoc.code.code_notation),
        "promulgation": PromulgationInfo(place="Sơn Hải", promulgation_date=date(2026, 1, 5)),
        "subject": "Về việc tăng lương",
        "document_type": edoc.document_type.model_copy(update={"type_name": "Chỉ thị"}),
        "sender": edoc.sender.model_copy(update={"organ_name": "Bộ Tài chính"}),
        "signer": SignerInfo(competence="", position=CHAIR.position, full_name="Lê Văn Lạ"),
    }
    put(
        axis, "khac", write_edoc(edoc.model_copy(update=changes), [OutgoingFile("1.pdf", data=pdf)])
    )
    receive(office)
    (row,) = documents(office, Direction.INCOMING, OFFICE)
    assert (row.state, row.verdict) == ("registered", "TOTAL-PASSED")
    found = {code.removeprefix("message.").removesuffix("_differs") for code in codes(row)}
    assert {"code", "date", "organ_id", "agency", "type", "subject", "signer"} <= found
    listed = congvan("inbox", "--agency", OFFICE, "--json").json
    assert listed[0]["warnings"] == row.warnings
    assert "! số cảnh báo" in congvan("inbox", "--agency", OFFICE).out
    shown = congvan("show", row.id).out
    for value in ("99/QĐ-UBND", "05/01/2026", "tăng lương", "văn thư", "Bộ Tài chính", "Lê Văn Lạ"):
        assert value in shown
    assert CHAIR.full_name in shown
