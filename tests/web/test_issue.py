"""The clerk's screens of issuing: what waits, the order, recipients, groups, numbers."""

import json
import re
from datetime import timedelta

import httpx
import pytest

from documents import batches, deliveries, recipient_groups, reservations
from documents.document import Role
from documents.numbering import local_day
from documents.tables import DocumentRow
from tests.web import papers
from tests.web.counter import Counter
from tests.web.desk import MakeDesk
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, leader_of
from workflows import batch_runner, issuance

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def clerk(counter: Counter) -> httpx.Client:
    """Return the clerk of an agency whose clerk issues."""
    papers.by_hand(counter)
    return counter.client()


def version_of(counter: Counter, document_id: str) -> int:
    return document(counter.office, document_id).version


def recipients_of(counter: Counter, document_id: str) -> list[str]:
    with counter.office.database.reading() as session:
        return deliveries.recipients_of(session, [document_id])[document_id]


def test_the_clerk_issues_one_and_the_flow_carries_it(
    counter: Counter, clerk: httpx.Client
) -> None:
    document_id = papers.signed(counter)
    papers.carried(counter, document_id)
    row = document(counter.office, document_id)
    assert (row.state, row.awaits) == ("signed", "issue")
    assert document_id in clerk.get("/issue").text
    assert "01/QĐ-UBND" in clerk.get(f"/issue/{document_id}").text
    picture = clerk.get(f"/issue/{document_id}/page-0.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert clerk.get(f"/issue/{document_id}/page-9.png").status_code == 422
    form = {"version": row.version}
    for _ in range(2):  # a double click
        assert clerk.post(f"/issue/{document_id}", data=form).status_code == 303
    papers.carried(counter, document_id)
    row = document(counter.office, document_id)
    assert (row.state, row.code_number) == ("dispatched", "01")
    assert "ra lệnh phát hành" in clerk.get(f"/documents/{document_id}").text
    left = clerk.get("/issue?view=left").text
    assert "1 đã gửi" in left


def test_a_stale_page_and_another_role_issue_nothing(counter: Counter, clerk: httpx.Client) -> None:
    document_id = papers.signed(counter)
    stale = clerk.post(f"/issue/{document_id}", data={"version": 1})
    assert (stale.status_code, "document.changed" in stale.text) == (422, True)
    form = {"version": version_of(counter, document_id)}
    for role in (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER):
        other = counter.client(role)
        assert other.get("/issue").status_code == 403
        assert other.get(f"/issue/{document_id}").status_code == 403
        assert other.post(f"/issue/{document_id}", data=form).status_code in {403, 422}
    other = counter.client(organ_id=HOME_AFFAIRS)
    assert other.post(f"/issue/{document_id}", data=form).status_code == 404
    stranger = counter.stranger()
    assert stranger.post(f"/issue/{document_id}", data=form).status_code == 401
    bare = httpx.Client(base_url=counter.address, cookies=clerk.cookies, trust_env=False)
    with bare:
        assert bare.post(f"/issue/{document_id}", data=form).status_code == 403  # no form token
    assert document(counter.office, document_id).awaits == "issue"


def test_many_are_issued_with_a_result_each(
    counter: Counter, clerk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(batch_runner, "start", lambda _office, batch_id: asked.append(batch_id))
    first, second = papers.signed(counter), papers.signed(counter)
    form = {"key": "k1", "item": [f"{first}|signed|", f"{second}|numbered|"]}
    assert clerk.post("/issue/batch", data=form).status_code == 303
    assert clerk.post("/issue/batch", data=form).status_code == 303
    assert len(set(asked)) == 1
    batch_runner.carry(counter.office, asked[0])
    with counter.office.database.reading() as session:
        results = [(item.outcome, item.result) for item, _ in batches.items(session, asked[0])]
    assert results[0][0] == "done"
    assert results[0][1].startswith("01/QĐ-UBND")
    assert results[1][0] == "refused"
    assert document(counter.office, first).awaits is None
    assert document(counter.office, second).awaits == "issue"


def test_recipients_change_with_a_reason_and_what_was_typed_comes_back(
    counter: Counter, clerk: httpx.Client
) -> None:
    document_id = papers.signed(counter)
    address = f"/issue/{document_id}/recipients"
    form = {"version": version_of(counter, document_id), "to": [HOME_AFFAIRS, PROVINCE]}
    refused = clerk.post(address, data=form)
    assert (refused.status_code, "issue.change_unexplained" in refused.text) == (422, True)
    refused = clerk.post(address, data=form | {"to": ["H99.nothing"], "reason": HOSTILE})
    assert refused.status_code in {404, 422}
    assert "<script>alert" not in refused.text
    assert recipients_of(counter, document_id) == [HOME_AFFAIRS]
    done = clerk.post(address, data=form | {"reason": "gửi thêm để biết"})
    assert done.status_code == 303
    assert recipients_of(counter, document_id) == sorted([HOME_AFFAIRS, PROVINCE])
    life = clerk.get(f"/documents/{document_id}").text
    assert "đổi nơi nhận" in life
    assert "gửi thêm để biết" in life


def test_groups_are_kept_used_and_forgotten(counter: Counter, clerk: httpx.Client) -> None:
    form = {"name": f"Các sở {HOSTILE}", "to": [HOME_AFFAIRS], "shared": "1", "preset": "1"}
    assert clerk.post("/recipients", data=form).status_code == 303
    shown = clerk.get("/recipients").text
    assert "Các sở" in shown
    assert "<script>alert" not in shown
    assert counter.client(Role.SPECIALIST).post("/recipients", data=form).status_code == 403
    assert clerk.post("/recipients", data=form | {"to": []}).status_code == 422
    with counter.office.database.reading() as session:
        day = local_day(counter.office.now())
        (group,) = recipient_groups.seen(session, PROVINCE, counter.who(Role.CLERK), day)
    other = counter.client(organ_id=HOME_AFFAIRS)
    assert other.post(f"/recipients/{group.id}/remove").status_code == 404
    assert "Các sở" not in other.get("/recipients").text
    assert clerk.post(f"/recipients/{group.id}/remove").status_code == 303
    assert "Các sở" not in clerk.get("/recipients").text


@pytest.mark.parametrize(
    ("text", "found"),
    [("so noi vu", True), ("H99.02", True), ("x", False), ("\0" * 300, False)],
    ids=["no-accents", "code", "short", "nul"],
)
def test_agencies_are_found_as_people_type(counter: Counter, text: str, found: bool) -> None:
    answer = counter.client().get("/recipients/find", params={"q": text}, headers=_PART)
    assert answer.status_code == 200
    assert (f'data-code="{HOME_AFFAIRS}"' in answer.text) is found
    assert "<html" not in answer.text


_PART = {"HX-Request": "true"}


def test_a_number_is_taken_before_once_and_used_by_the_order(
    counter: Counter, clerk: httpx.Client
) -> None:
    document_id = papers.signed(counter)
    until = f"{local_day(counter.office.now()) + timedelta(days=2):%d/%m/%Y}"
    form = {"kind": "Quyết định", "owner": leader_of(PROVINCE).id, "key": "r-1"}
    form |= {"until": until, "reason": "họp gấp"}
    assert clerk.post("/reserved-numbers", data=form | {"until": "x"}).status_code == 422
    for _ in range(2):
        assert clerk.post("/reserved-numbers", data=form).status_code == 303
    with counter.office.database.reading() as session:
        (kept,) = reservations.listed(session, PROVINCE)
    assert kept.code in clerk.get("/reserved-numbers").text
    assert kept.code in clerk.get(f"/issue/{document_id}").text
    form = {"version": version_of(counter, document_id), "reservation": kept.id}
    assert clerk.post(f"/issue/{document_id}", data=form).status_code == 303
    issuance.number(counter.office, [document_id])
    assert document(counter.office, document_id).code_number == "01"
    back = f"/reserved-numbers/{kept.id}/back"
    assert clerk.post(back, data={"reason": "không dùng"}).status_code == 422
    assert counter.client(Role.SPECIALIST).get("/reserved-numbers").status_code == 403


def test_the_switch_is_the_leaders_and_voiding_keeps_the_number(counter: Counter) -> None:
    leader, clerk = counter.client(Role.LEADER), counter.client()
    assert clerk.post("/issue/switch", data={"clerk": "1"}).status_code == 403
    assert leader.post("/issue/switch", data={"clerk": "1"}).status_code == 303
    document_id = papers.signed(counter)
    form = {"version": version_of(counter, document_id)}
    assert clerk.post(f"/issue/{document_id}", data=form).status_code == 303
    issuance.number(counter.office, [document_id])
    void = {"version": version_of(counter, document_id), "reason": "ban hành nhầm thẩm quyền"}
    address = f"/issue/{document_id}/void"
    assert clerk.post(address, data=void | {"reason": "x"}).status_code == 422
    assert clerk.post(address, data=void).status_code == 303
    with counter.office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        assert (row.state, row.code_number) == ("void", "01")


def test_the_clerks_token_is_lent_the_numbered_file(desks: MakeDesk) -> None:
    desk = desks(seal=True)
    counter = Counter(desk.house, desk.office, desk.address)
    with counter._stack:
        clerk = counter.client()
        signing = desk.opened()
        assert desk.post(signing, desk.signed(signing))["Status"] is True
        document_id = desk.session(signing).document_id
        address = f"/issue/{document_id}/round"
        assert clerk.post(address).status_code in {409, 422}  # it has no number yet
        issuance.number(desk.office, [document_id])
        assert "vgca-round" in clerk.get(f"/issue/{document_id}").text
        lent = clerk.post(address)
        assert (lent.status_code, lent.json()["path"]) == (200, "/SignIssued"), lent.text
        assert clerk.get(address).json() == {"state": "numbered", "signed": False}
        assert clerk.post(f"{address}/close").status_code == 303
        assert counter.client(Role.LEADER).post(address).status_code == 403
        assert counter.client(organ_id=HOME_AFFAIRS).post(address).status_code == 404
        assert "phiên ký" in clerk.get(f"/documents/{document_id}").text


def test_what_is_typed_at_the_screens_of_issuing_is_kept_until_it_is_accepted(
    counter: Counter, clerk: httpx.Client
) -> None:
    document_id = papers.signed(counter)
    papers.carried(counter, document_id)
    screen, words = f"/issue/{document_id}", "Hủy vì ban hành nhầm thẩm quyền"
    keys = re.findall(r'data-kept="([^"]+)"', clerk.get(screen).text)
    assert keys == [f"issue/{document_id}/to", f"issue/{document_id}/void"]
    kept = {"to": [HOME_AFFAIRS, PROVINCE], "reason": [words]}
    for key in keys:
        said = {"key": key, "opened": "2020-01-01T00:00:00+00:00", "fields": json.dumps(kept)}
        assert clerk.post("/kept-forms", data=said).status_code == 200
    shown = clerk.get(screen).text
    assert shown.count(words) == 2
    assert f'<input type="hidden" name="to" value="{PROVINCE}">' in shown
    form = {"version": version_of(counter, document_id), "reason": words}
    assert clerk.post(f"{screen}/void", data=form).status_code == 303
    assert words not in clerk.get(screen).text.partition('name="reason"')[2]


@pytest.mark.parametrize("part", ["recall", "letters"])
def test_what_is_typed_to_ask_a_document_back_is_kept(counter: Counter, part: str) -> None:
    clerk, document_id = counter.client(), papers.sent(counter)
    screen, words = f"/documents/{document_id}/{part}", "Sai căn cứ pháp lý"
    said = {
        "key": f"documents/{document_id}/{part}",
        "opened": "2020-01-01T00:00:00+00:00",
        "fields": json.dumps({"reason": [words], "to": [], "kind": ["amends"]}),
    }
    assert f'data-kept="{said["key"]}"' in clerk.get(screen).text
    assert clerk.post("/kept-forms", data=said).status_code == 200
    shown = clerk.get(screen).text
    assert words in shown
    assert 'name="to"' not in shown or " checked" not in shown
    assert part == "recall" or 'value="amends" checked' in shown
