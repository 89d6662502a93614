"""Verdicts on certificates are kept, and a kept verdict is what a fresh one would be."""

import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from signing import paths
from signing.certificates import certificate
from signing.ground import Ground
from signing.keys import KeyHolder
from signing.paths import judge
from signing.pkcs12 import Pkcs12Key
from signing.policy import built_in
from signing.testpki import TestPki
from signing.trust import TrustStore


def ground(trust: TrustStore) -> Ground:
    return Ground(trust, built_in(), bool(trust.crls), (), trust.crls)


def known(verdict: paths.PathVerdict) -> tuple[object, ...]:
    return verdict.sub_indication, verdict.horizon, verdict.chain, verdict.revocation


def test_a_kept_verdict_is_what_a_fresh_one_would_be(
    pki: TestPki, trust: TrustStore, leader: Pkcs12Key
) -> None:
    expired = pki.key("expired")
    for key in (leader, expired):
        signer, others = certificate(key.certificate), [certificate(der) for der in key.chain]
        held = (signer, *others)
        on = ground(trust)
        edges = on.about(held).moments((*held, *map(certificate, trust.roots))).ordered
        second = timedelta(seconds=1)
        moments = [when + shift for when in edges for shift in (-second, timedelta(), second)]
        rng = random.Random(1)
        moments += [
            datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(12_000))
            for _ in range(15)
        ]
        rng.shuffle(moments)
        for past in (False, True):
            paths.forget()
            kept = [known(judge(signer, others, m, on, past=past)) for m in moments]
            fresh = []
            for moment in moments:
                paths.forget()
                fresh.append(known(judge(signer, others, moment, on, past=past)))
            assert kept == fresh
        assert len({verdict[0] for verdict in kept}) > 1


def test_another_ground_gets_a_verdict_of_its_own(
    pki: TestPki, trust: TrustStore, leader: Pkcs12Key, at: datetime
) -> None:
    signer, others = certificate(leader.certificate), [certificate(der) for der in leader.chain]
    assert judge(signer, others, at, ground(trust)).good
    partial = TrustStore(trust.roots, trust.intermediates, trust.crls[:1])
    assert judge(signer, others, at, ground(partial)).sub_indication == "TRY_LATER"
    stranger = TrustStore((), (), trust.crls)
    lost = judge(signer, others, at, ground(stranger))
    assert lost.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_openssl_says_the_same_of_the_chain_at_each_moment(
    pki: TestPki, trust: TrustStore, leader: Pkcs12Key, tmp_path: Path
) -> None:
    moments = [
        datetime(2024, 6, 1, tzinfo=UTC),
        datetime(2026, 11, 22, tzinfo=UTC),
        datetime(2041, 1, 1, tzinfo=UTC),
    ]
    for key in (leader, pki.key("expired")):
        others = [certificate(der) for der in key.chain]
        for moment in moments:
            ours = judge(certificate(key.certificate), others, moment, ground(trust))
            assert ours.good is _openssl(pki, key, trust, moment, tmp_path), moment


def _openssl(
    pki: TestPki, key: KeyHolder, trust: TrustStore, moment: datetime, folder: Path
) -> bool:
    program = shutil.which("openssl")
    assert program is not None
    lists = folder / "lists.pem"
    with lists.open("wb") as out:
        for der in trust.crls:
            made = subprocess.run(
                [program, "crl", "-inform", "DER"], input=der, capture_output=True, check=True
            )
            out.write(made.stdout)
    (folder / "signer.der").write_bytes(key.certificate)
    command = [
        *(program, "verify", "-attime", str(int(moment.timestamp()))),
        *("-crl_check_all", "-CRLfile", str(lists), "-CAfile", str(pki.roots)),
        *("-untrusted", str(pki.chain), str(folder / "signer.der")),
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
