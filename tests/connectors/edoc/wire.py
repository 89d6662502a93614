"""Messages of the dialect written by hand, as other systems write them."""

import http.client
from collections.abc import Sequence

EDOC = "http://www.e-doc.vn/Schema/"
QCVN = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

HEADER = """
<MessageHeader><From><OrganId>H99</OrganId></From><To><OrganId>H99.01</OrganId></To>
<DocumentId>hand-1</DocumentId><Code><CodeNumber>7</CodeNumber><CodeNotation>TB</CodeNotation></Code>
<PromulgationInfo><Place>Sơn Hải</Place><PromulgationDate>2026/11/22</PromulgationDate>
</PromulgationInfo><Subject>Thử</Subject></MessageHeader>
<TraceHeaderList><TraceHeader><OrganId>H99</OrganId><Timestamp>2026/11/22 08:00:00</Timestamp>
</TraceHeader><Bussiness><BussinessDocType>0</BussinessDocType></Bussiness></TraceHeaderList>
<ErrorList/>"""
SIGNATURE = (
    "<Signature><KeyInfo><OrganId>H99</OrganId><Token>no-token-needed</Token></KeyInfo></Signature>"
)
MANIFEST = """<Manifest><Reference xmlns:x="http://www.w3.org/1999/xlink" x:href="cid:f1">
<AttachmentName>Tệp.pdf</AttachmentName><Description>Bản ký</Description></Reference></Manifest>"""


def envelope(header: str, body: str, namespace: str = EDOC, soap: str = SOAP) -> str:
    """Return an envelope; *header* and *body* are in *namespace*."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{soap}" xmlns="{namespace}">'
        f"<S:Header>{header}</S:Header><S:Body>{body}</S:Body></S:Envelope>"
    )


DOCUMENT = envelope(HEADER + SIGNATURE, MANIFEST)


def multipart(root: str, parts: Sequence[tuple[str, str, bytes]] = ()) -> bytes:
    """Return a MIME body of boundary `B`; *parts*: Content-ID, transfer encoding, content."""
    pieces = [b"--B\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n", root.encode()]
    for content_id, encoding, content in parts:
        head = f"Content-ID: <{content_id}>\r\nContent-Transfer-Encoding: {encoding}"
        pieces += [
            f"\r\n--B\r\nContent-Type: application/pdf\r\n{head}\r\n\r\n".encode(),
            content,
        ]
    return b"".join([*pieces, b"\r\n--B--\r\n"])


RELATED = 'multipart/related; type="text/xml"; boundary=B'


def post(
    root: str, body: bytes | str, content_type: str = RELATED, action: str = ""
) -> tuple[int, str, bytes]:
    """Return status, content type and body of the answer of the hub at *root* (http://host:port)."""
    connection = http.client.HTTPConnection(root.removeprefix("http://"), timeout=30)
    data = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": content_type} | ({"SOAPAction": action} if action else {})
    connection.request("POST", "/edoc", data, headers)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("content-type") or "", answer.read()
    connection.close()
    return found
