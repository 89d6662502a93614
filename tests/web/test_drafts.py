"""Drafts at the desk: typed, kept, handed in, compared, submitted, sent back, never overwritten."""

import json
import re
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import func, select

from documents.document import Role
from documents.lifecycle import State
from documents.tables import DocumentRow, KeptFormRow, LedgerRow
from drafting.draft_text import words_of
from tests.web.counter import Counter
from tests.web.directions import Arrivals
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, leader_of
from web import errands

SUBJECT = "V/v rà soát hệ thống thủy lợi trước mùa mưa bão"
LEADER = leader_of(PROVINCE).id
REASON = "Bổ sung căn cứ và thời hạn thực hiện."
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}\u202e"
NEVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine still answers in the request itself."""
    monkeypatch.setattr(errands, "PATIENCE", 60.0)


def typed(**changed: object) -> dict[str, object]:
    """Return what the composer sends."""
    return {
        "once": "một lần",
        "then": "save",
        "type": "Công văn",
        "way": "compose",
        "subject": SUBJECT,
        "unit": "NC",
        "signer": LEADER,
        "urgency": "1",
        "recipients": [HOME_AFFAIRS],
        "to_places": "Thường trực Tỉnh ủy",
        "addressees": "Sở Nội vụ",
        "body": "Đề nghị quý cơ quan phối hợp rà soát.\n\nTrân trọng./.",
        **changed,
    }


def made(client: httpx.Client, **changed: object) -> str:
    """Return the id of a draft that was typed."""
    answer = client.post("/drafts/new", data=typed(**changed))
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"].rpartition("/")[2]


def take(client: httpx.Client, document: str, name: str, version: int, reason: str = "") -> int:
    data = {"name": name, "version": str(version), "reason": reason}
    return client.post(f"/drafts/{document}/step", data=data).status_code


def row_of(counter: Counter, document: str) -> DocumentRow:
    with counter.office.database.reading() as session:
        return session.get_one(DocumentRow, document)


def many(counter: Counter, of: object) -> int:
    with counter.office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0  # type: ignore[arg-type]


def keep(client: httpx.Client, key: str, opened: datetime | None = None, **fields: str) -> int:
    data = {
        "key": key,
        "opened": (opened or datetime.now(UTC)).isoformat(),
        "fields": json.dumps({name: [value] for name, value in fields.items()}),
    }
    return client.post("/kept-forms", data=data).status_code


def test_a_typed_draft_is_entered_once_and_says_what_was_typed(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    document = made(me)
    assert made(me) == document
    assert many(counter, DocumentRow) == 1
    row = row_of(counter, document)
    assert (row.subject, row.code_notation, row.urgency) == (SUBJECT, "UBND-NC", 1)
    assert row.drafter_id == counter.who(Role.SPECIALIST)
    pdf = me.get(f"/drafts/{document}/file")
    assert pdf.headers["content-security-policy"].startswith("sandbox")
    words = " ".join(words_of(pdf.content))
    assert "phối hợp rà soát" in words
    assert "Thường trực Tỉnh ủy" in words
    for path in ("", "/edit", "/compare"):
        assert me.get(f"/drafts/{document}{path}").status_code == 200
    assert SUBJECT in me.get("/drafts").text


def test_a_draft_goes_to_whoever_checks_comes_back_and_is_taken_back(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    assert take(me, document, "submit", 0) == 303
    assert take(head, document, "return", 1, "ngắn") == 422
    assert take(head, document, "return", 1, REASON) == 303
    back = me.get(f"/drafts/{document}").text
    assert back.index(REASON) < back.index("Góp ý")
    assert take(me, document, "submit", 2) == 303
    assert REASON not in me.get(f"/drafts/{document}").text.split('id="opinions"')[0]
    assert take(me, document, "return", 3) == 303
    assert row_of(counter, document).state == State.RETURNED
    assert "đã rút lại" in me.get(f"/drafts/{document}").text
    assert take(me, document, "void", 4, "Không cần ban hành nữa.") == 303
    assert row_of(counter, document).state == State.VOID


def test_nobody_takes_back_the_draft_of_another(counter: Counter) -> None:
    document = made(counter.client(Role.SPECIALIST), then="submit")
    assert row_of(counter, document).state == State.SUBMITTED
    assert take(counter.client(Role.CLERK), document, "return", 1, REASON) == 422
    assert row_of(counter, document).state == State.SUBMITTED


WRONG: tuple[tuple[str, dict[str, object]], ...] = (
    ("subject", {"subject": ""}),
    ("subject", {"subject": "x" * 501}),
    ("subject", {"subject": "MẬT: Kế hoạch phòng thủ"}),
    ("subject", {"subject": HOSTILE}),
    ("notation", {"notation": "có khoảng trắng"}),
    ("signer", {"signer": "khong-co"}),
    ("recipients", {"recipients": []}),
    ("recipients", {"recipients": ["Z00"]}),
    ("due", {"due": "32/13/2026"}),
    ("issue_by", {"issue_by": "01/01/2020"}),
    ("copies", {"copies": "nhiều"}),
    ("urgency", {"urgency": "9"}),
    ("body", {"type": "Hợp đồng"}),
    ("type", {"type": "Không có loại này"}),
    ("description", {"description": "x" * 501}),
)


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    counter: Counter,
) -> None:
    me = counter.client(Role.SPECIALIST)
    for field, changed in WRONG:
        answer = me.post("/drafts/new", data=typed(**changed))
        assert answer.status_code == 422, changed
        assert f'data-fault="{field}"' in answer.text, changed
        assert "phối hợp rà soát" in answer.text, changed
    assert many(counter, DocumentRow) == 0
    told = me.post("/drafts/check", data=typed(subject="", due="ngày mai")).text
    assert 'data-fault="subject"' in told
    assert 'data-fault="due"' in told
    assert me.post("/drafts/check", data=typed()).text.strip() == ""


def test_a_second_save_of_what_changed_meanwhile_is_refused_with_both_texts(
    counter: Counter,
) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    first = head.post(f"/drafts/{document}/edit", data=typed(version="0", body="Bản của trưởng."))
    assert first.status_code == 303
    version = row_of(counter, document).version
    sent = typed(version="0", body="Bản của chuyên viên.", subject="V/v việc khác")
    second = me.post(f"/drafts/{document}/edit", data=sent)
    assert second.status_code == 409
    for words in ("Bản của trưởng.", "Bản của chuyên viên.", "V/v việc khác", "Lê Thu Hà"):
        assert words in re.sub(r"</?(ins|del)>", "", second.text)
    assert row_of(counter, document).version == version
    # knowingly, on the newest state: the other's text stays in the history
    again = me.post(f"/drafts/{document}/edit", data=sent | {"version": str(version)})
    assert again.status_code == 303
    compared = me.get(f"/drafts/{document}/compare", params={"before": 2, "after": 3}).text
    assert "chuyên viên" in compared
    # the same form sent again changes nothing and is not refused
    before = many(counter, LedgerRow)
    repeat = me.post(f"/drafts/{document}/edit", data=sent | {"version": str(version)})
    assert repeat.status_code == 303
    assert many(counter, LedgerRow) == before


def test_a_step_on_what_changed_meanwhile_is_refused_and_shows_what_holds(
    counter: Counter,
) -> None:
    me = counter.client(Role.SPECIALIST)
    document = made(me)
    me.post(f"/drafts/{document}/edit", data=typed(version="0", body="Khác."))
    assert take(me, document, "submit", 0) == 409
    assert row_of(counter, document).state == State.DRAFT


def test_what_was_typed_is_there_after_a_reload_and_gone_once_accepted(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    assert keep(me, "drafts/new", type="Công văn", way="compose", subject="Đang gõ dở") == 200
    shown = me.get("/drafts/new").text
    assert "Đang gõ dở" in shown
    assert "Đã khôi phục bản đang gõ" in shown
    assert "Đang gõ dở" in me.get("/drafts").text
    preview = me.get("/drafts/preview", params={"key": "drafts/new"})
    assert "Đang gõ dở" in " ".join(words_of(preview.content))
    assert "Đang gõ dở" not in counter.client(Role.UNIT_HEAD).get("/drafts/new").text
    made(me)
    assert "Đang gõ dở" not in me.get("/drafts/new").text
    assert keep(me, "drafts/new", NEVER, subject="đến muộn") == 204
    assert "đến muộn" not in me.get("/drafts/new").text


def test_the_form_is_there_after_another_login_until_it_is_dropped(counter: Counter) -> None:
    keep(counter.client(Role.SPECIALIST), "drafts/new", subject="Gõ trước khi hết phiên")
    assert keep(counter.stranger(), "drafts/new", subject="ai đó") == 401
    assert "Gõ trước khi hết phiên" in counter.client(Role.SPECIALIST).get("/drafts/new").text

    me = counter.client(Role.SPECIALIST)
    answer = me.post("/kept-forms/drop", data={"key": "drafts/new", "back": "//evil.example/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Gõ trước" not in me.get("/drafts/new").text


def test_what_no_form_sends_is_not_kept(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    for fields in ("[", "[]", '{"a": "b"}', '{"a": [1]}', "[" * 5000, '{"a": ["' + "x" * 999_999):
        assert me.post("/kept-forms", data={"key": "x", "fields": fields}).status_code == 422
    assert many(counter, KeptFormRow) == 0


def test_a_form_restored_over_a_newer_draft_shows_both_and_saves_neither(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    kept = {name: str(value) for name, value in typed(body="Gõ từ hôm qua.").items()}
    kept["recipients"] = HOME_AFFAIRS
    keep(me, f"drafts/{document}", **kept, version="0")
    head.post(f"/drafts/{document}/edit", data=typed(version="0", body="Bản mới hơn."))
    shown = re.sub(r"</?(ins|del)>", "", me.get(f"/drafts/{document}/edit").text)
    assert "Gõ từ hôm qua." in shown
    assert "Bản mới hơn." in shown
    assert 'name="version" value="0"' in shown


def test_a_new_draft_begins_with_what_it_is_about_and_finds_its_recipients(
    counter: Counter,
) -> None:
    me = counter.client(Role.SPECIALIST)
    found = me.get("/drafts/recipients", params={"q": "so noi vu"}).json()
    assert HOME_AFFAIRS in {each["id"] for each in found}
    assert me.get("/drafts/new", params={"answers": "khong-co"}).status_code == 404
    document = made(me)
    shown = me.get("/drafts/new", params={"amends": document})
    assert shown.status_code == 200
    assert "Sửa đổi, bổ sung" in shown.text
    arrival = Arrivals(counter).arrive()
    shown = me.get("/drafts/new", params={"answers": arrival}).text
    assert "Bộ Biển và Hải đảo" in shown
    assert "V/v trả lời" in shown
    answer = me.post(f"/drafts/new?answers={arrival}", data=typed(once="trả lời"))
    assert answer.status_code == 303, answer.text[:2000]
    assert f"/documents/{arrival}" in me.get(answer.headers["location"]).text


def test_opinions_are_asked_given_and_settled(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    asked = {"inform": counter.who(Role.UNIT_HEAD), "question": "Xin ý kiến mục I."}
    assert me.post(f"/drafts/{document}/ask", data=asked).status_code == 303
    assert "Xin ý kiến mục I." in head.get("/drafts").text
    words = {"words": "Nêu rõ đầu mối."}
    for _ in range(2):
        assert head.post(f"/drafts/{document}/say", data=words).status_code == 303
    shown = me.get(f"/drafts/{document}").text
    (opinion,) = set(re.findall(r'name="opinion" value="([^"]+)"', shown))
    no = {"opinion": opinion, "taken": "no", "answer": ""}
    assert me.post(f"/drafts/{document}/settle", data=no).status_code == 422
    yes = {"opinion": opinion, "taken": "yes"}
    assert me.post(f"/drafts/{document}/settle", data=yes).status_code == 303
    assert "Tiếp thu" in me.get(f"/drafts/{document}").text
    unasked = counter.client(Role.CLERK).post(f"/drafts/{document}/say", data={"words": "x"})
    assert unasked.status_code == 422


def test_the_unit_head_checks_the_version_they_saw(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    shown = head.get(f"/drafts/{document}").text
    (sha256,) = set(re.findall(r'name="sha256" value="([0-9a-f]+)"', shown))
    me.post(f"/drafts/{document}/edit", data=typed(version="0", body="Đổi sau khi xem."))
    answer = {"kind": "content", "sha256": sha256, "passed": "yes"}
    assert head.post(f"/drafts/{document}/checks", data=answer).status_code == 422
    shown = head.get(f"/drafts/{document}").text
    (sha256,) = set(re.findall(r'name="sha256" value="([0-9a-f]+)"', shown))
    answer |= {"sha256": sha256}
    assert head.post(f"/drafts/{document}/checks", data=answer).status_code == 303
    assert me.post(f"/drafts/{document}/checks", data=answer).status_code in (403, 422)
    clerk = counter.client(Role.CLERK)
    assert "form" not in clerk.get(f"/drafts/{document}/form").text.partition("note")[0]
    form = {"kind": "form", "sha256": sha256, "passed": "no", "words": "Sai lề trái."}
    assert clerk.post(f"/drafts/{document}/checks", data=form).status_code == 303
    assert "Sai lề trái." in me.get(f"/drafts/{document}").text


def test_another_agency_finds_no_draft_here(counter: Counter) -> None:
    document = made(counter.client(Role.SPECIALIST))
    stranger = counter.client(Role.SPECIALIST, HOME_AFFAIRS)
    for path in ("", "/edit", "/file", "/compare", "/form", "/attachments/abc"):
        assert stranger.get(f"/drafts/{document}{path}").status_code == 404, path
    assert stranger.get("/drafts/preview", params={"key": f"drafts/{document}"}).status_code == 404
    assert stranger.post(f"/presence/{document}", data={}).status_code == 404
    assert take(stranger, document, "submit", 0) == 404
    assert stranger.post(f"/drafts/{document}/say", data={"words": "x"}).status_code == 404


def test_two_people_on_one_document_see_each_other_until_one_leaves(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    document = made(me)
    me.post(f"/presence/{document}", data={"editing": "1", "version": "0"})
    there = head.post(f"/presence/{document}", data={"version": "0"}).text
    assert "đang sửa" in there
    assert "Lê Thu Hà" not in there
    me.post(f"/drafts/{document}/edit", data=typed(version="0", body="Khác."))
    assert "vừa thay đổi" in head.post(f"/presence/{document}", data={"version": "0"}).text
    me.post(f"/presence/{document}/leave")
    assert "đang" not in head.post(f"/presence/{document}", data={"version": "1"}).text


def test_hostile_words_stay_words_everywhere(counter: Counter) -> None:
    me, head = counter.client(Role.SPECIALIST), counter.client(Role.UNIT_HEAD)
    hostile = HOSTILE.rstrip("\u202e")
    document = made(
        me,
        subject=f"V/v {hostile}",
        body=f"{hostile}\nĐiều 1. {hostile}",
        to_places=hostile,
        addressees=hostile,
        description=hostile,
        then="submit",
    )
    head.post(f"/drafts/{document}/say", data={"words": hostile})
    head.post(
        f"/drafts/{document}/step",
        data={"name": "return", "version": "1", "reason": f"{hostile} trả lại"},
    )
    me.post(f"/drafts/{document}/edit", data=typed(version="2", subject=hostile, reason=hostile))
    keep(me, "drafts/new", subject=hostile, body=hostile)
    for path in ("/drafts", "/drafts/new", f"/drafts/{document}", f"/drafts/{document}/edit"):
        text = me.get(path).text
        assert "<img src=x" not in text, path
        assert "{{7*7}}" in text, path
    assert "<img src=x" not in me.get(f"/drafts/{document}/compare").text


def test_a_type_brings_its_own_lines_and_they_are_printed(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    part = me.post("/drafts/content", data={"type": "Giấy mời", "way": "compose"}).text
    assert 'name="own-venue"' in part
    document = made(
        me,
        type="Giấy mời",
        **{"own-time": "08 giờ 00, thứ Hai", "own-venue": "Hội trường A"},
    )
    words = " ".join(words_of(me.get(f"/drafts/{document}/file").content))
    assert "Địa điểm: Hội trường A" in words
    assert "Hội trường A" in me.get(f"/drafts/{document}/edit").text
    decision = made(
        me,
        once="2",
        type="Quyết định",
        bases="Căn cứ Luật A;\nTheo đề nghị của B",
        body="Điều 1. Phê duyệt.\n1. Một.\n2. Hai.",
    )
    words = " ".join(words_of(me.get(f"/drafts/{decision}/file").content))
    assert "QUYẾT ĐỊNH:" in words
    assert "Điều 1." in words
