"""Forged signed envelopes: whatever is moved, doubled or renamed, only what was signed is read.

CI takes a seeded sample; `congvan bench attacks` takes a hundred thousand.
"""

import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from signing.testpki import TestPki
from tests.connectors.wrapping import Forgery, Judge

SECONDS = 2.0
"""For one envelope of some kilobytes: for quadratic costs, not for speed."""


@pytest.fixture(scope="module")
def judge(axis_pki: TestPki) -> Judge:
    return Judge(axis_pki.key("system"), axis_pki.key("other"), datetime.now(UTC))


def test_a_forged_envelope_is_refused_or_says_what_was_signed(judge: Judge) -> None:
    ends: Counter[bool] = Counter()
    kinds: Counter[str] = Counter()
    for forgery in judge.forgeries(1, 1500):
        started = time.perf_counter()
        ends[judge.believed(forgery)] += 1
        assert time.perf_counter() - started < SECONDS, forgery
        kinds.update(forgery.kinds)
    assert ends[True] > 50, "not by refusing everything"
    assert min(kinds.values()) > 60, kinds
    assert len(kinds) == 13


def test_the_judge_knows_a_forgery_that_is_believed(judge: Judge) -> None:
    untouched = next(one for one in judge.forgeries(2, 10_000) if not one.kinds)
    assert judge.believed(untouched)
    judge._meanings.clear()
    with pytest.raises(AssertionError):
        judge.believed(Forgery((), untouched.octets))
