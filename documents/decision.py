"""A person's step on a document: submit, return, approve, void, file.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 12, 15, 19. Steps that are taken with their
evidence (a signature, a number, a seal, a message) are `documents.outgoing`'s.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import change_letters, deliveries, directory, register, signatory
from documents.casefile import locked, take
from documents.delivery import DeliveryState
from documents.document import Role
from documents.errors import StepRefused, storable
from documents.ledger import Actor
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.tables import PersonRow


def actor_of(person: PersonRow) -> Actor:
    """Return the person as the ledger names them."""
    return Actor(person.id, Role(person.role))


_OWING = frozenset({Step.RELEASE, Step.REFUSE, Step.RECALL, Step.REPLACE})
"""Steps that owe others a message: `incoming.released`, `incoming.refused`, `changes.ask`."""


def decide(
    session: Session, document_id: str, step: Step, who: str, at: datetime, reason: str = ""
) -> State:
    """Take a person's step (submit, return, approve, void, file …).

    Raises:
        StepRefused: not from this state, or not by this person's role; or the step is one
            that is taken with its evidence (a signature, a number, a seal, a message).
        RightMissing: approving is for the one who will sign (Art. 11).
        Objection: post, capacity or delegation no longer lets them sign it (Art. 13).
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        ReasonMissing: a number is not void without a reason.
    """
    row = locked(session, document_id)
    person = signatory.person_for(session, row.organ_id, who)
    actor = actor_of(person)
    if person.id == row.signer_id:
        actor = Actor(person.id, Role.LEADER)  # whose signature it waits for, whatever the post
    elif step is Step.APPROVE:
        raise directory.RightMissing(person.full_name, person.position, "duyệt / approve")
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), step))
    if transition is not None and (transition.carried or step in _OWING):
        raise StepRefused(row.state, step, "taken with its evidence, not by decision")
    reason = storable(reason)
    detail: dict[str, Any] = {"reason": reason} if reason else {}
    evidence = row.current_sha256 or ""
    if step is Step.APPROVE:
        signatory.refuse_early(session, row, at)
    after = take(session, row, step, actor, at, evidence=evidence, detail=detail)
    if step is Step.VOID:
        register.void(session, row.id, reason)
        deliveries.undelivered(
            session, row.id, DeliveryState.FAILED, f"Văn bản đã hủy / void: {reason}", at
        )
        change_letters.dropped(session, row)
    return after
