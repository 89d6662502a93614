"""The CMS equals pyHanko's own, byte for byte where the algorithm allows it."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from asn1crypto import cms as asn1
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from signing import cms
from signing.algorithm import Algorithm, Family
from signing.pkcs12 import Pkcs12Key
from signing.testpki import TestPki
from tests.workflows.proof import run

CONTENT = b"a document"
DIGEST = hashlib.sha256(CONTENT).digest()
MATRIX = [("curve" if each.family is Family.ECDSA else "leader", each) for each in Algorithm]


def by_pyhanko(
    pki: TestPki, name: str, digest: bytes, algorithm: Algorithm = Algorithm.RSA_SHA256
) -> bytes:
    signer = SimpleSigner.load_pkcs12(
        str(pki.key_file(name)),
        passphrase=pki.passphrase(name),
        prefer_pss=algorithm.family is Family.PSS,
    )
    assert signer is not None
    made = signer.async_sign(
        digest, algorithm.digest, use_pades=True, signed_attr_settings=PdfCMSSignedAttributes()
    )
    encoded: bytes = asyncio.run(made).dump()
    return encoded


@pytest.mark.parametrize(("name", "algorithm"), MATRIX)
def test_each_algorithm_has_pyhankos_attributes_and_openssls_approval(
    pki: TestPki, tmp_path: Path, name: str, algorithm: Algorithm
) -> None:
    key = Pkcs12Key.load(pki.key_file(name), pki.passphrase(name), algorithm)
    digest = hashlib.new(algorithm.digest, CONTENT).digest()
    made = cms.signed_data(key, digest)
    ours, theirs = (
        asn1.ContentInfo.load(data)["content"]
        for data in (made, by_pyhanko(pki, name, digest, algorithm))
    )
    mine, his = ours["signer_infos"][0], theirs["signer_infos"][0]
    for part in ("version", "sid", "digest_algorithm", "signed_attrs"):
        assert mine[part].dump() == his[part].dump(), part
    if algorithm.family is Family.PSS:
        # pyHanko's salt is as long as the key allows; RFC 5756, 3 advises the digest's length
        assert mine["signature_algorithm"]["parameters"]["salt_length"].native == len(digest)
    else:
        assert mine["signature_algorithm"].dump() == his["signature_algorithm"].dump()
    (tmp_path / "cms").write_bytes(made)
    (tmp_path / "content").write_bytes(CONTENT)
    asked = ("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any")
    files = ("-in", tmp_path / "cms", "-content", tmp_path / "content", "-CAfile", pki.roots)
    done = run(*asked, *files, "-out", "/dev/null")
    assert done.returncode == 0, done.stderr
    (tmp_path / "content").write_bytes(b"another document")
    assert run(*asked, *files, "-out", "/dev/null").returncode != 0


def test_an_rsa_signature_equals_pyhankos_byte_for_byte(pki: TestPki, leader: Pkcs12Key) -> None:
    assert cms.signed_data(leader, DIGEST) == by_pyhanko(pki, "leader", DIGEST)


def test_an_ecdsa_signature_equals_pyhankos_but_for_its_random_value(pki: TestPki) -> None:
    ours, theirs = (
        asn1.ContentInfo.load(data)["content"]
        for data in (cms.signed_data(pki.key("curve"), DIGEST), by_pyhanko(pki, "curve", DIGEST))
    )
    mine, his = ours["signer_infos"][0], theirs["signer_infos"][0]
    for part in ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm"):
        assert mine[part].dump() == his[part].dump(), part
    for part in ("version", "digest_algorithms", "encap_content_info", "certificates"):
        assert ours[part].dump() == theirs[part].dump(), part


@pytest.mark.parametrize("name", ["leader", "curve"])
def test_no_signature_is_longer_than_what_is_reserved(pki: TestPki, name: str) -> None:
    key = pki.key(name)

    @settings(max_examples=20, deadline=None)
    @given(digest=st.binary(min_size=32, max_size=32))
    def holds(digest: bytes) -> None:
        made = cms.signed_data(key, digest)
        assert len(made) <= cms.longest(key) <= len(made) + 8
        assert asn1.ContentInfo.load(made, strict=True)["content"]["version"].native == "v1"

    holds()


def test_the_root_is_not_embedded(pki: TestPki, leader: Pkcs12Key) -> None:
    content = asn1.ContentInfo.load(cms.signed_data(leader, DIGEST))["content"]
    issuers = {c.chosen.self_issued for c in content["certificates"]}
    assert issuers == {False}
