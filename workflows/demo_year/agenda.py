"""What is to happen when: actions in the order of time, a day of them in one transaction."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from documents.database import Database
from documents.numbering import local_day

Act = Callable[[Session], object]
Alone = Callable[[], object]


@dataclass(slots=True)
class Clock:
    """The moment that the year has come to, and ids that follow from it and a seed."""

    at: datetime
    seed: int
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(f"ids {self.seed}")  # noqa: S311  (no secret)

    def now(self) -> datetime:
        """Return the moment, aware UTC."""
        return self.at

    def identity(self) -> tuple[int, int]:
        """Return what an id is made of (`identity.Source`)."""
        return int(self.at.timestamp() * 1000), self._chance.getrandbits(80)


@dataclass(order=True, slots=True)
class _Entry:
    at: datetime
    turn: int
    act: Act | None = field(compare=False, default=None)
    alone: Alone | None = field(compare=False, default=None)


@dataclass(slots=True)
class Agenda:
    """Actions that wait; each may add later ones."""

    clock: Clock
    until: datetime
    """What would be later never happens."""
    _waiting: list[_Entry] = field(default_factory=list)
    _turns: int = 0

    def put(self, at: datetime, act: Act) -> None:
        """Let *act* happen at *at*, in the day's transaction; never before now."""
        self._put(_Entry(max(at, self.clock.at), self._turn(), act=act))

    def put_alone(self, at: datetime, alone: Alone) -> None:
        """Let *alone* happen at *at* outside any transaction: it makes its own."""
        self._put(_Entry(max(at, self.clock.at), self._turn(), alone=alone))

    def _turn(self) -> int:
        self._turns += 1
        return self._turns

    def _put(self, entry: _Entry) -> None:
        if entry.at <= self.until:
            heapq.heappush(self._waiting, entry)

    def run(self, database: Database, told: Callable[[datetime], None]) -> None:
        """Do everything in the order of time; *told* hears of every day."""
        while self._waiting:
            first = self._waiting[0]
            if first.alone is not None:
                heapq.heappop(self._waiting)
                self.clock.at = first.at
                first.alone()
                continue
            told(first.at)
            day = local_day(first.at)
            with database.writing() as session:
                while (entry := self._next(day)) is not None and entry.act is not None:
                    self.clock.at = entry.at
                    entry.act(session)

    def _next(self, day: object) -> _Entry | None:
        if not self._waiting or self._waiting[0].alone is not None:
            return None
        return heapq.heappop(self._waiting) if local_day(self._waiting[0].at) == day else None
