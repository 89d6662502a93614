"""Cases of the national SDK's wire: the file's hash and tail, calls and their answers (§10.3)."""

import base64
from datetime import datetime, timedelta

from connectors.conformance.case import Chapter, Face, ensure
from connectors.conformance.dialects import DIALECTS
from connectors.conformance.exchange import NoAnswer
from connectors.conformance.letter import Letter, edxml
from connectors.conformance.peer import Broken, TurnedAway, refused
from connectors.conformance.session import Session
from connectors.conformance.vxp_peer import (
    digest,
    doc_id_of,
    signed_headers,
)

CHAPTER = Chapter("vxp", frozenset({Face.VXP}), "axis.md §10.2")
_LIST = {"servicetype": "eDoc", "messagetype": "edoc"}
_ROW = {"docId", "from", "to", "status", "messageType", "created_time", "updated_time"}
_SENT_ROW = {"senderDocId", "receiverDocId", "fromCode", "toCode", "sendStatus", "receiveStatus"}


def _telling(s: Session) -> Letter:
    """Return a letter whose digest the two forms of hash-file write differently: 7 of 8 are so."""
    letters = iter(s.letter, None)
    return next(
        each for each in letters if digest(edxml(each)) != digest(edxml(each), legacy=False)
    )


def _hashed(s: Session, hash_file: str | None, tail: bytes = b"\r\n") -> None:
    letter = _telling(s)
    data = edxml(letter)
    named = {"from": s.sender, **_LIST}
    if hash_file is not None:
        named["hash-file"] = hash_file or digest(data)
    headers = signed_headers(s.vxp.access, named, None, "application/octet-stream")
    doc_id_of(s.vxp.post("sendEdoc", headers, data + tail))
    s.take(s.receiver, letter)


@CHAPTER.must(
    "hash_legacy",
    "hash-file viết như SDK (bỏ số 0 của byte nhỏ) được nhận",
    "hash-file as the SDK writes it, zeros of small bytes left out, is taken",
    "axis.md §10.2 (3)",
)
def _hash_legacy(s: Session) -> None:
    _hashed(s, "")


@CHAPTER.must(
    "hash_full",
    "hash-file đủ 64 ký tự hex được nhận",
    "hash-file in full hex is taken",
    "axis.md §10.2 (3)",
)
def _hash_full(s: Session) -> None:
    letter = _telling(s)
    data = edxml(letter)
    full = digest(data, legacy=False)
    s.vxp.upload(data, s.sender, **{"hash-file": full})
    s.take(s.receiver, letter)


@CHAPTER.should(
    "hash_wrong",
    "hash-file sai: bị từ chối",
    "A wrong hash-file is refused",
    "axis.md §10.2 (3)",
)
def _hash_wrong(s: Session) -> None:
    letter = s.letter()
    wrong = digest(b"another file", legacy=False)
    refused(
        lambda: s.vxp.upload(edxml(letter), s.sender, **{"hash-file": wrong}),
        "hash-file sai / a wrong hash-file",
    )
    s.ensure_absent(letter, "đã nhận dù hash sai / it came though its hash is wrong")


@CHAPTER.must(
    "tail_crlf",
    "CRLF sau tệp (SDK thêm) không lẫn vào văn bản",
    "The CRLF that the SDK puts behind the file does not become part of it",
    "axis.md §10.3",
)
def _tail_crlf(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    raw = s.vxp.content(handle)
    s.take(s.receiver, letter)
    ensure(raw.count(b"\r\n") == edxml(letter).count(b"\r\n"), f"…{raw[-30:]!r}")


@CHAPTER.should(
    "tail_none",
    "Tệp không có CRLF phía sau cũng được nhận",
    "A file without the CRLF behind it is taken too",
    "axis.md §10.3",
)
def _tail_none(s: Session) -> None:
    _hashed(s, "", b"")


@CHAPTER.must(
    "expect_continue",
    "Expect: 100-continue được đáp ứng (SDK gửi ở getEdoc)",
    "Expect: 100-continue is met: the SDK sends it with getEdoc",
    "axis.md §10.3; RFC 9110 §10.1.1",
)
def _expect_continue(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    headers = signed_headers(s.vxp.access, {"docId": handle})
    s.vxp.post("getEdoc", headers, b"{}", expect=True)
    s.take(s.receiver, letter)


@CHAPTER.must(
    "no_to_header",
    "Không có header to: nơi nhận lấy từ To trong edXML",
    "Without the header to the recipients are those of the edXML",
    "axis.md §10.3",
)
def _no_to_header(s: Session) -> None:
    letter = s.letter()
    s.vxp.upload(edxml(letter), s.sender)
    s.take(s.receiver, letter)


@CHAPTER.must(
    "list_members",
    "Dòng của getReceivedEdocList có đủ thành phần mà SDK đọc",
    "A row of getReceivedEdocList has the members that the SDK reads",
    "axis.md §10.3",
)
def _list_members(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    row = next(row for row in s.vxp.listed("edoc") if row.get("docId") == handle)
    s.take(s.receiver, letter)
    ensure(not _ROW - set(row), f"thiếu / missing: {sorted(_ROW - set(row))}")
    ensure(row["from"] == s.sender and row["to"] == s.receiver, f"{row['from']} → {row['to']}")


@CHAPTER.must(
    "sent_members",
    "Dòng của getSentEdocList có đủ thành phần mà SDK đọc",
    "A row of getSentEdocList has the members that the SDK reads",
    "axis.md §10.3",
)
def _sent_members(s: Session) -> None:
    letter = s.letter()
    doc_id = s.peer.send(letter)
    rows = s.vxp.rows("getSentEdocList", **_LIST, docId=doc_id)
    s.take(s.receiver, letter)
    ensure(rows, "danh sách rỗng / the list is empty")
    ensure(not _SENT_ROW - set(rows[0]), f"thiếu / missing: {sorted(_SENT_ROW - set(rows[0]))}")


@CHAPTER.must(
    "list_kinds",
    "messagetype=status và edoc không lẫn nhau",
    "messagetype=status and edoc are kept apart",
    "axis.md §10.3",
)
def _list_kinds(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    statuses = [row.get("docId") for row in s.vxp.listed("status")]
    s.take(s.receiver, letter)
    ensure(handle not in statuses, "văn bản nằm trong danh sách trạng thái / among the statuses")


@CHAPTER.must(
    "list_dates",
    "fromDate, toDate lọc đúng: hôm nay có, năm 2001 không",
    "fromDate and toDate filter: today has it, the year 2001 has not",
    "axis.md §10.3",
)
def _list_dates(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    day = timedelta(days=1)
    today = {"fromDate": _day(s.began - day), "toDate": _day(s.began + day)}
    old = {"fromDate": "01/01/2001 00:00:00", "toDate": "02/01/2001 00:00:00"}
    now = [row.get("docId") for row in s.vxp.listed("edoc", **today)]
    then = [row.get("docId") for row in s.vxp.listed("edoc", **old)]
    s.take(s.receiver, letter)
    ensure(handle in now, "không có trong ngày hôm nay / not in today's")
    ensure(handle not in then, "có trong năm 2001 / in those of 2001")


def _day(at: datetime) -> str:
    return at.strftime("%d/%m/%Y %H:%M:%S")


@CHAPTER.should(
    "list_wrong_date",
    "Ngày sai dạng: trả lời bằng mã lỗi",
    "A date that is none is answered with a code",
)
def _list_wrong_date(s: Session) -> None:
    wrong = {"fromDate": "31/02/2026", "toDate": "x"}
    refused(lambda: s.vxp.listed("edoc", **wrong), "ngày sai / a wrong date")


@CHAPTER.must(
    "processing",
    "updateStatus processing: gói tin vẫn nằm trong hàng đợi",
    "updateStatus processing leaves the packet in the queue",
    "axis.md §10.4",
)
def _processing(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    s.vxp.move(handle, "processing")
    s.take(s.receiver, letter)


@CHAPTER.must(
    "unknown_state",
    "updateStatus với trạng thái lạ: bị từ chối bằng mã lỗi",
    "updateStatus with an unknown state is refused with a code",
    "axis.md §10.3",
)
def _unknown_state(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    refused(lambda: s.vxp.move(handle, "xong-roi"), "trạng thái lạ / an unknown state")
    s.take(s.receiver, letter)


@CHAPTER.should(
    "download",
    "downloadEdoc cho đúng byte như getEdoc",
    "downloadEdoc gives the same bytes as getEdoc",
    "axis.md §10.3",
)
def _download(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, got = s.one(s.receiver, letter)
    headers = signed_headers(s.vxp.access, {"docId": handle})
    answer = s.exchange.ask("GET", f"{s.exchange.path}/downloadEdoc", headers)
    s.take(s.receiver, letter)
    ensure(answer.status == 200 and answer.body == got.raw, f"HTTP {answer.status}")


@CHAPTER.must(
    "counts",
    "countReceiveEdoc, countReceiveStatus trả số đếm",
    "countReceiveEdoc and countReceiveStatus answer a count",
    "axis.md §10.3",
)
def _counts(s: Session) -> None:
    for name in ("countReceiveEdoc", "countReceiveStatus"):
        count = s.vxp.call(name).get("count")
        ensure(str(count).isdigit(), f"{name}: {count!r}")


@CHAPTER.must(
    "agencies",
    "getAgenciesList có mã và tên của cơ quan đang thử",
    "getAgenciesList has code and name of the agencies under test",
    "axis.md §10.3",
)
def _agencies(s: Session) -> None:
    listed = {entry.code: entry.name for entry in s.peer.agencies()}
    listed |= {entry.old: entry.name for entry in s.peer.agencies() if entry.old}
    missing = [code for code in s.subject.agencies if not listed.get(code)]
    ensure(not missing, f"thiếu / missing: {missing}")


@CHAPTER.should(
    "units",
    "getSynchronizeUnit có version và deleted",
    "getSynchronizeUnit has version and deleted",
    "axis.md §10.3",
)
def _units(s: Session) -> None:
    rows = s.vxp.rows("getSynchronizeUnit")
    ensure(rows, "danh sách rỗng / the list is empty")
    ensure({"code", "version", "deleted"} <= set(rows[0]), f"{sorted(rows[0])}")


@CHAPTER.should(
    "wrong_kind",
    "messagetype=status mà thân là văn bản: bị từ chối bằng mã lỗi",
    "messagetype=status with a document as its body is refused with a code",
)
def _wrong_kind(s: Session) -> None:
    letter = s.letter()
    refused(
        lambda: s.vxp.upload(edxml(letter), s.sender, "status"), "sai messagetype / a wrong kind"
    )
    s.peer.statuses(s.receiver, s.tag)


@CHAPTER.must(
    "base64_strict",
    "getEdoc trả base64 đúng chuẩn, không xuống dòng sai",
    "getEdoc answers proper base64",
    "RFC 4648 §4",
)
def _base64_strict(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, got = s.one(s.receiver, letter)
    data = str(s.vxp.call("getEdoc", docId=handle).get("data", ""))
    s.take(s.receiver, letter)
    ensure(base64.b64decode(data, validate=True) == got.raw, "base64")


@CHAPTER.must(
    "unknown_path",
    "Đường dẫn lạ: không phải lỗi máy chủ",
    "An unknown path is no server's failure",
)
def _unknown_path(s: Session) -> None:
    try:
        s.vxp.call("noSuchCall")
    except TurnedAway:
        return
    except (Broken, NoAnswer):
        answer = s.exchange.ask(
            "POST", f"{s.exchange.path}/noSuchCall", signed_headers(s.vxp.access, _LIST)
        )
        ensure(400 <= answer.status < 500, f"HTTP {answer.status}")


def _dialect(name: str) -> None:
    dialect = DIALECTS[name]

    @CHAPTER.must(
        f"dialect_{name}",
        f"Biến thể edXML được nhận và chuyển: {dialect.vietnamese}",
        f"A dialect of edXML is taken and carried: {dialect.english}",
        "axis.md §14",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        s.vxp.upload(dialect.of(letter), s.sender)
        s.take(s.receiver, letter)


for _name in DIALECTS:
    _dialect(_name)
