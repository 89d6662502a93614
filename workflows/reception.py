"""Receiving (tiếp nhận): fetch, open, verify, register, confirm; each step for a pouch.

Legal source: Decree 30/2020/ND-CP, Art. 21, 22. Raw bytes are kept before anything is
read from them; the axis is told only after our own commit (design.md §6), so a
crash brings a message again, and a message that is known is not entered twice.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import envelope
from connectors.axis import MessageKind, Pending
from connectors.errors import (
    AccessDenied,
    AxisCannot,
    AxisContentCorrupt,
    AxisRefused,
    NotFound,
    TooLarge,
)
from documents import casefile, catalogue, claims, directory, incoming, secret_refusals
from documents.arrival import Arrival
from documents.errors import OfficeError, Unavailable
from documents.incoming import Finding
from documents.lifecycle import State
from documents.numbering import local_day
from documents.tables import AgencyRow, DocumentRow, ParcelRow
from workflows import contagion, unread
from workflows.carrying import (
    Pouch,
    Write,
    grouped,
    put_off,
    raise_if_all_unavailable,
    record_all,
    standing,
)
from workflows.faultpoint import passing
from workflows.jobs import Job, Verify
from workflows.office import Office

FETCHERS = 4
"""Messages on their way from the axis at the same time."""
SENDER_LENGTH = 35
"""Characters of an agency's code (amendment 1:2022); no longer one is any agency's."""
AXIS_ID_LENGTH = 128
"""Characters of a message's id at the axis that are kept; one that is longer cannot be entered."""
REASON_LENGTH = 300
"""Characters that the axis is told of why a message cannot be read."""
ASKED_AGAIN = timedelta(minutes=15)
"""How long other codes are left alone that an axis does not let us ask for."""
SET_ASIDE = timedelta(minutes=1)
"""How long a message is left alone that the axis announces and does not give."""

_log = logging.getLogger("congvan.reception")


def waiting(office: Office, kind: MessageKind) -> list[Pending]:
    """Ask the axis what waits for the agencies whose desks are here and is not here yet.

    Raises:
        AxisUnavailable: it does not answer.
    """
    with office.database.reading() as session:
        agencies = directory.served(session)
        kept = claims.kept(session)
    served = [agency.organ_id for agency in agencies]
    ours = {*served, *(agency.old_organ_id for agency in agencies)}
    if not served:
        return []
    aside = {key for key, until in office.set_aside.items() if until > office.now()}
    known = kept | aside
    found = office.axis.pending(served, kind, office.settings.pouch + len(known))
    new = [
        item
        for item in found
        if (item.recipient, item.axis_id) not in known and len(item.axis_id) <= AXIS_ID_LENGTH
    ]
    # nobody else's mail, whatever the axis answers
    mine = [item for item in new if item.recipient in ours]
    mine += [
        item
        for item in _inherited_mail(office, kind, served)
        if (item.recipient, item.axis_id) not in known
    ]
    return mine[: office.settings.pouch]


def _inherited_mail(office: Office, kind: MessageKind, served: Sequence[str]) -> list[Pending]:
    """Return what waits under other codes of ours and those of agencies we came after.

    Now and then: an axis that knows both gives it under the code of today, and one that knows
    them apart may not let us ask for them at all.
    """
    now, turn = office.now(), (f"inherited {kind}", "")
    if office.set_aside.get(turn, now) > now:
        return []
    office.set_aside[turn] = now + SET_ASIDE
    with office.database.reading() as session:
        codes = catalogue.inherited(session, served, local_day(now))
    try:
        found = office.axis.pending(sorted(codes), kind, office.settings.pouch) if codes else []
    except AxisRefused as error:
        _log.info("mail for %s is not to be had: %s", ", ".join(sorted(codes)), error)
        office.set_aside[turn] = now + ASKED_AGAIN
        return []
    return [
        item for item in found if item.recipient in codes and len(item.axis_id) <= AXIS_ID_LENGTH
    ]


def fetch(office: Office, pending: Sequence[Pending], *, point: str = "fetch") -> int:
    """Fetch what waits and keep the raw bytes; returns how many parcels are new.

    A message that cannot be had now stays in the axis's queue and comes again.

    Raises:
        AxisUnavailable: none of them can be had now.
    """
    new = 0
    failed: list[OfficeError] = []
    with ThreadPoolExecutor(FETCHERS) as threads:
        for group in grouped(sorted(pending, key=_recipient), _recipient):
            got: list[tuple[Pending, str]] = []
            answers = threads.map(partial(_fetched, office), group)
            for item, answer in zip(group, answers, strict=True):
                if isinstance(answer, tuple):
                    got.append(answer)
                    office.not_given.pop((item.recipient, item.axis_id), None)
                    passing(f"{point}.got")
                elif isinstance(answer, AxisContentCorrupt):
                    # a pouch of such messages would stand before all others
                    failed.append(answer)
                    _set_aside(office, item, answer)
                elif isinstance(answer, Unavailable):
                    failed.append(answer)
                elif isinstance(answer, TooLarge):
                    _too_large(office, item, answer)
                else:
                    _set_aside(office, item, answer)
            new += _keep(office, got)
            passing(f"{point}.kept")
    if not new:
        raise_if_all_unavailable(failed)
    return new


def _recipient(item: Pending) -> str:
    return item.recipient


def _fetched(office: Office, item: Pending) -> tuple[Pending, str] | OfficeError:
    """Fetch one message into the blob folder; return it with its digest, or why it is not had.

    An axis whose queue does not name the sender (eDoc, axis.md §12) names it with the content.
    """
    if item.size > (most := office.settings.axis.max_size):
        return TooLarge(TooLarge.axis_code, f"{item.size} > {most} bytes ([axis] max_size)")
    try:
        fetched = office.axis.fetch(item.recipient, item.axis_id)
    except (AxisRefused, AxisContentCorrupt, Unavailable) as error:
        return error
    except Exception:  # a fault that nobody foresaw costs its message alone
        _log.exception("%s for %s", item.axis_id, item.recipient)
        return AxisContentCorrupt(item.axis_id, item.sha256)
    with fetched.content as content:
        sha256 = office.blobs.put_from(content)
    return replace(item, sender=item.sender or fetched.sender), sha256


def _too_large(office: Office, item: Pending, error: TooLarge) -> None:
    """Enter a message that is larger than we read as junk; the axis is told *fail*, and why."""
    parcel = _parcel(office, item, item.sha256)
    parcel.outcome, parcel.error, parcel.unreadable = "junk", str(error), True
    with office.database.writing() as session:
        if not incoming.keep_parcel(session, parcel):
            incoming.confirm_again(session, item.recipient, item.axis_id)


def _set_aside(office: Office, item: Pending, error: OfficeError) -> None:
    """Leave a message that the axis announces and does not give whole for a while."""
    _log.warning("%s for %s is not to be had: %s", item.axis_id, item.recipient, error)
    key = item.recipient, item.axis_id
    office.set_aside[key], office.not_given[key] = office.now() + SET_ASIDE, str(error)


def not_given(office: Office) -> list[str]:
    """Return, for people, what the axis announces and does not give, and why."""
    gone = office.now() - ASKED_AGAIN  # no longer announced: given up, or taken in another way
    for key in [key for key in office.not_given if office.set_aside.get(key, gone) <= gone]:
        del office.not_given[key]
    return [
        f"trục báo có gói tin {axis_id} cho {recipient} nhưng không tải được"
        f" / the axis announces it and does not give it: {why}"
        for (recipient, axis_id), why in list(office.not_given.items())
    ]


def _keep(office: Office, got: Sequence[tuple[Pending, str]]) -> int:
    """Enter messages whose bytes are kept; returns how many are new."""
    new = 0
    with office.database.writing() as session:
        for item, sha256 in got:
            if incoming.keep_parcel(session, _parcel(office, item, sha256)):
                new += 1
            else:
                incoming.confirm_again(session, item.recipient, item.axis_id)
                secret_refusals.came_again(session, item.recipient, item.axis_id)
    return new


def _parcel(office: Office, item: Pending, sha256: str) -> ParcelRow:
    return ParcelRow(
        organ_id=item.recipient,
        axis_id=item.axis_id,
        kind=item.kind.value,
        sender=item.sender[:SENDER_LENGTH],
        sha256=sha256,
        fetched_at=office.now(),
        outcome="stored",
    )


def open_parcels(office: Office) -> list[str]:
    """Read the kept messages that were not read yet; returns the ids of their documents.

    Raises:
        Unavailable: something of our own was down for all of them.
    """
    kept, jobs = unread.kept(office, MessageKind.EDOC)

    def read() -> Iterator[unread.Read]:
        # entered while the workshop goes on with later messages
        for parcel, answer in zip(kept, office.workshop.each(jobs), strict=True):
            passing("open.read")
            yield parcel, answer

    def enter(session: Session, arrival: Arrival) -> str:
        return incoming.arrived(session, arrival, office.now())

    return list(map(str, unread.entered(office, read(), enter, lambda: passing("open.recorded"))))


def verify(office: Office, ids: Iterable[str]) -> Pouch:
    """Verify signatures: to the register, or to quarantine with the reason (Art. 21.2).

    Where a virus scanner is configured, every file of a message is shown to it first.
    """
    pouch = Pouch()
    rows = standing(office, ids, State.FETCHED)
    jobs: list[Job] = []
    with office.database.reading() as session:
        agencies = {a.organ_id: a for a in session.scalars(select(AgencyRow))}
        attachments = casefile.attachments_by_document(session, [row.id for row in rows])
    infected = contagion.infected(office, pouch, rows, attachments)
    rows = [row for row in rows if row.id in infected]
    for row in rows:
        attached = attachments[row.id]
        main = row.current_sha256 or ""
        others = [item for item in attached if item.sha256 != main]
        jobs.append(
            Verify(
                main=main,
                others=tuple(i.sha256 for i in others if i.content_type == envelope.PDF),
                damaged=envelope.is_damaged(row.warnings),
                accepts_unsigned=(
                    row.channel is not None or agencies[row.organ_id].accepts_unsigned
                ),
                signer_name=row.signer_name,
            )
        )

    def findings() -> Iterator[tuple[DocumentRow, Write]]:
        # recorded while the workshop goes on with later documents
        for row, answer in zip(rows, office.workshop.each(jobs), strict=True):
            passing("verify.done")
            if isinstance(answer, Unavailable):
                put_off(office, pouch, row.id, answer)
                continue
            finding = (
                answer if isinstance(answer, Finding) else Finding("INDETERMINATE", {}, str(answer))
            )
            if found := infected.get(row.id):
                finding = replace(finding, quarantine=str(found), code=found.code)
            yield (
                row,
                partial(incoming.verified, document_id=row.id, finding=finding, at=office.now()),
            )

    record_all(office, pouch, findings(), lambda: passing("verify.recorded"))
    return pouch.settle()


def register(office: Office, ids: Iterable[str]) -> Pouch:
    """Give receipt numbers and owe the senders status 03 (Art. 21.2c, 22)."""
    pouch = Pouch()
    writes = (
        (row, partial(incoming.registered, document_id=row.id, at=office.now()))
        for row in standing(office, ids, State.VERIFIED)
    )
    record_all(office, pouch, writes, lambda: passing("register.recorded"))
    return pouch.settle()


def confirm(office: Office) -> int:
    """Tell the axis which messages are ours now; returns how many it was told of.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown: said again later; confirming twice is harmless.
        AccessDenied: nothing can be told before the credential is mended.
    """
    with office.database.reading() as session:
        parcels = claims.unconfirmed(session, office.settings.pouch)
    by_agency: dict[str, list[ParcelRow]] = defaultdict(list)
    for parcel in parcels:
        if parcel.unreadable:
            _reject(office, parcel)
        else:
            by_agency[parcel.organ_id].append(parcel)
    for organ_id, group in by_agency.items():
        _confirm(office, organ_id, group)
    return len(parcels)


def _confirm(office: Office, organ_id: str, parcels: list[ParcelRow]) -> None:
    try:
        office.axis.confirm(organ_id, [(parcel.axis_id, parcel.sha256) for parcel in parcels])
    except AccessDenied:
        raise
    except AxisRefused:
        if len(parcels) == 1:
            # the axis no longer knows it: nothing is left to tell it
            _told(office, parcels)
            return
        for parcel in parcels:
            _confirm(office, organ_id, [parcel])
        return
    passing("confirm.sent")
    _told(office, parcels)
    passing("confirm.recorded")


def _reject(office: Office, parcel: ParcelRow) -> None:
    """Say what cannot be read, and why: the packet's state is *fail* then (axis.md §10.4)."""
    why = (parcel.error or "")[:REASON_LENGTH]
    try:
        office.axis.reject(parcel.organ_id, parcel.axis_id, why)
    except NotFound:
        pass  # the axis no longer knows it: nothing is left to tell it
    except AccessDenied:
        raise
    except (AxisRefused, AxisCannot) as error:
        # an axis without this word would give the message out for ever
        _log.info("%s cannot be rejected, it is confirmed: %s", parcel.axis_id, error)
        _confirm(office, parcel.organ_id, [parcel])
        return
    _told(office, [parcel])


def _told(office: Office, parcels: list[ParcelRow]) -> None:
    with office.database.writing() as session:
        for parcel in parcels:
            incoming.confirmed(session, parcel.organ_id, parcel.axis_id, office.now())
