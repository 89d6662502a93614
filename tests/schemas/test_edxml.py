"""The models refuse what may not go out, and say where and why."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.codes import BusinessType
from schemas.edxml import (
    Business,
    Code,
    DocumentTypeInfo,
    Edoc,
    Organization,
    PromulgationInfo,
    ReplacementInfo,
    ResponseFor,
    StatusMessage,
    TraceHeader,
)
from schemas.edxml.path import wire_path

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ANSWER = ResponseFor(organ_id="H99", document_id="H99,2026/01/05,7/UBND")


def edoc(**changed: Any) -> Edoc:
    fields: dict[str, Any] = {
        "sender": Organization(organ_id="H99.01"),
        "recipients": (Organization(organ_id="H99.02"),),
        "document_id": "H99.01,2026/03/02,15/SNV",
        "code": Code(code_number="15", code_notation="SNV"),
        "promulgation": PromulgationInfo(place="Sơn Hải", promulgation_date=date(2026, 3, 2)),
        "document_type": DocumentTypeInfo(type_detail=18, type_name="Công văn"),
        "subject": "V/v họp giao ban",
        "trace": (TraceHeader(organ_id="H99.01", timestamp=AT),),
    }
    return Edoc(**fields | changed)


def status(**changed: Any) -> StatusMessage:
    fields: dict[str, Any] = {
        "sender": Organization(organ_id="H99.02"),
        "response_for": ANSWER,
        "status_code": "03",
        "timestamp": AT,
    }
    return StatusMessage(**fields | changed)


@pytest.mark.parametrize(
    ("changed", "path", "why"),
    [
        ({"subject": "x" * 501}, "Subject", "501"),
        ({"subject": " "}, "Subject", "must not be empty"),
        ({"subject": "a\x0bb"}, "Subject", "U+000B"),
        ({"subject": "a\ud800"}, "Subject", "U+D800"),
        ({"content": "x" * 501}, "Content", "at most 500"),
        ({"document_id": "x" * 201}, "DocumentId", "at most 200"),
        ({"to_places": ("x" * 151,)}, "ToPlaces[1]", "at most 150"),
        ({"recipients": ()}, "", "recipient"),
        ({"recipients": (Organization(organ_id="H1"), Organization(organ_id="H1"))}, "", "twice"),
        ({"trace": ()}, "", "TraceHeader"),
        ({"due_date": "2026/03/02"}, "DueDate", "date"),
        ({"business": Business(doc_type=BusinessType.RECALL)}, "", "ResponseFor"),
    ],
)
def test_a_document_that_may_not_go_out_is_refused_by_field(
    changed: dict[str, Any], path: str, why: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        edoc(**changed)
    (error,) = caught.value.errors()
    assert wire_path(error["loc"]) == path
    assert why in error["msg"]


@pytest.mark.parametrize("code", ["", " ", "x" * 36, "H 99", "H99,1", "Đ01", ".H99"])
def test_what_is_no_organ_id_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        Organization(organ_id=code)


@pytest.mark.parametrize(
    "code", ["000.00.00.H53", "28.22.H17", "H37.02.02", "H37.DN.001", "020100107370", "vxp.saas.03"]
)
def test_every_form_of_organ_id_on_the_axis_may_go_out(code: str) -> None:
    assert Organization(organ_id=code).organ_id == code


def test_text_is_made_nfc_and_trimmed_but_foreign_ids_are_not_touched() -> None:
    decomposed = "Quye\u0302\u0301t đi\u0323nh"
    message = edoc(
        subject=f"  {decomposed}\r\nsố 1 ",
        response_for=(ResponseFor(organ_id="G22", document_id=decomposed),),
    )
    assert message.subject == "Quyết định\nsố 1"
    assert message.response_for[0].document_id == decomposed


def test_an_update_and_a_replacement_name_their_documents() -> None:
    with pytest.raises(ValidationError, match="names its document"):
        Business(doc_type=BusinessType.UPDATE)
    with pytest.raises(ValidationError, match="replaces"):
        Business(doc_type=BusinessType.REPLACE)
    assert Business(doc_type=BusinessType.UPDATE, document_id="x").reason
    assert Business(
        doc_type=BusinessType.REPLACE, replacements=(ReplacementInfo(document_id="x"),)
    ).reason


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status_code": "14"}, "no such status"),
        ({"status_code": "3"}, "no such status"),
        ({"status_code": "02"}, "reason"),
        ({"status_code": "13", "description": "  "}, "reason"),
        ({"timestamp": datetime(2026, 3, 2)}, "timezone"),  # noqa: DTZ001
        ({"timestamp": None}, "must not be empty"),
    ],
)
def test_a_status_that_may_not_go_out_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        status(**changed)


def test_a_message_read_without_checks_is_checked_again_before_it_goes_out() -> None:
    message = edoc()
    loose = Edoc.model_construct(
        **dict(message) | {"sender": Organization.model_construct(organ_id="")}
    )
    with pytest.raises(ValidationError):
        Edoc.model_validate(loose)
