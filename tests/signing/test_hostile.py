"""A file that was made to be expensive gets its verdict, with a reason, within bounds."""

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from signing import bounds
from signing.report import Indication
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.conftest import AT
from tests.signing.forgery import Victim
from tests.signing.hostile import (
    AFTER_A_SIGNATURE,
    FROM_NOTHING,
    array_of_names,
    many_fields_later,
    many_signatures,
    rewritten,
)

MEMORY = 2 << 30
"""Bytes of data, as in the workshop."""
SHORT = 0.3
"""Seconds of CPU in these tests; eight are given."""
LATE = 10.0
"""Seconds until a call of the library that cannot be broken off is over."""


@dataclass(frozen=True)
class Judged:
    """What a process of its own made of a file."""

    verdict: str
    reason: str
    signatures: int
    cpu: float


def judged(pdf: bytes, trust: TrustStore) -> Judged:
    """Verify *pdf* in a process with the workshop's memory."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        begun = time.process_time()
        report = verify(pdf, trust, at=AT)
        cpu = time.process_time() - begun
        facts = (report.verdict.value, report.reason[:500], len(report.signatures), cpu)
        os.write(theirs, json.dumps(facts).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return Judged(*json.loads(answer))


@pytest.fixture(autouse=True)
def in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "CPU_SECONDS", SHORT)


@pytest.mark.parametrize("make", FROM_NOTHING, ids=lambda make: make.__name__)
def test_a_hostile_file_gets_a_verdict_with_a_reason_in_time(
    make: Callable[[], bytes], trust: TrustStore
) -> None:
    answer = judged(make(), trust)
    assert answer.verdict == Indication.INDETERMINATE
    assert answer.reason
    assert answer.signatures <= 64
    assert answer.cpu < SHORT + LATE


@pytest.mark.parametrize("make", AFTER_A_SIGNATURE, ids=lambda make: make.__name__)
def test_a_flood_after_the_seal_gets_a_verdict_in_time(
    make: Callable[[Victim], bytes], sealed: bytes, trust: TrustStore
) -> None:
    answer = judged(make(Victim(sealed)), trust)
    assert answer.cpu < SHORT + LATE
    assert answer.reason or answer.verdict == Indication.TOTAL_PASSED
    if make is not rewritten:  # nothing changes in that one
        assert answer.verdict != Indication.TOTAL_PASSED


def test_many_signatures_are_not_reported_one_by_one(
    trust: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "CPU_SECONDS", 8.0)
    report = verify(many_signatures(), trust, at=AT)
    assert report.signatures == ()
    assert "too many" in report.reason


def test_fields_added_by_the_thousand_are_refused(
    sealed: bytes, trust: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "CPU_SECONDS", 8.0)
    assert "too many" in verify(many_fields_later(Victim(sealed)), trust, at=AT).reason


def test_what_was_broken_off_leaves_no_timer(trust: TrustStore) -> None:
    assert "time" in verify(array_of_names(), trust, at=AT).reason
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is signal.SIG_DFL


def test_in_another_thread_a_file_is_judged_without_the_timer(
    sealed: bytes, trust: TrustStore
) -> None:
    reports: list[Indication] = []
    judge = partial(verify, sealed, trust, at=AT)
    thread = threading.Thread(target=lambda: reports.append(judge().verdict))
    thread.start()
    thread.join()
    assert reports == [Indication.TOTAL_PASSED]


def test_too_much_work_is_broken_off_through_whatever_catches_faults() -> None:
    def stubborn() -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: S112  (a library's habit)
                continue

    with pytest.raises(bounds.Exceeded), bounds.cpu():
        stubborn()


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_sealed_file_cut_anywhere_gets_a_verdict(
    cut: int, sealed: bytes, signed: bytes, trust: TrustStore
) -> None:
    """Only at the end of a revision is it a file again."""
    pdf = sealed[: len(sealed) * cut // 40]
    for ending in (b"", b"\nstartxref\n9\n%%EOF\n"):
        report = verify(pdf + ending, trust, at=AT)
        assert report.verdict is not Indication.TOTAL_PASSED
        assert report.reason
