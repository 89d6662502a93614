"""Which steps of a document's lifecycle a person may take now: the doors' own rules, in memory.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 24, by the tables of `documents.lifecycle`. The doors
are `decision.decide`, `changes.ask`, `incoming`, `intake`, `directing` and `tasks`; what they
ask of a form (a reason, a lead, a check passed) they refuse themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import tasks
from documents.decision import REVIEWERS
from documents.document import Role
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.posts import Acting
from documents.right_holder import Holder
from documents.stead import Matter
from documents.tables import DocumentRow, SubmissionRow, TaskRow
from documents.task import OPEN, TaskState

_BEGUN = frozenset({TaskState.IN_WORK})
_BY_TASKS = frozenset({State.ASSIGNED, State.IN_PROGRESS})
"""States in which it counts who has the arrival in work."""


@dataclass(frozen=True, slots=True)
class InHands:
    """Before whom an arrival lies, and who has it in work."""

    before: frozenset[str] = frozenset()
    """Ids of the people it was submitted to."""
    lead: TaskRow | None = None
    """The open task with which it stands and falls."""
    tasks: bool = False
    """Whether anybody was ever given a task of it."""


NOWHERE = InHands()


def in_hands(session: Session, row: DocumentRow) -> InHands:
    """Return where an arrival lies, in one question; of what nobody has yet, in none."""
    if row.direction != Direction.INCOMING:
        return NOWHERE
    if row.state == State.SUBMITTED:
        lies = select(SubmissionRow.to_id).where(
            SubmissionRow.document_id == row.id, SubmissionRow.closed_at.is_(None)
        )
        return InHands(before=frozenset(session.scalars(lies)))
    if row.state not in _BY_TASKS:
        return NOWHERE
    given = tasks.of_document(session, row.id)
    lead = next((task for task in given if tasks.leads(task) and task.state in OPEN), None)
    return InHands(lead=lead, tasks=bool(given))


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as somebody may take it."""

    acting: Acting
    task_id: str = ""
    """The task by which it is taken; empty: at the document itself."""


def taking(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """Return *holder* as they may take *step* on their agency's *row* now; None: they may not."""
    direction = Direction(row.direction)
    transition = LIFECYCLES[direction].get((State(row.state), step))
    if transition is None or row.frozen_by is not None:
        return None
    rule = _RULES.get((direction, step), _by_post)
    taken = rule(holder, row, step, hands)
    if taken is None or taken.acting.role not in transition.roles:
        return None
    return taken


def by_itself(row: DocumentRow, step: Step) -> bool:
    """Return whether a flow takes *step* on *row* without anybody's word."""
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), step))
    if transition is None or not transition.carried or row.awaits is not None:
        return False
    # the clerk registers what did not come by the axis
    return step is not Step.REGISTER or row.channel is None


def by_post(holder: Holder, row: DocumentRow, step: Step) -> Acting | None:
    """Return *holder* as `posts.stepping` does, in a post that has the step; None: none has."""
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), step))
    roles = transition.roles if transition is not None else frozenset(Role)
    return holder.acting(roles, Matter(row.type_name, row.unit_id, step))


def _by_post(holder: Holder, row: DocumentRow, step: Step, _hands: InHands) -> Taken | None:
    acting = by_post(holder, row, step)
    return Taken(acting) if acting is not None else None


def _decided(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """As `decision.decide`: whoever signs acts as the leader."""
    if holder.person_id == row.signer_id:
        signing = holder.signing()
        return Taken(signing) if signing is not None else None
    return _by_post(holder, row, step, hands)


def _sent_back(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """As `decision.decide`: in a post that reviews, else a specialist takes back their own."""
    taken = _decided(holder, row, step, hands)
    if taken is None or taken.acting.role is not Role.SPECIALIST:
        return taken
    acting = holder.acting(REVIEWERS, Matter(row.type_name, row.unit_id, step))
    if acting is not None:
        return Taken(acting)
    own = row.drafter_id in (taken.acting.person.id, taken.acting.in_stead_of)
    return taken if own else None


def _signers_own(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    own = holder.person_id == row.signer_id
    return _decided(holder, row, step, hands) if own else None


def _nobody(_holder: Holder, _row: DocumentRow, _step: Step, _hands: InHands) -> Taken | None:
    """The step comes of something else: a letter that replaces, an answer to its sender."""
    return None


def _directed(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """As `directing.direct`: a leader's, else of whom it lies before, or who directed it."""
    acting = _director(holder, row, step)
    if acting is None:
        return None
    if acting.role is Role.LEADER or row.state == State.REGISTERED:
        return Taken(acting)
    whose = hands.before
    if row.state != State.SUBMITTED:
        whose = frozenset({hands.lead.given_by}) if hands.lead is not None else frozenset()
    return Taken(acting) if {acting.person.id, acting.in_stead_of} & whose else None


def _director(holder: Holder, row: DocumentRow, step: Step) -> Acting | None:
    if row.state != State.REGISTERED:
        matter = Matter(row.type_name, row.unit_id, step)
        if leading := holder.acting((Role.LEADER,), matter):
            return leading
    return by_post(holder, row, step)


def _returned(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """As `directing.returned`: by whom it lies before, or who is to lead, or who directed."""
    if row.state == State.SUBMITTED:
        return _directed(holder, row, step, hands)
    if hands.lead is None:
        acting = _director(holder, row, step)
    else:
        acting = holder.handling(hands.lead, row.type_name) or holder.judging(
            hands.lead, row.type_name
        )
    return Taken(acting) if acting is not None else None


def _by_task(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """As `tasks.started` and `tasks.completed`; without any task, as `incoming.handled`."""
    if not hands.tasks:
        # the short way of an office that names no tasks: begun first, then done
        short = row.state != State.ASSIGNED or step is Step.START
        return _by_post(holder, row, step, hands) if short else None
    if hands.lead is None or (step is Step.START and hands.lead.state in _BEGUN):
        return None
    acting = holder.handling(hands.lead, row.type_name)
    return Taken(acting, hands.lead.id) if acting is not None else None


def _completed(holder: Holder, row: DocumentRow, step: Step, hands: InHands) -> Taken | None:
    """Where everybody is only to know, by whom directs; else by the task."""
    if row.state in _BY_TASKS:
        return _by_task(holder, row, step, hands)
    return _directed(holder, row, step, hands)


Rule = Callable[[Holder, DocumentRow, Step, InHands], Taken | None]

_OUT, _IN = Direction.OUTGOING, Direction.INCOMING
_RULES: Mapping[tuple[Direction, Step], Rule] = MappingProxyType(
    {
        **{(_OUT, step): _decided for step in (Step.SUBMIT, Step.VOID, Step.FILE)},
        (_OUT, Step.RETURN): _sent_back,
        (_OUT, Step.APPROVE): _signers_own,
        (_OUT, Step.SIGN): _signers_own,
        (_OUT, Step.REPLACE): _nobody,
        (_IN, Step.VERIFY): _nobody,
        (_IN, Step.QUARANTINE): _nobody,
        (_IN, Step.ASSIGN): _directed,
        (_IN, Step.RETURN): _returned,
        (_IN, Step.START): _by_task,
        (_IN, Step.COMPLETE): _completed,
        (_IN, Step.RECALL): _nobody,
        (_IN, Step.REPLACE): _nobody,
    }
)
"""Steps that ask for more than the role."""
