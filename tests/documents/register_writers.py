"""Many processes that take numbers from registers, some killed or rolled back in the middle.

Run as `python register_writers.py URL SEED WRITERS DOCUMENTS`. Every document must have
its number in the end: a writer that dies is replaced, a transaction that was taken back
is tried again. Some numbers are reserved first, and used, given back or left to expire, each
in a transaction of its own. Half the registers are of the year before midnight, half of the
year after. Each committed number is printed as `document number`; what a writer committed
just before it died may be missing from the print, never from the database.
"""

import os
import random
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from time import time_ns

from documents import register, reservations
from documents.database import Database
from documents.errors import Unavailable
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.reservations import DocumentNotReady, ReservationEnded, ReservationsMany, Wanted

REGISTERS = [
    (organ_id, series, day)
    for organ_id in ("H99.01", "H99.02")
    for series in ("QĐ", "Công văn")
    for day in (date(2026, 12, 31), date(2027, 1, 1))
]


MIDNIGHT = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""In Vietnam, the first moment of 2027."""
TYPES = {"QĐ": "Quyết định", "Công văn": "Công văn"}


class TakenBack(Exception):
    """Ends a transaction without keeping it."""


def place(document: int) -> tuple[str, str, date]:
    """Return the register of a document, which is always the same."""
    return REGISTERS[document % len(REGISTERS)]


def notation_of(series: str) -> str:
    """Return the notation of the series' documents."""
    return "QĐ-X" if series == "QĐ" else "X-VP"


def write(url: str, seed: int, documents: Sequence[int], output: int) -> None:
    """Number *documents*; may end itself at any moment."""
    chance = random.Random(seed)
    database = Database(url)
    if chance.random() < 0.7:  # an instant that is not ours to choose, also inside COMMIT
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.05, 2.0))
    queue = list(documents)
    chance.shuffle(queue)
    while queue:
        document = queue.pop()
        fate = chance.random()
        try:
            if chance.random() < 0.2:
                keep(database, chance, document)
            with database.writing() as session:
                organ_id, series, day = place(document)
                entered = register.enter(
                    session,
                    organ_id,
                    Direction.OUTGOING,
                    series,
                    day,
                    f"doc-{document}",
                    notation_of(series),
                )
                number = entered.number
                if fate < 0.02:
                    os.kill(os.getpid(), signal.SIGKILL)
                if fate < 0.15:
                    raise TakenBack
        except (TakenBack, Unavailable, ReservationEnded):
            queue.insert(0, document)
            continue
        os.write(output, f"doc-{document} {number}\n".encode())
        if fate > 0.9:
            queue.insert(0, document)  # asks again for one that has its number


def keep(database: Database, chance: random.Random, document: int) -> None:
    """Reserve a number for the document; use it, give it back, or let it expire with others."""
    organ_id, series, day = place(document)
    # a moment on either side of the turn, which says the year by itself
    at = MIDNIGHT + timedelta(microseconds=chance.randint(0, 10**6) * (1 if day.month == 1 else -1))
    at = at if local_day(at) == day else at - timedelta(microseconds=1)
    clerk, end = f"{organ_id}-clerk", at + timedelta(hours=1)
    notation = notation_of(series)
    wanted = Wanted(organ_id, TYPES[series], notation, clerk, "giữ", end)
    kept = f"r-{document}-{chance.randint(0, 2)}"
    try:
        with database.writing() as session:
            row = reservations.reserve(session, wanted, clerk, at, kept)
            if chance.random() < 0.05:
                os.kill(os.getpid(), signal.SIGKILL)
    except ReservationsMany:
        with database.writing() as session:
            reservations.expire(session, end)
        return
    fate = chance.random()
    with database.writing() as session:
        if fate < 0.3 and row.state == "open":
            reservations.give_back(session, organ_id, kept, clerk, at, "không dùng")
        elif fate < 0.8:
            with suppress(DocumentNotReady):  # it has its number, or another one waits for it
                reservations.use(session, kept, f"doc-{document}", clerk, at)


def main(url: str, seed: int, writers: int, documents: int) -> None:
    """Keep *writers* processes at work until one of each share came to its end."""
    shares = [list(range(documents))[turn::writers] for turn in range(writers)]
    # every document is in two shares: two processes may want the same one at once
    shares = [shares[turn] + shares[turn - 1] for turn in range(writers)]
    running: dict[int, int] = {}
    births = killed = 0
    left = list(range(writers))
    while left or running:
        while left:
            turn, births = left.pop(), births + 1
            if (pid := os.fork()) == 0:
                try:
                    write(url, seed * 1000 + births, shares[turn], sys.stdout.fileno())
                    os._exit(0)
                except BaseException as error:
                    sys.stderr.write(f"{type(error).__name__}: {error}\n")
                    os._exit(1)
            running[pid] = turn
        pid, status = os.wait()
        turn = running.pop(pid)
        if os.WIFSIGNALED(status):
            killed += 1
            left.append(turn)
        elif os.WEXITSTATUS(status):
            sys.exit("a writer failed")
    sys.stderr.write(f"births {births}, killed {killed}, at {time_ns()}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
