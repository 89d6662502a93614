"""Revocation data is fetched once for a chain, checked before use, and kept while it is valid."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import load_der_x509_certificate

from signing.chains import CertificateRevoked, ChainUntrusted
from signing.exchange import Exchange
from signing.pkcs12 import Pkcs12Key
from signing.revocation import Proof, Revocations, RevocationUnavailable
from signing.testservices import Fault
from signing.trust import TrustStore
from tests.signing.levels import Served, now


def prove(
    known: Revocations, key: Pkcs12Key, at: datetime | None = None, **more: datetime
) -> Proof:
    return known.prove(key.certificate, key.chain, at or now(), seen=more.get("seen"))


def serial(key: Pkcs12Key) -> int:
    return load_der_x509_certificate(key.certificate).serial_number


def test_a_chain_is_fetched_once_and_not_for_each_signature(served: Served, tmp_path: Path) -> None:
    known = served.revocations(tmp_path)
    first = prove(known, served.leader)
    assert (len(first.certificates), len(first.crls), len(first.ocsps)) == (3, 1, 1)
    for _ in range(50):
        assert prove(known, served.leader) is first
    assert dict(served.services.hits) == {"ocsp": 1, "crl": 1}
    prove(known, served.agency)  # of the same authority: one question more, no list
    assert dict(served.services.hits) == {"ocsp": 2, "crl": 1}


def test_another_process_finds_what_was_fetched(served: Served, tmp_path: Path) -> None:
    prove(served.revocations(tmp_path), served.leader)
    served.services.faults |= {"ocsp": Fault.DOWN, "crl": Fault.DOWN}
    proof = prove(served.revocations(tmp_path), served.leader)
    assert (len(proof.crls), len(proof.ocsps)) == (1, 1)
    assert dict(served.services.hits) == {"ocsp": 1, "crl": 1}


def test_data_is_fetched_anew_when_it_is_old_and_kept_where_that_fails(
    served: Served, tmp_path: Path
) -> None:
    known, at = served.revocations(tmp_path), now()
    first = prove(known, served.leader, at)
    served.services.faults["ocsp"] = Fault.ERROR
    later = at + timedelta(hours=23)
    assert prove(known, served.leader, later) is first
    # the response ends after a day, the list after a week: the list stands in for it
    later = at + timedelta(days=2)
    served.services.now = lambda: later
    try:
        proof = prove(known, served.leader, later)
    finally:
        served.services.now = now
    assert (len(proof.crls), len(proof.ocsps)) == (2, 0)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.ERROR, Fault.GARBAGE, Fault.HUGE])
def test_the_list_stands_in_for_a_responder_that_fails(
    served: Served, tmp_path: Path, fault: Fault
) -> None:
    served.services.faults["ocsp"] = fault
    proof = prove(served.revocations(tmp_path), served.leader)
    assert (len(proof.crls), len(proof.ocsps)) == (2, 0)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.ERROR, Fault.GARBAGE, Fault.HUGE])
def test_without_any_answer_there_is_no_proof(served: Served, tmp_path: Path, fault: Fault) -> None:
    served.services.faults |= {"ocsp": fault, "crl": fault}
    with pytest.raises(RevocationUnavailable, match=r"latest\.crl"):
        prove(served.revocations(tmp_path), served.leader)


def test_a_revoked_certificate_is_found_out(served: Served, tmp_path: Path) -> None:
    at = now()
    served.services.revoked[serial(served.leader)] = at - timedelta(hours=1)
    with pytest.raises(CertificateRevoked, match="Nguyễn Văn An"):
        prove(served.revocations(tmp_path), served.leader, at)


def test_a_certificate_revoked_after_it_signed_is_proved_for_that_time(
    served: Served, tmp_path: Path
) -> None:
    at = now()
    served.services.revoked[serial(served.leader)] = at - timedelta(hours=1)
    known = served.revocations(tmp_path)
    proof = prove(known, served.leader, at, seen=at - timedelta(hours=2))
    assert proof.crls
    with pytest.raises(CertificateRevoked):
        prove(known, served.leader, at, seen=at - timedelta(minutes=58))
    with pytest.raises(CertificateRevoked):
        prove(known, served.leader, at)


def test_an_answer_that_took_long_is_younger_than_the_question(
    served: Served, tmp_path: Path
) -> None:
    at = now() - timedelta(minutes=3)
    assert prove(served.revocations(tmp_path), served.leader, at).ocsps


def test_an_answer_about_another_certificate_proves_nothing(served: Served, tmp_path: Path) -> None:
    known = served.revocations(tmp_path)
    answers: list[bytes] = []
    assert known.exchange is not None
    ask = known.exchange.transport
    prove(known, served.agency)
    (about_the_seal,) = known.prove(served.agency.certificate, served.agency.chain, now()).ocsps

    def lying(request: object, seconds: float) -> bytes:
        body = getattr(request, "body", b"")
        answers.append(body)
        return about_the_seal if body else ask(request, seconds)  # type: ignore[arg-type]

    other = Revocations(tmp_path / "other", served.trust, Exchange(lying))
    proof = prove(other, served.leader)
    assert about_the_seal not in proof.ocsps
    assert len(proof.crls) == 2


def test_a_list_by_someone_else_proves_nothing(
    served: Served, tmp_path: Path, trust: TrustStore
) -> None:
    foreign = trust.crls[0]
    known = Revocations(tmp_path, served.trust, Exchange(lambda *_: foreign))
    with pytest.raises(RevocationUnavailable):
        prove(known, served.leader)


def test_only_certificates_under_a_trusted_root_make_us_ask(
    served: Served, tmp_path: Path, trust: TrustStore
) -> None:
    with pytest.raises(ChainUntrusted):
        prove(Revocations(tmp_path, trust), served.leader)
    assert not served.services.hits


def test_hosts_that_are_not_allowed_are_not_asked(served: Served, tmp_path: Path) -> None:
    known = Revocations(tmp_path, served.trust, Exchange(hosts=(".gov.vn",)))
    with pytest.raises(RevocationUnavailable, match="host not allowed"):
        prove(known, served.leader)
    assert not served.services.hits


def test_with_fetching_off_the_lists_of_the_administrator_prove_it(
    served: Served, tmp_path: Path
) -> None:
    given = replace(served.trust, crls=served.pki.trust().crls)
    proof = prove(Revocations(tmp_path, given, None), served.leader)
    assert (len(proof.crls), len(proof.ocsps)) == (2, 0)
    assert not served.services.hits
    with pytest.raises(RevocationUnavailable, match="no source"):
        prove(Revocations(tmp_path, served.trust, None), served.leader)


def test_another_responder_may_be_named(served: Served, tmp_path: Path) -> None:
    named = f"{served.services.address}/elsewhere/ocsp/authority"
    exchange = Exchange(hosts=("127.0.0.1",))
    proof = prove(Revocations(tmp_path, served.trust, exchange, named), served.leader)
    assert proof.ocsps


def test_what_is_kept_is_judged_anew(served: Served, tmp_path: Path) -> None:
    prove(served.revocations(tmp_path), served.leader)
    for path in tmp_path.iterdir():
        if path.suffix != ".lock":
            path.write_bytes(b"broken by a bad disk")
    assert prove(served.revocations(tmp_path), served.leader).ocsps
    assert dict(served.services.hits) == {"ocsp": 2, "crl": 2}
