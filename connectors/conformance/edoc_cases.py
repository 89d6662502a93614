"""Cases of the SOAP dialect of provincial axes: eight actions, tokens, forms (axis.md §12)."""

from datetime import timedelta

from connectors.conformance.case import Chapter, Face, ensure
from connectors.conformance.edoc_peer import envelope, got_of
from connectors.conformance.letter import PDF, QCVN, File, time_of
from connectors.conformance.mime import UNBOUNDED
from connectors.conformance.peer import Broken, TurnedAway, got_in, refused
from connectors.conformance.session import Session
from connectors.conformance.soap_peer import SOAP12, TEXT_XML, Message

CHAPTER = Chapter("edoc", frozenset({Face.EDOC}), "axis.md §12.1")
_WRONG = "sai-token-0000000000"


@CHAPTER.must(
    "check_permission",
    "CheckPermission: token đúng được xác nhận",
    "CheckPermission says yes to the right token",
)
def _check_permission(s: Session) -> None:
    s.edoc.permission(s.sender)


@CHAPTER.must(
    "check_permission_wrong",
    "CheckPermission: token sai bị từ chối",
    "CheckPermission says no to a wrong token",
)
def _check_permission_wrong(s: Session) -> None:
    s.guarded()
    refused(lambda: s.edoc.permission(s.sender, _WRONG), "token sai / wrong token")


def _token(action: str) -> None:
    @CHAPTER.must(
        f"token_{action}",
        f"{action}: token sai bị từ chối",
        f"{action}: a wrong token is refused",
    )
    def _(s: Session) -> None:
        s.guarded()
        more = {"documentId": "1"} if action in ("GetDocument", "ConfirmReceived") else {}
        more |= {"TimeStamp": time_of(s.began)} if action == "GetTraces" else {}
        asked = s.receiver
        refused(lambda: s.edoc.ask(action, asked, token=_WRONG, **more), "token sai / wrong token")


for _action in (
    "GetPendingDocumentIds",
    "GetDocument",
    "ConfirmReceived",
    "GetTraces",
    "GetOrganizations",
):
    _token(_action)


@CHAPTER.must(
    "token_SendDocument",
    "SendDocument: token sai bị từ chối, không có gì được gửi",
    "SendDocument: a wrong token is refused and nothing is sent",
)
def _token_send(s: Session) -> None:
    s.guarded()
    letter = s.letter()
    refused(lambda: s.edoc.post(s.edoc.letter(letter, token=_WRONG)), "token sai / wrong token")
    s.ensure_absent(letter, "đã đến / it came")


@CHAPTER.must(
    "token_UpdateTraces",
    "UpdateTraces: token sai bị từ chối",
    "UpdateTraces: a wrong token is refused",
)
def _token_update(s: Session) -> None:
    s.guarded()
    status = s.status(s.letter(), "03")
    refused(lambda: s.edoc.post(s.edoc.status(status, _WRONG)), "token sai / wrong token")


@CHAPTER.must(
    "no_organ",
    "Không nêu OrganId: bị từ chối bằng mã lỗi",
    "Without OrganId a request is refused with a code",
)
def _no_organ(s: Session) -> None:
    refused(lambda: s.edoc.ask("GetPendingDocumentIds", ""), "không có OrganId / no OrganId")


@CHAPTER.must(
    "organizations",
    "GetOrganizations trả danh mục có cơ quan đang thử",
    "GetOrganizations answers a catalogue with the agencies under test",
)
def _organizations(s: Session) -> None:
    codes = {entry.code for entry in s.peer.agencies()}
    ensure(codes, "danh mục rỗng / the catalogue is empty")
    ensure(s.receiver in codes, f"thiếu / missing: {s.receiver}")


@CHAPTER.must(
    "automatic_01",
    "ConfirmReceived: trục tự ghi trạng thái 01 cho người gửi",
    "ConfirmReceived: the axis itself writes status 01 for the sender",
)
def _automatic_01(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    found = s.peer.statuses(s.sender, letter.document_id)
    codes = [got.status_code for got in found]
    ensure(codes.count("01") == 1, f"{codes}")


@CHAPTER.must(
    "one_01",
    "ConfirmReceived lặp lại: vẫn chỉ một trạng thái 01",
    "ConfirmReceived again: still one status 01",
)
def _one_01(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, got = s.one(s.receiver, letter)
    for _ in range(3):
        s.peer.confirm(s.receiver, handle, got)
    codes = [got.status_code for got in s.peer.statuses(s.sender, letter.document_id)]
    ensure(codes.count("01") == 1, f"{codes}")


@CHAPTER.must(
    "traces_since",
    "GetTraces chỉ trả trạng thái từ mốc thời gian được hỏi",
    "GetTraces answers what came since the moment asked for",
)
def _traces_since(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    later = time_of(s.began + timedelta(days=2))
    found = [got_in(trace).about for trace in s.edoc.traces(s.sender, later)]
    ensure(letter.document_id not in found, "có trong tương lai / it is in the future's")
    again = s.peer.statuses(s.sender, letter.document_id)
    ensure(again, "không có từ lúc bắt đầu / not since the beginning")


@CHAPTER.must(
    "traces_wrong_time",
    "GetTraces với thời gian sai dạng: bị từ chối bằng mã lỗi",
    "GetTraces with a time that is none is refused with a code",
)
def _traces_wrong_time(s: Session) -> None:
    refused(lambda: s.edoc.traces(s.sender, "hôm qua"), "thời gian sai / a wrong time")


@CHAPTER.must(
    "unknown_action",
    "Thao tác lạ: lỗi SOAP hoặc báo cáo lỗi, không phải lỗi máy chủ",
    "An unknown action gets a fault or a report, not a server's failure",
)
def _unknown_action(s: Session) -> None:
    body = envelope("", "<NoSuchAction/>")
    message = Message(body, TEXT_XML, "NoSuchAction")
    refused(lambda: s.edoc.post(message), "thao tác lạ / an unknown action")


@CHAPTER.should(
    "action_by_body",
    "Thiếu SOAPAction: thao tác được hiểu theo thân",
    "Without SOAPAction the body says which action it is",
)
def _action_by_body(s: Session) -> None:
    asked = f"<OrganId>{s.receiver}</OrganId><Token>{s.edoc.token}</Token>"
    name = "GetPendingDocumentIdsRequest"
    s.edoc.post(Message(envelope("", f"<{name}>{asked}</{name}>"), TEXT_XML))


@CHAPTER.must(
    "soap12",
    "SOAP 1.2 được phục vụ và trả lời bằng SOAP 1.2",
    "SOAP 1.2 is served and answered in SOAP 1.2",
)
def _soap12(s: Session) -> None:
    answer = s.edoc.ask("GetPendingDocumentIds", s.receiver, soap=SOAP12)
    ensure(answer.root.tag == f"{{{SOAP12}}}Envelope", str(answer.root.tag))
    letter = s.letter()
    s.edoc.post(s.edoc.letter(letter, soap=SOAP12))
    s.take(s.receiver, letter)


def _form(name: str, vietnamese: str, english: str) -> None:
    @CHAPTER.must(
        f"form_{name}",
        f"Biến thể được nhận: {vietnamese}",
        f"A dialect is taken: {english}",
        "axis.md §12.1, §14",
    )
    def _(s: Session) -> None:
        letter = s.letter(files=(File("Tệp.pdf", PDF), File("hai.bin", bytes(range(256)))))
        write = s.edoc.letter
        forms = {
            "qcvn": lambda: write(letter, namespace=QCVN),
            "binary": lambda: write(letter, encoding="binary"),
            "business": lambda: write(letter, said=(("Bussiness", "Business"),)),
            "manifest": lambda: write(letter, said=(("edXML:Manifest", "edXML:edXMLManifest"),)),
            "signature": lambda: write(
                letter, said=(("edXML:Signature", "edXML:DigitalSignature"),)
            ),
            "day_first": lambda: write(letter, said=((_date(s), _date(s, day_first=True)),)),
        }
        s.edoc.post(forms[name]())
        s.take(s.receiver, letter)


def _date(s: Session, *, day_first: bool = False) -> str:
    year, month, day = time_of(s.began)[:10].split("/")
    date = f"{day}/{month}/{year}" if day_first else f"{year}/{month}/{day}"
    return f"<edXML:PromulgationDate>{date}<"


for _name, _vietnamese, _english in (
    ("qcvn", "không gian tên QCVN 102", "the namespace of QCVN 102"),
    ("binary", "phần MIME nhị phân", "binary MIME parts"),
    ("business", "viết Business", "Business in place of Bussiness"),
    ("manifest", "edXMLManifest thay cho Manifest", "edXMLManifest in place of Manifest"),
    ("signature", "DigitalSignature thay cho Signature", "DigitalSignature for Signature"),
    ("day_first", "ngày dd/MM/yyyy", "dates dd/MM/yyyy"),
):
    _form(_name, _vietnamese, _english)


def _missing(name: str, tag: str) -> None:
    @CHAPTER.must(
        f"missing_{name}",
        f"Thiếu {tag}: bị từ chối bằng mã lỗi",
        f"Without {tag} a document is refused with a code",
        "axis.md §9",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        message = s.edoc.letter(letter)
        start, end = f"<edXML:{tag}>".encode(), f"</edXML:{tag}>".encode()
        head, _, rest = message.body.partition(start)
        body = head + rest.partition(end)[2]
        cut = Message(body, message.media_type, message.action)
        refused(lambda: s.edoc.post(cut), f"thiếu / without {tag}")


for _name, _tag in (("from", "From"), ("document_id", "DocumentId"), ("subject", "Subject")):
    _missing(_name, _tag)


@CHAPTER.must(
    "missing_file",
    "Manifest nêu tệp không có trong gói: bị từ chối, không phải lỗi máy chủ",
    "A manifest that names a file which is not there is refused, not by a server's failure",
)
def _missing_file(s: Session) -> None:
    letter = s.letter()
    message = s.edoc.letter(letter)
    body = message.body.replace(b"Content-ID: <f0>", b"Content-ID: <other>")
    try:
        s.edoc.post(Message(body, message.media_type, message.action))
    except TurnedAway:
        return
    # an axis that sends what it has is as good, if it sends the file
    s.take(s.receiver, letter)


def _mime(name: str, vietnamese: str, english: str, old: bytes, new: bytes) -> None:
    @CHAPTER.must(
        f"mime_{name}",
        f"MIME hỏng ({vietnamese}): bị từ chối, không phải lỗi máy chủ",
        f"Malformed MIME ({english}) is refused, and not by a server's failure",
        "RFC 2387, RFC 2046",
    )
    def _(s: Session) -> None:
        letter = s.letter()
        message = s.edoc.letter(letter).damaged(old, new)
        refused(lambda: s.edoc.post(message), f"{vietnamese} / {english}")
        s.ensure_absent(letter, "đã nhận / it came")


for _case in (
    *UNBOUNDED,
    (
        "bad_base64",
        "base64 hỏng",
        "damaged base64",
        b"base64\r\nContent-ID: <f0>\r\n\r\n",
        b"base64\r\nContent-ID: <f0>\r\n\r\n!!!*",
    ),
):
    _mime(*_case)


@CHAPTER.must(
    "token_not_passed_on",
    "Token của người gửi không lọt tới nơi nhận",
    "The sender's token does not reach the recipient",
    "axis.md §8",
)
def _token_not_passed_on(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    answer = s.edoc.ask("GetDocument", s.receiver, documentId=handle)
    if letter.document_id != got_of(answer).document_id:
        raise Broken("GetDocument: văn bản khác / another document")
    s.take(s.receiver, letter)
    ensure(s.edoc.token.encode() not in answer.http.body, "token có trong văn bản / it is there")
