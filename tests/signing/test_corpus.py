"""Foreign files, broken ones and attacks: each gets an answer in time, no attack passes."""

import binascii
import re
import time
from pathlib import Path

import pytest
from asn1crypto import cms

from signing.report import Indication
from signing.trust import TrustStore
from signing.validation import verify

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "pdf"
FILES = sorted(SAMPLES.rglob("*.pdf"))
CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f\s]+)>")


def own_certificates(pdf: bytes) -> tuple[bytes, ...]:
    """Return every certificate in the file's signatures, so that trust rejects nothing."""
    found: dict[bytes, None] = {}
    for match in CONTENTS.finditer(pdf):
        try:
            content = cms.ContentInfo.load(binascii.unhexlify(b"".join(match[1].split())))
            certificates = content["content"]["certificates"]
            found |= dict.fromkeys(c.chosen.dump() for c in certificates)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return tuple(found)


def is_attack(path: Path) -> bool:
    anomaly = path.parent.name == "coverage-anomalies" and path.name != "base.pdf"
    partial = path.name.startswith("extensions-indirect-not-all-paths")
    return anomaly or partial or "sneaky" in path.name


@pytest.mark.skipif(not FILES, reason="the samples are not here")
def test_every_sample_gets_an_answer_in_time_and_no_attack_passes() -> None:
    verdicts = {}
    for path in FILES:
        pdf = path.read_bytes()
        start = time.process_time()
        verdicts[path] = verify(pdf, TrustStore(own_certificates(pdf))).verdict
        assert time.process_time() - start < 10, path.name  # the slowest takes 0.04 s
    attacks = [path for path in FILES if is_attack(path)]
    assert len(attacks) >= 9
    assert [path.name for path in attacks if verdicts[path] is Indication.TOTAL_PASSED] == []
    # and honest ones do pass, so that the above says something
    assert list(verdicts.values()).count(Indication.TOTAL_PASSED) >= 15
