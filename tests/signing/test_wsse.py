"""Signed SOAP envelopes: xmlsec1 judges ours, we open xmlsec1's, and nothing moved is read."""

import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from signing import wsse
from signing.algorithm import Algorithm
from signing.pkcs12 import Pkcs12Key
from signing.testpki import TestPki
from signing.wsse import ID, SECURITY, WSSE11, WSU, EnvelopeUntrusted, Opener, sign, token_of
from signing.xmlplaces import DS
from tests.signing.conftest import AT

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
EXTRA = "urn:extra"
MINUTE = timedelta(minutes=1)


def letter(soap: str = SOAP11, header: str = "") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:x="{EXTRA}">{header}'
        "<s:Body><pay xmlns='urn:pay'><to>ALICE &amp; Bình</to></pay></s:Body></s:Envelope>"
    ).encode()


WITH_HEADERS = letter(header="<s:Header><x:id>7</x:id><other xmlns='urn:o'/></s:Header>")


def opened(envelope: bytes, key: Pkcs12Key, at: datetime = AT, **options: str) -> bytes:
    return Opener(also=[EXTRA]).open(envelope, key.certificate, at=at, **options).octets


@pytest.mark.parametrize("soap", [SOAP11, SOAP12])
def test_what_was_signed_comes_out_and_nothing_else(leader: Pkcs12Key, soap: str) -> None:
    envelope = WITH_HEADERS.replace(SOAP11.encode(), soap.encode())
    signed = sign(envelope, leader, at=AT, also=[EXTRA])
    assert token_of(signed.octets) == leader.certificate
    root = etree.fromstring(opened(signed.octets, leader))
    assert [child.tag for child in root] == [f"{{{soap}}}Header", f"{{{soap}}}Body"]
    assert [(one.tag, one.text) for one in root[0]] == [(f"{{{EXTRA}}}id", "7")]
    assert root[1][0][0].text == "ALICE & Bình"


@pytest.mark.parametrize("confirming", [None, "c2lnbmF0dXJl"])
@pytest.mark.parametrize("algorithm", [Algorithm.RSA_SHA256, Algorithm.ECDSA_SHA256])
def test_xmlsec1_verifies_our_signature(
    pki: TestPki, tmp_path: Path, algorithm: Algorithm, confirming: str | None
) -> None:
    name = "curve" if algorithm is Algorithm.ECDSA_SHA256 else "leader"
    key = Pkcs12Key.load(pki.key_file(name), pki.passphrase(name), algorithm)
    signed = sign(WITH_HEADERS, key, at=AT, also=[EXTRA], confirming=confirming)
    good = xmlsec1(tmp_path, signed.octets, key, "--verify")
    assert good.returncode == 0, good.stderr
    bad = xmlsec1(tmp_path, signed.octets.replace(b"ALICE", b"MALLO"), key, "--verify")
    assert bad.returncode != 0


def xmlsec1(
    folder: Path, envelope: bytes, key: Pkcs12Key, *options: str
) -> subprocess.CompletedProcess[bytes]:
    (folder / "envelope.xml").write_bytes(envelope)
    certificate = folder / "certificate.der"
    certificate.write_bytes(key.certificate)
    named = [f"{SOAP11}:Body", f"{WSU}:Timestamp", f"{EXTRA}:id", f"{WSSE11}:SignatureConfirmation"]
    ids = [word for name in named for word in ("--id-attr:Id", name)]
    command = ["xmlsec1", *options, "--pubkey-cert-der", str(certificate), *ids]
    return subprocess.run(
        [*command, str(folder / "envelope.xml")], capture_output=True, check=False
    )


def test_an_envelope_that_xmlsec1_signed_is_opened(
    leader: Pkcs12Key, tmp_path: Path, pki: TestPki
) -> None:
    ours = sign(letter(), leader, at=AT).octets
    blank = re.sub(rb"(<ds:DigestValue>)[^<]+", rb"\1", ours)
    blank = re.sub(rb"(<ds:SignatureValue>)[^<]+", rb"\1", blank)
    (tmp_path / "template.xml").write_bytes(blank)
    (tmp_path / "pass").write_bytes(pki.passphrase("leader"))
    ids = [f"{SOAP11}:Body", f"{WSU}:Timestamp"]
    command = [
        *("xmlsec1", "--sign", "--pkcs12", str(pki.key_file("leader"))),
        *("--pwd", pki.passphrase("leader").decode()),
        *(word for name in ids for word in ("--id-attr:Id", name)),
    ]
    done = subprocess.run(
        [*command, str(tmp_path / "template.xml")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"ALICE" in opened(done.stdout, leader)


def test_the_same_request_signed_twice_is_two_messages_and_each_opens_once(
    leader: Pkcs12Key,
) -> None:
    opener = Opener()
    first, second = (sign(letter(), leader, at=AT) for _ in range(2))
    for one in (first, second):
        opener.open(one.octets, leader.certificate, at=AT)
        with pytest.raises(EnvelopeUntrusted, match="replay"):
            opener.open(one.octets, leader.certificate, at=AT + MINUTE)
    with pytest.raises(EnvelopeUntrusted, match="expired"):
        opener.open(first.octets, leader.certificate, at=AT + 11 * MINUTE)


def test_more_messages_at_one_time_than_are_remembered_are_refused(leader: Pkcs12Key) -> None:
    opener = Opener(most=2)
    for _ in range(2):
        opener.open(sign(letter(), leader, at=AT).octets, leader.certificate, at=AT)
    third = sign(letter(), leader, at=AT)
    with pytest.raises(EnvelopeUntrusted, match="too many"):
        opener.open(third.octets, leader.certificate, at=AT)
    later = sign(letter(), leader, at=AT + 20 * MINUTE)
    opener.open(later.octets, leader.certificate, at=AT + 20 * MINUTE)


@pytest.mark.parametrize("minutes", [-6, 11])
def test_a_message_of_another_time_is_refused(leader: Pkcs12Key, minutes: int) -> None:
    signed = sign(letter(), leader, at=AT)
    with pytest.raises(EnvelopeUntrusted):
        opened(signed.octets, leader, AT + minutes * MINUTE)
    assert opened(signed.octets, leader, AT + (minutes - 2 if minutes > 0 else -4) * MINUTE)


def test_an_endless_lifetime_is_refused(leader: Pkcs12Key) -> None:
    signed = sign(letter(), leader, at=AT, lifetime=timedelta(days=1))
    with pytest.raises(EnvelopeUntrusted, match="times"):
        opened(signed.octets, leader)


@pytest.mark.parametrize(
    "times", [("9999-12-31T23:58:00Z", "9999-12-31T23:59:59Z"), ("0001-01-01T00:00:00Z",) * 2]
)
def test_the_ends_of_the_calendar_are_refused_not_counted_with(
    leader: Pkcs12Key, monkeypatch: pytest.MonkeyPatch, times: tuple[str, str]
) -> None:
    written = iter(times)
    monkeypatch.setattr(wsse, "_written", lambda _: next(written))
    signed = sign(letter(), leader, at=AT)
    monkeypatch.undo()
    with pytest.raises(EnvelopeUntrusted):
        opened(signed.octets, leader)


def test_an_answer_must_confirm_its_request(leader: Pkcs12Key) -> None:
    answer = sign(letter(), leader, at=AT, confirming="YQ==").octets
    assert opened(answer, leader, confirming="YQ==")
    for wrong in ("Yg==", ""):
        with pytest.raises(EnvelopeUntrusted, match="another request"):
            opened(answer, leader, confirming=wrong)
    with pytest.raises(EnvelopeUntrusted):
        opened(answer, leader)  # a request confirms nothing
    with pytest.raises(EnvelopeUntrusted):
        opened(sign(letter(), leader, at=AT).octets, leader, confirming="YQ==")


def test_another_certificate_is_refused(leader: Pkcs12Key, agency: Pkcs12Key) -> None:
    signed = sign(letter(), leader, at=AT)
    with pytest.raises(EnvelopeUntrusted, match="another certificate"):
        opened(signed.octets, agency)
    forged = sign(letter(), agency, at=AT).octets
    swapped = edited(forged, lambda root: set_token(root, token_text(signed.octets)))
    with pytest.raises(EnvelopeUntrusted, match="SIG_CRYPTO_FAILURE"):
        opened(swapped, leader)


def edited(envelope: bytes, change: Callable[[etree._Element], object]) -> bytes:
    root = etree.fromstring(envelope)
    change(root)
    return etree.tostring(root)


def token_text(envelope: bytes) -> str:
    return etree.fromstring(envelope).findtext(f".//{{{wsse.WSSE}}}BinarySecurityToken") or ""


def set_token(root: etree._Element, text: str) -> None:
    token = root.find(f".//{{{wsse.WSSE}}}BinarySecurityToken")
    assert token is not None
    token.text = text


EVIL = "<pay xmlns='urn:pay'><to>MALLORY</to></pay>"


def body_of(root: etree._Element) -> etree._Element:
    return root[-1]


def evil_body(root: etree._Element, identifier: str | None = None) -> etree._Element:
    soap = etree.QName(root).namespace
    body = etree.fromstring(f"<s:Body xmlns:s='{soap}'>{EVIL}</s:Body>")
    if identifier:
        body.set(ID, identifier)
    return body


def wrap_in_header(root: etree._Element, *, same_id: bool) -> None:
    signed = body_of(root)
    identifier = signed.get(ID)
    wrapper = etree.SubElement(root[0], "{urn:evil}Wrapper")
    wrapper.append(signed)
    root.append(evil_body(root, identifier if same_id else None))


def wrap_in_security(root: etree._Element) -> None:
    signed = body_of(root)
    security = root.find(f".//{SECURITY}")
    assert security is not None
    etree.SubElement(security, "{urn:evil}Wrapper").append(signed)
    root.append(evil_body(root))


def wrap_in_object(root: etree._Element) -> None:
    signed = body_of(root)
    signature = root.find(f".//{{{DS}}}Signature")
    assert signature is not None
    etree.SubElement(signature, f"{{{DS}}}Object").append(signed)
    root.append(evil_body(root))


def second_security(root: etree._Element) -> None:
    security = root.find(f".//{SECURITY}")
    assert security is not None
    other = etree.fromstring(etree.tostring(security))
    root[0].append(other)


def moved_security(root: etree._Element) -> None:
    security = root.find(f".//{SECURITY}")
    assert security is not None
    etree.SubElement(root[0], "{urn:evil}Wrapper").append(security)


def drop(name: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        for element in list(root.iter(name)):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return change


def algorithm(old: str, new: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        for element in root.iter():
            if element.get("Algorithm") == old:
                element.set("Algorithm", new)

    return change


def set_text(name: str, text: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        element = root.find(f".//{name}")
        assert element is not None
        element.text = text

    return change


MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ATTACKS: dict[str, Callable[[etree._Element], object]] = {
    "body moved into the header": lambda root: wrap_in_header(root, same_id=False),
    "body moved, its id twice": lambda root: wrap_in_header(root, same_id=True),
    "body moved into Security": wrap_in_security,
    "body moved into the signature": wrap_in_object,
    "a second body before": lambda root: root.insert(1, evil_body(root)),
    "a second body after": lambda root: root.append(evil_body(root)),
    "a second body of the same id": lambda root: root.append(
        evil_body(root, body_of(root).get(ID))
    ),
    "a second Header": lambda root: root.insert(0, etree.Element(root[0].tag)),
    "a second Security": second_security,
    "Security in a wrapper": moved_security,
    "no signature": drop(f"{{{DS}}}Signature"),
    "no Security": drop(SECURITY),
    "no timestamp": drop(f"{{{WSU}}}Timestamp"),
    "no token": drop(f"{{{wsse.WSSE}}}BinarySecurityToken"),
    "another body": set_text("{urn:pay}to", "MALLORY"),
    "another header": set_text(f"{{{EXTRA}}}id", "8"),
    "another header of the name": lambda root: root[0].append(
        etree.fromstring(f"<x:id xmlns:x='{EXTRA}'>8</x:id>")
    ),
    "an unsigned header": lambda root: root[0].append(
        etree.fromstring(f"<x:more xmlns:x='{EXTRA}'>8</x:more>")
    ),
    "a longer life": set_text(f"{{{WSU}}}Expires", "2026-11-22T03:09:00Z"),
    "SHA-1": algorithm(f"{MORE}rsa-sha256", f"{DS}rsa-sha1"),
    "HMAC with the public key": algorithm(f"{MORE}rsa-sha256", f"{MORE}hmac-sha256"),
    "digests of SHA-1": algorithm("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1"),
    "inclusive canonicalization": algorithm(
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ),
    "XSLT": algorithm(
        "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/1999/REC-xslt-19991116"
    ),
    "an empty signature value": set_text(f"{{{DS}}}SignatureValue", ""),
    "another signature value": set_text(f"{{{DS}}}SignatureValue", "AAAA"),
    "a token that is no base64": lambda root: set_token(root, "***"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_moved_or_changed_is_never_read(leader: Pkcs12Key, name: str) -> None:
    signed = sign(WITH_HEADERS, leader, at=AT, also=[EXTRA]).octets
    assert opened(signed, leader)
    with pytest.raises(EnvelopeUntrusted):
        opened(edited(signed, ATTACKS[name]), leader)


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"not xml",
        b"<x/>",
        letter().replace(b"<s:Body>", b"<s:Header/><s:Header/><s:Body>"),
        b'<!DOCTYPE s [<!ENTITY e "x">]>' + letter(),
    ],
)
def test_what_is_no_envelope_is_refused(leader: Pkcs12Key, envelope: bytes) -> None:
    with pytest.raises(EnvelopeUntrusted):
        opened(envelope, leader)
    with pytest.raises(EnvelopeUntrusted):
        token_of(envelope)
    with pytest.raises(EnvelopeUntrusted):
        sign(envelope, leader, at=AT)


def test_nothing_is_signed_twice(leader: Pkcs12Key) -> None:
    with pytest.raises(EnvelopeUntrusted, match="already"):
        sign(sign(letter(), leader, at=AT).octets, leader, at=AT)
