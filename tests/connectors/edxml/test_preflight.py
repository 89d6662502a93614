"""Every rule of axis.md §9, and those of our own, by the code that says it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from connectors.edxml import Fault, OutgoingFile, Rules, checked, read
from schemas.edxml import Edoc, Organization, StatusMessage
from tests.connectors.edxml.dialects import NEW, STATUS, emptied, replaced, without

TODAY = date(2026, 3, 2)


def faults(source: str, rules: Rules | None = None, today: date = TODAY) -> set[str]:
    return {f.code for f in checked(read(source.encode()), today=today, rules=rules or Rules())}


def test_what_the_writer_writes_passes(edoc: Edoc, status: StatusMessage) -> None:
    assert checked(edoc, today=TODAY) == ()
    assert checked(status, today=TODAY) == ()
    assert faults(NEW) == faults(STATUS) == set()


RECIPIENT = "<edXML:OrganId>H99.02"
ROWS: list[tuple[str, str, set[str]]] = [
    ("no From", without("From"), {"N.MessageHeader.From.OrganId"}),
    ("empty From.OrganId", replaced("<edXML:From>\r\n          <edXML:OrganId>H99.01",
        "<edXML:From>\r\n          <edXML:OrganId>"), {"N.MessageHeader.From.OrganId"}),
    ("no To", without("To"), {"N.MessageHeader.To"}),
    ("the same To twice", replaced("OrganId>000.00.00.G22", "OrganId>H99.02"),
        {"M.MessageHeader.To"}),
    ("To without OrganId", replaced(RECIPIENT, "<edXML:OrganId>"), {"N.MessageHeader.To.OrganId"}),
    ("To an exchange centre", replaced(RECIPIENT, "<edXML:OrganId>02.29.W00"),
        {"M.MessageHeader.To.OrganId"}),
    ("To what is no code", replaced(RECIPIENT, "<edXML:OrganId>H 99"),
        {"M.MessageHeader.To.OrganId"}),
    ("To of 36 characters", replaced(RECIPIENT, f"<edXML:OrganId>H{'9' * 35}"),
        {"R.MessageHeader.To.OrganId"}),
    ("no DocumentId", without("DocumentId"), {"N.MessageHeader.DocumentId"}),
    ("no CodeNumber", without("CodeNumber"), {"N.MessageHeader.Code.CodeNumber"}),
    ("long CodeNumber", replaced("CodeNumber>015", "CodeNumber>" + "1" * 12),
        {"R.MessageHeader.Code.CodeNumber"}),
    ("no CodeNotation", without("CodeNotation"), {"N.MessageHeader.Code.CodeNotation"}),
    ("long CodeNotation", replaced("CodeNotation>", "CodeNotation>" + "X" * 31, NEW).replace(
        "/edXML:CodeNotation>" + "X" * 31, "/edXML:CodeNotation>"),
        {"R.MessageHeader.Code.CodeNotation"}),
    ("no Subject", without("Subject"), {"N.MessageHeader.Subject"}),
    ("long Subject", replaced("<edXML:Subject>", "<edXML:Subject>" + "x" * 500),
        {"R.MessageHeader.Subject"}),
    ("no PromulgationDate", emptied("PromulgationDate"),
        {"N.MessageHeader.PromulgationInfo.PromulgationDate"}),
    ("no date", replaced("2026/03/02<", "2026/02/30<"),
        {"T.MessageHeader.PromulgationInfo.PromulgationDate"}),
    ("no due date", replaced("2026/03/20<", "mai<"), {"T.MessageHeader.DueDate"}),
    ("a date to come", replaced("2026/03/02<", "2026/03/03<"),
        {"M.MessageHeader.PromulgationInfo.PromulgationDate"}),
    ("Type 71", replaced("<edXML:Type>2", "<edXML:Type>71"),
        {"M.MessageHeader.DocumentType.Type"}),
    ("Type in words", replaced("<edXML:Type>2", "<edXML:Type>hai"),
        {"M.MessageHeader.DocumentType.Type"}),
    ("no TypeName", without("TypeName"), {"N.MessageHeader.DocumentType.TypeName"}),
    ("Priority 5", replaced("Priority>1", "Priority>5"), {"M.MessageHeader.OtherInfo.Priority"}),
    ("Secret", replaced("<edXML:Priority>", "<edXML:Secret>1</edXML:Secret><edXML:Priority>"),
        {"M.MessageHeader.OtherInfo.Secret"}),
    ("no trace", without("TraceHeader"), {"N.TraceHeaderList.TraceHeader"}),
    ("a trace of nobody", replaced("<edXML:TraceHeader>\r\n          <edXML:OrganId>H99.01",
        "<edXML:TraceHeader>\r\n          <edXML:OrganId>"),
        {"N.TraceHeaderList.TraceHeader.OrganId"}),
    ("a trace without time", emptied("Timestamp"), {"N.TraceHeaderList.TraceHeader.Timestamp"}),
    ("an update of nothing", replaced("DocType>0", "DocType>2"),
        {"N.TraceHeaderList.Bussiness.DocumentId"}),
    ("a replacement of nothing", replaced("DocType>0", "DocType>3"),
        {"N.TraceHeaderList.Bussiness.ReplacementInfoList"}),
    ("a recall of nothing", replaced("DocType>0", "DocType>1"), {"N.MessageHeader.ResponseFor"}),
    ("a long place", replaced("Place>Như trên", "Place>" + "x" * 151),
        {"R.MessageHeader.ToPlaces"}),
    ("status: no OrganId", replaced("OrganId>H99.01", "OrganId>", STATUS),
        {"N.MessageHeader.ResponseFor.OrganId"}),
    ("status: no Code", without("Code", STATUS), {"N.MessageHeader.ResponseFor.Code"}),
    ("status: no DocumentId", without("DocumentId", STATUS),
        {"N.MessageHeader.ResponseFor.DocumentId"}),
    ("status: unknown code", replaced(">02<", ">14<", STATUS), {"M.MessageHeader.StatusCode"}),
    ("status: no reason", without("Description", STATUS), {"N.MessageHeader.Description"}),
    ("status: no time", without("Timestamp", STATUS), {"N.MessageHeader.Timestamp"}),
    ("status: no From.OrganId", replaced("OrganId>H99.02", "OrganId>", STATUS),
        {"N.MessageHeader.From.OrganId"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_a_fault_is_said_by_its_code(name: str, source: str, said: set[str]) -> None:
    assert faults(source) == said


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(extensions=frozenset({"pdf"})), set()),
        (Rules(extensions=frozenset({"doc"})), {"M.Attachment-Type"}),
        (Rules(groups=frozenset({1})), {"M.MessageHeader.DocumentType.Type"}),
        (Rules(knows=lambda code: code == "H99.01"), {"M.MessageHeader.To.OrganId"}),
        (Rules(knows=lambda code: code != "H99.01"), {"M.MessageHeader.From.OrganId"}),
        (Rules(exists=lambda message: message.document_id.endswith("/SNV-VP")), {"M.Exist"}),
    ],
)
def test_an_axis_may_ask_for_more(rules: Rules, said: set[str]) -> None:
    assert faults(NEW, rules) == said


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, {"N.Attachment"}),
        (OutgoingFile("a.pdf"), set()),
        (OutgoingFile("x" * 256 + ".pdf"), {"R.AttachmentName"}),
        (OutgoingFile(""), {"N.AttachmentName", "M.Attachment-Type"}),
        (OutgoingFile("a.pdf", content_type="image/png"), {"M.Attachment-Type"}),
    ],
)
def test_files_are_checked_before_they_are_packed(
    new: Edoc, file: OutgoingFile | None, said: set[str]
) -> None:
    rules = Rules(extensions=frozenset({"pdf"}), needs_file=True)
    found = checked(new, today=TODAY, files=[file] if file else [], rules=rules)
    assert {fault.code for fault in found} == said


def test_each_code_comes_once_and_names_its_place(new: Edoc) -> None:
    nobody = Organization.model_construct(organ_id="")
    message = Edoc.model_construct(**dict(new) | {"recipients": (nobody, nobody)})
    found = checked(message, today=TODAY)
    assert [fault.code for fault in found] == ["M.MessageHeader.To", "N.MessageHeader.To.OrganId"]
    assert found[1] == Fault(
        "N.MessageHeader.To.OrganId", "To[1]/OrganId: không được để trống / must not be empty"
    )


@pytest.mark.parametrize("make", [lambda: NEW, lambda: STATUS])
def test_a_message_of_empty_elements_is_answered_with_codes(make: Callable[[], Any]) -> None:
    hollow = make().replace(">H99.01<", "><").replace(">H99.02<", "><")
    assert faults(hollow) >= {"N.MessageHeader.From.OrganId"}
