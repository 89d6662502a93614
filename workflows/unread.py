"""The messages that were fetched and not read yet: read in the workshop, entered agency by agency.

What cannot be understood, or cannot be entered, is junk with its error: its bytes stay,
and the others go on. What our own trouble keeps back stays stored and is opened again.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from connectors.axis import MessageKind
from documents import claims, incoming, secret_refusals
from documents.arrival import Arrival, SecretArrival, StatusArrival
from documents.errors import EvidenceBroken, Refused, Unavailable
from documents.tables import ParcelRow
from workflows.carrying import (
    Write,
    failure,
    grouped,
    raise_if_all_unavailable,
    written_together,
)
from workflows.jobs import Job, Open
from workflows.office import Office

Enter = Callable[[Session, Any], object]
"""Enters one arrival; what it returns is collected."""
Read = tuple[ParcelRow, object]
"""A parcel and what the workshop made of it."""
_OTHER_KIND = {
    MessageKind.EDOC: "edoc đã báo nhưng nội dung là status / announced as edoc, is a status",
    MessageKind.STATUS: "status đã báo nhưng nội dung là edoc / announced as status, is an edoc",
}
_KINDS = {MessageKind.EDOC: Arrival, MessageKind.STATUS: StatusArrival}


def kept(office: Office, kind: MessageKind) -> tuple[list[ParcelRow], list[Job]]:
    """Return the kept messages of one kind that were not read yet, and the jobs that read them."""
    with office.database.reading() as session:
        parcels = claims.unopened(session, office.settings.pouch, kind)
    parcels.sort(key=lambda parcel: parcel.organ_id)
    return parcels, [Open(p.organ_id, p.axis_id, p.sha256) for p in parcels]


def entered(
    office: Office,
    read: Iterable[Read],
    enter: Enter,
    after: Callable[[], None],
    *,
    locks: Callable[[Session, Collection[object]], Iterable[str]] = lambda _session, _answers: (),
) -> list[object]:
    """Enter what was read; returns what *enter* returned for each arrival.

    *after* is called whenever some are recorded; *locks* names the documents they concern.

    Raises:
        Unavailable: something of our own was down for all of them.
    """
    results: list[object] = []
    answers: list[object] = []
    for group in grouped(read, lambda item: item[0].organ_id):
        answers += (new := [answer for _, answer in group])
        found: list[object] = []
        into = partial(_enter, enter=enter, into=found, at=office.now())
        writes = [partial(into, parcel=p, answer=a) for p, a in group]
        with office.database.reading() as session:
            ids = list(locks(session, new))
        if not written_together(office, writes, ids):
            found.clear()
            for (parcel, _), write in zip(group, writes, strict=True):
                _enter_alone(office, parcel, write)
        after()
        results += found
    raise_if_all_unavailable(answers)
    return results


def _enter(
    session: Session,
    parcel: ParcelRow,
    answer: object,
    enter: Enter,
    into: list[object],
    at: datetime,
) -> None:
    if isinstance(answer, Unavailable):
        return
    if isinstance(answer, EvidenceBroken):
        # our copy was lost or changed; the axis still has the message
        incoming.forget(session, parcel.organ_id, parcel.axis_id)
    elif isinstance(answer, SecretArrival):
        secret_refusals.refuse(session, answer, at)
    elif isinstance(answer, _KINDS[MessageKind(parcel.kind)]):
        into.append(enter(session, answer))
    else:
        other = isinstance(answer, Arrival | StatusArrival)
        error = _OTHER_KIND[MessageKind(parcel.kind)] if other else str(answer)
        incoming.junk(session, parcel.organ_id, parcel.axis_id, error)


def _enter_alone(office: Office, parcel: ParcelRow, write: Write) -> None:
    """Enter one message by itself; where it cannot be, it is junk, and the others go on."""
    error = failure(office, write)
    if isinstance(error, Refused):
        key = {"organ_id": parcel.organ_id, "axis_id": parcel.axis_id}
        failure(office, lambda session: incoming.junk(session, **key, error=str(error)))
