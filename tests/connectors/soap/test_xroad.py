"""X-Road's headers: sent, checked, and copied back as they came (PR-MESS 4.0 §2)."""

from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import pytest
from lxml import etree

from connectors.axis import Outgoing
from connectors.errors import AxisOutcomeUnknown, AxisUnavailable, UnknownRecipient
from connectors.soap import xroad
from connectors.soap.client import SoapAxis
from connectors.soap.fault import SoapFault
from connectors.soap.xroad import IDENTIFIERS, XROAD, XRoad
from tests.connectors.soap.test_connection import answering, http

THROUGH = XRoad.of(
    {
        "client": "VN/GOV/H99/desk",
        "service": "VN/GOV/axis/hub",
        "user_id": "VN012345678",
        "service_version": "v1",
        "issue": "15/QĐ-UBND",
    }
)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def request(change: Callable[[etree._Element], object] = lambda _: None) -> bytes:
    envelope = etree.fromstring(
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><GetAgencies xmlns="urn:congvan:axis:1"/></s:Body>'
        "</s:Envelope>"
    )
    xroad.put(envelope, THROUGH.headers("GetAgencies"))
    change(envelope[0])
    return etree.tostring(envelope)


def posted(hub: Any, body: bytes) -> etree._Element:
    connection = HTTPConnection(hub.host, timeout=20)
    connection.request("POST", "/soap", body, {"Content-Type": "text/xml"})
    answer = etree.fromstring(connection.getresponse().read())
    connection.close()
    return answer


def test_every_header_comes_back_with_its_value_in_its_place(lasting_hub: Any) -> None:
    sent = request()
    answer = posted(lasting_hub, sent)
    header = f"{{{SOAP}}}Header"
    before, after = etree.fromstring(sent).find(header), answer.find(header)
    assert before is not None
    assert after is not None
    assert answer.find(".//{*}GetAgenciesResponse") is not None

    def shown(one: etree._Element) -> bytes:
        return etree.tostring(one, method="c14n", exclusive=True)

    assert [shown(one) for one in after] == [shown(one) for one in before]
    names = [etree.QName(one).localname for one in after]
    assert names == ["client", "service", "userId", "id", "issue", "protocolVersion"]
    assert after[0].get(f"{{{IDENTIFIERS}}}objectType") == "SUBSYSTEM"
    assert [part.text for part in after[1]] == [*["VN", "GOV", "axis", "hub", "GetAgencies", "v1"]]


def test_a_fault_repeats_the_headers_too(hub: Any) -> None:
    axis = SoapAxis(hub.address, through=THROUGH)
    with pytest.raises(UnknownRecipient):
        axis.send(Outgoing("m", "H99", ("H12.34",), b"x"))
    axis.close()


def part(name: str) -> str:
    return f"{{{XROAD}}}{name}"


def dropped(name: str) -> Callable[[etree._Element], object]:
    return lambda header: header.remove(header.find(part(name)))


def said(path: str, text: str) -> Callable[[etree._Element], object]:
    def change(header: etree._Element) -> None:
        element = header.find(path)
        assert element is not None
        element.text = text

    return change


def typed(name: str, kind: str) -> Callable[[etree._Element], object]:
    def change(header: etree._Element) -> None:
        element = header.find(part(name))
        assert element is not None
        element.set(f"{{{IDENTIFIERS}}}objectType", kind)

    return change


def doubled(header: etree._Element) -> None:
    header.append(etree.fromstring(etree.tostring(header[0])))


def nested(header: etree._Element) -> None:
    for _ in range(3):
        etree.SubElement(header[0][0], f"{{{IDENTIFIERS}}}memberCode")


def crowded(header: etree._Element) -> None:
    for number in range(20):
        etree.SubElement(header, part(f"extra{number}"))


MEMBER = f"{part('client')}/{{{IDENTIFIERS}}}memberCode"
MALFORMED: dict[str, Callable[[etree._Element], object]] = {
    **{f"no {name}": dropped(name) for name in ("client", "service", "id", "protocolVersion")},
    "another version": said(part("protocolVersion"), "3.1"),
    "an empty id": said(part("id"), " "),
    "a long id": said(part("id"), "x" * 2000),
    "an empty user": said(part("userId"), ""),
    "two clients": doubled,
    "elements in a code": nested,
    "other characters": said(MEMBER, "../H99"),
    "a colon": said(MEMBER, "H99:1"),
    "a member with a subsystem": typed("client", "MEMBER"),
    "a service as client": typed("client", "SERVICE"),
    "no type": typed("service", ""),
    "another service": said(f"{part('service')}/{{{IDENTIFIERS}}}serviceCode", "SendDocument"),
    "too many": crowded,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_headers_are_the_clients_fault(lasting_hub: Any, name: str) -> None:
    answer = posted(lasting_hub, request(MALFORMED[name]))
    assert (answer.findtext(".//faultcode") or "").endswith("Client")
    assert answer.findtext(".//{*}AxisFault/{*}code") == "INVALID"


def test_an_answer_with_other_headers_is_not_ours() -> None:
    body = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header><x:id xmlns:x="{XROAD}">other</x:id></s:Header>'
        '<s:Body><GetAgenciesResponse xmlns="urn:congvan:axis:1"><more>false</more>'
        "</GetAgenciesResponse></s:Body></s:Envelope>"
    ).encode()
    with (
        answering(lambda connection: connection.sendall(http(body))) as address,
        pytest.raises(AxisUnavailable, match="X-Road"),
    ):
        SoapAxis(address, through=THROUGH).agencies()
    with (
        answering(lambda connection: connection.sendall(http(body))) as address,
        pytest.raises(AxisOutcomeUnknown),
    ):
        SoapAxis(address, through=THROUGH).send(Outgoing("m", "H99", ("H99.01",), b"x"))


def test_a_security_server_may_add_its_hash_to_an_answer() -> None:
    sent = THROUGH.headers("GetAgencies")
    added = etree.Element(part("requestHash"))
    assert xroad.answers([*sent[:2], added, *sent[2:]], sent)
    assert not xroad.answers([*sent[1:], sent[0]], sent)
    assert not xroad.answers([], sent)


def test_a_member_without_subsystem_may_call() -> None:
    through = XRoad.of({"client": "VN/GOV/H99", "service": "VN/GOV/axis"})
    headers = through.headers("SendDocument")
    xroad.check(headers, "SendDocument")
    with pytest.raises(SoapFault):
        xroad.check(headers, "GetAgencies")
    assert len({through.headers("SendDocument")[2].text for _ in range(3)}) == 3
