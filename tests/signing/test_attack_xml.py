"""No message passes in which what is read is not what was signed (XML signature wrapping)."""

import base64
import re
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.xmldsig import XmlVerdict, sign, verify
from signing.xmlplaces import DS, Places, enveloped
from tests.signing.conftest import AT
from tests.signing.test_xmldsig import (
    ID,
    LETTER,
    LETTER_MESSAGE,
    MESSAGE,
    SOAP_MESSAGE,
)
from tests.signing.xml_forgery import FORGERIES, Forge, changed, method, one

MALLORY = b"<to>MALLORY</to>"


@pytest.fixture(scope="module")
def message(leader: Pkcs12Key) -> bytes:
    return sign(SOAP_MESSAGE, leader, MESSAGE, at=AT, id_name=ID)


@pytest.fixture(scope="module")
def letter(leader: Pkcs12Key) -> bytes:
    return sign(LETTER_MESSAGE, leader, LETTER, at=AT)


def refused(verdict: XmlVerdict) -> bool:
    failed = verdict.indication is Indication.TOTAL_FAILED
    return failed and verdict.covered == () and bool(verdict.reason)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_message_that_was_tampered_with_is_refused(
    forge: Forge, message: bytes, trust: TrustStore
) -> None:
    root = etree.fromstring(message)
    forge(root)
    begun = time.process_time()
    verdict = verify(etree.tostring(root), MESSAGE, trust, at=AT)
    assert refused(verdict), verdict
    assert time.process_time() - begun < 1


def test_a_public_key_is_no_secret(message: bytes, leader: Pkcs12Key, trust: TrustStore) -> None:
    """HMAC with the signer's public key: a verifier that takes any algorithm takes this."""
    root = etree.fromstring(message)
    method(root, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    changed(root)
    info = one(root, f"{{{DS}}}SignedInfo")
    public = x509.load_der_x509_certificate(leader.certificate).public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    code = hmac.HMAC(secret, hashes.SHA256())
    code.update(etree.tostring(info, method="c14n", exclusive=True))
    one(root, f"{{{DS}}}SignatureValue").text = base64.b64encode(code.finalize()).decode()
    assert refused(verify(etree.tostring(root), MESSAGE, trust, at=AT))


def test_a_certificate_of_ones_own_is_not_trusted(pki: TestPki, trust: TrustStore) -> None:
    """A message signed anew by somebody with a certificate of other roots."""
    done = sign(SOAP_MESSAGE.replace(b"<to>ALICE</to>", MALLORY), pki.key("curve"), MESSAGE, at=AT)
    elsewhere = TrustStore((pki.key("leader").certificate,))
    assert not verify(done, MESSAGE, elsewhere, at=AT).passed


def test_a_certificate_exchanged_in_the_message_is_refused(
    message: bytes, agency: Pkcs12Key, trust: TrustStore
) -> None:
    root = etree.fromstring(message)
    text = base64.b64encode(agency.certificate).decode()
    next(root.iter(f"{{{DS}}}X509Certificate")).text = text
    assert refused(verify(etree.tostring(root), MESSAGE, trust, at=AT))


def test_a_comment_cuts_nothing_off(message: bytes, trust: TrustStore) -> None:
    """Canonical XML leaves comments out: the signature holds, and the whole text is read."""
    cut = message.replace(b">ALICE<", b">AL<!-- -->ICE<")
    assert cut != message
    naive = etree.fromstring(cut).find(".//{urn:pay}to")
    assert naive is not None
    assert naive.text == "AL"
    verdict = verify(cut, MESSAGE, trust, at=AT)
    assert verdict.covered[0].findtext("{urn:pay}pay/{urn:pay}to") == "ALICE"


@pytest.mark.parametrize(
    "prologue",
    [
        b'<!DOCTYPE x [<!ENTITY a "MALLORY">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        b"<!DOCTYPE x [<!ATTLIST x Id ID #IMPLIED>]>",
        b'<?xml-stylesheet href="x"?>',
    ],
)
def test_what_comes_before_the_root_gives_it_no_other_meaning(
    prologue: bytes, message: bytes, trust: TrustStore
) -> None:
    body = message.partition(b"?>")[2]
    assert refused(verify(prologue + body, MESSAGE, trust, at=AT))


def test_a_whole_letter_wrapped_into_another_is_refused(letter: bytes, trust: TrustStore) -> None:
    inner = letter.partition(b"?>")[2]
    wrapped = b'<letter xmlns="urn:letter"><subject>MALLORY</subject>%s</letter>'
    assert refused(verify(wrapped % inner, LETTER, trust, at=AT))
    # the signature taken out and put into the outer one, which holds the inner one besides
    at = re.search(rb"(?s)<ds:Signature.*</ds:Signature>", inner)
    assert at is not None
    signature, bare = at[0], inner.replace(at[0], b"")
    outer = wrapped % bare
    outer = outer.replace(b"</letter>", signature + b"</letter>")
    assert refused(verify(outer, LETTER, trust, at=AT))


def test_a_part_by_its_id_is_not_the_whole(leader: Pkcs12Key, trust: TrustStore) -> None:
    """A signature over a child does not pass for one over the message."""
    name = "{urn:letter}letter"
    child = Places((name,), ((name, "{urn:letter}subject"),))
    done = sign(LETTER_MESSAGE, leader, child, at=AT)
    assert verify(done, child, trust, at=AT).passed
    assert refused(verify(done, LETTER, trust, at=AT))


def test_a_whole_letter_does_not_pass_for_its_parts(letter: bytes, trust: TrustStore) -> None:
    name = "{urn:letter}letter"
    child = Places((name,), ((name, "{urn:letter}subject"),))
    assert refused(verify(letter, child, trust, at=AT))


def test_a_text_added_beside_a_signature_is_refused(letter: bytes, trust: TrustStore) -> None:
    for forged in (
        letter.replace(b"<subject>", b"MALLORY<subject>"),
        letter.replace(b"</ds:Signature>", b"</ds:Signature>MALLORY"),
        letter.replace(b"</ds:Signature>", b"</ds:Signature><to>MALLORY</to>"),
    ):
        assert forged != letter
        assert refused(verify(forged, LETTER, trust, at=AT))


@pytest.mark.parametrize("data", [b"", b"<", b"<a/>", b"\x00", b"%PDF-1.7", b"<a>" * 10_000])
def test_what_is_no_message_is_refused(data: bytes, trust: TrustStore) -> None:
    assert refused(verify(data, MESSAGE, trust, at=AT))


def test_a_message_of_many_elements_costs_little(message: bytes, trust: TrustStore) -> None:
    for stuffing in (b"<a/>" * 2_000_000, b"<a b='" + b"x" * 15_000_000 + b"'/>", b"<a>" * 60):
        stuffed = message.replace(b"</soap:Body>", stuffing + b"</soap:Body>")
        begun = time.process_time()
        assert refused(verify(stuffed, MESSAGE, trust, at=AT))
        assert time.process_time() - begun < 3


def test_ids_everywhere_cost_little(message: bytes, trust: TrustStore) -> None:
    stuffing = b"".join(b'<a Id="i%d"/>' % i for i in range(40_000))
    wrapper = b"<x xmlns='urn:x'>%s</x></soap:Header>" % stuffing
    begun = time.process_time()
    verdict = verify(message.replace(b"</soap:Header>", wrapper), MESSAGE, trust, at=AT)
    assert verdict.passed  # what is not covered is not read
    assert time.process_time() - begun < 3


SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
SIGNED = [
    path
    for folder in ("edxml", "vxp_wire")
    for path in sorted(SAMPLES.glob(f"{folder}/*"))
    if path.suffix == ".edxml" and f'"{DS}"'.encode() in path.read_bytes()
]


@pytest.mark.skipif(not SIGNED, reason="the samples are not here")
def test_signatures_of_edxml_samples_are_refused_for_what_they_are(trust: TrustStore) -> None:
    """Made with SHA-1, by which nothing is proven any more; some use a prefix they lack."""
    for path in SIGNED:
        data = path.read_bytes()
        root = etree.fromstring(data, etree.XMLParser(remove_comments=True, recover=True))
        (signature,) = root.iter(f"{{{DS}}}Signature")
        holders = [element.tag for element in signature.iterancestors()][::-1]
        verdict = verify(data, enveloped(str(root.tag), tuple(map(str, holders))), trust, at=AT)
        assert refused(verdict), path.name
        assert re.search("sha1|prefix", verdict.reason), verdict.reason
