"""Files that come otherwise than by the axis: looked at, kept, entered, verified.

Legal source: Decree 30/2020/ND-CP, Art. 21, 22 (law.md §1.7, E2, E5).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from documents import directory, intake, intakes, posts
from documents.channel import Channel
from documents.intake import TakenFile
from documents.secrecy import SecretRefused
from workflows import drafts, reception
from workflows.looking import LookAt, Seen
from workflows.office import Office

T = TypeVar("T")


def take_in(office: Office, organ_id: str, path: Path, channel: Channel, who: str) -> str:
    """Take a PDF in for the clerk *who*; returns the document's id. The same file is one document.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, RightMissing: nothing was read then.
        FileUnreadable, SecretRefused, IncomingFileRefused: nothing is kept.
    """
    with office.database.reading() as session:
        agency = directory.served_agency(session, organ_id).organ_id
        posts.acting(session, agency, who, intakes.CLERK, office.now(), "nhận văn bản / take it in")
    job = LookAt(path.resolve(), scanned=channel is Channel.SCAN)
    (seen,) = drafts.taken_in(office, agency, [job])
    assert isinstance(seen, Seen)  # noqa: S101  (LookAt gives Seen)
    with office.database.writing() as session:
        file = file_of(seen, agency, channel, path.name)
        document = intake.take_in(session, file, office.now(), who)
    reception.verify(office, [document])
    return document


def file_of(seen: Seen, organ_id: str, channel: Channel, name: str) -> TakenFile:
    """Return what was looked at as it is entered."""
    return TakenFile(
        organ_id=organ_id,
        channel=channel,
        name=name,
        sha256=seen.file.sha256,
        size=seen.file.size,
        pages=seen.pages,
        proposals=seen.proposals,
        agency=seen.agency,
        note=seen.note,
        picture=seen.picture,
    )


def refusing_secrets(office: Office, organ_id: str, work: Callable[[], T]) -> T:
    """Return what *work* returns; a refusal of what is secret is recorded, without content.

    Raises:
        SecretRefused, and whatever else *work* raises.
    """
    try:
        return work()
    except SecretRefused as error:
        drafts.record_secret(office, organ_id, error.args[0])
        raise
