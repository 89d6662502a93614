"""/sign where the key is elsewhere: on a telephone, on a token, with a person."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.memory_axis import InMemoryAxis
from connectors.vgca import UPLOAD_FIELD
from documents import sign_sessions
from documents.document import Role
from documents.sign_session import SessionState
from documents.tables import DocumentRow, SignSessionRow
from signing.testtool import approve as signed_by_tool
from tests.web.counter import Counter
from tests.web.desk import HURRIED, served
from tests.web.test_batches import submitted
from tests.web.test_sign import REASON, approve
from tests.workflows import phones
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, House, document, leader_of, seal_of
from tests.workflows.hubs import catalogue
from tests.workflows.phones import Phone, carry, later
from workflows import issuance

LEADER = leader_of(PROVINCE).id
MakeCounter = Callable[[str], tuple[Counter, Phone]]


@pytest.fixture
def counters(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Iterator[MakeCounter]:
    """Return a maker of a desk whose leader's key is of a kind that is elsewhere."""
    stack = ExitStack()

    def make(kind: str) -> tuple[Counter, Phone]:
        home, keys = tmp_path / kind, tmp_path / f"{kind}-keys"
        key = house.pki.key(LEADER)
        phones.describe(keys, LEADER, kind, None if kind == "remote" else key)
        for suffix in ("p12", "pass"):
            shutil.copy(house.keys / f"{seal_of(PROVINCE)}.{suffix}", keys)
        given = {"keys": str(keys), "processes": 1}
        house.install(home, make_sqlite(), (PROVINCE, HOME_AFFAIRS), **given)
        office = house.open(home, InMemoryAxis(catalogue()))
        phone = office.services[phones.NAME] = Phone(tmp_path, key)
        address = stack.enter_context(served(office, HURRIED))
        counter = Counter(house, office, address)
        stack.enter_context(counter._stack)
        return counter, phone

    with stack:
        yield make


def page_of(client: httpx.Client, row: DocumentRow) -> str:
    return client.get(f"/sign/{row.id}").text


def opened(client: httpx.Client, row: DocumentRow) -> dict[str, Any]:
    data = {"state": row.state, "sha256": row.current_sha256 or ""}
    answer = client.post(f"/sign/{row.id}/round", data=data)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def brought(client: httpx.Client, row: DocumentRow, content: bytes) -> httpx.Response:
    files = {"signed": ("x.pdf", content, "application/pdf")}
    return client.post(f"/sign/{row.id}/elsewhere", files=files)


def test_a_remote_signature_waits_for_the_telephone_and_is_taken_back_or_comes(
    counters: MakeCounter,
) -> None:
    counter, phone = counters("remote")
    office = counter.office
    (row,) = submitted(counter)
    leader = counter.client(Role.LEADER)
    assert "ở dịch vụ ký số" in leader.get("/sign/key").text
    assert approve(leader, row).headers["location"] == f"/sign/{row.id}"
    issuance.sign(office, [row.id])
    carry(office)
    assert "Đang chờ xác nhận trên điện thoại" in page_of(leader, row)
    assert "Chờ xác nhận trên điện thoại, đến" in leader.get("/sign").text
    short = leader.post(f"/sign/{row.id}/withdraw", data={"reason": "thôi"})
    assert short.status_code == 422
    assert leader.post(f"/sign/{row.id}/withdraw", data={"reason": REASON}).status_code == 303
    assert "Ký lại" in page_of(leader, row)
    assert leader.post(f"/sign/{row.id}/again").status_code == 303
    issuance.sign(office, [row.id])
    phone.say("decision", "yes")
    for minute in (1, 2):
        later(office, minutes=minute)
        carry(office)
    assert "Đã ký số" in leader.get(f"/sign/{row.id}/status").text


def test_a_round_with_the_tool_approves_lends_and_takes_what_it_brings(
    counters: MakeCounter, house: House
) -> None:
    counter, _ = counters("vgca")
    office = counter.office
    (row,) = submitted(counter)
    leader = counter.client(Role.LEADER)
    made = opened(leader, row)
    assert made["path"] == "/SignApproved"
    payload = made["payload"]
    assert payload["FileName"].startswith(f"{counter.address}/vgca/")
    assert leader.get(f"/sign/{row.id}/round").json() == {"state": "approved", "signed": False}
    base = httpx.get(payload["FileName"], trust_env=False).content
    signed = signed_by_tool(base, house.pki.key(LEADER), None, office.now())
    files = {UPLOAD_FIELD: ("x.pdf", signed, "application/pdf")}
    taken = httpx.post(payload["FileUploadHandler"], files=files, trust_env=False, timeout=30)
    assert taken.json()["Status"] is True
    assert leader.get(f"/sign/{row.id}/round").json() == {"state": "signed", "signed": True}


def test_a_window_that_dies_leaves_the_document_and_another_round_is_opened(
    counters: MakeCounter,
) -> None:
    counter, _ = counters("vgca")
    (row,) = submitted(counter)
    leader = counter.client(Role.LEADER)
    first = opened(leader, row)
    assert "phiên ký hết hạn lúc" in page_of(leader, row)
    assert opened(leader, row)["session"] != first["session"]
    assert leader.post(f"/sign/{row.id}/round/close").status_code == 303
    later(counter.office, minutes=30)
    shown = counter.client(Role.LEADER).get(f"/sign/{row.id}").text
    assert "phiên ký trước đã hết" in shown
    with counter.office.database.reading() as session:
        states = {each.state for each in sign_sessions.of_document(session, row.id)}
        assert states == {SessionState.CLOSED}
    assert document(counter.office, row.id).state == "approved"


def test_a_stale_page_opens_no_round_and_says_why_in_words(counters: MakeCounter) -> None:
    counter, _ = counters("vgca")
    (row,) = submitted(counter)
    data = {"state": row.state, "sha256": "0" * 64}
    answer = counter.client(Role.LEADER).post(f"/sign/{row.id}/round", data=data)
    assert answer.status_code == 422
    assert answer.json()["code"] == "document.version_moved"
    with counter.office.database.reading() as session:
        assert session.query(SignSessionRow).count() == 0
    clerk = counter.client(Role.CLERK).post(f"/sign/{row.id}/round", data=data | {"sha256": ""})
    assert clerk.is_client_error
    assert document(counter.office, row.id).state == "submitted"


@pytest.mark.parametrize("kind", ["vgca", "manual"])
def test_a_file_signed_elsewhere_is_judged_as_the_tools_is(
    counters: MakeCounter, house: House, kind: str
) -> None:
    counter, _ = counters(kind)
    office = counter.office
    (row,) = submitted(counter)
    leader = counter.client(Role.LEADER)
    assert brought(leader, row, b"%PDF-1.7").status_code == 422  # nothing is awaited yet
    approve(leader, row)
    issuance.sign(office, [row.id])
    base = leader.get(f"/sign/{row.id}/file.pdf").content
    other = house.pki.key(leader_of(HOME_AFFAIRS).id)
    for wrong in (
        b"GIF89a",
        b"%PDF-1.7 other",
        base,
        signed_by_tool(base, other, None, office.now()),
    ):
        assert brought(leader, row, wrong).status_code in {409, 422}, wrong[:20]
        assert document(office, row.id).state == "approved"
    good = signed_by_tool(base, house.pki.key(LEADER), None, office.now())
    assert brought(counter.client(Role.CLERK), row, good).status_code in {403, 422}
    assert document(office, row.id).state == "approved"
    answer = brought(leader, row, good)
    assert answer.status_code == 303, answer.text
    assert document(office, row.id).state == "signed"
