"""Keeps search up to date: fields within a second, the files' text when there is time.

The fields follow the ledger in the worker itself, without a flow's cost; reading files is a
flow of its own that the sweep starts, in worker processes: a hostile file costs its turn only.
Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6.
"""

import asyncio
import contextlib
import logging
from datetime import datetime

from prefect import flow
from sqlalchemy.orm import Session

from documents import recognitions, search_index
from documents.errors import OfficeError
from workflows import office
from workflows.faultpoint import passing
from workflows.office import Office
from workflows.text_reading import FilesText, ReadText

FOLLOW_SECONDS = 1.0
"""Pause between looks at the ledgers."""
TOGETHER = 20
"""Documents whose files are read at a time."""
MOST = 2000
"""Documents of one run; the next sweep goes on."""
_log = logging.getLogger("congvan.indexing")


def follow(here: Office, most: int = search_index.TOGETHER) -> int:
    """Let the index follow the ledgers a step; return how many rows it followed."""
    with here.database.reading() as session:
        if not search_index.behind(session):
            return 0
    with here.database.writing() as session:
        followed = search_index.catch_up(session, most)
        passing("index.followed")
    passing("index.recorded")
    return followed


async def following(here: Office, stop: asyncio.Event) -> None:
    """Follow the ledgers until *stop* is set; no error ends it."""
    while not stop.is_set():
        followed = 0
        try:
            followed = await asyncio.to_thread(follow, here)
        except OfficeError as error:
            _log.info("the index did not follow: %s", error)
        except Exception:
            _log.exception("the index did not follow")
        if not followed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FOLLOW_SECONDS)


def read_some(here: Office, most: int = TOGETHER) -> int:
    """Read the files of some documents and index their text; return of how many."""
    with here.database.writing() as session:
        due = search_index.unread(session, most)
        search_index.tried(session, [document_id for document_id, _ in due])
    if not due:
        return 0
    passing("text.claimed")
    jobs = [ReadText(tuple(files)) for _, files in due]
    answers = here.archivists.run(jobs)
    passing("text.read")
    at = here.now()
    for (document_id, files), answer in zip(due, answers, strict=True):
        found = answer if isinstance(answer, FilesText) else FilesText("", str(answer)[:500])
        with here.database.writing() as session:
            text, secret = _with_pictures(session, document_id, found, at)
            search_index.read(session, document_id, files, text, at, note=found.note, secret=secret)
    return len(due)


def _with_pictures(
    session: Session, document_id: str, found: FilesText, at: datetime
) -> tuple[str, bool]:
    """Return the text with the words that were recognised on pictures, and whether it is secret.

    Words that nobody has recognised yet are wanted; they are indexed when they are there.
    """
    if found.secret:
        return "", True
    parts, secret = [found.text], False
    for sha256 in found.pictures:
        row = recognitions.want(session, sha256, document_id, at)
        if row.done_at is not None:
            parts.append(recognitions.text_of(row))
            secret = secret or bool(recognitions.secrecy_of(row))
    return ("", True) if secret else ("\n\n".join(parts), False)


def texts_due(here: Office) -> bool:
    """Return whether files wait to be read."""
    with here.database.reading() as session:
        return bool(search_index.unread(session, 1))


@flow(name="indexing")
async def indexing() -> int:
    """Read what waits; returns how many documents' files were read."""
    here = office.current()
    done = 0
    while done < MOST and (some := await asyncio.to_thread(read_some, here)):
        done += some
    return done


def rebuild(here: Office, *, files_too: bool = False) -> int:
    """Empty the index and fill it again from the ledgers; return how many rows were followed.

    A rebuilding that is killed goes on by itself.
    """
    with here.database.writing() as session:
        search_index.forget(session, files_too=files_too)
    return _all(here)


def _all(here: Office) -> int:
    followed = 0
    while some := follow(here):
        followed += some
    return followed
