"""Whatever may go out comes back equal, and whatever comes in raises nothing unexpected."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import schemas.edxml
from connectors.edxml import (
    OutgoingFile,
    WriterStyle,
    checked,
    read,
    summarise,
    write_edoc,
    write_status,
)
from connectors.edxml.filename import LONGEST, safe_name
from connectors.edxml.style import Dates, Labels
from connectors.errors import EnvelopeInvalid
from schemas.codes import BusinessType, Priority, ReceiverChange, StatusCode
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
    TaskAgency,
    TraceHeader,
)

XSD = etree.XMLSchema(file=str(Path(schemas.edxml.__file__).parent / "edxml.xsd"))
GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.edxml"))

VIETNAMESE = "aăâeêioôơuưyđAĂÂĐ àáảãạằắẳẵặầấẩẫậ 0123456789/.,-&<>\"'\n\t]]>"
CHARACTERS = st.one_of(
    st.sampled_from(VIETNAMESE),
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
)


def text(most: int) -> st.SearchStrategy[str]:
    # composition may lengthen a text: some characters have no composed form in NFC
    return st.text(CHARACTERS, max_size=min(most // 3, 40))


def needed(most: int) -> st.SearchStrategy[str]:
    return text(most).filter(lambda value: bool(value.strip()))


ORGAN_IDS = st.from_regex(r"\A[A-Y][0-9]{2}(\.[0-9A-Z]{1,3}){0,3}\Z")
ORGANIZATIONS = st.builds(
    Organization,
    organ_id=ORGAN_IDS,
    organization_in_charge=text(500),
    organ_name=text(200),
    organ_add=text(500),
    email=text(100),
    telephone=text(50),
    fax=text(50),
    website=text(100),
)
STAFF = st.builds(
    StaffInfo,
    department=text(300),
    department_id=text(100),
    staff=text(300),
    staff_id=text(100),
    email=text(100),
    mobile=text(30),
)
DATES = st.dates(date(1945, 1, 1))
TIMES = st.datetimes(
    datetime(1980, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
ANSWERS = st.builds(
    ResponseFor,
    organ_id=ORGAN_IDS,
    code=text(50),
    document_id=needed(200),
    promulgation_date=st.none() | DATES,
)
TEXTS = st.lists(needed(200), max_size=2).map(tuple)
NUMBERS = st.integers(0, 999_999_999)
SHORTS = st.none() | st.integers(0, 65535)
BUSINESSES = st.one_of(
    st.builds(Business, reason=text(500), paper=st.booleans(), staff=st.none() | STAFF),
    st.builds(Business, doc_type=st.just(BusinessType.RECALL)),
    st.builds(
        Business,
        doc_type=st.just(BusinessType.UPDATE),
        document_id=needed(200),
        document_info=st.none()
        | st.builds(
            BusinessDocumentInfo,
            document_info=st.booleans(),
            document_receiver=st.booleans(),
            receivers=st.lists(
                st.builds(
                    Receiver, organ_id=ORGAN_IDS, receiver_type=st.sampled_from(ReceiverChange)
                ),
                max_size=2,
            ).map(tuple),
        ),
    ),
    st.builds(
        Business,
        doc_type=st.just(BusinessType.REPLACE),
        replacements=st.lists(
            st.builds(
                ReplacementInfo,
                document_id=needed(200),
                organ_ids=st.lists(ORGAN_IDS, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
)
EDOCS = st.builds(
    Edoc,
    sender=ORGANIZATIONS,
    recipients=st.lists(ORGANIZATIONS, min_size=1, max_size=3, unique_by=lambda o: o.organ_id).map(
        tuple
    ),
    document_id=needed(200),
    code=st.builds(Code, code_number=needed(11), code_notation=needed(30)),
    promulgation=st.builds(PromulgationInfo, place=text(50), promulgation_date=DATES),
    document_type=st.builds(
        DocumentTypeInfo, type=NUMBERS, type_detail=NUMBERS, type_name=needed(100)
    ),
    subject=needed(500),
    content=text(500),
    signer=st.builds(SignerInfo, competence=text(100), position=text(100), full_name=text(50)),
    due_date=st.none() | DATES,
    other=st.builds(
        OtherInfo,
        priority=st.sampled_from(Priority),
        sphere_of_promulgation=text(100),
        typer_notation=text(10),
        promulgation_amount=SHORTS,
        page_amount=SHORTS,
        reply_fors=TEXTS,
        reference_codes=TEXTS,
        direction=st.none() | st.booleans(),
        appendixes=st.lists(needed(500), max_size=2).map(tuple),
    ),
    response_for=st.lists(ANSWERS, min_size=1, max_size=2).map(tuple),
    steering_type=st.none() | NUMBERS,
    to_places=st.lists(needed(150), max_size=3).map(tuple),
    response_for_task=TEXTS,
    application_type=text(100),
    feedback=st.none() | ANSWERS,
    agency=st.none()
    | st.builds(
        TaskAgency,
        organ_id=ORGAN_IDS,
        organ_name=text(200),
        department_id=text(100),
        department_name=text(300),
        execute_role=text(100),
    ),
    trace=st.lists(
        st.builds(TraceHeader, organ_id=ORGAN_IDS, timestamp=TIMES), min_size=1, max_size=2
    ).map(tuple),
    business=BUSINESSES,
)
STATUSES = st.builds(
    StatusMessage,
    sender=ORGANIZATIONS,
    response_for=ANSWERS,
    staff=st.none() | STAFF,
    status_code=st.sampled_from([code.value for code in StatusCode]),
    description=needed(1000),
    timestamp=TIMES,
)
NAMES = st.one_of(
    st.text(max_size=300),
    st.builds(
        lambda stem, kind: f"{stem}.{kind}",
        text(100),
        st.sampled_from(["pdf", "doc", "docx", "xlsx", "zip", "txt", "png", "PDF"]),
    ),
)
FILES = st.lists(st.tuples(NAMES, st.binary(max_size=300)), max_size=3)

DAY = date(2026, 3, 2)
LETTERS = [found for path in GOLDEN if (found := read(path).edoc) is not None]
STYLES = st.builds(
    WriterStyle,
    raw=st.frozensets(st.sampled_from(["pdf", "doc", "docx", "xlsx", "zip", "txt"])),
    labels=st.sampled_from(Labels),
    dates=st.sampled_from(Dates),
    trace_attributes=st.booleans(),
    xlink=st.booleans(),
    attachment_cid=st.booleans(),
    signature=st.sampled_from(["", "<Signature/>", "<edXML:DigitalSignature/>"]),
)

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(EDOCS, FILES)
def test_a_document_comes_back_equal_and_is_valid_by_our_xsd(
    edoc: Edoc, files: list[tuple[str, bytes]]
) -> None:
    message = write_edoc(edoc, [OutgoingFile(name, data=data) for name, data in files])
    XSD.assertValid(etree.fromstring(message))
    received = read(message)
    assert received.edoc == edoc
    assert [file.read() for file in received.attachments] == [data for _, data in files]
    assert [file.size for file in received.attachments] == [len(data) for _, data in files]
    assert len({file.name.lower() for file in received.attachments}) == len(files)
    assert not [w for w in received.warnings if not w.code.startswith("attachment.")]
    json.dumps(summarise(received))


def files_of(data: bytes) -> list[OutgoingFile]:
    """Return *data* under the names and beginnings of what agencies send."""
    begin = {
        "pdf": b"%PDF-1.7\n",
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "txt": b"\xef\xbb\xbf",
    }
    packed = {}
    for kind, entry in (("docx", "[Content_Types].xml"), ("xlsx", "xl/a.xml"), ("zip", "a.zip")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(entry, data)
        packed[kind] = buffer.getvalue()
    whole = {kind: start + data for kind, start in begin.items()} | packed
    return [OutgoingFile(f"Phụ lục.{kind}", data=content) for kind, content in whole.items()]


@settings(QUICK, max_examples=30)
@given(st.sampled_from(LETTERS), st.binary(max_size=300), STYLES)
def test_in_any_style_the_message_and_every_kind_of_file_come_back(
    edoc: Edoc, data: bytes, style: WriterStyle
) -> None:
    files = files_of(data)
    with read(write_edoc(edoc, files, style=style)) as received:
        assert received.edoc == edoc
        assert [found.read() for found in received.attachments] == [file.data for file in files]
        assert {warning.code for warning in received.warnings} <= {
            "attachment.damaged",
            "date.format",
        }


@QUICK
@given(STATUSES)
def test_a_status_comes_back_equal_and_is_valid_by_our_xsd(status: StatusMessage) -> None:
    message = write_status(status)
    XSD.assertValid(etree.fromstring(message))
    received = read(message)
    assert received.status == status
    assert received.warnings == ()


@given(st.text(max_size=400))
def test_a_safe_name_is_safe_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\<>:"|?*\x00\n\u202e')
    assert len(safe.encode()) <= LONGEST
    assert safe_name(safe) == safe


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 60),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [
                    b"<",
                    b"</",
                    b"/>",
                    b"&",
                    b"]]>",
                    b"<![CDATA[",
                    b"<!--",
                    b"=",
                    b"\xef\xbf\xbd",
                    b" ",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(GOLDEN), MUTATIONS)
def test_a_mangled_message_is_read_or_refused_and_nothing_else(
    path: Path, mutations: list[tuple[int, int, bytes]]
) -> None:
    data = path.read_bytes()
    for at, length, inserted in mutations:
        at %= len(data) + 1
        data = data[:at] + inserted + data[at + length :]
    try:
        received = read(data)
    except EnvelopeInvalid:
        return
    json.dumps(summarise(received))
    assert all(fault.code[:2] in ("N.", "R.", "M.", "T.") for fault in checked(received, today=DAY))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_a_message_with_its_elements_shuffled_is_read_or_refused(
    path: Path, data: st.DataObject
) -> None:
    root = etree.fromstring(path.read_bytes())
    elements = list(root.iter())
    for _ in range(data.draw(st.integers(1, 4))):
        moved = data.draw(st.sampled_from(elements[1:]))
        target = data.draw(st.sampled_from(elements))
        if moved not in list(target.iterancestors()) and target is not moved:
            target.insert(data.draw(st.integers(0, len(target))), moved)
    try:
        received = read(etree.tostring(root))
    except EnvelopeInvalid:
        return
    json.dumps(summarise(received))
    assert all(fault.code[:2] in ("N.", "R.", "M.", "T.") for fault in checked(received, today=DAY))


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(EnvelopeInvalid):
        read(data)
