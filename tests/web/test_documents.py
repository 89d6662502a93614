"""The page of one document: who sees what, every tab, every file, what may be done from it."""

import zipfile
from io import BytesIO

import pytest

from documents import access_rights, casefile
from documents.access import AccessKind, GrantKind
from documents.document import Attachment, DocumentType, Role
from documents.lifecycle import Direction
from documents.tables import AccessRow, AttachmentRow, DocumentRow
from tests.web import papers
from tests.web.counter import Counter, MakePage, shoot
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, documents
from workflows import batch_runner, changes

TABS = ("timeline", "signatures", "deliveries", "related", "fields")
HOSTILE = '"><script>alert(1)</script>\r\nX-Evil: 1 «Kế hoạch»'


def test_the_page_tells_both_ends_in_words(counter: Counter) -> None:
    document_id = papers.sent(counter)
    papers.arrived(counter)
    clerk = counter.client()
    for tab in TABS:
        shown = clerk.get(f"/documents/{document_id}", params={"tab": tab})
        assert shown.status_code == 200, shown.text
        assert "Đã phát hành" in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert '{"' not in shown.text.partition("<main")[2]
    part = clerk.get(f"/documents/{document_id}?tab=deliveries", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "đã tiếp nhận" in part.text
    life = clerk.get(f"/documents/{document_id}").text
    for words in ("lập dự thảo", "cấp số", "đóng dấu", "nơi nhận báo: đã tiếp nhận"):
        assert words in life
    assert "ghi nhận khác" not in life
    (arrival,) = documents(counter.office, Direction.INCOMING)
    other = counter.client(organ_id=HOME_AFFAIRS)
    for tab in ("timeline", "signatures", "tasks", "related", "fields"):
        assert other.get(f"/documents/{arrival.id}?tab={tab}").status_code == 200
    assert "HỢP LỆ" in other.get(f"/documents/{arrival.id}?tab=signatures").text


def test_another_agencys_document_is_not_there(counter: Counter) -> None:
    document_id = papers.sent(counter)
    stranger = counter.client(organ_id=HOME_AFFAIRS)
    wanted = [
        *(f"?tab={tab}" for tab in TABS),
        *("/pdf", "/revisions/1", "/attachments/1", "/evidence.zip", "/reports/x.pdf"),
        *("/recall", "/letters", "/answer", "/paper", "/copies/x"),
    ]
    for rest in wanted:
        assert stranger.get(f"/documents/{document_id}{rest}").status_code == 404, rest
        assert stranger.get(f"/documents/nothing{rest}").status_code == 404, rest
    for rest, form in (
        ("/steps/void", {"version": 9, "reason": "lý do đủ dài để hủy"}),
        ("/retry", {}),
        ("/verify", {}),
        ("/recall", {"reason": "x", "to": HOME_AFFAIRS}),
        ("/letters", {"kind": "recall", "letter": document_id}),
        ("/answer", {"question": "x"}),
        ("/paper", {"copies": "1", "key": "k"}),
        ("/copies", {"kind": "sao-y", "made_to": "paper"}),
    ):
        assert stranger.post(f"/documents/{document_id}{rest}", data=form).status_code == 404, rest
    for rest in ("", "/page-0.png", "/round"):
        assert stranger.get(f"/issue/{document_id}{rest}").status_code == 404, rest
    assert document(counter.office, document_id).state == "dispatched"


def test_a_restricted_document_is_hidden_and_its_looks_are_kept(counter: Counter) -> None:
    document_id = papers.sent(counter)
    office = counter.office
    with office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        leader, at = counter.who(Role.LEADER), office.now()
        asked = access_rights.ask(
            session, row, GrantKind.RESTRICTED, "", leader, at, "nội dung nhạy cảm"
        )
        access_rights.decide(session, PROVINCE, asked.id, leader, at, confirmed=True)
    assert counter.client(Role.UNIT_HEAD).get(f"/documents/{document_id}").status_code == 404
    assert counter.client(Role.UNIT_HEAD).get(f"/documents/{document_id}/pdf").status_code == 404
    clerk = counter.client()
    assert clerk.get(f"/documents/{document_id}").status_code == 200
    assert clerk.get(f"/documents/{document_id}/pdf?download=1").status_code == 200
    with office.database.reading() as session:
        kinds = {row.kind for row in session.query(AccessRow).filter_by(target_id=document_id)}
    assert kinds == {AccessKind.VIEW, AccessKind.DOWNLOAD}
    assert "tải về" in clerk.get(f"/documents/{document_id}?tab=access").text


def test_hostile_words_and_file_names_are_only_words(counter: Counter) -> None:
    document_id = papers.sent(counter)
    with counter.office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        row.subject = row.description = HOSTILE
        content = b"<script>alert(1)</script>"
        sha256 = counter.office.blobs.put(content)
        files = [Attachment(HOSTILE, "text/html", sha256, len(content))]
        casefile.add_attachments(session, document_id, files)
        assert session.query(AttachmentRow).count() == 1
    clerk = counter.client()
    for url in (f"/documents/{document_id}", f"/issue/{document_id}", "/issue?view=left"):
        shown = clerk.get(url)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
    got = clerk.get(f"/documents/{document_id}/attachments/1")
    assert got.content == content
    assert "x-evil" not in got.headers
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox")


def test_files_come_as_they_are_kept(counter: Counter) -> None:
    document_id = papers.sent(counter)
    clerk = counter.client()
    current = clerk.get(f"/documents/{document_id}/pdf")
    kept = counter.office.blobs.get(document(counter.office, document_id).current_sha256 or "")
    assert current.content == kept
    assert current.headers["content-disposition"].startswith('inline; filename="01-Q_-UBND.pdf"')
    part = clerk.get(f"/documents/{document_id}/pdf", headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"%PDF-")
    for number, status in ((4, 200), (5, 404), (0, 404), (-1, 404), (1 << 40, 404)):
        assert clerk.get(f"/documents/{document_id}/revisions/{number}").status_code == status
    assert clerk.get(f"/documents/{document_id}/attachments/1").status_code == 404


def test_verifying_again_runs_apart_and_its_report_is_stored(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(batch_runner, "start", lambda _office, batch_id: asked.append(batch_id))
    document_id = papers.sent(counter)
    clerk = counter.client()
    assert clerk.get(f"/documents/{document_id}/evidence.zip").status_code == 404
    for _ in range(2):  # the second while the first still runs asks nothing
        assert clerk.post(f"/documents/{document_id}/verify").status_code == 303
    assert len(asked) == 1
    assert "Đang kiểm tra lại" in clerk.get(f"/documents/{document_id}?tab=signatures").text
    assert batch_runner.carry(counter.office, asked[0]) == 1
    shown = clerk.get(f"/documents/{document_id}?tab=signatures").text
    assert "HỢP LỆ: 2 chữ ký số" in shown
    report = shown.partition("/reports/")[2].partition('"')[0]
    assert clerk.get(f"/documents/{document_id}/reports/{report}").content.startswith(b"%PDF-")
    bundle = clerk.get(f"/documents/{document_id}/evidence.zip")
    assert "manifest.json" in zipfile.ZipFile(BytesIO(bundle.content)).namelist()


def test_a_step_needs_its_reason_and_the_newest_page(counter: Counter) -> None:
    papers.by_hand(counter)
    document_id = papers.signed(counter)
    clerk, address = counter.client(), f"/documents/{document_id}"
    version = document(counter.office, document_id).version
    void = {"version": version, "reason": "không còn cần phát hành"}
    assert clerk.post(f"{address}/steps/void", data=void | {"reason": "ngắn"}).status_code == 422
    assert clerk.post(f"{address}/steps/void", data=void | {"version": 0}).status_code == 422
    assert clerk.post(f"{address}/steps/sign", data=void).status_code == 404
    specialist = counter.client(Role.SPECIALIST)
    assert specialist.post(f"{address}/steps/void", data=void).status_code == 409
    assert clerk.post(f"{address}/steps/void", data=void).status_code == 303
    assert clerk.post(f"{address}/steps/void", data=void).status_code == 303  # sent twice
    assert document(counter.office, document_id).state == "void"


def test_a_recall_asks_and_the_answer_is_shown_per_recipient(counter: Counter) -> None:
    document_id = papers.sent(counter)
    papers.arrived(counter)
    clerk, address = counter.client(), f"/documents/{document_id}/recall"
    assert "Sở Nội vụ" in clerk.get(address).text
    assert clerk.post(address, data={"reason": "nhầm", "to": []}).status_code == 422
    assert clerk.post(address, data={"reason": " ", "to": HOME_AFFAIRS}).status_code == 422
    for _ in range(2):
        asked = clerk.post(address, data={"reason": "gửi nhầm nơi nhận", "to": HOME_AFFAIRS})
        assert asked.status_code == 303
    page = clerk.get(f"/documents/{document_id}?tab=deliveries").text
    assert "đang lấy lại" in page
    assert "Thu hồi: đã hỏi" in page
    assert counter.client(Role.SPECIALIST).get(address).status_code == 403


def test_printing_the_same_form_twice_is_one_printing(counter: Counter) -> None:
    document_id = papers.sent(counter)
    clerk, address = counter.client(), f"/documents/{document_id}/paper"
    form = {"copies": "3", "key": "k-1", "purpose": "gửi bưu điện"}
    for _ in range(2):
        assert clerk.post(address, data=form).status_code == 303
    assert clerk.get(address).text.count("gửi bưu điện") == 1
    assert clerk.post(address, data=form | {"copies": "x", "key": "k-2"}).status_code == 422
    assert counter.client(Role.SPECIALIST).get(address).status_code == 403


def test_files_and_tabs_change_without_a_reload(counter: Counter, pages: MakePage) -> None:
    document_id = papers.sent(counter)
    page = pages()
    page.goto(f"/documents/{document_id}")
    page.wait_for_selector(".pdf-page[data-painted]")
    page.evaluate("window.kept = 1")
    page.click("a[data-name='Bản đã đóng dấu']")
    page.click(".files-older summary")
    page.click("a[data-name='Dự thảo']")
    page.wait_for_selector("pdf-view[src$='/revisions/2'] .pdf-page[data-painted]")
    page.click(".tabs a >> text=Nơi nhận")
    page.wait_for_selector("#panel table")
    assert page.url.endswith("tab=deliveries")
    assert page.evaluate("window.kept") == 1
    assert page.get_attribute("#panel .tabs [aria-current]", "href") == (
        f"/documents/{document_id}?tab=deliveries"
    )
    shoot(page, "document")


def test_a_draft_is_tied_to_what_it_corrects(counter: Counter) -> None:
    document_id = papers.sent(counter)
    letter = papers.draft(counter, kind=DocumentType.OFFICIAL_LETTER)
    clerk, address = counter.client(), f"/documents/{document_id}/letters"
    specialist = counter.client(Role.SPECIALIST)
    assert letter in specialist.get(address).text
    form = {"kind": "corrects", "letter": letter, "reason": "sai thể thức ở phần nơi nhận"}
    assert specialist.post(address, data=form | {"reason": ""}).status_code == 422
    assert specialist.post(address, data=form | {"letter": "nothing"}).status_code in {404, 422}
    for _ in range(2):
        assert specialist.post(address, data=form).status_code == 303
    assert "Được đính chính bằng" in clerk.get(f"/documents/{document_id}?tab=related").text
    assert "Đính chính văn bản" in clerk.get(f"/documents/{letter}?tab=related").text


def test_a_certified_copy_is_entered_once_and_given_back(counter: Counter) -> None:
    document_id = papers.sent(counter)
    clerk = counter.client()
    form = {"kind": "sao-y", "made_to": "paper", "signer": counter.who(Role.LEADER)}
    address = f"/documents/{document_id}/copies"
    assert clerk.post(address, data=form | {"kind": "x"}).status_code == 422
    for _ in range(2):
        made = clerk.post(address, data=form)
        assert made.status_code == 303, made.text
    shown = clerk.get(f"/documents/{document_id}/paper").text
    assert shown.count(f"{address}/") == 1
    copy = shown.partition(f"/documents/{document_id}/copies/")[2].partition('"')[0]
    assert clerk.get(f"{address}/{copy}").content.startswith(b"%PDF-")
    assert "01/SY-UBND" in clerk.get(f"/documents/{document_id}?tab=related").text


def test_a_question_that_nobody_asked_is_not_answered(counter: Counter) -> None:
    papers.sent(counter)
    papers.arrived(counter)
    (arrival,) = documents(counter.office, Direction.INCOMING)
    clerk, address = counter.client(organ_id=HOME_AFFAIRS), f"/documents/{arrival.id}/answer"
    assert "Không có yêu cầu nào" in clerk.get(address).text
    assert clerk.post(address, data={"question": "x", "agree": "1"}).status_code in {404, 422}


def test_a_senders_question_is_answered_and_both_sides_see_it(counter: Counter) -> None:
    document_id = papers.sent(counter)
    papers.arrived(counter)
    clerk, theirs = counter.client(), counter.client(organ_id=HOME_AFFAIRS)
    asked = {"reason": "gửi nhầm nơi nhận", "to": HOME_AFFAIRS}
    assert clerk.post(f"/documents/{document_id}/recall", data=asked).status_code == 303
    changes.carry(counter.office)
    papers.arrived(counter)
    (arrival,) = documents(counter.office, Direction.INCOMING)
    address = f"/documents/{arrival.id}/answer"
    shown = theirs.get(address).text
    assert "gửi nhầm nơi nhận" in shown
    question = shown.partition('name="question" value="')[2].partition('"')[0]
    assert theirs.post(address, data={"question": question, "agree": "0"}).status_code == 422
    assert clerk.post(address, data={"question": question, "agree": "1"}).status_code == 404
    for _ in range(2):
        done = theirs.post(address, data={"question": question, "agree": "1"})
        assert done.status_code == 303
    changes.carry(counter.office)
    papers.arrived(counter)
    assert "đồng ý lấy lại" in clerk.get(f"/documents/{document_id}?tab=deliveries").text
    assert "Bị thu hồi" in theirs.get(f"/documents/{arrival.id}").text
