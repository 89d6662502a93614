"""The clerk's desk: what waits is opened, entered once, turned back, brought by file."""

import html
import re
import time
from pathlib import Path

import httpx
import pytest

from connectors.antivirus import AntivirusSettings
from documents.document import Role
from documents.lifecycle import State
from documents.tables import DocumentRow, IntakeRow, PersonRow, RecognitionRow
from tests.connectors.clamd import MARK, unix_clamd
from tests.web.arrivals import Arrivals, printed, scanned
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS
from workflows import picture_words


@pytest.fixture
def arrivals(counter: Counter) -> Arrivals:
    made = Arrivals(counter)
    made.by_clerk()
    return made


@pytest.fixture
def clerk(counter: Counter) -> httpx.Client:
    return counter.client()


def fields(page: str) -> dict[str, str]:
    """Return what stands in the form of the entry, as a browser would send it."""
    form = re.search(r'<form id="entry".*?</form>', page, re.S)
    assert form is not None, page[:3000]
    text = form[0]
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        loose = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and not (loose and " checked" not in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, value in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', text, re.S
    ):
        found[name] = html.unescape(value)
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(
            'value="([^"]*)"', inner
        )
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def opened(clerk: httpx.Client, document: str) -> dict[str, str]:
    answer = clerk.get(f"/intake/{document}")
    assert answer.status_code == 200, answer.text[:2000]
    return fields(answer.text)


def said(clerk: httpx.Client, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:3000]
    return clerk.get(answer.headers["location"]).text


def test_a_clean_document_of_the_axis_is_opened_and_saved_as_it_stands(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    first, second = arrivals.bring(), arrivals.bring()
    waiting = clerk.get("/intake").text
    assert waiting.index(first) < waiting.index(second)
    form = opened(clerk, first)
    assert (form["code"], form["type"]) == ("101/SNV-VP", "Công văn")
    assert "Số đến dự kiến <b>1</b>" in clerk.get(f"/intake/{first}").text.replace("</span>", "")
    answer = clerk.post(f"/intake/{first}", data=form | {"action": "next"})
    following = said(clerk, answer)
    assert answer.headers["location"].startswith(f"/intake/{second}?")
    assert "Đã vào sổ: số đến 1" in following
    assert (arrivals.row(first).receipt_number, arrivals.row(first).clerk_id) == (
        1,
        arrivals.counter.who(Role.CLERK),
    )
    assert "Số đến dự kiến <b>2</b>" in following
    answer = clerk.post(f"/intake/{second}", data=opened(clerk, second) | {"action": "next"})
    assert answer.headers["location"] == "/intake"
    assert "Đã hết văn bản chờ vào sổ" in said(clerk, answer)


def test_a_double_click_gives_one_number_and_a_second_clerk_is_told_who_was_first(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring()
    form = opened(clerk, document)
    for _ in range(2):
        answer = clerk.post(f"/intake/{document}", data=form | {"action": "save"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/documents/{document}")
    # another clerk was first
    other = arrivals.counter.who(Role.SPECIALIST)
    with arrivals.counter.office.database.writing() as session:
        session.get_one(DocumentRow, document).clerk_id = other
        name = session.get_one(PersonRow, other).full_name
    late = said(clerk, clerk.post(f"/intake/{document}", data=form | {"subject": "Khác"}))
    assert f"{name} đã vào sổ văn bản này trước: số đến 1" in late
    assert "số đến <b>1</b>" in late
    assert (arrivals.row(document).receipt_number, arrivals.row(document).subject) == (
        1,
        form["subject"],
    )


def test_a_page_that_is_stale_is_refused_with_what_was_typed(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring()
    form = opened(clerk, document) | {"subject": "Tôi đã gõ dở câu này", "version": "0"}
    answer = clerk.post(f"/intake/{document}", data=form)
    assert answer.status_code == 422
    assert "document.changed" in answer.text
    assert "Tôi đã gõ dở câu này" in answer.text
    assert arrivals.row(document).state == State.VERIFIED


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("promulgated", "31/02/2026", "intake.field_fault"),
        ("arrival_date", "01/01/2999", "field.day_refused"),
        ("code", "không/phải số", "intake.code_unreadable"),
        ("subject", "x" * 501, "document.subject_invalid"),
        ("pages", "năm", "intake.field_fault"),
        ("confidentiality", "Mật", "document.secret"),
    ],
    ids=["day", "future", "code", "long", "pages", "secret"],
)
def test_a_field_that_is_wrong_is_told_beside_it_and_nothing_is_lost(
    arrivals: Arrivals, clerk: httpx.Client, field: str, value: str, code: str
) -> None:
    document = arrivals.bring()
    answer = clerk.post(f"/intake/{document}", data=opened(clerk, document) | {field: value})
    assert answer.status_code == 422
    assert code in answer.text
    assert fields(answer.text)[field] == value
    assert arrivals.row(document).receipt_number is None


def test_days_are_read_as_clerks_type_them_without_a_script(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring()
    form = opened(clerk, document) | {"arrival_date": "t", "due_date": "+3", "promulgated": "0103"}
    assert clerk.post(f"/intake/{document}", data=form).status_code == 303
    row = arrivals.row(document)
    assert row.arrival_date is not None
    assert row.due_date is not None
    assert row.due_date > row.arrival_date
    assert row.promulgated is not None
    assert (row.promulgated.day, row.promulgated.month) == (1, 3)


def test_a_double_is_told_before_it_is_saved_and_wants_a_reason(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    first = arrivals.bring()
    clerk.post(f"/intake/{first}", data=opened(clerk, first) | {"action": "save"})
    second = arrivals.bring()
    form = opened(clerk, second) | {"code": "101/SNV-VP"}
    told = clerk.post(f"/intake/{second}/twins", data=form)
    assert "trùng số, ký hiệu và cơ quan ban hành" in told.text
    assert f"/documents/{first}" in told.text
    refused = clerk.post(f"/intake/{second}", data=form)
    assert refused.status_code == 422
    assert "intake.duplicate" in refused.text
    taken = clerk.post(f"/intake/{second}", data=form | {"despite": "Bản đính chính gửi lại"})
    assert taken.status_code == 303


def test_nothing_is_refused_without_ten_characters_and_the_sender_is_told_once(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring()
    version = opened(clerk, document)["version"]
    short = clerk.post(f"/intake/{document}/turn-back", data={"reason": "sai", "version": version})
    assert (short.status_code, arrivals.row(document).state) == (422, State.VERIFIED)
    assert "intake.reason_too_short" in short.text
    assert ">sai</textarea>" in short.text, "what was typed is there still"
    reason = {"reason": "Gửi nhầm cơ quan", "version": version}
    for _ in range(2):
        assert clerk.post(f"/intake/{document}/turn-back", data=reason).status_code == 303
    assert arrivals.row(document).state == State.REFUSED


def test_what_is_held_is_let_in_with_a_reason_and_then_waits_for_the_entry(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring(quarantine="Chữ ký không rõ / unclear")
    page = clerk.get(f"/intake/{document}").text
    assert "Chữ ký không rõ" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    sent = {"reason": "Đã gọi điện xác nhận", "version": version[1]}
    answer = clerk.post(f"/intake/{document}/let-in", data=sent)
    assert answer.headers["location"] == f"/intake/{document}"
    assert "Lưu và tiếp" in said(clerk, answer)


def test_the_entry_can_lay_the_document_before_a_leader_at_once(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    document = arrivals.bring()
    leader = arrivals.counter.who(Role.LEADER)
    form = opened(clerk, document) | {"then": "submit", "to": leader}
    answer = clerk.post(f"/intake/{document}", data=form)
    assert answer.status_code == 303, answer.text[-3000:]
    assert arrivals.row(document).state == State.SUBMITTED


def test_only_the_clerk_of_the_agency_gets_to_the_page(arrivals: Arrivals) -> None:
    document = arrivals.bring()
    assert arrivals.counter.client(Role.SPECIALIST).get(f"/intake/{document}").status_code == 403
    other = arrivals.counter.client(Role.CLERK, HOME_AFFAIRS)
    assert other.get(f"/intake/{document}").status_code == 404
    assert other.post(f"/intake/{document}", data={"subject": "x"}).status_code in {404, 422}
    assert arrivals.row(document).state == State.VERIFIED


def test_hostile_words_are_shown_as_words(arrivals: Arrivals, clerk: httpx.Client) -> None:
    hostile = '"><script>alert(1)</script>'
    document = arrivals.bring(subject=hostile, sender_name=hostile, signer_name=hostile)
    for address in ("/intake", f"/intake/{document}"):
        text = clerk.get(address).text
        assert "<script>alert" not in text
        assert html.escape(hostile, quote=False).replace('"', "&#34;")[:20] in text or address


def bring(clerk: httpx.Client, *files: tuple[str, bytes]) -> httpx.Response:
    sent = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return clerk.post("/intake/files/bring", files=sent, data={"channel": "scan"}, timeout=60)


def test_several_files_each_get_their_answer_by_content_not_by_name(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    answer = bring(
        clerk,
        ("../../công văn\u202efdp.exe", printed()),
        ("không phải.pdf", b"MZ\x90\x00" + bytes(100)),
    )
    assert answer.status_code == 200
    assert answer.text.count("brought-good") == answer.text.count("brought-bad") == 1
    assert "upload.type_refused" in answer.text
    assert "công vănfdp.pdf" in answer.text
    assert ".." not in re.findall(r"<b>([^<]*)</b>", answer.text)


def test_a_scan_is_read_and_each_field_says_where_it_comes_from(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    answer = bring(clerk, ("quét.pdf", scanned()))
    document = answer.headers["location"].removeprefix("/intake/")
    office = arrivals.counter.office
    picture_words.recognise_some(office)
    deadline = time.monotonic() + 60
    while "Đang nhận dạng" in clerk.get(f"/intake/{document}/words").text:
        assert time.monotonic() < deadline
    text = clerk.get(f"/intake/{document}").text
    form = fields(text)
    assert (form["code"], form["promulgated"]) == ("15/SNV-VP", "05/01/2026")
    assert form["signer_name"] == "Trần Quốc Khánh"
    assert "OCR" in text
    again = bring(clerk, ("lần nữa.pdf", scanned()))
    assert again.headers["location"] == f"/intake/{document}", "the same file is one document"
    with office.database.reading() as session:
        (row,) = session.query(RecognitionRow).all()
    assert (row.attempts, row.due) == (1, False)


def test_an_upload_is_judged_by_the_scanner_or_not_taken_in(
    arrivals: Arrivals, clerk: httpx.Client, tmp_path: Path
) -> None:
    office = arrivals.counter.office
    with unix_clamd(tmp_path) as (_, address):
        there = AntivirusSettings(address=address, seconds=2)
        office.settings = office.settings.model_copy(update={"antivirus": there})
        assert "được quét vi-rút trước khi nhận" in clerk.get("/intake").text
        infected = bring(clerk, ("thư.pdf", printed() + MARK))
    assert (infected.status_code, "antivirus.infected" in infected.text) == (422, True)
    down = bring(clerk, ("thư.pdf", printed()))
    assert (down.status_code, "antivirus.unavailable" in down.text) == (422, True)
    with office.database.reading() as session:
        assert session.query(IntakeRow).count() == 0


def test_the_list_says_that_uploads_are_not_scanned(
    arrivals: Arrivals, clerk: httpx.Client
) -> None:
    assert "Chưa bật quét vi-rút" in clerk.get("/intake").text
