"""Cases of the SOAP contract: content in its forms, digests, broken MIME, lists.

Standards: MTOM, XOP, WS-I Attachments Profile 1.0, RFC 2387.
"""

from connectors.conformance.case import Chapter, Face, NotDecided, ensure
from connectors.conformance.letter import edxml
from connectors.conformance.mime import UNBOUNDED
from connectors.conformance.peer import Broken, TurnedAway, first, refused, text_in
from connectors.conformance.session import Session
from connectors.conformance.soap_peer import (
    CONTRACT,
    SOAP12,
    Message,
    element,
    inline,
    members,
    mtom,
    swaref,
)

CHAPTER = Chapter("soap", frozenset({Face.SOAP}), "schemas/axis/axis.wsdl")
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_LAST = 'xmlns:c="urn:congvan:conform"'


def _form(name: str, words: str) -> None:
    @CHAPTER.must(
        f"form_{name}",
        f"Nội dung gửi dạng {words}: đến nguyên vẹn",
        f"Content sent as {words} arrives whole",
        "MTOM §3; WS-I Attachments Profile 1.0; SOAP 1.1",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        forms = {
            "inline": lambda: inline(letter),
            "inline12": lambda: inline(letter, soap=SOAP12),
            "mtom": lambda: mtom(letter),
            "mtom12": lambda: mtom(letter, soap=SOAP12),
            "swaref": lambda: swaref(letter),
        }
        s.soap.post(forms[name]())
        s.take(s.receiver, letter)


for _name, _words in {
    "inline": "base64 (SOAP 1.1)",
    "inline12": "base64 (SOAP 1.2)",
    "mtom": "MTOM (SOAP 1.1)",
    "mtom12": "MTOM (SOAP 1.2)",
    "swaref": "swaRef",
}.items():
    _form(_name, _words)


@CHAPTER.must(
    "wrong_digest",
    "sha256 không phải của nội dung: không nhận văn bản",
    "A sha256 that is not the content's: the document is not taken",
)
def _wrong_digest(s: Session) -> None:
    letter = s.letter()
    message = inline(letter)
    good = message.body.partition(b"<sha256>")[2][:64]
    wrong = Message(message.body.replace(good, b"0" * 64), message.media_type, message.action)
    try:
        s.soap.post(wrong)
    except (TurnedAway, Broken):
        s.ensure_absent(letter, "đã nhận dù sai mã băm / it came in spite of its digest")
        return
    s.take(s.receiver, letter)
    ensure(False, "được chấp nhận / it was accepted")


@CHAPTER.must(
    "confirm_wrong_digest",
    "Xác nhận bằng mã băm sai: bị từ chối, văn bản còn trong hàng đợi",
    "Confirming under a wrong digest is refused and the document stays",
)
def _confirm_wrong_digest(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    refused(lambda: s.soap.receipt(s.receiver, handle, "0" * 64), "mã băm sai / wrong digest")
    s.take(s.receiver, letter)


@CHAPTER.must(
    "message_id_again",
    "Cùng messageId, nội dung khác: bị từ chối",
    "The same messageId with other content is refused",
)
def _message_id_again(s: Session) -> None:
    one, other = s.letter(), s.letter("khác")
    s.soap.post(inline(one, message_id=one.message_id))
    again = inline(other, message_id=one.message_id)
    refused(lambda: s.soap.post(again), "cùng messageId / the same messageId")
    s.take(s.receiver, one)


def _mime(name: str, vietnamese: str, english: str, old: bytes, new: bytes) -> None:
    @CHAPTER.must(
        f"mime_{name}",
        f"MIME hỏng ({vietnamese}): bị từ chối, không phải lỗi máy chủ",
        f"Malformed MIME ({english}) is refused, and not by a server's failure",
        "RFC 2387, RFC 2046",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        message = mtom(letter).damaged(old, new)
        refused(lambda: s.soap.post(message), f"{vietnamese} / {english}")
        s.ensure_absent(letter, "đã nhận / it came")


for _case in (
    *UNBOUNDED,
    ("missing_part", "thiếu phần được nêu", "the named part is missing", b"<f1@t>", b"<f2@t>"),
    ("outside", "tham chiếu ra ngoài gói", "a reference to the outside", b"cid:f1@t", b"http:x"),
    ("no_start", "start trỏ vào hư không", "start names nothing", b"<root@t>", b"<r@t>"),
):
    _mime(*_case)


@CHAPTER.may(
    "pages",
    "Danh mục dài được chia trang (after, more)",
    "A long catalogue comes in pages",
)
def _pages(s: Session) -> None:
    page = s.soap.call("GetAgencies", element("max", 1))
    codes = [text_in(row, "organId") for row in page.body.iterfind(f"{{{CONTRACT}}}agency")]
    if text_in(page.body, "more") not in ("true", "1"):
        raise NotDecided("danh mục chỉ có một mục / the catalogue has one entry")
    following = s.soap.call("GetAgencies", element("after", codes[-1]) + element("max", 1))
    row = first(following.body, "agency")
    ensure(row is not None and text_in(row, "organId") > codes[0], "trang sau / the next page")


@CHAPTER.must(
    "received_dates",
    "since, until lọc đúng danh sách đã nhận",
    "since and until filter the list of what was received",
)
def _received_dates(s: Session) -> None:
    letter = s.letter()
    axis_id = s.peer.send(letter)
    s.take(s.receiver, letter)
    began = s.began.strftime("%Y-%m-%dT00:00:00Z")
    now = s.soap.rows("GetReceivedDocuments", members(agency=s.receiver, since=began))
    then = s.soap.rows(
        "GetReceivedDocuments",
        members(agency=s.receiver, since="2001-01-01T00:00:00Z", until="2001-01-02T00:00:00Z"),
    )
    ensure(axis_id in [text_in(row, "axisId") for row in now], "không có hôm nay / not today's")
    ensure(not then, f"{len(then)} dòng trong năm 2001 / rows of 2001")


@CHAPTER.must(
    "same_size",
    "Danh sách chờ nêu đúng kích thước và mã băm",
    "The queue says the content's size and digest",
)
def _same_size(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    asked = members(agency=s.receiver, kind="edoc", max=5000)
    rows = s.soap.rows("GetPendingDocumentIds", asked)
    row = next((r for r in rows if text_in(r, "messageId") == letter.message_id), None)
    s.take(s.receiver, letter)
    size = text_in(row, "size")
    ensure(size == str(len(edxml(letter))), f"{size} ≠ {len(edxml(letter))}")
