"""X-Road's SOAP headers: made for a request, checked in one, copied into its answer.

Standard: X-Road Message Protocol 4.0 (PR-MESS) §2: client, service, id, userId, issue,
protocolVersion; the answer repeats every field with the same value in the same sequence.
Identifiers hold letters, digits and a few signs only, so that their text form is unambiguous.
"""

import copy
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from connectors.soap.fault import SoapFault

XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
PROTOCOL_VERSION = "4.0"
_OBJECT_TYPE = f"{{{IDENTIFIERS}}}objectType"
_PARTS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
_SERVICE_PARTS = (*_PARTS, "serviceCode", "serviceVersion")
_SHAPES = {
    "MEMBER": (_PARTS[:3],),
    "SUBSYSTEM": (_PARTS,),
    "SERVICE": tuple(
        (*_PARTS[:members], *_SERVICE_PARTS[4:last]) for members in (3, 4) for last in (5, 6)
    ),
}
"""For each object type, the elements it may consist of."""
_CODE = re.compile(r"[A-Za-z0-9'()+,\-.=?]{1,255}")
_USER = re.compile(r"[A-Za-z]{2}[^\s]{1,100}")
_MOST = 16
"""Header entries of X-Road's namespace in one message."""
_LONGEST = 1000
_NAMESPACES = {"xro": XROAD, "id": IDENTIFIERS}


@dataclass(frozen=True, slots=True)
class XRoad:
    """Who calls whom through X-Road."""

    client: tuple[str, ...]
    """Instance, class, member and, mostly, subsystem."""
    service: tuple[str, ...]
    """The same of whoever gives the service; its code is the operation's name."""
    user_id: str = field(default="", repr=False)
    """The person who asks, beginning with the country's code; empty: not said."""
    service_version: str = ""
    issue: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what the settings say.

        Raises:
            ValueError: a field is missing, unknown or wrong; the arguments name it and say why.
        """
        unknown = values.keys() - {"client", "service", "user_id", "service_version", "issue"}
        if unknown:
            raise ValueError(min(unknown), "?")
        user, version = values.get("user_id", ""), values.get("service_version", "")
        if user and not _USER.fullmatch(user):
            raise ValueError("user_id", user)
        if version and not _CODE.fullmatch(version):
            raise ValueError("service_version", version)
        client, service = _parts(values, "client"), _parts(values, "service")
        return cls(client, service, user, version, values.get("issue", ""))

    def headers(self, operation: str) -> list[etree._Element]:
        """Return the headers of a request for *operation*, with an id of its own."""
        client_type = "SUBSYSTEM" if len(self.client) == len(_PARTS) else "MEMBER"
        code = [operation, self.service_version] if self.service_version else [operation]
        names = [*_PARTS[: len(self.service)], *_SERVICE_PARTS[4:]]
        return [
            _identifier("client", client_type, zip(_PARTS, self.client, strict=False)),
            _identifier("service", "SERVICE", zip(names, [*self.service, *code], strict=False)),
            *([_text("userId", self.user_id)] if self.user_id else []),
            _text("id", str(uuid.uuid4())),
            *([_text("issue", self.issue)] if self.issue else []),
            _text("protocolVersion", PROTOCOL_VERSION),
        ]


def put(envelope: etree._Element, headers: Sequence[etree._Element]) -> None:
    """Put *headers* into *envelope*, which has no Header yet."""
    if headers:
        header = etree.Element(f"{{{etree.QName(envelope).namespace}}}Header")
        header.extend(copy.deepcopy(list(headers)))
        envelope.insert(0, header)


def check(headers: Sequence[etree._Element], operation: str) -> None:
    """Return if *headers* are none, or those of a request for *operation*.

    Raises:
        SoapFault: they are not what the protocol asks for.
    """
    if not headers:
        return
    fields = _fields(headers)
    if _said(fields["protocolVersion"]) != PROTOCOL_VERSION:
        raise SoapFault.invalid(f"X-Road protocolVersion: {PROTOCOL_VERSION} is expected")
    for name in sorted(fields.keys() & {"id", "userId", "issue"}):
        if not _said(fields[name]):
            raise SoapFault.invalid(f"X-Road header {name} is empty")
    _check_identifier(fields["client"], ("MEMBER", "SUBSYSTEM"))
    _check_identifier(fields["service"], ("SERVICE",))
    code = fields["service"].findtext(f"{{{IDENTIFIERS}}}serviceCode") or ""
    if code.strip() != operation:
        raise SoapFault.invalid(f"X-Road's serviceCode is not {operation}")


def _fields(headers: Sequence[etree._Element]) -> dict[str, etree._Element]:
    if len(headers) > _MOST:
        raise SoapFault.invalid("too many X-Road headers")
    fields: dict[str, etree._Element] = {}
    for entry in headers:
        name = etree.QName(entry).localname
        if name in fields:
            raise SoapFault.invalid(f"two X-Road headers {name}")
        fields[name] = entry
    for name in ("client", "service", "id", "protocolVersion"):
        if name not in fields:
            raise SoapFault.invalid(f"no X-Road header {name}")
    return fields


def answers(headers: Sequence[etree._Element], request: Sequence[etree._Element]) -> bool:
    """Return whether *headers*, of an answer, repeat all those of the *request*."""
    return [_canonical(one) for one in headers if not _added(one)] == [
        _canonical(one) for one in request
    ]


def _added(entry: etree._Element) -> bool:
    return etree.QName(entry).localname == "requestHash"  # by the security server, in answers


def _canonical(entry: etree._Element) -> object:
    """Return what the protocol wants repeated: names, types and values; a signer may add ids."""
    members = [(str(part.tag), (part.text or "").strip()) for part in entry.iter(etree.Element)]
    return entry.get(_OBJECT_TYPE), members


def _parts(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = tuple(values.get(name, "").split("/"))
    if len(parts) not in (3, 4) or not all(map(_CODE.fullmatch, parts)):
        raise ValueError(name, "INSTANCE/CLASS/MEMBER/SUBSYSTEM")
    return parts


def _identifier(name: str, kind: str, parts: "zip[tuple[str, str]]") -> etree._Element:
    element = etree.Element(f"{{{XROAD}}}{name}", {_OBJECT_TYPE: kind}, nsmap=_NAMESPACES)
    for part, value in parts:
        etree.SubElement(element, f"{{{IDENTIFIERS}}}{part}").text = value
    return element


def _text(name: str, value: str) -> etree._Element:
    element = etree.Element(f"{{{XROAD}}}{name}", nsmap=_NAMESPACES)
    element.text = value
    return element


def _said(entry: etree._Element) -> str:
    text = (entry.text or "").strip()
    if len(entry) or len(text) > _LONGEST:
        raise SoapFault.invalid(f"X-Road header {entry.tag}")
    return text


def _check_identifier(entry: etree._Element, kinds: tuple[str, ...]) -> None:
    kind = entry.get(_OBJECT_TYPE) or ""
    names = tuple(
        part.tag.removeprefix(f"{{{IDENTIFIERS}}}") for part in entry if isinstance(part.tag, str)
    )
    if kind not in kinds or names not in _SHAPES[kind]:
        raise SoapFault.invalid(f"X-Road identifier {entry.tag} {kind}")
    if any(len(part) or not _CODE.fullmatch((part.text or "").strip()) for part in entry):
        raise SoapFault.invalid(f"X-Road identifier {entry.tag}: a code has other characters")
