"""Cases of the national SDK's wire: who calls, and what its signed headers must be (§10.2).

What the wire's own server checks is known only from its client; where the SDK leaves a server no
choice the level is MUST.
"""

import json
from datetime import UTC, datetime, timedelta

from connectors.conformance.case import Chapter, Face, NotApplicable
from connectors.conformance.peer import refused
from connectors.conformance.session import Session
from connectors.conformance.subject import Access
from connectors.conformance.vxp_peer import (
    PREFIX,
    Pairs,
    changed,
    sealed,
    signed_headers,
    stamp,
)

CHAPTER = Chapter("vxp", frozenset({Face.VXP}), "axis.md §10.2")
_LIST = {"servicetype": "eDoc", "messagetype": "edoc"}
_ROW = {"docId", "from", "to", "status", "messageType", "created_time", "updated_time"}
_SENT_ROW = {"senderDocId", "receiverDocId", "fromCode", "toCode", "sendStatus", "receiveStatus"}


def _list(s: Session, headers: Pairs) -> None:
    s.vxp.post("getReceivedEdocList", headers, b"")


def _headers(s: Session, access: Access | None = None, at: datetime | None = None) -> Pairs:
    return signed_headers(access or s.vxp.access, _LIST, at)


@CHAPTER.must(
    "auth_none",
    "Không có thông tin xác thực: bị từ chối",
    "Without a credential a call is refused",
)
def _auth_none(s: Session) -> None:
    s.guarded()
    plain = [("Content-Type", "application/json"), (f"{PREFIX}messagetype", "edoc")]
    refused(lambda: _list(s, plain), "không xác thực / no credential")


@CHAPTER.must(
    "auth_wrong_secret",
    "Khóa bí mật sai: bị từ chối (mã 15)",
    "A wrong secret is refused (code 15)",
    "axis.md §10.2, §11.1",
)
def _auth_wrong_secret(s: Session) -> None:
    wrong = Access(s.guarded().system_id, "sai-khoa-bi-mat-0000")
    refused(lambda: _list(s, _headers(s, wrong)), "khóa sai / a wrong secret")


@CHAPTER.must(
    "auth_unknown_system",
    "Mã hệ thống không đăng ký: bị từ chối",
    "A system id that is not registered is refused",
)
def _auth_unknown_system(s: Session) -> None:
    stranger = Access("00.00.Z99", s.guarded().secret)
    refused(lambda: _list(s, _headers(s, stranger)), "hệ thống lạ / an unknown system")


@CHAPTER.must(
    "auth_no_seal",
    "Thiếu hash-header: bị từ chối",
    "Without hash-header a call is refused",
)
def _auth_no_seal(s: Session) -> None:
    s.guarded()
    headers = changed(_headers(s), "hash-header", None)
    refused(lambda: _list(s, headers), "thiếu hash-header / without hash-header")


@CHAPTER.must(
    "auth_altered_parameter",
    "Tham số bị sửa sau khi ký: bị từ chối",
    "A parameter that was changed after signing is refused",
)
def _auth_altered_parameter(s: Session) -> None:
    s.guarded()
    headers = changed(_headers(s), "messagetype", "status")
    refused(lambda: _list(s, headers), "tham số bị sửa / a changed parameter")


@CHAPTER.must(
    "auth_altered_json",
    "Nội dung sign-header bị sửa: bị từ chối",
    "A sign-header that was changed is refused",
)
def _auth_altered_json(s: Session) -> None:
    s.guarded()
    headers = _headers(s)
    signed = dict(headers)[f"{PREFIX}sign-header"].replace('"edoc"', '"status"')
    headers = changed(changed(headers, "sign-header", signed), "messagetype", "status")
    refused(lambda: _list(s, headers), "sign-header bị sửa / a changed sign-header")


@CHAPTER.must(
    "auth_other_system",
    "Ký bằng khóa của mình dưới tên hệ thống khác: bị từ chối",
    "Signed with one's own secret under another system's name: refused",
)
def _auth_other_system(s: Session) -> None:
    own = s.guarded()
    if s.subject.other is None:
        raise NotApplicable("cần hệ thống thứ hai / needs a second system (--other-system)")
    mixed = Access(s.subject.other.system_id, own.secret)
    refused(lambda: _list(s, _headers(s, mixed)), "tên hệ thống khác / another's name")


@CHAPTER.should(
    "auth_two_values",
    "Một tham số có hai giá trị khác nhau: bị từ chối",
    "A parameter with two values is refused",
    "RFC 9110 §5.3",
)
def _auth_two_values(s: Session) -> None:
    s.guarded()
    headers = [*_headers(s), (f"{PREFIX}messagetype", "status")]
    refused(lambda: _list(s, headers), "hai giá trị / two values")


@CHAPTER.must(
    "stamp_hour_old",
    "Dấu thời gian cũ một giờ: được nhận (SDK giữ một dấu cho cả vòng đời đối tượng)",
    "A timestamp one hour old is taken: the SDK keeps one for the life of its object",
    "axis.md §10.2 (2)",
)
def _stamp_hour_old(s: Session) -> None:
    _list(s, _headers(s, at=datetime.now(UTC) - timedelta(hours=1)))


@CHAPTER.should(
    "stamp_years_old",
    "Dấu thời gian cũ hai năm: bị từ chối (chống phát lại)",
    "A timestamp two years old is refused: against replay",
    "congvan: docs/vxp.md",
)
def _stamp_years_old(s: Session) -> None:
    s.guarded()
    old = _headers(s, at=datetime.now(UTC) - timedelta(days=730))
    refused(lambda: _list(s, old), "dấu thời gian quá cũ / an old timestamp")


@CHAPTER.should(
    "stamp_garbage",
    "Dấu thời gian không đọc được: bị từ chối",
    "A timestamp that is none is refused",
)
def _stamp_garbage(s: Session) -> None:
    access = s.guarded()
    good, bad = stamp(datetime.now(UTC)), "32132026T999999+0000"
    headers = [(n, v if good[:9] not in v else json_with(v, bad)) for n, v in _headers(s)]
    signed = dict(headers)[f"{PREFIX}sign-header"]
    headers = changed(headers, "hash-header", sealed(access, signed))
    refused(lambda: _list(s, headers), "dấu thời gian sai / a wrong timestamp")


def json_with(value: str, stamped: str) -> str:
    """Return a header's value with another timestamp in it."""
    if not value.startswith("{"):
        return stamped
    members: dict[str, str] = json.loads(value)
    members[f"{PREFIX}timestamp"] = stamped
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


@CHAPTER.must(
    "json_style",
    "sign-header viết kiểu khác (khoảng trắng, thứ tự) mà ký đúng: được nhận",
    "A sign-header in another style, rightly signed, is taken",
    "axis.md §10.2 (4)",
)
def _json_style(s: Session) -> None:
    _list(s, signed_headers(s.vxp.access, _LIST, spaced=True))


@CHAPTER.must(
    "header_case",
    "Tên header viết hoa hay thường đều được",
    "Header names in any case are taken",
    "RFC 9110 §5.1",
)
def _header_case(s: Session) -> None:
    _list(s, [(name.lower(), value) for name, value in _headers(s)])


@CHAPTER.must(
    "surplus_headers",
    "Header thừa của lần gọi trước (SDK để sót) được bỏ qua",
    "Headers left over from an earlier call, as the SDK leaves them, are passed over",
    "axis.md §10.2 (6)",
)
def _surplus_headers(s: Session) -> None:
    left = {"hash-file": "0" * 63, "from": s.sender, "docId": "7", "status": "done"}
    left |= {"filePath": "C:\\tam"}
    _list(s, signed_headers(s.vxp.access, _LIST | left))
    unsigned = [(f"{PREFIX}filePath", "C:\\tam"), ("X-Forwarded-For", "10.0.0.1")]
    _list(s, [*_headers(s), *unsigned])
