"""Cases: business statuses reach the sender, each of them, with its words (axis.md §7)."""

from connectors.conformance.case import ALL, Chapter, Failed, ensure
from connectors.conformance.peer import Got, refused
from connectors.conformance.session import Session

CHAPTER = Chapter("status", ALL, "axis.md §7; QĐ 28/2018/QĐ-TTg")
_CODES = {
    "01": "Đã đến",
    "02": "Từ chối tiếp nhận",
    "03": "Đã tiếp nhận",
    "04": "Phân công",
    "05": "Đang xử lý",
    "06": "Hoàn thành",
    "15": "Đồng ý",
    "16": "Từ chối cập nhật, lấy lại",
}
_REASON = "Gửi nhầm nơi nhận: «Sở Nội vụ» <&>"


def _told(s: Session, document_id: str, code: str) -> list[Got]:
    found = s.peer.statuses(s.sender, s.tag)
    return [got for got in found if (got.about, got.status_code) == (document_id, code)]


def _one_code(code: str, name: str) -> None:
    @CHAPTER.must(
        f"code_{code}",
        f"Trạng thái {code} ({name}) tới người gửi văn bản, đúng một lần",
        f"Status {code} reaches the document's sender, once",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        s.passed_on(letter)
        # on the eDoc wire the axis has written an 01 of its own by now
        before = len(_told(s, letter.document_id, code))
        s.peer.tell(s.status(letter, code))
        found = _told(s, letter.document_id, code)
        wanted = before + 1 if _keeps(s) else 1
        ensure(len(found) == wanted, f"{len(found)} bản / copies, phải là / should be {wanted}")


def _keeps(s: Session) -> bool:
    """Return whether what was read once is given again: eDoc's traces."""
    return str(s.subject.face) == "edoc"


for _code, _name in _CODES.items():
    _one_code(_code, _name)


@CHAPTER.must(
    "code_13",
    "Trạng thái 13 (Lấy lại) đi từ nơi gửi tới nơi nhận văn bản",
    "Status 13 goes from the document's sender to its recipient",
)
def _take_back(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    s.peer.tell(s.status(letter, "13", sender=s.sender, organ=s.receiver))
    found = [got for got in s.peer.statuses(s.receiver, s.tag) if got.status_code == "13"]
    ensure([got.about for got in found] == [letter.document_id], f"{len(found)} bản / copies")


@CHAPTER.must(
    "reason",
    "Lý do trong trạng thái 02 tới nơi nguyên chữ, có dấu",
    "The reason in a status 02 arrives with every letter and mark",
)
def _reason(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    s.peer.tell(s.status(letter, "02", _REASON))
    notes = [got.note for got in _told(s, letter.document_id, "02")]
    ensure(notes == [_REASON], f"{notes}")


@CHAPTER.must(
    "out_of_order",
    "Trạng thái tới không theo thứ tự (06, 03, 05) vẫn được chuyển đủ",
    "Statuses out of order are all carried",
)
def _out_of_order(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    for code in ("06", "03", "05"):
        s.peer.tell(s.status(letter, code))
    codes = {got.status_code for got in s.peer.statuses(s.sender, letter.document_id)}
    ensure({"06", "03", "05"} <= codes, f"{sorted(codes)}")


@CHAPTER.must(
    "repeated_05",
    "Trạng thái 05 lặp lại với nội dung khác: được chuyển cả hai",
    "Status 05 twice with other words: both are carried",
)
def _repeated(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    for note in ("bước một", "bước hai"):
        s.peer.tell(s.status(letter, "05", note))
    notes = {got.note for got in _told(s, letter.document_id, "05")}
    ensure(notes == {"bước một", "bước hai"}, f"{sorted(notes)}")


@CHAPTER.should(
    "same_status_again",
    "Gửi lại y nguyên một trạng thái: người nhận vẫn chỉ có một",
    "The same status again: its recipient has one",
    "axis.md §10.4",
)
def _same_again(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    status = s.status(letter, "03")
    s.peer.tell(status)
    s.peer.tell(status)
    found = _told(s, letter.document_id, "03")
    ensure(len(found) == 1, f"{len(found)} bản / copies")


@CHAPTER.should(
    "unknown_organ",
    "Trạng thái gửi tới cơ quan không có: bị từ chối bằng mã lỗi",
    "A status for an agency that does not exist is refused with a code",
)
def _unknown_organ(s: Session) -> None:
    status = s.status(s.letter(), "03", organ="X99.98.97.96")
    refused(lambda: s.peer.tell(status), "cơ quan lạ / unknown agency")


@CHAPTER.should(
    "no_code",
    "Trạng thái không có mã: bị từ chối bằng mã lỗi",
    "A status without a code is refused with a code",
)
def _no_code(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    try:
        refused(lambda: s.peer.tell(s.status(letter, "")), "không có StatusCode / no StatusCode")
    except Failed:
        s.peer.statuses(s.sender, s.tag)
        raise
