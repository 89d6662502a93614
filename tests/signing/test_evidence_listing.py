"""Evidence as a list of digests: each item kept once, whatever the file brings left in the file."""

import json
from datetime import datetime

import pytest

from signing.appearance import Stamp
from signing.errors import EvidenceUnreadable, TrustUnreadable
from signing.evidence import Evidence, listed
from signing.pkcs12 import Pkcs12Key
from signing.policy import BUILT_IN, Policy, built_in
from signing.seal import seal
from signing.trust import TrustStore
from signing.validation import verify


def test_a_verdict_is_repeated_from_the_listing(
    sealed: bytes, trust: TrustStore, at: datetime
) -> None:
    report = verify(sealed, trust, at=at)
    items = report.evidence.items()
    again = Evidence.from_listing(report.evidence.listing(), items.__getitem__)
    assert again.listing() == report.evidence.listing()
    roots = TrustStore.from_blob(trust.anchors())
    assert (roots.crls, roots.version) == ((), trust.version)
    policy = Policy.read(built_in().source, "stored")
    repeated = verify(sealed, roots, at=at, policy=policy, evidence=again)
    assert repeated.as_dict() == report.as_dict() | {"trust_label": ""}
    without = verify(sealed, roots, at=at, policy=policy)
    assert without.policy.endswith("not-checked")


def test_two_documents_of_the_same_signers_have_one_listing(
    sealed: bytes, signed: bytes, agency: Pkcs12Key, red: Stamp, trust: TrustStore, at: datetime
) -> None:
    other = seal(signed, agency, red, number="124", day="23", month="11", at=at)
    first, second = (verify(pdf, trust, at=at).evidence for pdf in (sealed, other))
    assert first.listing() == second.listing()
    assert len(first.listing()) < 800


def test_what_the_file_brings_is_not_kept_beside_it(trust: TrustStore) -> None:
    crl = trust.crls[0]
    brought = Evidence.of(crls=[crl], embedded=[crl])
    assert brought.items() == {}
    assert listed(brought.listing())["crls"] == []
    own = Evidence.of(crls=[crl])
    assert list(own.items().values()) == [crl]


def test_a_listing_that_is_none_and_an_item_that_is_another_are_refused(trust: TrustStore) -> None:
    good = Evidence.of(crls=trust.crls, certificates=trust.roots)
    values = json.loads(good.listing())
    bad = (
        *(b"", b"[]", b"{}", b"\xff", b"[" * 100_000),
        json.dumps(values | {"format": "other"}).encode(),
        json.dumps(values | {"crls": ["../../etc/passwd"]}).encode(),
        json.dumps(values | {"crls": [1]}).encode(),
        json.dumps(values | {"crls": ["0" * 64] * 5000}).encode(),
    )
    for listing in bad:
        with pytest.raises(EvidenceUnreadable):
            Evidence.from_listing(listing, good.items().__getitem__)
    for other in (b"", trust.roots[0], trust.crls[0][:-1]):
        with pytest.raises(EvidenceUnreadable):
            Evidence.from_listing(good.listing(), lambda _sha256, other=other: other)


def test_a_policy_keeps_its_source_and_anchors_are_nothing_else() -> None:
    assert built_in().source == BUILT_IN.read_bytes()
    for blob in (b"", b"[]", b"{}", b'{"format": "congvan-trust/1"}', b"null"):
        with pytest.raises(TrustUnreadable):
            TrustStore.from_blob(blob)
