"""Cases of the SOAP contract: WSDL, who calls, versions, headers, faults.

Standards: SOAP 1.1 (W3C Note 2000), SOAP 1.2 (W3C 2007), MTOM, XOP, WS-I Attachments Profile 1.0,
WS-Security 1.1, X-Road Message Protocol 4.0.
"""

from lxml import etree

from connectors.conformance.case import Chapter, Face, NotApplicable, ensure
from connectors.conformance.peer import first, refused, text_in, tree_of
from connectors.conformance.session import Session
from connectors.conformance.soap_peer import (
    CONTRACT,
    SOAP11,
    SOAP12,
    SOAP_XML,
    TEXT_XML,
    Message,
    SoapPeer,
    element_of,
    envelope,
    members,
    plain,
)
from connectors.conformance.subject import Access

CHAPTER = Chapter("soap", frozenset({Face.SOAP}), "schemas/axis/axis.wsdl")
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_LAST = 'xmlns:c="urn:congvan:conform"'


def _asked(s: Session) -> str:
    return f"<GetPendingDocumentIds>{members(agency=s.receiver)}</GetPendingDocumentIds>"


def _request(s: Session, *, soap: str = SOAP11, header: str = "") -> Message:
    return plain(_asked(s), "GetPendingDocumentIds", soap=soap, header=header)


def _raw_fault(s: Session, message: Message) -> tuple[int, etree._Element]:
    answer = s.soap.raw(message)
    root = tree_of(answer.body, f"HTTP {answer.status}")
    fault = first(root, "Fault")
    ensure(fault is not None, f"HTTP {answer.status}: không có lỗi SOAP / no SOAP fault")
    assert fault is not None  # noqa: S101
    return answer.status, fault


@CHAPTER.must(
    "wsdl",
    "?wsdl trả WSDL 1.1 có địa chỉ và các thao tác",
    "?wsdl answers a WSDL 1.1 with address and operations",
    "WSDL 1.1",
)
def _wsdl(s: Session) -> None:
    answer = s.exchange.ask("GET", f"{s.exchange.path}?wsdl", [])
    ensure(answer.status == 200, f"HTTP {answer.status}")
    root = tree_of(answer.body, "wsdl")
    ensure(root.tag == f"{{{_WSDL}}}definitions", root.tag)
    names = {operation.get("name") for operation in root.iter(f"{{{_WSDL}}}operation")}
    wanted = {"SendDocument", "GetPendingDocumentIds", "GetDocument", "ConfirmReceived"}
    ensure(wanted <= names, f"thiếu / missing: {sorted(wanted - names)}")
    ensure(any(True for _ in root.iter("{*}address")), "không có địa chỉ / no address")


@CHAPTER.must(
    "auth_none",
    "Không có thông tin xác thực: bị từ chối (HTTP 401)",
    "Without a credential a call is refused (HTTP 401)",
    "RFC 9110 §11.6",
)
def _auth_none(s: Session) -> None:
    s.guarded()
    stranger = SoapPeer(s.exchange, None)
    said = refused(lambda: stranger.post(_request(s)), "không xác thực / no credential")
    ensure(said.status == 401, f"HTTP {said.status}")


@CHAPTER.must(
    "auth_wrong_secret",
    "Khóa bí mật sai: bị từ chối",
    "A wrong secret is refused",
    "RFC 7617",
)
def _auth_wrong_secret(s: Session) -> None:
    stranger = SoapPeer(s.exchange, Access(s.guarded().system_id, "sai-khoa-bi-mat-0000"))
    refused(lambda: stranger.post(_request(s)), "khóa sai / a wrong secret")


@CHAPTER.must(
    "auth_unknown_system",
    "Hệ thống không đăng ký: bị từ chối",
    "A system that is not registered is refused",
    "RFC 7617",
)
def _auth_unknown_system(s: Session) -> None:
    stranger = SoapPeer(s.exchange, Access("00.00.Z99", s.guarded().secret))
    refused(lambda: stranger.post(_request(s)), "hệ thống lạ / an unknown system")


@CHAPTER.must(
    "other_agencys_queue",
    "Hàng đợi của cơ quan khác: bị từ chối",
    "Another agency's queue is refused",
)
def _other_agencys_queue(s: Session) -> None:
    s.guarded()
    other = s.subject.other_agency
    if not other:
        raise NotApplicable("cần cơ quan của hệ thống khác / needs --other-agency")
    refused(lambda: s.peer.waiting(other), "hàng đợi của người khác / another's queue")


@CHAPTER.must("soap11", "SOAP 1.1 được trả lời bằng SOAP 1.1", "SOAP 1.1 gets SOAP 1.1")
def _soap11(s: Session) -> None:
    answer = s.soap.post(_request(s))
    ensure(answer.root.tag == f"{{{SOAP11}}}Envelope", str(answer.root.tag))


@CHAPTER.must(
    "soap12",
    "SOAP 1.2 được trả lời bằng SOAP 1.2",
    "SOAP 1.2 gets SOAP 1.2",
    "SOAP 1.2 Part 2 §7",
)
def _soap12(s: Session) -> None:
    answer = s.soap.post(_request(s, soap=SOAP12))
    ensure(answer.root.tag == f"{{{SOAP12}}}Envelope", str(answer.root.tag))


@CHAPTER.must(
    "no_action",
    "Thiếu SOAPAction vẫn được phục vụ: thân nói rõ thao tác",
    "Without SOAPAction a call is served: the body says which",
    "WS-I Basic Profile 1.1 R1119",
)
def _no_action(s: Session) -> None:
    s.soap.post(Message(_request(s).body, TEXT_XML))


@CHAPTER.must(
    "must_understand_11",
    "Header lạ có mustUnderstand=1: lỗi MustUnderstand (SOAP 1.1)",
    "An unknown header with mustUnderstand=1 gets MustUnderstand (SOAP 1.1)",
    "SOAP 1.1 §4.2.3",
)
def _must_understand_11(s: Session) -> None:
    header = f'<c:strange {_LAST} S:mustUnderstand="1"/>'
    _, fault = _raw_fault(s, _request(s, header=header))
    code = text_in(fault, "faultcode")
    ensure(code.endswith("MustUnderstand"), f"faultcode {code!r}")


@CHAPTER.must(
    "must_understand_12",
    "Header lạ có mustUnderstand=true: lỗi MustUnderstand (SOAP 1.2)",
    "An unknown header with mustUnderstand=true gets MustUnderstand (SOAP 1.2)",
    "SOAP 1.2 Part 1 §5.2.3",
)
def _must_understand_12(s: Session) -> None:
    header = f'<c:strange {_LAST} S:mustUnderstand="true"/>'
    _, fault = _raw_fault(s, _request(s, soap=SOAP12, header=header))
    code = text_in(fault, "Code", "Value")
    ensure(code.endswith("MustUnderstand"), f"Code {code!r}")


@CHAPTER.must(
    "header_ignored",
    "Header lạ không bắt buộc hiểu: được bỏ qua",
    "An unknown header that need not be understood is passed over",
    "SOAP 1.1 §4.2",
)
def _header_ignored(s: Session) -> None:
    s.soap.post(_request(s, header=f"<c:strange {_LAST}>x</c:strange>"))


@CHAPTER.must(
    "header_for_another",
    "Header dành cho nút khác (actor) không gây lỗi MustUnderstand",
    "A header for another node is no reason for MustUnderstand",
    "SOAP 1.1 §4.2.2",
)
def _header_for_another(s: Session) -> None:
    header = f'<c:strange {_LAST} S:actor="urn:someone-else" S:mustUnderstand="1"/>'
    s.soap.post(_request(s, header=header))


@CHAPTER.must(
    "version_mismatch",
    "Envelope không gian tên lạ: lỗi VersionMismatch",
    "An envelope of another namespace gets VersionMismatch",
    "SOAP 1.1 §4.1.2",
)
def _version_mismatch(s: Session) -> None:
    message = Message(envelope(_asked(s), soap="urn:no-such-soap"), TEXT_XML)
    _, fault = _raw_fault(s, message)
    code = text_in(fault, "faultcode") or text_in(fault, "Code", "Value")
    ensure(code.endswith("VersionMismatch"), f"{code!r}")


def _unknown() -> Message:
    return Message(envelope("<NoSuchOperation/>"), TEXT_XML, f"{CONTRACT}/NoSuchOperation")


@CHAPTER.must(
    "fault_shape_11",
    "Lỗi SOAP 1.1: HTTP 500, faultcode và faultstring không tiền tố, mã Client",
    "A SOAP 1.1 fault: HTTP 500, unqualified faultcode and faultstring, code Client",
    "SOAP 1.1 §4.4, §6.2",
)
def _fault_shape_11(s: Session) -> None:
    status, fault = _raw_fault(s, _unknown())
    ensure(status == 500, f"HTTP {status}")
    code, text = fault.findtext("faultcode") or "", fault.findtext("faultstring") or ""
    ensure(code.rpartition(":")[2].startswith("Client"), f"faultcode {code!r}")
    ensure(text, "faultstring rỗng / is empty")


@CHAPTER.must(
    "fault_shape_12",
    "Lỗi SOAP 1.2: Code/Value = Sender, Reason/Text có xml:lang",
    "A SOAP 1.2 fault: Code/Value is Sender, Reason/Text has xml:lang",
    "SOAP 1.2 Part 1 §5.4",
)
def _fault_shape_12(s: Session) -> None:
    message = Message(envelope("<NoSuchOperation/>", soap=SOAP12), SOAP_XML)
    status, fault = _raw_fault(s, message)
    code = text_in(fault, "Code", "Value")
    reason = fault.find("{*}Reason/{*}Text")
    ensure(status in (400, 500), f"HTTP {status}")
    ensure(code.rpartition(":")[2] == "Sender", f"Code {code!r}")
    named = reason is not None and reason.get("{http://www.w3.org/XML/1998/namespace}lang")
    ensure(named, "Reason/Text không có xml:lang / has no xml:lang")


@CHAPTER.should(
    "fault_typed",
    "Lỗi nghiệp vụ kèm AxisFault có mã và retryable",
    "A refusal has an AxisFault with code and retryable",
)
def _fault_typed(s: Session) -> None:
    body = element_of("GetDocument", members(agency=s.receiver, axisId="khong-co"))
    _, fault = _raw_fault(s, plain(body, "GetDocument"))
    typed = first(fault, "AxisFault")
    ensure(typed is not None and text_in(typed, "code") == "NOT_FOUND", "AxisFault NOT_FOUND")
    ensure(text_in(typed, "retryable") in ("false", "0"), "retryable")


@CHAPTER.must(
    "schema",
    "Giá trị trái schema (maHóa, số): lỗi Client, không phải lỗi máy chủ",
    "A value against the schema gets a Client fault, not a server's failure",
)
def _schema(s: Session) -> None:
    asked = members(agency="không phải mã!", max="nhiều")
    body = element_of("GetPendingDocumentIds", asked)
    refused(lambda: s.soap.post(plain(body, "GetPendingDocumentIds")), "sai schema / invalid")


@CHAPTER.must(
    "two_bodies",
    "Hai phần tử trong Body: bị từ chối",
    "Two elements in the Body are refused",
    "WS-I Basic Profile 1.1 R2201",
)
def _two_bodies(s: Session) -> None:
    message = Message(envelope(_asked(s) * 2), TEXT_XML)
    refused(lambda: s.soap.post(message), "hai phần tử / two elements")


@CHAPTER.must(
    "empty_body",
    "Body rỗng: bị từ chối",
    "An empty Body is refused",
)
def _empty_body(s: Session) -> None:
    refused(lambda: s.soap.post(Message(envelope(""), TEXT_XML)), "Body rỗng / empty")


@CHAPTER.must(
    "media_type",
    "Kiểu nội dung lạ: HTTP 415 hoặc lỗi Client",
    "Another media type gets HTTP 415 or a Client fault",
    "RFC 9110 §15.5.16",
)
def _media_type(s: Session) -> None:
    message = Message(_request(s).body, "application/json")
    refused(lambda: s.soap.post(message), "application/json")


@CHAPTER.must(
    "security_garbage",
    "Header WS-Security bắt buộc hiểu mà chữ ký rác: bị từ chối",
    "A WS-Security header that must be understood with a garbage signature is refused",
    "WS-Security 1.1 §5",
)
def _security_garbage(s: Session) -> None:
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    header = f'<w:Security xmlns:w="{wsse}" S:mustUnderstand="1">{signature}</w:Security>'
    refused(lambda: s.soap.post(_request(s, header=header)), "chữ ký rác / garbage signature")


@CHAPTER.should(
    "xroad_headers",
    "Header X-Road 4.0 được trả lại y nguyên",
    "X-Road 4.0 headers come back unchanged",
    "X-Road Message Protocol 4.0 §2.2",
)
def _xroad_headers(s: Session) -> None:
    who = (
        "<i:xRoadInstance>VN</i:xRoadInstance><i:memberClass>GOV</i:memberClass>"
        "<i:memberCode>H99</i:memberCode><i:subsystemCode>VB</i:subsystemCode>"
    )
    code = "<i:serviceCode>GetPendingDocumentIds</i:serviceCode>"
    spaces = 'xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers"'
    header = (
        f'<x:client {spaces} i:objectType="SUBSYSTEM">{who}</x:client>'
        f'<x:service {spaces} i:objectType="SERVICE">{who}{code}</x:service>'
        f"<x:id {spaces}>{s.tag}</x:id><x:protocolVersion {spaces}>4.0</x:protocolVersion>"
    )
    answer = s.soap.post(_request(s, header=header))
    found = answer.root.find("{*}Header/{http://x-road.eu/xsd/xroad.xsd}id")
    ensure(found is not None and found.text == s.tag, "không trả lại id / id did not come back")
