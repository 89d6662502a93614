"""Envelopes as they come: checked, opened, passed on unopened, brought back, sent back.

Legal source: Decree 30/2020/ND-CP, Art. 21.1 (law.md §1.7, E1). Envelopes are facts of the
agency, so its ledger has them on no document, but for what was in them.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, directory, ledger, numbering, posts, secrecy
from documents.document import Role, Urgency
from documents.envelope import STEPS, Anomaly, EnvelopeState, EnvelopeStep
from documents.errors import Refused, storable
from documents.field_text import check_past_day, check_text
from documents.identity import new_id
from documents.intakes import CLERK
from documents.joining import REASON_LENGTH, ReasonWanted
from documents.ledger import Fact
from documents.lifecycle import Direction
from documents.tables import EnvelopeRow
from documents.transfer import Means

ENTER = "receive_envelope"
"""In the ledger."""
_ANYONE = frozenset(Role)
_WHO: Mapping[EnvelopeStep, frozenset[Role]] = {
    EnvelopeStep.BRING_BACK: _ANYONE,
}
"""Who but the clerk takes a step: the addressee brings back what is official."""


class EnvelopeUnknown(Refused):
    """No envelope has this id."""

    code = "envelope.unknown"
    vietnamese = "Không có bì thư «{0}»"
    english = "there is no envelope «{0}»"
    remedy = "Xem `congvan intake envelopes` / see `congvan intake envelopes`"


class EnvelopeStepRefused(Refused):
    """An envelope in this state is not treated so. ({0} state, {1} step.)."""

    code = "envelope.step_refused"
    vietnamese = "Bì thư đang ở trạng thái «{0}», không thể «{1}»"
    english = "an envelope that is {0} cannot be treated so: {1}"
    remedy = "Xem `congvan intake envelopes` / see `congvan intake envelopes`"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the clerk sees without opening it."""

    organ_id: str
    sender: str
    addressee: str
    came_on: date
    codes: str = ""
    """Numbers written on it."""
    means: Means = Means.POST
    urgency: Urgency = Urgency.ROUTINE
    anomalies: Mapping[Anomaly, str] = field(default_factory=dict)
    """What is wrong with it, each with what was seen."""
    confidentiality: str = ""
    """Of its mark; whatever it says but «none» is refused."""


def receive(
    session: Session, envelope: Envelope, who: str, at: datetime, envelope_id: str = ""
) -> EnvelopeRow:
    """Enter an envelope; a repeat with the same *envelope_id* returns what was entered.

    Raises:
        AgencyUnknown, AgencyNotServed: it came to no agency here.
        SecretRefused: it bears a mark of secrecy.
        FieldRefused, DayRefused: a fact cannot be so.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    agency = directory.served_agency(session, envelope.organ_id)
    acting = posts.acting(session, agency.organ_id, who, CLERK, at, "nhận bì thư / receive it")
    if envelope_id and (known := session.get(EnvelopeRow, envelope_id)) is not None:
        return known
    secrecy.refuse_marked(
        *(envelope.codes, envelope.sender, envelope.addressee),
        confidentiality=envelope.confidentiality,
    )
    row = EnvelopeRow(
        id=envelope_id or new_id(),
        organ_id=agency.organ_id,
        came_on=check_past_day("Ngày đến", envelope.came_on, numbering.local_day(at)),
        means=envelope.means.value,
        sender_name=check_text("Nơi gửi", envelope.sender, 200),
        codes=check_text("Số ngoài bì", envelope.codes, 200),
        addressee=check_text("Nơi nhận ngoài bì", envelope.addressee, 200),
        urgency=Urgency(envelope.urgency).value,
        anomalies=written(envelope.anomalies),
        state=EnvelopeState.RECEIVED,
        forwarded_to="",
        reason="",
        entered_by=acting.person.id,
        entered_at=at,
        updated_at=at,
    )
    session.add(row)
    session.flush()
    said = {"anomalies": row.anomalies} if row.anomalies else {}
    _note(session, row, ENTER, acting, at, said)
    return row


def written(anomalies: Mapping[Anomaly, str]) -> list[str]:
    """Return *anomalies* as a row keeps them: `torn: góc phải`."""
    kept = []
    for kind, seen in anomalies.items():
        text = check_text("Bất thường của bì thư", seen, 200)
        kept.append(f"{kind.value}: {text}" if text else kind.value)
    return kept


def _note(
    session: Session,
    row: EnvelopeRow,
    step: str,
    acting: posts.Acting,
    at: datetime,
    said: Mapping[str, Any],
) -> None:
    detail = {"envelope": row.id, **said, **acting.detail()}
    fact = Fact("", step, row.state, acting.actor, "", tuple(detail.items()))
    ledger.append(session, row.organ_id, fact, at)


def _locked(session: Session, envelope_id: str) -> EnvelopeRow:
    session.connection()  # begins the transaction, if need be
    row = session.get(EnvelopeRow, envelope_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise EnvelopeUnknown(envelope_id)
    return row


def _step(
    session: Session, envelope_id: str, step: EnvelopeStep, who: str, at: datetime
) -> tuple[EnvelopeRow, posts.Acting]:
    """Take a step that is allowed, by who may; the ledger is the caller's."""
    row = _locked(session, envelope_id)
    roles = _WHO.get(step, frozenset(CLERK))
    acting = posts.acting(session, row.organ_id, who, roles, at, step)
    after = STEPS.get((EnvelopeState(row.state), step))
    if after is None:
        raise EnvelopeStepRefused(row.state, step)
    row.state, row.updated_at = after, at
    return row, acting


def forward(session: Session, envelope_id: str, to: str, who: str, at: datetime) -> None:
    """Pass an envelope on, unopened, to the person or union that it names.

    Raises:
        EnvelopeUnknown, EnvelopeStepRefused: as they say.
        ReasonWanted: *to* is empty.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    given = check_text("Người nhận", to, 200)
    if not given:
        raise ReasonWanted("chuyển cho ai / to whom")
    row, acting = _step(session, envelope_id, EnvelopeStep.FORWARD, who, at)
    # a union, or somebody without a post here, stays as named
    with contextlib.suppress(directory.PersonUnknown):
        given = directory.person_row(session, row.organ_id, given).id
    row.forwarded_to = given
    _note(session, row, EnvelopeStep.FORWARD, acting, at, {"to": given})


def bring_back(session: Session, envelope_id: str, who: str, at: datetime) -> None:
    """Take back what its addressee found to be official, so that it can be registered.

    Raises:
        EnvelopeUnknown, EnvelopeStepRefused: as they say.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row, acting = _step(session, envelope_id, EnvelopeStep.BRING_BACK, who, at)
    _note(session, row, EnvelopeStep.BRING_BACK, acting, at, {})


def open_envelope(
    session: Session,
    envelope_id: str,
    document_id: str,
    who: str,
    at: datetime,
    anomalies: Mapping[Anomaly, str] | None = None,
) -> None:
    """Record what was in an envelope, and what was found wrong inside; a repeat is none.

    Raises:
        EnvelopeUnknown, EnvelopeStepRefused, DocumentUnknown: as they say.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    document = casefile.locked(session, document_id)
    row = _locked(session, envelope_id)
    if row.document_id == document_id:
        return
    if document.organ_id != row.organ_id or document.direction != Direction.INCOMING:
        raise EnvelopeStepRefused(row.state, EnvelopeStep.OPEN)
    row, acting = _step(session, envelope_id, EnvelopeStep.OPEN, who, at)
    row.document_id = document.id
    row.anomalies = [*row.anomalies, *written(anomalies or {})]
    said: dict[str, Any] = {"envelope": row.id, "codes": row.codes, "came_on": row.came_on}
    said |= {"anomalies": row.anomalies} if row.anomalies else {}
    detail = said | acting.detail()
    casefile.note(session, document, EnvelopeStep.OPEN, acting.actor, at, detail=detail)


def send_back(session: Session, envelope_id: str, who: str, at: datetime, reason: str) -> None:
    """Give an envelope back to who brought or sent it, with the reason (Art. 21.1a).

    Raises:
        EnvelopeUnknown, EnvelopeStepRefused: as they say.
        ReasonWanted: *reason* is empty.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    if not reason.strip():
        raise ReasonWanted("trả lại bì thư / giving it back")
    row, acting = _step(session, envelope_id, EnvelopeStep.RETURN, who, at)
    row.reason = storable(reason.strip())[:REASON_LENGTH]
    _note(session, row, EnvelopeStep.RETURN, acting, at, {"reason": row.reason})


def listed(
    session: Session,
    organ_id: str,
    since: date,
    until: date,
    state: EnvelopeState | None = None,
    limit: int = 200,
) -> Sequence[EnvelopeRow]:
    """Return the agency's envelopes of these days, the newest first."""
    wanted = select(EnvelopeRow).where(
        EnvelopeRow.organ_id == organ_id, EnvelopeRow.came_on.between(since, until)
    )
    if state is not None:
        wanted = wanted.where(EnvelopeRow.state == state.value)
    order = EnvelopeRow.came_on.desc(), EnvelopeRow.id.desc()
    return session.scalars(wanted.order_by(*order).limit(limit)).all()
