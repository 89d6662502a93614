"""What people are shown of frozen documents, and what they may do about them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from documents import ledger, requests
from documents.document import Role
from documents.freezing import shown
from tests.workflows.deferred_places import LEADER, Place
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    document,
    issue,
    leader_of,
    letter_of,
    person_of,
)
from tests.workflows.worlds import Said, call, make_world
from workflows import backlog
from workflows.commands import send
from workflows.office import Office

NAME = leader_of(PROVINCE).full_name


@pytest.fixture
def said(by_hand: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command on the world in which documents wait to be signed by hand."""
    make_world(tmp_path, by_hand.home.name)
    return lambda *words: call(capsys, *words, "--data", tmp_path)


def test_show_says_who_holds_which_document_and_until_when(
    by_hand: Place, said: Callable[..., Said]
) -> None:
    document_id, request = by_hand.frozen()
    (shown,) = said("show", "--frozen", "--json").json
    assert shown["document"] == document_id
    assert shown["request"] == request.id
    assert (shown["holder"], shown["state"]) == (f"{NAME} (manual)", "waiting")
    assert shown["until"] == request.until.isoformat()
    assert bytes.fromhex(shown["hash"]) == by_hand.pending(request).to_sign
    assert shown["algorithm"] == "sha256_rsa"
    assert Path(shown["file"]).read_bytes().startswith(b"%PDF")
    table = said("show", "--frozen").out
    assert NAME in table
    one = said("show", document_id)
    assert f"đang chờ ký / frozen: {NAME} (manual)" in one.out
    (life,) = said("show", document_id, "--json").json
    assert [each["request"] for each in life["requests"]] == [request.id]


def test_send_ends_well_and_says_what_to_do_where_the_key_is_elsewhere(
    by_hand: Place,
    said: Callable[..., Said],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = by_hand.office

    @contextmanager
    def opened(_world: object) -> Iterator[dict[str, Office]]:
        yield {"tinh": office}

    @contextmanager
    def serving(_world: object) -> Iterator[None]:
        issue(office, backlog.outgoing_due(office))
        yield

    monkeypatch.setattr(send, "offices", opened)
    monkeypatch.setattr(send, "serving", serving)
    draft = tmp_path / "du-thao.pdf"
    draft.write_bytes(letter_of(PROVINCE).pdf)
    order = ("send", draft, "--from", PROVINCE, "--to", HOME_AFFAIRS, "--subject", "V/v kiểm tra")
    kind = ("--type", "Quyết định", "--signer", LEADER)
    for_people = said(*order, *kind)
    assert for_people.code == 0, for_people.err
    facts = said(*order, *kind, "--json")
    assert (facts.code, facts.json["ok"], facts.json["state"]) == (0, True, "approved")
    with office.database.reading() as session:
        first, second = sorted(requests.frozen(session), key=lambda each: each.created_at)
    assert facts.json["frozen"]["request"] == second.id
    assert f"«{NAME} (manual)» ký, đến {shown(first.until)}" in for_people.out
    assert f"congvan signature deliver {first.id} --by WHO --value FILE" in for_people.out
    assert f"congvan signature withdraw {first.id}" in for_people.out


def test_a_person_brings_the_value_and_a_wrong_one_is_explained(
    by_hand: Place,
    said: Callable[..., Said],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_id, request = by_hand.frozen()
    monkeypatch.setattr("workflows.office.open_office", lambda _home: by_hand.reopened())
    monkeypatch.setattr("workflows.office.Office.close", lambda _office: None)
    deliver = ("signature", "deliver", request.id, "--by", person_of(PROVINCE, Role.CLERK).id)
    value = tmp_path / "value"
    value.write_bytes(b"not it")
    wrong = said(*deliver, "--value", value)
    assert wrong.code == 1
    assert "signature.value_foreign" in wrong.err
    value.write_bytes(by_hand.phone.key.sign(by_hand.pending(request).to_sign))
    assert said(*deliver, "--value", value).code == 0
    assert document(by_hand.office, document_id).state == "signed"
    with by_hand.office.database.reading() as session:
        rows = ledger.history(session, document_id)
    brought = {row.step: row.actor for row in rows if "unused" in row.step or "comp" in row.step}
    assert brought == dict.fromkeys(("signature_unused", "signature_complete"), deliver[-1])
    late = said(*deliver, "--value", value)
    assert (late.code, "request.step_refused" in late.err) == (1, True)
    assert "đang ở trạng thái «đã ký», không thể «nhận chữ ký»" in late.err.replace("\n", " ")
    stranger = said("signature", "deliver", request.id, "--by", "ai do", "--value", value)
    assert "person.unknown" in stranger.err
    assert said("show", "--frozen", "--json").json == []
    missing = said(*deliver, "--value", tmp_path / "none")
    assert "request.file_unfit" in missing.err


def test_a_request_is_withdrawn_with_a_reason_and_the_step_before_is_refused(
    by_hand: Place, said: Callable[..., Said]
) -> None:
    document_id, request = by_hand.frozen()
    refused = said(
        *("step", "return", document_id, "--by", LEADER, "--reason", "cần sửa lại nội dung")
    )
    assert (refused.code, "document.frozen" in refused.err, NAME in refused.err) == (1, True, True)
    by = ("--by", LEADER, "--reason")
    withdraw = ("signature", "withdraw", request.id)
    assert "document.reason_missing" in said(*withdraw, *by, "ngắn").err
    assert "request.unknown" in said("signature", "withdraw", "x", *by, "cần sửa nội dung").err
    assert said(*withdraw, *by, "cần sửa lại nội dung").code == 0
    assert "request.step_refused" in said(*withdraw, *by, "cần sửa lại nội dung").err
    assert said(*("step", "return", document_id, *by, "cần sửa lại nội dung")).code == 0
    assert document(by_hand.office, document_id).state == "returned"
