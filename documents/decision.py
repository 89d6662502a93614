"""A person's step on an outgoing document: submit, return, approve, void, file.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 12, 15, 19. Steps that are taken with their
evidence (a signature, a number, a seal, a message) are `documents.outgoing`'s; an arrival's are
`documents.incoming`'s and `documents.directing`'s, which know its tasks.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    change_letters,
    checks,
    deliveries,
    directory,
    draft_opinions,
    posts,
    register,
    signatory,
    versions,
)
from documents.casefile import locked, take
from documents.checks import VersionMoved
from documents.delivery import DeliveryState
from documents.document import Role
from documents.errors import StepRefused, storable
from documents.ledger import Actor
from documents.lifecycle import OUTGOING, Direction, State, Step
from documents.posts import Acting
from documents.stead import Matter
from documents.tables import DocumentRow, PersonRow


def actor_of(person: PersonRow) -> Actor:
    """Return the person as the ledger names them."""
    return Actor(person.id, Role(person.role))


REVIEWERS = (Role.UNIT_HEAD, Role.LEADER)
_OWING = frozenset({Step.RECALL, Step.REPLACE})
"""Steps that owe others a message: `changes.ask`."""


def decide(
    session: Session,
    document_id: str,
    step: Step,
    who: str,
    at: datetime,
    reason: str = "",
    seen: str = "",
) -> State:
    """Take a person's step (submit, return, approve, void, file …); a drafter takes back so.

    Approval is of the very bytes that are current: nothing else is signed. *seen* is the SHA-256
    of the file that whoever decides had before them; empty: the current one.

    Raises:
        VersionMoved: it is not the file that they saw.
        CheckMissing: the agency wants a check that this version has not passed (Art. 12).
        StepRefused: not from this state, or not by this person's role; or the step is one
            that is taken with its evidence (a signature, a number, a seal, a message); or the
            document is an arrival, which is handled by its own steps.
        RightMissing: approving is for the one who will sign (Art. 11).
        Objection: post, capacity or delegation no longer lets them sign it (Art. 13).
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        PostEnded, PostNotBegun, WorkDelegationOver, WorkDelegationNarrow: no right that day.
        ReasonMissing: a number is not void without a reason.
    """
    row = locked(session, document_id)
    if row.direction == Direction.INCOMING:
        said = "văn bản đến có bước giải quyết riêng / an arrival is handled by its own steps"
        raise StepRefused(row.state, step, said)
    acting = _deciding(session, row, step, who, at)
    transition = OUTGOING.get((State(row.state), step))
    if transition is not None and (transition.carried or step in _OWING):
        said = "hệ thống thực hiện kèm bằng chứng / taken with its evidence, not by decision"
        raise StepRefused(row.state, step, said)
    reason = storable(reason)
    detail: dict[str, Any] = acting.detail() | ({"reason": reason} if reason else {})
    evidence = row.current_sha256 or ""
    if seen not in ("", evidence):
        raise VersionMoved(versions.newest(session, row.id)[0])
    if step is Step.APPROVE:
        signatory.refuse_early(session, row, at)
        checks.ensure_passed(session, row)
        row.approved_sha256 = row.current_sha256
    if step is Step.RETURN:
        detail |= _sent_back(session, row, acting, at, reason)
    after = take(session, row, step, acting.actor, at, evidence=evidence, detail=detail)
    if step is Step.VOID:
        register.void(session, row.id, reason)
        deliveries.undelivered(
            session, row.id, DeliveryState.FAILED, f"Văn bản đã hủy / void: {reason}", at
        )
        change_letters.dropped(session, row)
    return after


def _deciding(session: Session, row: DocumentRow, step: Step, who: str, at: datetime) -> Acting:
    """Return *who* as they take the step; approving is the signer's own, in nobody's stead."""
    if who == row.signer_id:
        return signatory.signing(session, row, at)
    acting = posts.stepping(session, row, step, who, at)
    if acting.person.id == row.signer_id:
        return signatory.signing(session, row, at)
    if step is Step.RETURN and acting.role is Role.SPECIALIST:
        return _reviewing(session, row, acting, at)
    if step is Step.APPROVE:
        name, position = acting.person.full_name, acting.position
        raise directory.RightMissing(name, position, "duyệt / approve")
    return acting


def _reviewing(session: Session, row: DocumentRow, acting: Acting, at: datetime) -> Acting:
    """Return whoever sends a draft back: in a post that reviews, else as its drafter."""
    matter = Matter(row.type_name, row.unit_id, Step.RETURN)
    try:
        return posts.acting(
            session, row.organ_id, acting.person.id, REVIEWERS, at, Step.RETURN, matter=matter
        )
    except directory.RightMissing:
        if _drafted(row, acting):
            return acting
        raise StepRefused.for_role(row.state, Step.RETURN, acting.role, REVIEWERS) from None


def _drafted(row: DocumentRow, acting: Acting) -> bool:
    """Return whether a specialist acts on what they, or who they stand in for, drafted."""
    mine = row.drafter_id in (acting.person.id, acting.in_stead_of)
    return mine and acting.role is Role.SPECIALIST


def _sent_back(
    session: Session, row: DocumentRow, acting: Acting, at: datetime, reason: str
) -> dict[str, Any]:
    """Take approval away, keep the reason as an opinion; return through whom it goes (Art. 10.3).

    The draft goes to its drafter by way of the drafting unit's head. Who drafted it and takes it
    back says nothing to anybody.
    """
    row.approved_sha256 = None
    if _drafted(row, acting):
        return {"taken_back": True}
    if reason:
        draft_opinions.returned(session, row, acting, at, reason)
    head = draft_opinions.head_of(session, row, at)
    return {"through": head} if head not in ("", acting.person.id) else {}
