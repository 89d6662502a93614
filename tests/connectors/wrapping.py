"""Forgeries of signed SOAP envelopes, made by chance: what is signed is moved, doubled, renamed.

The classes XSW1 to XSW8 of Somorovsky et al. (USENIX Security 2012) and what lies between them:
positions, wrappers, ids and their spellings, references, transforms, second signatures. A forgery
may be refused, and must otherwise say what one of the signed originals says. The same seed gives
the same forgeries.
"""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from connectors.soap.fault import SoapFault
from connectors.soap.intake import Intake
from schemas.xml import parse_as_written
from signing.keys import KeyHolder
from signing.wsse import ID, SECURITY, WSSE, WSU, EnvelopeUntrusted, Opener, sign
from signing.xmlplaces import DS

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XROAD = "http://x-road.eu/xsd/xroad.xsd"
XML = "http://www.w3.org/XML/1998/namespace"
EVIL = "MALLORY"
Element = etree._Element


@dataclass(frozen=True, slots=True)
class Forgery:
    """One envelope on the wire."""

    kinds: tuple[str, ...]
    octets: bytes


def letter(recipient: str) -> bytes:
    """Return an envelope that is worth forging."""
    return (
        f'<s:Envelope xmlns:s="{SOAP11}" xmlns:x="{XROAD}"><s:Header><x:id>7-{recipient}</x:id>'
        "<x:protocolVersion>4.0</x:protocolVersion></s:Header><s:Body>"
        f'<a:GetPendingDocumentIds xmlns:a="urn:congvan:axis:1"><a:agency>{recipient}</a:agency>'
        "</a:GetPendingDocumentIds></s:Body></s:Envelope>"
    ).encode()


class Judge:
    """Knows the originals, forges them, and looks at what is made of a forgery."""

    def __init__(self, key: KeyHolder, other: KeyHolder, at: datetime) -> None:
        """*other* is a key that nobody registered."""
        self._key, self._at = key, at
        signed = [sign(letter(name), key, at=at, also=[XROAD]).octets for name in ("H99", "H98")]
        signed.append(sign(letter(EVIL), other, at=at, also=[XROAD]).octets)
        self._trees = [parse_as_written(one) for one in signed]
        self._meanings = {
            _meaning(Opener(also=[XROAD]).open(one, key.certificate, at=at).octets)
            for one in signed[:2]
        }

    def forgeries(self, seed: int, count: int) -> Iterator[Forgery]:
        """Yield *count* forgeries."""
        for number in range(count):
            yield self._forged(random.Random(f"{seed}/{number}"))

    def believed(self, forgery: Forgery) -> bool:
        """Return whether *forgery* was taken and means what was signed; False: refused.

        Raises:
            AssertionError: it was taken for something that nobody signed so.
        """
        opened: list[bytes] = []

        def opener(octets: bytes) -> bytes:
            known = Opener(also=[XROAD])
            opened.append(known.open(octets, self._key.certificate, at=self._at).octets)
            return opened[0]

        intake = Intake("text/xml", 1 << 20, opener=opener)
        try:
            intake.feed(forgery.octets)
            message = intake.close()
        except (SoapFault, EnvelopeUntrusted):
            return False
        if not message.secured:  # nothing says who sent it: HTTP 401
            return False
        meaning = frozenset(map(_canonical, (*message.headers, message.body)))
        message.close()
        assert _meaning(opened[0]) == meaning, forgery
        assert meaning in self._meanings, forgery
        return True

    def _forged(self, chance: random.Random) -> Forgery:
        root = copy.deepcopy(chance.choice(self._trees[:2]))
        kinds = []
        for _ in range(chance.choice((1, 1, 2, 2, 3, 5))):
            change = chance.choice(_CHANGES)
            try:
                changed = change(root, chance, self._trees)
            except (ValueError, TypeError, IndexError):  # no XML can be like that
                continue
            root = root if changed is None else changed
            kinds.append(change.__name__.strip("_"))
        octets = etree.tostring(root)
        if chance.randrange(4) == 0:
            octets = _spelt(octets, chance)
        return Forgery(tuple(kinds), octets)


def _meaning(opened: bytes) -> frozenset[bytes]:
    """Return what an envelope's header entries and its body's child say, in any order."""
    root = etree.fromstring(opened)
    return frozenset(map(_canonical, [*(root[0] if len(root) > 1 else ()), root[-1][0]]))


def _canonical(element: Element) -> bytes:
    """Return the canonical form of *element*, its id aside."""
    element.attrib.pop(ID, "")
    return bytes(etree.tostring(element, method="c14n", exclusive=True))


def _any(root: Element, chance: random.Random, *names: str) -> Element:
    return chance.choice(list(root.iter(*names) if names else root.iter(etree.Element)))


def _signed(root: Element, chance: random.Random) -> Element:
    """Return something that is signed, or the signature, or what holds it."""
    named = [e for e in root.iter(etree.Element) if e.get(ID)]
    return chance.choice([*named, *root.iter(SECURITY, f"{{{DS}}}Signature")])


def _evil(element: Element, chance: random.Random) -> Element:
    """Return *element* saying something else, its id spelt in some way or gone."""
    other = copy.deepcopy(element)
    for leaf in [e for e in other.iter(etree.Element) if not len(e)]:
        leaf.text = EVIL
    identifier = other.attrib.pop(ID, "") or "id-0"
    name = chance.choice(
        (ID, ID, "Id", "ID", "id", "AssertionID", f"{{{XML}}}id", "{urn:evil}Id", f"{{{WSU}}}ID")
    )
    value = chance.choice(
        (
            identifier,
            identifier,
            "another",
            "",
            f" {identifier}",
            f"{identifier} ",
            f"#{identifier}",
        )
    )
    if chance.randrange(5):
        other.set(name, value)
    return other


def _wrapped(root: Element, chance: random.Random) -> Element:
    """Return a place to put something: any element, perhaps in a new wrapper."""
    place = _any(root, chance)
    names = (
        *("{urn:evil}Wrapper", f"{{{SOAP11}}}Header", f"{{{SOAP11}}}Body", f"{{{SOAP12}}}Body"),
        *(SECURITY, f"{{{DS}}}Object", f"{{{DS}}}KeyInfo", f"{{{DS}}}Signature", f"{{{XROAD}}}id"),
        *(f"{{{SOAP11}}}Envelope", f"{{{WSU}}}Timestamp", f"{{{DS}}}Transform"),
    )
    if chance.randrange(2):
        wrapper = etree.Element(chance.choice(names))
        place.insert(chance.randrange(len(place) + 1), wrapper)
        return wrapper
    return place


def _moved(root: Element, chance: random.Random, _: list[Element]) -> Element | None:
    """Move what is signed aside; something evil takes its place (XSW1 to XSW8)."""
    target = _signed(root, chance)
    parent = target.getparent()
    if parent is None:
        return None
    if chance.randrange(4):
        parent.replace(target, _evil(target, chance))
    place = _wrapped(root, chance)
    place.insert(chance.randrange(len(place) + 1), target)
    return None


def _around(root: Element, chance: random.Random, _: list[Element]) -> Element:
    """Put the whole envelope into an evil one."""
    outer = _evil(root, chance) if chance.randrange(2) else etree.Element(root.tag)
    _any(outer, chance).append(root)
    return outer


def _doubled(root: Element, chance: random.Random, _: list[Element]) -> None:
    target = _signed(root, chance)
    other = copy.deepcopy(target) if chance.randrange(4) == 0 else _evil(target, chance)
    place = target.getparent() if chance.randrange(2) else _wrapped(root, chance)
    if place is not None:
        place.insert(chance.randrange(len(place) + 1), other)


def _grafted(root: Element, chance: random.Random, trees: list[Element]) -> None:
    """Take a part of another signed message: of the same sender's, or of one's own."""
    other = chance.choice(trees)
    part = copy.deepcopy(_signed(other, chance))
    own = list(root.iter(str(part.tag)))
    if own and chance.randrange(3) and (parent := own[0].getparent()) is not None:
        parent.replace(own[0], part)
    else:
        _wrapped(root, chance).append(part)


def _removed(root: Element, chance: random.Random, _: list[Element]) -> None:
    target = _any(root, chance)
    parent = target.getparent()
    if parent is not None:
        parent.remove(target)


def _referred(root: Element, chance: random.Random, _: list[Element]) -> None:
    reference = _any(root, chance, f"{{{DS}}}Reference")
    ids = [value for e in root.iter(etree.Element) if (value := e.get(ID))]
    uris = (
        *("", "#", "#another", "#xpointer(/)", "#xpointer(id('x'))", "file:///etc/passwd"),
        *("http://127.0.0.1:9/", "cid:x", f"#{chance.choice(ids)}", f"# {ids[0]}", f"##{ids[0]}"),
        *(f"#{ids[0]}#", f"%23{ids[0]}", ids[0], f"#{ids[0].upper()}"),
    )
    if chance.randrange(6) == 0:
        reference.attrib.pop("URI", None)
    elif chance.randrange(8) == 0:
        reference.set("Type", f"{DS}Manifest")
    else:
        reference.set("URI", chance.choice(uris))


ALGORITHMS = (
    *(
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    ),
    *("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"),
    *(f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116", f"{DS}base64"),
    *("http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2"),
    *(f"{WSSE}#STR-Transform", f"{DS}hmac-sha1", f"{DS}sha1", f"{DS}rsa-sha1", "", "urn:none"),
    *(f"{DS}dsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    *(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ),
)


def _transformed(root: Element, chance: random.Random, _: list[Element]) -> None:
    places = [e for e in root.iter(etree.Element) if e.get("Algorithm") is not None]
    place = chance.choice(places)
    what = chance.randrange(4)
    if what == 0:
        place.set("Algorithm", chance.choice(ALGORITHMS))
    elif what == 1 and (parent := place.getparent()) is not None:
        other = copy.deepcopy(place)
        other.set("Algorithm", chance.choice(ALGORITHMS))
        parent.insert(chance.randrange(len(parent) + 1), other)
    elif what == 2:
        prefixes = etree.SubElement(place, f"{{{ALGORITHMS[0]}}}InclusiveNamespaces")
        prefixes.set("PrefixList", chance.choice(("", "s x a", "#default", "ds " * 40)))
    else:
        xpath = etree.SubElement(place, f"{{{DS}}}XPath")
        xpath.text = chance.choice(("not(//*)", "self::text()", "1", "count(//*//*//*//*)>0"))


def _told(root: Element, chance: random.Random, _: list[Element]) -> None:
    """Change a value somewhere."""
    leaf = _any(root, chance)
    leaf.text = chance.choice((EVIL, "", "AAAA", None, "2099-01-01T00:00:00Z", "H98", "  "))


def _attributed(root: Element, chance: random.Random, _: list[Element]) -> None:
    element = _any(root, chance)
    names = (
        *(ID, "Id", "id", f"{{{XML}}}id", f"{{{SOAP11}}}mustUnderstand", f"{{{SOAP11}}}actor"),
        *(f"{{{XML}}}base", f"{{{XML}}}space", f"{{{XML}}}lang", "URI", "Algorithm", "ValueType"),
    )
    ids = [value for e in root.iter(etree.Element) if (value := e.get(ID))]
    element.set(chance.choice(names), chance.choice((*ids, "1", "0", "", "urn:other", "preserve")))


def _renamed(root: Element, chance: random.Random, _: list[Element]) -> None:
    element = _any(root, chance)
    name = etree.QName(element)
    spaces = (SOAP11, SOAP12, WSSE, WSU, DS, XROAD, "urn:evil", None, str(name.namespace).upper())
    space, local = chance.choice(spaces), chance.choice((name.localname, name.localname, "Body"))
    element.tag = f"{{{space}}}{local}" if space else local


def _commented(root: Element, chance: random.Random, _: list[Element]) -> None:
    element = _any(root, chance)
    element.insert(chance.randrange(len(element) + 1), etree.Comment(EVIL))
    if element.text and chance.randrange(2):
        comment = etree.Comment("x")
        half = len(element.text) // 2
        comment.tail, element.text = element.text[half:], element.text[:half]
        element.insert(0, comment)


def _keyed(root: Element, chance: random.Random, trees: list[Element]) -> None:
    """Let KeyInfo or the token name another key."""
    stranger = trees[2].findtext(f".//{{{WSSE}}}BinarySecurityToken") or ""
    if chance.randrange(2):
        _any(root, chance, f"{{{WSSE}}}BinarySecurityToken").text = stranger
        return
    info = _any(root, chance, f"{{{DS}}}KeyInfo")
    data = etree.SubElement(info, f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = stranger
    if chance.randrange(2):
        method = etree.SubElement(info, f"{{{DS}}}RetrievalMethod")
        method.set("URI", "http://127.0.0.1:9/")


def _swapped(root: Element, chance: random.Random, _: list[Element]) -> None:
    parent = _any(root, chance)
    children = list(parent)
    chance.shuffle(children)
    parent[:] = children


_Change = Callable[[Element, random.Random, list[Element]], Element | None]
_CHANGES: tuple[_Change, ...] = (
    *(_moved, _moved, _moved, _doubled, _doubled, _around, _grafted, _grafted, _removed),
    *(_referred, _transformed, _told, _attributed, _renamed, _commented, _keyed, _swapped),
)


def _spelt(octets: bytes, chance: random.Random) -> bytes:
    """Write the same, or nearly the same, in other bytes."""
    ways = (
        (b"<s:Body", b"<!-- x --><s:Body"),
        (b"H99</", b"<![CDATA[H99]]></"),
        (b"H99</", b"&#72;99</"),
        (b"H99</", b"H<!-- -->99</"),
        (b"H99</", b"H<?x?>99</"),
        (b"H99</", b"H99\n</"),
        (b' xmlns:s="', b' xmlns:z="urn:z" xmlns:s="'),
        (b"<s:Envelope", b'<?xml version="1.0" encoding="utf-16"?><s:Envelope'),
        (b"<s:Envelope", b"<!DOCTYPE s [<!ATTLIST s:Body Id ID #IMPLIED>]><s:Envelope"),
        (b"s:", b"t:"),
        (b"</s:Envelope>", b"</s:Envelope><!-- after -->"),
        (b"wsu:Id", b"wsu:Id "),
        (b"\n", b"\r\n"),
    )
    old, new = chance.choice(ways)
    return octets.replace(old, new, chance.choice((1, -1)))
