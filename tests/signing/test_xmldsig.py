"""XML signatures: ours are verified by xmlsec1, xmlsec1's by us, both shapes, every algorithm."""

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from signing.algorithm import Algorithm
from signing.errors import CertificateRefused
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.xmldsig import sign, verify
from signing.xmlplaces import DS, METHODS, Misplaced, Places, enveloped
from tests.signing.conftest import AT

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
ENVELOPE, SECURITY = f"{{{SOAP}}}Envelope", f"{{{WSSE}}}Security"
HEADER, BODY = f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"
ID = f"{{{WSU}}}Id"
MESSAGE = Places(
    (ENVELOPE, HEADER, SECURITY),
    ((ENVELOPE, BODY), (ENVELOPE, HEADER, SECURITY, f"{{{WSU}}}Timestamp")),
)
LETTER = enveloped("{urn:letter}letter")
SOAP_MESSAGE = f"""<soap:Envelope xmlns:soap="{SOAP}" xmlns:unused="urn:unused">
<soap:Header><wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsu:Timestamp>
<wsu:Created>2026-11-22T03:00:00Z</wsu:Created></wsu:Timestamp></wsse:Security></soap:Header>
<soap:Body><pay xmlns="urn:pay"><to>ALICE</to><amount>5 &lt; 6</amount></pay></soap:Body>
</soap:Envelope>""".encode()
LETTER_MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<a:letter xmlns="urn:letter" xmlns:a="urn:letter" a:số="12"><subject>Về việc  thử</subject>
<a:to>UBND tỉnh Sơn Hải</a:to></a:letter>""".encode()


@pytest.fixture(scope="module")
def keys(pki: TestPki) -> dict[Algorithm, Pkcs12Key]:
    """The leader's RSA key for each algorithm, and the curve's."""

    def load(algorithm: Algorithm) -> Pkcs12Key:
        name = "curve" if algorithm.value.endswith("ecdsa") else "leader"
        return Pkcs12Key.load(pki.key_file(name), pki.passphrase(name), algorithm)

    return {algorithm: load(algorithm) for algorithm in Algorithm}


def xmlsec1(folder: Path, message: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    path = folder / "message.xml"
    path.write_bytes(message)
    ids = [("--id-attr:Id", f"{SOAP}:Body"), ("--id-attr:Id", f"{WSU}:Timestamp")]
    given = [word for pair in ids for word in pair]
    return subprocess.run(
        ["xmlsec1", *options, *given, str(path)], capture_output=True, check=False
    )


@pytest.mark.parametrize("algorithm", Algorithm)
def test_what_we_sign_we_verify(
    algorithm: Algorithm, keys: dict[Algorithm, Pkcs12Key], trust: TrustStore
) -> None:
    for message, places in ((SOAP_MESSAGE, MESSAGE), (LETTER_MESSAGE, LETTER)):
        done = sign(message, keys[algorithm], places, at=AT, id_name=ID)
        verdict = verify(done, places, trust, at=AT)
        assert verdict.indication is Indication.TOTAL_PASSED, verdict.reason
        assert verdict.signer in ("Nguyễn Văn An", "Trần Thị Bình")
        assert verdict.certificate == keys[algorithm].certificate
        assert METHODS[signature_method(done)] == algorithm.value


def signature_method(message: bytes) -> str:
    (method,) = etree.fromstring(message).iter(f"{{{DS}}}SignatureMethod")
    return str(method.get("Algorithm"))


@pytest.mark.parametrize("algorithm", [a for a in Algorithm if not a.value.endswith("pss")])
def test_xmlsec1_verifies_what_we_sign(
    algorithm: Algorithm, keys: dict[Algorithm, Pkcs12Key], pki: TestPki, tmp_path: Path
) -> None:
    """PSS is unknown to the installed xmlsec1 1.2."""
    for message, places in ((SOAP_MESSAGE, MESSAGE), (LETTER_MESSAGE, LETTER)):
        done = sign(message, keys[algorithm], places, at=AT, id_name=ID)
        trusted = ("--trusted-pem", str(pki.roots), "--untrusted-pem", str(pki.chain))
        judged = xmlsec1(tmp_path, done, "--verify", *trusted)
        assert judged.returncode == 0, judged.stderr


TEMPLATE = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="%(c14n)s"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#%(method)s"/>
%(references)s</ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>"""
REFERENCE = """<ds:Reference URI="%s"><ds:Transforms>%s</ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>
</ds:Reference>"""
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
TAKEN_OUT = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
CANONICAL = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
PREFIXES = (
    f'<ds:Transform Algorithm="{EXCLUSIVE}"><c:InclusiveNamespaces xmlns:c="{EXCLUSIVE}" '
    'PrefixList="unused soap"/></ds:Transform>'
)


def signed_by_xmlsec1(
    message: bytes, template: str, before: bytes, name: str, pki: TestPki, folder: Path
) -> bytes:
    at = message.rindex(before)
    prepared = message[:at] + template.encode() + message[at:]
    key = ("--pkcs12", str(pki.key_file(name)), "--pwd", pki.passphrase(name).decode())
    done = xmlsec1(folder, prepared, "--sign", *key)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("name", "method"), [("leader", "rsa-sha256"), ("curve", "ecdsa-sha256")])
@pytest.mark.parametrize(
    ("c14n", "transforms"),
    [
        (EXCLUSIVE, TAKEN_OUT + CANONICAL),
        (INCLUSIVE, TAKEN_OUT),
        (INCLUSIVE, TAKEN_OUT + f'<ds:Transform Algorithm="{INCLUSIVE}"/>'),
    ],
)
def test_we_verify_a_whole_message_that_xmlsec1_signed(
    name: str,
    method: str,
    c14n: str,
    transforms: str,
    pki: TestPki,
    trust: TrustStore,
    tmp_path: Path,
) -> None:
    references = REFERENCE % ("", transforms)
    template = TEMPLATE % {"c14n": c14n, "method": method, "references": references}
    done = signed_by_xmlsec1(LETTER_MESSAGE, template, b"</a:letter>", name, pki, tmp_path)
    verdict = verify(done, LETTER, trust, at=AT)
    assert verdict.passed, verdict.reason
    (letter,) = verdict.covered
    assert [child.text for child in letter] == ["Về việc  thử", "UBND tỉnh Sơn Hải"]


@pytest.mark.parametrize("transforms", [CANONICAL, PREFIXES])
def test_we_verify_parts_that_xmlsec1_signed(
    transforms: str, pki: TestPki, trust: TrustStore, tmp_path: Path
) -> None:
    message = SOAP_MESSAGE.replace(b"<soap:Body>", b'<soap:Body Id="b">')
    message = message.replace(b"<wsu:Timestamp>", b'<wsu:Timestamp Id="t">')
    references = REFERENCE % ("#t", transforms) + REFERENCE % ("#b", transforms)
    facts = {"c14n": EXCLUSIVE, "method": "rsa-sha256", "references": references}
    done = signed_by_xmlsec1(
        message, TEMPLATE % facts, b"</wsse:Security>", "leader", pki, tmp_path
    )
    verdict = verify(done, MESSAGE, trust, at=AT)
    assert verdict.passed, verdict.reason
    assert [element.tag for element in verdict.covered] == [BODY, f"{{{WSU}}}Timestamp"]


def test_what_was_signed_is_what_is_read(leader: Pkcs12Key, trust: TrustStore) -> None:
    done = sign(SOAP_MESSAGE, leader, MESSAGE, at=AT, id_name=ID)
    verdict = verify(done, MESSAGE, trust, at=AT)
    body, stamp = verdict.covered
    assert body.findtext("{urn:pay}pay/{urn:pay}to") == "ALICE"
    assert body.findtext("{urn:pay}pay/{urn:pay}amount") == "5 < 6"
    assert stamp.findtext(f"{{{WSU}}}Created") == "2026-11-22T03:00:00Z"


def test_a_signature_may_stand_deep_in_the_message_that_it_covers(
    leader: Pkcs12Key, trust: TrustStore, pki: TestPki, tmp_path: Path
) -> None:
    places = enveloped(ENVELOPE, (ENVELOPE, HEADER, SECURITY))
    done = sign(SOAP_MESSAGE, leader, places, at=AT)
    assert verify(done, places, trust, at=AT).passed
    trusted = ("--trusted-pem", str(pki.roots), "--untrusted-pem", str(pki.chain))
    assert xmlsec1(tmp_path, done, "--verify", *trusted).returncode == 0


def test_a_signer_who_is_known_needs_no_certificate_in_the_message(
    leader: Pkcs12Key, agency: Pkcs12Key, trust: TrustStore, pki: TestPki
) -> None:
    done = sign(SOAP_MESSAGE, leader, MESSAGE, at=AT, id_name=ID)
    assert verify(done, MESSAGE, trust, at=AT, certificate=leader.certificate).passed
    assert not verify(done, MESSAGE, trust, at=AT, certificate=agency.certificate).passed
    root = etree.fromstring(done)
    (info,) = root.iter(f"{{{DS}}}KeyInfo")
    parent = info.getparent()
    assert parent is not None
    parent.remove(info)
    bare = etree.tostring(root)
    assert not verify(bare, MESSAGE, trust, at=AT).passed
    assert verify(
        bare, MESSAGE, helped(trust, leader), at=AT, certificate=leader.certificate
    ).passed


def helped(trust: TrustStore, key: Pkcs12Key) -> TrustStore:
    """Return *trust* with the key's intermediate certificates."""
    return TrustStore(trust.roots, key.chain, trust.crls)


def test_an_untrusted_signer_is_not_believed_and_nothing_is_read(
    leader: Pkcs12Key, pki: TestPki, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = sign(SOAP_MESSAGE, leader, MESSAGE, at=AT, id_name=ID)
    stranger = TrustStore((pki.key("curve").certificate,))
    verdict = verify(done, MESSAGE, stranger, at=AT)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert verdict.covered == ()


def test_a_certificate_is_judged_at_the_moment_that_is_asked_for(
    leader: Pkcs12Key, trust: TrustStore
) -> None:
    done = sign(SOAP_MESSAGE, leader, MESSAGE, at=AT, id_name=ID)
    assert not verify(done, MESSAGE, trust, at=AT.replace(year=2024)).passed
    late = verify(done, MESSAGE, trust, at=AT.replace(year=2041))
    assert late.indication is Indication.INDETERMINATE


def test_an_expired_key_signs_no_message(pki: TestPki) -> None:
    with pytest.raises(CertificateRefused):
        sign(SOAP_MESSAGE, pki.key("expired"), MESSAGE, at=AT)


def test_a_message_without_the_places_is_not_signed(leader: Pkcs12Key) -> None:
    with pytest.raises(Misplaced):
        sign(LETTER_MESSAGE, leader, MESSAGE, at=AT)
    twice = SOAP_MESSAGE.replace(b"</soap:Envelope>", b"<soap:Body/></soap:Envelope>")
    with pytest.raises(Misplaced):
        sign(twice, leader, MESSAGE, at=AT)
