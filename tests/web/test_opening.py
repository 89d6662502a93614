"""Who may open a session, for which document, and what commands say of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from documents import requests
from documents.directory import RightMissing
from documents.errors import OfficeError
from documents.freezing import DocumentFrozen
from documents.objections import Objection
from documents.sign_session import Operation, SessionOver, SessionRefused
from documents.tables import DocumentRow
from signing import pades
from signing.errors import PdfCertified
from tests.web.desk import CLERK, Desk, MakeDesk
from tests.workflows import phones
from tests.workflows.deferred_places import LEADER
from tests.workflows.house import HOME_AFFAIRS, document, leader_of
from tests.workflows.phones import later
from tests.workflows.worlds import Said, call
from workflows import issuance
from workflows.sign_sessions import open_session
from workflows.world import World

ISSUED, APPROVED = Operation.ISSUED, Operation.APPROVED


def test_only_whose_turn_it_is_may_lend_the_file(desk: Desk) -> None:
    document_id = desk.waiting()
    tries: list[tuple[str, Operation, type[OfficeError]]] = [
        (CLERK, APPROVED, RightMissing),
        (LEADER, ISSUED, SessionRefused),
        (CLERK, ISSUED, SessionRefused),
    ]
    for who, operation, error in tries:
        with pytest.raises(error):
            open_session(desk.office, document_id, who, operation, desk.address)
    for lifetime in (timedelta(0), timedelta(hours=1)):
        with pytest.raises(SessionRefused):
            open_session(desk.office, document_id, LEADER, APPROVED, desk.address, lifetime)
    assert document(desk.office, document_id).state == "approved"


def test_a_document_that_is_not_frozen_yet_is_frozen_by_the_session(desk: Desk) -> None:
    opened = desk.opened(desk.approved())
    assert document(desk.office, desk.session(opened).document_id).frozen_by is not None
    assert desk.post(opened, desk.signed(opened))["Status"] is True
    with pytest.raises(SessionRefused):  # it is signed
        desk.opened(desk.session(opened).document_id)


def test_a_document_that_someone_else_holds_is_not_lent(desk: Desk) -> None:
    document_id = desk.waiting()
    with desk.office.database.writing() as session:
        requests.get(session, desk.request(document_id).id).service = "manual"
    with pytest.raises(DocumentFrozen):
        desk.opened(document_id)


def test_a_key_that_is_not_with_the_tool_is_refused(desk: Desk) -> None:
    document_id = desk.approved()
    keys = desk.office.settings.keys
    (keys / f"{LEADER}.toml").write_text('kind = "manual"\n')
    with pytest.raises(SessionRefused):
        desk.opened(document_id)
    stranger = desk.house.pki.key(leader_of(HOME_AFFAIRS).id)
    phones.describe(keys, LEADER, "vgca", stranger)
    with pytest.raises(Objection):  # before anything is signed
        desk.opened(document_id)
    assert document(desk.office, document_id).frozen_by is None


def test_the_tool_cannot_seal_what_our_leaders_key_certified(desks: MakeDesk) -> None:
    desk = desks(seal=True)
    opened = desk.opened()
    pdf = pades.sign(desk.base(opened), desk.leader_key, None, at=desk.office.now())
    assert desk.post(opened, pdf)["Status"] is True
    document_id = desk.session(opened).document_id
    issuance.number(desk.office, [document_id])
    issuance.seal(desk.office, [document_id])  # waits for a person, with the reason
    assert document(desk.office, document_id).error_code == PdfCertified.code
    with pytest.raises(PdfCertified):
        desk.opened(document_id, ISSUED)
    with pytest.raises(RightMissing):
        open_session(desk.office, document_id, LEADER, ISSUED, desk.address)
    assert document(desk.office, document_id).frozen_by is None


def test_a_session_that_ends_while_its_file_is_judged_takes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = desk.opened()
    signed, run = desk.signed(opened), desk.office.workshop.run

    def slowly(jobs: Any) -> Any:
        done = run(jobs)
        later(desk.office, minutes=16)
        return done

    monkeypatch.setattr(desk.office.workshop, "run", slowly)
    desk.refuses(opened, signed, SessionOver.code)
    document_id = desk.session(opened).document_id
    assert document(desk.office, document_id).current_sha256 == desk.session(opened).base_sha256
    assert desk.request(document_id).state == "waiting"


@pytest.fixture
def said(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Run a command on the desk's world."""
    folder = desk.home.parent
    World(folder, (desk.home.name,), 1, None, {desk.home.name: 8730}).save()
    monkeypatch.setattr("workflows.office.open_office", lambda _home: desk.office)
    monkeypatch.setattr("workflows.office.Office.close", lambda _office: None)
    return lambda *words: call(capsys, *words, "--data", folder)


def test_the_commands_show_the_token_once(desk: Desk, said: Callable[..., Said]) -> None:
    document_id = desk.waiting()
    made = said("sign-session", "open", document_id, "--by", LEADER, "--json").json
    assert made["path"] == "/SignApproved"
    payload = made["payload"]
    assert payload["FileName"].startswith("http://127.0.0.1:8730/vgca/")
    assert payload["FileUploadHandler"].endswith("/upload")
    assert (payload["SessionId"], payload["JWTToken"], payload["MetaData"]) == ("", "", [])
    token = payload["FileName"].split("/")[-2]
    (listed,) = said("sign-session", "list", "--json").json
    assert (listed["id"], listed["state"]) == (made["session"], "open")
    assert token not in json.dumps(listed) + said("sign-session", "list").out
    assert said("sign-session", "close", made["session"], "--by", LEADER).code == 0
    again = said("sign-session", "close", made["session"], "--by", LEADER)
    assert (again.code, "sign_session.over" in again.err) == (1, True)
    assert said("sign-session", "close", "nothing", "--by", LEADER).code == 1
    key = "H99,2026/11/22,77/QĐ-UBND"
    with desk.office.database.writing() as session:
        named = update(DocumentRow).where(DocumentRow.id == document_id)
        session.execute(named.values(document_key=key))
    plain = said("sign-session", "open", key, "--by", LEADER)
    assert "/SignApproved" in plain.out
    assert '"FileUploadHandler"' in plain.out
    assert said("sign-session", "open", "nothing", "--by", LEADER).code == 1
    assert said("sign-session", "open", document_id, "--by", "nobody").code == 1


def test_a_world_serves_each_installation_and_keeps_its_port(tmp_path: Path) -> None:
    old = World(tmp_path, ("mot", "hai"), 1, None)
    old.save()
    world = World.load(tmp_path).with_free_ports()
    assert set(world.web_ports) == {"mot", "hai"}
    assert len(set(world.web_ports.values())) == 2
    assert World.load(tmp_path).with_free_ports().web_ports == world.web_ports
    served = [child for child in world.children() if child.name.startswith("web-")]
    assert [child.name for child in served] == ["web-mot", "web-hai"]
    assert served[0].url == f"{world.web_url('mot')}/healthz"
    with pytest.raises(OfficeError):
        old.web_url("mot")
