"""Having the words of pictures recognised: a few files at a time, in worker processes.

Source: ux.md §1.5. The sweep does what waits; whoever uploads a scan starts it at once. Who takes
a file has it for a while: it is read once.
"""

from documents import recognitions
from documents.errors import OfficeError, Unavailable
from documents.recognitions import Words
from workflows import ocr
from workflows.faultpoint import passing
from workflows.ocr import Recognise, Recognised
from workflows.office import Office

TOGETHER = 4
"""Files at a time."""
MOST = 400
"""Files of one run; the next sweep goes on."""


def files_due(here: Office) -> bool:
    """Return whether pictures wait to be read, and can be."""
    with here.database.reading() as session:
        waiting = bool(recognitions.due(session, here.now(), 1))
    return waiting and not ocr.missing(here.settings.ocr)


def recognise_some(here: Office, most: int = TOGETHER) -> int:
    """Recognise the words of some files; return of how many. None without the program."""
    if ocr.missing(here.settings.ocr):
        return 0
    with here.database.writing() as session:
        files = recognitions.claim(session, here.now(), most)
    if not files:
        return 0
    passing("words.claimed")
    answers = here.archivists.run([Recognise(sha256) for sha256 in files])
    passing("words.made")
    for sha256, answer in zip(files, answers, strict=True):
        if isinstance(answer, Unavailable):
            continue  # tried again
        with here.database.writing() as session:
            recognitions.found(session, sha256, _words(answer), here.now())
    return len(files)


def _words(answer: object) -> Words:
    if isinstance(answer, OfficeError):
        return Words(note=str(answer))
    assert isinstance(answer, Recognised)  # noqa: S101  (Recognise gives Recognised)
    return Words(
        answer.text,
        answer.confidence,
        answer.proposals,
        answer.agency,
        answer.note,
        answer.secrecy,
    )
