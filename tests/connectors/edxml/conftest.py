"""Messages of a fictional province, built the way a sender builds them."""

from datetime import UTC, date, datetime

import pytest

from schemas.codes import BusinessType, Priority, ReceiverChange
from schemas.edxml import (
    Business,
    BusinessDocumentInfo,
    Code,
    DocumentTypeInfo,
    Edoc,
    Organization,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
)

AT = datetime(2026, 3, 2, 1, 30, 5, tzinfo=UTC)
TARGET = ResponseFor(
    organ_id="H99.01",
    code="12/SNV-VP",
    document_id="H99.01,2026/02/27,12/SNV-VP",
    promulgation_date=date(2026, 2, 27),
)
STAFF = StaffInfo(
    department="Văn thư", staff="Lê Thị Hà", email="vanthu@sonhai.example", mobile="0900000001"
)
BUSINESSES = {
    "new": Business(staff=STAFF),
    "recall": Business(doc_type=BusinessType.RECALL, paper=True),
    "update": Business(
        doc_type=BusinessType.UPDATE,
        document_id=TARGET.document_id,
        document_info=BusinessDocumentInfo(
            document_info=True,
            document_receiver=True,
            receivers=(
                Receiver(organ_id="H99.02", receiver_type=ReceiverChange.REMOVED),
                Receiver(organ_id="000.00.03.H99", receiver_type=ReceiverChange.ADDED),
            ),
        ),
    ),
    "replace": Business(
        doc_type=BusinessType.REPLACE,
        replacements=(
            ReplacementInfo(document_id=TARGET.document_id, organ_ids=("H99.02", "G22")),
            ReplacementInfo(document_id="H99.01,2026/02/26,11/SNV-VP"),
        ),
    ),
}


def make_edoc(kind: str) -> Edoc:
    return Edoc(
        sender=Organization(
            organ_id="H99.01",
            organization_in_charge="UBND tỉnh Sơn Hải",
            organ_name="Sở Nội vụ",
            organ_add="Số 1, đường Biển, tỉnh Sơn Hải",
            email="snv@sonhai.example",
            telephone="0200 000 001",
            fax="0200 000 002",
            website="snv.sonhai.example",
        ),
        recipients=(
            Organization(organ_id="H99.02", organ_name="Sở Tài chính <R&D>"),
            Organization(organ_id="000.00.00.G22"),
        ),
        document_id="H99.01,2026/03/02,015/SNV-VP",
        code=Code(code_number="015", code_notation="SNV-VP"),
        promulgation=PromulgationInfo(place="Sơn Hải", promulgation_date=date(2026, 3, 2)),
        document_type=DocumentTypeInfo(type_detail=18, type_name="Công văn"),
        subject="V/v kết nối, liên thông phần mềm quản lý văn bản",
        content="Kết nối & liên thông",
        signer=SignerInfo(competence="KT. GIÁM ĐỐC", position="Phó Giám đốc", full_name="Trần An"),
        due_date=date(2026, 3, 20),
        other=OtherInfo(
            priority=Priority.URGENT,
            sphere_of_promulgation="Liên thông",
            typer_notation="TA",
            promulgation_amount=2,
            page_amount=7,
            direction=False,
            appendixes=("Phụ lục 1", "Phụ lục 2"),
        ),
        response_for=() if kind == "new" else (TARGET,),
        steering_type=0,
        to_places=("Như trên", "Lưu: VT, VP"),
        trace=(TraceHeader(organ_id="H99.01", timestamp=AT),),
        business=BUSINESSES[kind],
    )


def make_status() -> StatusMessage:
    return StatusMessage(
        sender=Organization(
            organ_id="H99.02", organ_name="Sở Tài chính", organization_in_charge="UBND tỉnh"
        ),
        response_for=TARGET,
        staff=STAFF,
        status_code="02",
        description="Văn bản gửi nhầm nơi nhận",
        timestamp=AT,
    )


@pytest.fixture(params=["new", "recall", "update", "replace"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def edoc(kind: str) -> Edoc:
    return make_edoc(kind)


@pytest.fixture
def new() -> Edoc:
    return make_edoc("new")


@pytest.fixture
def status() -> StatusMessage:
    return make_status()
