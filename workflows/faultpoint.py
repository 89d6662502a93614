"""Points at which a test may kill the process: one before and after every step's effect.

Nothing is armed unless CONGVAN_FAULT names a point; then the process kills itself
there, as a power cut would, the first time it comes by. A file named by
CONGVAN_FAULT_ONCE, once present, disarms: the restarted process passes.
"""

import os
import signal
from pathlib import Path

OUTGOING = (
    "sign.begun",
    "sign.done",
    "sign.recorded",
    "number.recorded",
    "seal.done",
    "seal.recorded",
    "dispatch.prepared",
    "dispatch.sent",
    "dispatch.recorded",
)
DEFERRED = (
    "freeze.done",
    "freeze.recorded",
    "order.marked",
    "order.sent",
    "order.recorded",
    "answer.done",
    "answer.recorded",
    "expire.recorded",
)
"""Passed where a signature comes later."""
REMINDERS = (
    "remind.planned",
    "remind.told",
    "remind.laid",
    "mail.claimed",
    "mail.sent",
    "mail.recorded",
)
CHANGES = ("recall.settled", "recall.sent", "recall.recorded")
PRESERVATION = ("preserve.done", "preserve.recorded")
INDEXING = ("index.followed", "index.recorded", "text.claimed", "text.read")
BOOKS = (
    "book.closed",
    "book.rows",
    "book.printed",
    "book.approved",
    "book.signed",
    "book.sealed",
)
BATCHES = ("batch.claimed", "batch.decided", "batch.recorded")
WORDS = ("words.claimed", "words.made")
SECRETS = ("secret.removed", "secret.told")
SCANS = ("scan.kept", "scan.recorded", "scan.explained", "scan.moved")
INCOMING = (
    "fetch.got",
    "fetch.kept",
    "open.read",
    "open.recorded",
    "verify.done",
    "verify.recorded",
    "register.recorded",
    "confirm.sent",
    "confirm.recorded",
    "report.sent",
    "report.recorded",
    "status.got",
    "status.kept",
    "status.recorded",
)


def passing(point: str) -> None:
    """Say that the process passes *point*; it dies here when the point is armed."""
    if os.environ.get("CONGVAN_FAULT") != point:
        return
    once = Path(os.environ["CONGVAN_FAULT_ONCE"])
    if once.exists():
        return
    once.write_text(point)
    os.kill(os.getpid(), signal.SIGKILL)
