"""/intake/files/bring: scans and files that the clerk brings; each gets an answer of its own.

Source: Decree 30/2020/ND-CP, Art. 22.1; ux.md §1.3 (drag-drop). One that is refused costs itself
alone. Words of a picture are recognised after the answer, so that nobody waits for them.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, File, Form, UploadFile
from fastapi.responses import Response

from documents import rights
from documents.channel import Channel
from documents.errors import OfficeError
from documents.right import Right
from web.rendering import page, redirect
from web.visitor import Here, Visitor
from workflows import intake as taking
from workflows import picture_words, uploads
from workflows.file_types import Family

router = APIRouter(prefix="/intake")
MOST_FILES = 20
TAKEN = frozenset({Family.PDF, Family.PICTURE})
_CHANNELS = {str(each): each for each in (Channel.SCAN, Channel.FILE, Channel.EMAIL)}


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one file."""

    name: str
    document_id: str = ""
    fault: OfficeError | None = None


@router.post("/files/bring")
def bring(
    here: Here,
    tasks: BackgroundTasks,
    files: Annotated[list[UploadFile], File()],
    channel: Annotated[str, Form()] = Channel.SCAN.value,
) -> Response:
    """Take files in; show a line for each."""
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.TAKE_IN, None, here.at)
    way = _CHANNELS.get(channel, Channel.SCAN)
    brought = [_brought(here, each, way) for each in files[:MOST_FILES] if each.filename]
    brought += [
        Brought(each.filename or "?", fault=uploads.TooManyFiles(MOST_FILES))
        for each in files[MOST_FILES:]
    ]
    if any(each.document_id for each in brought):
        tasks.add_task(picture_words.recognise_some, here.office)
    good = [each for each in brought if each.document_id]
    if len(brought) == len(good) == 1 and not here.from_htmx:
        return redirect(here, f"/intake/{good[0].document_id}", f"Đã nhận tệp «{good[0].name}»")
    status = 422 if brought and not good and not here.from_htmx else 200
    return page(here, "intake/brought.html", block="lines", brought=brought, status=status)


def _brought(here: Visitor, file: UploadFile, channel: Channel) -> Brought:
    name = file.filename or "?"
    try:
        with uploads.accepted(
            here.office, here.organ_id, here.who, file.file, name, TAKEN
        ) as passed:
            document = taking.take_in(here.office, here.organ_id, passed.path, channel, here.who)
            return Brought(passed.name, document)
    except OfficeError as fault:
        return Brought(name, fault=fault)
