"""A certificate that expired or was revoked later: what timestamps and stored data still prove."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.x509 import load_der_x509_certificate

from documents.level import Level
from signing.evidence import Evidence
from signing.pades import sign
from signing.preservation import Preserver
from signing.report import Indication, Report, SignatureReport
from signing.revocation import Revocations
from signing.testpki import AUTHORITY, ROOT, Subject, TestPki, make_pki
from signing.testservices import OCSP, TSA, TestServices
from signing.timestamps import Stamping, Timestamper
from signing.trust import TrustStore
from signing.validation import verify

SIGNED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SOON = SIGNED + timedelta(hours=2)
WEEKS_LATER = SIGNED + timedelta(days=20)
EXPIRES = SIGNED + timedelta(days=40)
YEARS_LATER = SIGNED + timedelta(days=700)
PASSED, UNSURE, FAILED = Indication


class World(NamedTuple):
    """Services whose clock can be set, the keys, and one document at each level."""

    services: TestServices
    pki: TestPki
    basic: bytes
    stamped: bytes
    archived: bytes

    def trust(self, at: datetime, revoked: datetime | None = None) -> TrustStore:
        """Return the store with lists of *at*; the leader's certificate may be *revoked*."""
        self.services.revoked.clear()
        if revoked is not None:
            serial = load_der_x509_certificate(self.pki.key("leader").certificate).serial_number
            self.services.revoked[serial] = revoked
        lists = tuple(self.services._list(name, at) for name in (ROOT, AUTHORITY))
        self.services.revoked.clear()
        return replace(TrustStore.load(self.pki.roots), crls=lists)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, reserved: bytes) -> Iterator[World]:
    services = TestServices()
    services.now = lambda: clock[0]
    clock = [SIGNED]
    folder = tmp_path_factory.mktemp("pki")
    organisation = "UBND tỉnh Sơn Hải"
    subjects = (
        Subject("leader", "Nguyễn Văn An", organisation, not_after=EXPIRES, algorithm="p256"),
        Subject(TSA, "TEST TSA", organisation, kind="tsa", algorithm="p256"),
        Subject(OCSP, "TEST OCSP", organisation, kind="ocsp", algorithm="p256"),
    )
    pki = make_pki(folder, subjects, services.address)
    services.serve(pki)
    trust = TrustStore.load(pki.roots)
    timestamper = Timestamper(services.tsa_url, trust)
    key = pki.key("leader")
    basic = sign(reserved, key, None, at=SIGNED)
    stamped = sign(reserved, key, None, at=SIGNED, stamping=Stamping(timestamper, SIGNED, 10))
    clock[0] = SIGNED + timedelta(minutes=5)
    preserver = Preserver(timestamper, Revocations(folder / "kept", trust), 10)
    archived = preserver.preserve(stamped, Level.B_LTA, clock[0]).pdf
    yield World(services, pki, basic, stamped, archived)
    services.close()


def leader(report: Report) -> SignatureReport:
    return report.signatures[0]


def test_the_level_is_what_is_proven(world: World) -> None:
    trust = world.trust(SIGNED)
    found = [leader(verify(pdf, trust, at=SOON)) for pdf in world[2:]]
    assert [one.indication for one in found] == [PASSED] * 3
    assert [one.level for one in found] == ["B-B", "B-T", "B-LTA"]
    assert [one.proven_time for one in found] == [None, SIGNED, SIGNED]
    stranger = replace(trust, roots=())
    assert leader(verify(world.archived, stranger, at=SOON)).level == "B-B"


def test_after_the_certificates_end_only_what_was_proven_in_time_passes(world: World) -> None:
    trust = world.trust(YEARS_LATER)
    found = [verify(pdf, trust, at=YEARS_LATER) for pdf in world[2:]]
    assert [leader(one).sub_indication for one in found] == [
        "OUT_OF_BOUNDS_NO_POE",
        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
        "",
    ]
    assert [one.verdict for one in found] == [UNSURE, UNSURE, PASSED]
    assert "good when signed" in leader(found[2]).reason


def test_revoked_after_the_proven_time_passes_and_before_does_not(world: World) -> None:
    later = world.trust(WEEKS_LATER, revoked=SIGNED + timedelta(days=3))
    before = world.trust(WEEKS_LATER, revoked=SIGNED - timedelta(days=3))
    for pdf, expected in ((world.basic, UNSURE), (world.stamped, PASSED), (world.archived, PASSED)):
        assert verify(pdf, later, at=WEEKS_LATER).verdict is expected
    for pdf in world[2:]:
        report = verify(pdf, before, at=WEEKS_LATER)
        assert leader(report).sub_indication == "REVOKED_NO_POE"
        assert leader(report).revocation is not None
        assert leader(report).revocation.status == "revoked"


def test_the_files_own_older_data_hides_no_revocation(world: World) -> None:
    # at this moment the file's OCSP response and list are still fresh, and say good
    moment = SIGNED + timedelta(hours=5)
    trust = world.trust(moment, revoked=SIGNED - timedelta(hours=1))
    assert leader(verify(world.archived, trust, at=moment)).sub_indication == "REVOKED_NO_POE"


def test_stale_data_says_when_to_try_again(world: World) -> None:
    report = verify(world.basic, world.trust(SIGNED), at=WEEKS_LATER)
    assert leader(report).sub_indication == "TRY_LATER"
    assert report.try_again_at is not None
    assert report.try_again_at > WEEKS_LATER


def test_a_signing_time_ahead_of_ours_does_not_pass(world: World) -> None:
    early = SIGNED - timedelta(days=1)
    trust = world.trust(early)
    basic = verify(world.basic, trust, at=early)
    assert leader(basic).sub_indication == "SIG_CONSTRAINTS_FAILURE"
    stamped = verify(world.archived, trust, at=early)
    assert leader(stamped).proven_time is None
    assert stamped.verdict is UNSURE
    # a clock a little behind is no reason
    near = SIGNED - timedelta(minutes=2)
    assert verify(world.basic, world.trust(near), at=near).verdict is PASSED


def test_stored_evidence_repeats_the_verdict_whatever_is_known_since(world: World) -> None:
    trust = world.trust(SIGNED)
    for pdf in world[2:]:
        first = verify(pdf, trust, at=SOON)
        stored = Evidence.from_bytes(first.evidence.to_bytes())
        assert stored == first.evidence
        since = world.trust(WEEKS_LATER, revoked=SIGNED - timedelta(days=3))
        again = verify(pdf, since, at=SOON, evidence=stored)
        assert again.as_dict() == first.as_dict()
        assert again.evidence == first.evidence
    # it was the evidence that did it
    alone = verify(world.stamped, world.trust(WEEKS_LATER), at=SOON)
    assert leader(alone).sub_indication == "TRY_LATER"


def test_evidence_holds_the_signer_the_list_and_the_tokens(world: World) -> None:
    evidence = verify(world.archived, world.trust(SIGNED), at=SOON).evidence
    assert world.pki.key("leader").certificate in evidence.certificates
    assert len(evidence.timestamps) == 2
    assert evidence.crls
    assert evidence.ocsps
    assert list(evidence.crls) == sorted(evidence.crls, key=lambda d: hashlib.sha256(d).digest())


def test_a_changed_archive_timestamp_breaks_the_document(world: World) -> None:
    start = world.archived.rindex(b"/Contents <") + 400
    broken = bytearray(world.archived)
    broken[start] = ord("1") if broken[start] != ord("1") else ord("2")
    report = verify(bytes(broken), world.trust(SIGNED), at=SOON)
    assert report.verdict is not PASSED


def test_the_trust_store_is_the_same_after_it_was_stored(world: World, tmp_path: Path) -> None:
    trust = world.trust(SIGNED)
    again = TrustStore.from_blob(trust.blob())
    assert (again.version, again.blob()) == (trust.version, trust.blob())
    one, two = (verify(world.archived, store, at=SOON) for store in (trust, again))
    assert one.as_dict() == two.as_dict()
