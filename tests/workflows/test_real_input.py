"""Real messages and real files: the national SDK's own, other systems', and broken PDFs.

They lie outside the repository, whose tests run without them too.
"""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pybase64
import pytest
from sqlalchemy.orm import Session

from connectors.axis import AgencyEntry, Outgoing, Report
from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.memory_axis import InMemoryAxis
from connectors.soap.client import SoapAxis
from documents import certificates, change_decisions, directory
from documents.certificates import Claim
from documents.document import Agency, DocumentType, Person, Role
from documents.errors import OfficeError
from documents.ledger import SYSTEM
from documents.lifecycle import Direction
from documents.placement import Box
from drafting.errors import PlacementNotFound
from signing.credentials import credential
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    deliveries,
    document,
    documents,
    issue,
    leader_of,
    letter_of,
    parcels,
    receive,
    seal_of,
    steps_of,
    take_statuses,
    turn,
)
from tests.workflows.hubs import HubProcess, make_hub
from tests.workflows.proof import assert_signed_and_sealed, assert_valid_edxml, trust_database
from workflows import drafts
from workflows.drafts import Order
from workflows.jobs import Intake, TakeIn
from workflows.office import Office

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples lie outside")

NGHE_AN = Agency("H41", "UBND Tỉnh Nghệ An", "UBND", "Nghệ An", old_organ_id="000.00.00.H41")
PARTY = Agency("A53.01", "Văn phòng tỉnh ủy", "VPTU", "Tây Ninh", old_organ_id="000.00.01.A53")
CABINET = Agency("G22", "Văn phòng Chính phủ", "VPCP", "Hà Nội", old_organ_id="000.00.00.G22")
CATALOGUE = [
    *(AgencyEntry(a.organ_id, a.name, a.old_organ_id) for a in (NGHE_AN, PARTY)),
    AgencyEntry("G22", "Văn phòng Chính phủ", "000.00.00.G22"),
    AgencyEntry("000.00.11.H53", "Sở Tính"),
    AgencyEntry("vxp.saas.03", "VXP"),
]
EDOCS = {
    # what it is, who sends it, and to whom, by the codes in the message
    "sdkvxp_pvn_edoc_replacement": ("000.00.00.G22", "000.00.00.H41", 3, "7816/VPCP-TTĐT"),
    "sdkvxp_pvn_edoc_revocation": ("000.00.00.G22", "000.00.00.H41", 1, "7816/VPCP-TTĐT"),
    "bkav_tayninh_edoc_new_ddMMyyyy": ("000.00.11.H53", "000.00.01.A53", 0, "2491/STC-BCTC"),
    "gateway_pvn_minimal": ("vxp.saas.03", "000.00.00.H41", 0, "/"),
}
LIFE = ("fetch", "verify", "quarantine", "register")
STATES = {0: "registered", 1: "quarantined", 3: "verified"}
"""By kind: the SDK's recall names another agency's document; a replacement awaits an answer."""
STATUSES = ("inbox_01", "acceptance_03", "assignment_04", "processing_05", "finish_06")
REFUSAL = "rejection_02"
KEY = "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
"""The document the SDK's status messages speak of."""


def sample(name: str) -> bytes:
    return (SAMPLES / "edxml" / f"{name}.edxml").read_bytes()


def status_sample(name: str) -> bytes:
    return sample(f"sdkvxp_pvn_status_{name}")


@pytest.fixture
def hub(tmp_path: Path, forkserver: None) -> Iterator[HubProcess]:
    """An axis node that knows the agencies of the samples."""
    process = make_hub(tmp_path / "hub", CATALOGUE).start()
    yield process
    process.kill()


@pytest.fixture
def office(house: House, make_database: MakeDatabase, tmp_path: Path, hub: HubProcess) -> Office:
    """An office that serves the agencies the samples name, by either code."""
    home = tmp_path / "nghe-an"
    house.install(home, make_database(), (PROVINCE,), hub.url)
    office = house.open(home)
    leader = leader_of(PROVINCE)
    with office.database.writing() as session:
        for agency in (NGHE_AN, PARTY, CABINET):
            directory.put_agency(
                session, agency, served=True, seal_key=seal_of(PROVINCE), accepts_unsigned=True
            )
            for role in Role:
                person = Person(
                    f"{agency.organ_id}.{role}", agency.organ_id, leader.full_name, "Lãnh đạo", role
                )
                key = leader.id if role is Role.LEADER else ""
                directory.put_person(session, person, signing_key=key)
        for organ_id, person_id in ((PROVINCE, leader.id), ("G22", "G22.leader")):
            vouch(session, house, leader.id, Claim("", organ_id, person_id))
            vouch(session, house, seal_of(PROVINCE), Claim("", organ_id))
    return office


def vouch(session: Session, house: House, stem: str, claim: Claim) -> None:
    """Say that a key serves someone whose name is not in its certificate."""
    found = credential(house.pki.key(stem).certificate)
    at = datetime.now(UTC)
    certificates.see(session, found, "", at)
    certificates.bind(session, replace(claim, sha256=found.sha256), SYSTEM, PROVINCE, at)


def test_the_national_messages_are_taken_from_file_to_register(
    office: Office, hub: HubProcess
) -> None:
    for name, (sender, recipient, _, _) in EDOCS.items():
        hub.put(sample(name), sender, [recipient], name)
    assert turn(office) == []
    outcomes = {(parcel.kind, parcel.outcome) for parcel in parcels(office)}
    # the Government Office is served here too, and never sent what the samples say it did
    assert outcomes == {("edoc", "opened"), ("status", "junk")}
    rows = {row.message_sha256: row for row in documents(office, Direction.INCOMING)}
    assert len(rows) == len(EDOCS)
    for name, (sender, _, business_type, code) in EDOCS.items():
        row = rows[office.blobs.put(sample(name))]
        assert (row.state, row.verdict) == (STATES[business_type], "UNSIGNED")
        # the code of the directory where it knows the sender
        assert row.sender_organ_id in (sender, CABINET.organ_id)
        assert row.business_type == business_type
        assert f"{row.code_number}/{row.code_notation}" == code
    (new,) = (row for row in rows.values() if row.business_type == 3)
    with office.database.writing() as session:
        change_decisions.answer(session, new.id, "H41.clerk", datetime.now(UTC), agree=True)
    assert turn(office) == []
    rows = {row.message_sha256: row for row in documents(office, Direction.INCOMING)}
    for row in rows.values():
        done = ["quarantine"] if row.business_type == 1 else ["verify", "register"]
        assert [step for step in steps_of(office, row.id) if step in LIFE] == ["fetch", *done]
    numbers = sorted(
        (row.organ_id, row.receipt_number) for row in rows.values() if row.receipt_number
    )
    assert numbers == [("A53.01", 1), ("H41", 1), ("H41", 2)]
    assert_sound(office)
    # 01 and 03 for each wait for its sender; the Government Office has fetched its own
    waiting = hub.status()["queues"]
    assert {queue["recipient"]: queue["waiting"] for queue in waiting} == {
        "000.00.11.H53": 2,
        "vxp.saas.03": 2,
    }


def report(hub: HubProcess, content: bytes, message_id: str) -> None:
    axis = SoapAxis(hub.url)
    code = re.search(rb"StatusCode>(\d\d)<", content)
    assert code
    axis.report(
        [Report(message_id, "000.00.00.H41", "000.00.00.G22", KEY, code[1].decode(), content)]
    )
    axis.close()


@pytest.mark.parametrize("name", [*STATUSES, REFUSAL])
def test_a_status_about_an_unknown_document_is_junk(
    name: str, office: Office, hub: HubProcess
) -> None:
    report(hub, status_sample(name), name)
    take_statuses(office)
    (parcel,) = parcels(office)
    assert (parcel.outcome, parcel.document_id) == ("junk", None)
    assert KEY in (parcel.error or "")
    assert parcel.confirmed_at is not None
    assert hub.status()["queues"] == []


def sent_from_here(office: Office) -> str:
    order = Order(
        *("G22", DocumentType.DECISION, "Về việc kiểm tra", ("000.00.00.H41",), "G22.leader"),
        notation="QĐ-UBND",
    )
    with office.database.reading() as session:
        signer = directory.as_person(directory.person_row(session, "G22", "G22.leader"))
    letter = letter_of(PROVINCE, DocumentType.DECISION, signer)
    document_id = approve(office, drafts.hand_in_composed(office, order, letter))
    issue(office, [document_id])
    assert deliveries(office, document_id) == {"H41": "sent"}
    return document_id


@pytest.mark.parametrize("by_key", [True, False])
def test_the_sdks_statuses_land_on_the_delivery_they_answer(
    by_key: bool, office: Office, hub: HubProcess
) -> None:
    document_id = sent_from_here(office)
    row = document(office, document_id)
    code = f"{row.code_number}/{row.code_notation}".encode()
    key = (row.document_key or "").encode() if by_key else b"khac"
    states = []
    for name in (*STATUSES, REFUSAL):
        content = (
            status_sample(name).replace(KEY.encode(), key).replace("7816/VPCP-TTĐT".encode(), code)
        )
        report(hub, content, name)
        take_statuses(office)
        states.append(deliveries(office, document_id)["H41"])
    assert states == ["arrived", "accepted", "assigned", "processing", "completed", "refused"]
    assert [step for step in steps_of(office, document_id) if step.startswith("status_")] == [
        f"status_{name[-2:]}" for name in (*STATUSES, REFUSAL)
    ]
    assert_sound(office)


# --- drafts -------------------------------------------------------------------------------------

PLACES = {
    "number": Box(0, 120, 700, 150, 715),
    "day": Box(0, 400, 700, 425, 715),
    "month": Box(0, 460, 700, 485, 715),
    "signature": Box(0, 350, 100, 480, 160),
}


def attached() -> bytes:
    """The file attached to the SDK's message: called .doc, it holds another edXML message."""
    with read(sample("sdkvxp_pvn_edoc_replacement")) as message:
        (file,) = message.attachments
        assert file.name.endswith(".doc")
        return file.read()


ORDER = Order(PROVINCE, DocumentType.DECISION, "Về việc kiểm tra", ("H41",), leader_of(PROVINCE).id)


def test_the_sdks_doc_is_refused_for_what_it_holds(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "1896_QD-TTg_m_294779.doc"
    path.write_bytes(attached())
    with pytest.raises(OfficeError) as caught:
        drafts.hand_in_file(office, ORDER, path)
    assert caught.value.code == "draft.not_a_pdf"
    path.write_bytes(inside(attached()))
    with pytest.raises(OfficeError) as caught:
        drafts.hand_in_file(office, ORDER, path)
    assert caught.value.code == "draft.signed_already"
    assert documents(office, Direction.OUTGOING) == []


def inside(message: bytes) -> bytes:
    """The PDF in the message that is called .doc; it is signed."""
    packed = max(re.findall(rb">([A-Za-z0-9+/=\s]{2000,})<", message), key=len)
    return pybase64.b64decode(packed)


def unsigned(pdf: bytes) -> bytes:
    """The same pages printed anew, without the signature."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.Root.AcroForm
        for page in opened.pages:
            if "/Annots" in page:
                del page.Annots
        opened.save(out)
    return out.getvalue()


def as_doc(folder: Path) -> bytes:
    """A letter without any blanks, in Word's old format, by LibreOffice."""
    page = folder / "van-ban.html"
    page.write_text("<html><body><p>QUYẾT ĐỊNH về công tác văn thư</p></body></html>", "utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "doc:MS Word 97"]
    subprocess.run(
        [*command, "--outdir", folder, page], check=True, capture_output=True, timeout=90
    )
    return (folder / "van-ban.doc").read_bytes()


@pytest.mark.parametrize("kind", ["doc", "pdf"])
def test_a_real_file_is_carried_once_its_places_are_given(
    kind: str, house: House, office: Office, hub: HubProcess, tmp_path: Path
) -> None:
    path = tmp_path / f"du-thao.{kind}"
    path.write_bytes(as_doc(tmp_path) if kind == "doc" else unsigned(inside(attached())))
    with pytest.raises(PlacementNotFound) as caught:
        drafts.hand_in_file(office, ORDER, path)
    assert caught.value.missing == ("number", "day", "month", "signature")
    document_id = approve(office, drafts.hand_in_file(office, ORDER, path, PLACES))
    assert turn(office) == []
    assert turn(office) == []
    row = document(office, document_id)
    assert row.state == "dispatched"
    assert deliveries(office, document_id) == {"H41": "accepted"}
    sealed = tmp_path / "sealed.pdf"
    sealed.write_bytes(office.blobs.get(row.current_sha256 or ""))
    trusted = trust_database(house.pki.roots, tmp_path)
    assert_signed_and_sealed(sealed, house.pki.roots, trusted, tmp_path)
    assert_valid_edxml(office.blobs.get(row.message_sha256 or ""))


PDFS = sorted((SAMPLES / "pdf").rglob("*.pdf"))


def test_every_pdf_is_taken_in_or_refused_by_its_code(house: House) -> None:
    boxes = tuple(PLACES.items())
    answers = house.workshop.run([TakeIn(path, "Trần An", "QĐ-UBND", boxes) for path in PDFS])
    refused = [answer for answer in answers if isinstance(answer, OfficeError)]
    taken = [answer for answer in answers if isinstance(answer, Intake)]
    assert len(refused) + len(taken) == len(PDFS) > 100
    odd = {e.code for e in refused if not e.code.startswith(("draft.", "placement.", "pdf."))}
    assert odd == set()
    assert len(taken) > 30


def test_every_pdf_is_judged_when_it_arrives(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    home = tmp_path / "tinh"
    house.install(home, make_sqlite(), (PROVINCE, OFFICE))
    axis = InMemoryAxis([*CATALOGUE, AgencyEntry(PROVINCE, "UBND"), AgencyEntry(OFFICE, "VP")])
    office = house.open(home, axis)
    with read(sample("bkav_tayninh_edoc_new_ddMMyyyy")) as message:
        assert message.edoc is not None
        edoc = message.edoc
    for number, path in enumerate(PDFS):
        named = edoc.model_copy(update={"document_id": path.name})
        content = write_edoc(named, [OutgoingFile(path.name, path=path)])
        axis.send(Outgoing(f"m{number}", "000.00.11.H53", (OFFICE,), content))
    receive(office)
    rows = documents(office, Direction.INCOMING)
    assert len(rows) == len(PDFS)
    assert {row.verdict for row in rows} <= {
        "TOTAL-PASSED",
        "TOTAL-FAILED",
        "INDETERMINATE",
        "UNSIGNED",
    }
    assert {row.state for row in rows} <= {"registered", "quarantined"}
    # nobody here trusts the test authorities of these files
    assert [row.document_key for row in rows if row.state == "registered"] == []
    assert all(row.error_text for row in rows)
    assert axis.pending([OFFICE]) == []
    assert_sound(office)
