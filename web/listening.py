"""Pages that listen: server-sent events (WHATWG HTML, section 9.2), one question for all of them.

What is sent says only that something changed; the page then asks for what its person may see. One
task of the process looks now and then, while anybody listens.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from documents.errors import OfficeError
from documents.stirrings import Stirrings, stirrings
from workflows.office import Office

LOOK_SECONDS = 2.0
PULSE_SECONDS = 15.0
"""A line is sent so often that no proxy thinks the connection dead."""
LONGEST_SECONDS = 600.0
"""Then the browser comes again, and its session is looked at anew."""
MOST_EACH = 4
"""Windows of one person that listen; the oldest goes."""

_log = logging.getLogger("congvan.web")


@dataclass(eq=False)
class _Ear:
    """One window that listens."""

    person_id: str
    organ_id: str
    news: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(8))

    def tell(self, what: str) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # it has not read what it was told before
            self.news.put_nowait(what)


class Listening:
    """Everybody who listens to one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ears: list[_Ear] = []
        self._looking: asyncio.Task[None] | None = None

    async def events(self, person_id: str, organ_id: str) -> AsyncIterator[str]:
        """Give events as lines until the window has listened long enough."""
        ear = self._join(person_id, organ_id)
        ends = asyncio.get_running_loop().time() + LONGEST_SECONDS
        try:
            yield "retry: 5000\n\n"
            while asyncio.get_running_loop().time() < ends:
                try:
                    said = await asyncio.wait_for(ear.news.get(), PULSE_SECONDS)
                except TimeoutError:
                    yield ": .\n\n"
                    continue
                if said == "over":
                    return
                yield f"event: {said}\ndata: {said}\n\n"
        finally:
            if ear in self._ears:
                self._ears.remove(ear)

    def _join(self, person_id: str, organ_id: str) -> _Ear:
        theirs = [each for each in self._ears if each.person_id == person_id]
        for old in theirs[: max(0, len(theirs) - MOST_EACH + 1)]:
            old.tell("over")
        ear = _Ear(person_id, organ_id)
        self._ears.append(ear)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return ear

    async def _look(self) -> None:
        before = await self._asked(Stirrings({}, {}))
        while self._ears:
            await asyncio.sleep(LOOK_SECONDS)
            now = await self._asked(before)
            for ear in tuple(self._ears):
                if now.unread.get(ear.person_id) != before.unread.get(ear.person_id):
                    ear.tell("notice")
                elif now.agencies.get(ear.organ_id) != before.agencies.get(ear.organ_id):
                    ear.tell("changed")
            before = now

    async def _asked(self, otherwise: Stirrings) -> Stirrings:
        organs = {ear.organ_id for ear in self._ears}
        people = {ear.person_id for ear in self._ears}

        def ask() -> Stirrings:
            with self._office.database.reading() as session:
                return stirrings(session, organs, people)

        try:
            return await run_in_threadpool(ask)
        except OfficeError as error:
            _log.warning("nobody can be told of changes now: %s", error)
            return otherwise
