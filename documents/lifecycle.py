"""The lives of outgoing and incoming documents and of deliveries: every state, every step.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 24; the delivery's statuses are those
of Decision 28/2018/QD-TTg (axis.md §7). These tables are the only place that says
what may follow what and who may do it; the database CHECK, the diagrams in
README.md and the property tests are derived from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from documents.document import Role
from documents.errors import StepRefused


class Direction(StrEnum):
    """Which way a document goes."""

    OUTGOING = "outgoing"
    """văn bản đi."""
    INCOMING = "incoming"
    """văn bản đến."""


class State(StrEnum):
    """Where a document stands; outgoing and incoming share the names that mean the same."""

    DRAFT = "draft"
    """bản thảo."""
    SUBMITTED = "submitted"
    """đã trình."""
    RETURNED = "returned"
    """trả lại để sửa."""
    APPROVED = "approved"
    """đã duyệt."""
    SIGNED = "signed"
    """lãnh đạo đã ký."""
    NUMBERED = "numbered"
    """đã cấp số."""
    SEALED = "sealed"
    """đã đóng dấu."""
    DISPATCHED = "dispatched"
    """đã phát hành."""
    VOID = "void"
    """hủy; the number, if any, stays visible with the reason."""
    REPLACED = "replaced"
    """bị thay thế."""
    FETCHED = "fetched"
    """đã đến."""
    VERIFIED = "verified"
    """đã kiểm tra tính xác thực, toàn vẹn."""
    QUARANTINED = "quarantined"
    """giữ lại, chờ văn thư xem."""
    REGISTERED = "registered"
    """đã vào sổ."""
    REFUSED = "refused"
    """từ chối tiếp nhận."""
    ASSIGNED = "assigned"
    """đã phân công."""
    IN_PROGRESS = "in_progress"
    """đang xử lý."""
    COMPLETED = "completed"
    """đã hoàn thành."""
    FILED = "filed"
    """đã lưu."""
    RECALLED = "recalled"
    """đã thu hồi."""


class Step(StrEnum):
    """What an office can do to a document."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    SIGN = "sign"
    ASSIGN_NUMBER = "assign_number"
    SEAL = "seal"
    DISPATCH = "dispatch"
    FILE = "file"
    VOID = "void"
    RECALL = "recall"
    REPLACE = "replace"
    VERIFY = "verify"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    REFUSE = "refuse"
    REGISTER = "register"
    ASSIGN = "assign"
    START = "start"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a lifecycle: where a step leads, who may take it, and by which article."""

    to: State
    roles: frozenset[Role]
    article: str
    carried: bool = False
    """Whether a flow takes the step, once the decision before it is recorded."""


def _by(to: State, roles: tuple[Role, ...], article: str, *, carried: bool = False) -> Transition:
    return Transition(to, frozenset(roles), article, carried)


_SPECIALIST = (Role.SPECIALIST, Role.UNIT_HEAD)
_REVIEWER = (Role.UNIT_HEAD, Role.LEADER)
_RETURNER = (*_REVIEWER, Role.SPECIALIST)
"""Whoever drafted it takes it back; others' drafts reviewers return (`decision.decide`)."""
_LEADER = (Role.LEADER,)
_CLERK = (Role.CLERK,)
_RECEIVER = (Role.CLERK, Role.SYSTEM)
_HANDLER = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
_DIRECTING = (Role.CLERK, Role.UNIT_HEAD, Role.LEADER)
_ANSWERED = (*_HANDLER, Role.SYSTEM)
"""The system completes an arrival when the document that answers it leaves."""

Lifecycle = Mapping[tuple[State, Step], Transition]

OUTGOING: Lifecycle = MappingProxyType(
    {
        (State.DRAFT, Step.SUBMIT): _by(State.SUBMITTED, _SPECIALIST, "Art. 10, 12"),
        (State.RETURNED, Step.SUBMIT): _by(State.SUBMITTED, _SPECIALIST, "Art. 10.3"),
        (State.SUBMITTED, Step.RETURN): _by(State.RETURNED, _RETURNER, "Art. 10.3"),
        (State.SUBMITTED, Step.APPROVE): _by(State.APPROVED, _LEADER, "Art. 11"),
        (State.APPROVED, Step.RETURN): _by(State.RETURNED, _LEADER, "Art. 11"),
        (State.APPROVED, Step.SIGN): _by(State.SIGNED, _LEADER, "Art. 13", carried=True),
        (State.SIGNED, Step.ASSIGN_NUMBER): _by(State.NUMBERED, _CLERK, "Art. 15", carried=True),
        (State.NUMBERED, Step.SEAL): _by(State.SEALED, _CLERK, "Art. 17.2, 32.2", carried=True),
        (State.SEALED, Step.DISPATCH): _by(State.DISPATCHED, _CLERK, "Art. 18", carried=True),
        (State.DISPATCHED, Step.FILE): _by(State.FILED, _HANDLER, "Art. 19, 29"),
        (State.DRAFT, Step.VOID): _by(State.VOID, _SPECIALIST, "Art. 10"),
        (State.RETURNED, Step.VOID): _by(State.VOID, _SPECIALIST, "Art. 10"),
        (State.APPROVED, Step.VOID): _by(State.VOID, _LEADER, "Art. 11"),
        (State.SIGNED, Step.VOID): _by(State.VOID, _CLERK, "Art. 15"),
        (State.NUMBERED, Step.VOID): _by(State.VOID, _CLERK, "Art. 15"),
        (State.SEALED, Step.VOID): _by(State.VOID, _CLERK, "Art. 15"),
        (State.SEALED, Step.RECALL): _by(State.RECALLED, _CLERK, "Art. 18.4"),
        (State.DISPATCHED, Step.RECALL): _by(State.RECALLED, _CLERK, "Art. 18.4"),
        (State.FILED, Step.RECALL): _by(State.RECALLED, _CLERK, "Art. 18.4"),
        (State.DISPATCHED, Step.REPLACE): _by(State.REPLACED, _CLERK, "Art. 18.3"),
        (State.FILED, Step.REPLACE): _by(State.REPLACED, _CLERK, "Art. 18.3"),
    }
)
"""văn bản đi: Decree 30/2020, Art. 10 to 19."""

_HERE = (
    *(State.FETCHED, State.VERIFIED, State.QUARANTINED, State.REGISTERED, State.SUBMITTED),
    *(State.ASSIGNED, State.IN_PROGRESS, State.COMPLETED, State.FILED),
)
"""States of an arrival that its sender may still recall or replace: all but those returned."""

INCOMING: Lifecycle = MappingProxyType(
    {
        (State.FETCHED, Step.VERIFY): _by(State.VERIFIED, _RECEIVER, "Art. 21.2a", carried=True),
        (State.FETCHED, Step.QUARANTINE): _by(
            State.QUARANTINED, _RECEIVER, "Art. 21.2b", carried=True
        ),
        (State.QUARANTINED, Step.RELEASE): _by(State.VERIFIED, _CLERK, "Art. 21.2a"),
        (State.QUARANTINED, Step.REFUSE): _by(State.REFUSED, _CLERK, "Art. 21.2b"),
        (State.VERIFIED, Step.REGISTER): _by(
            State.REGISTERED, _RECEIVER, "Art. 21.2c, 22", carried=True
        ),
        (State.VERIFIED, Step.REFUSE): _by(State.REFUSED, _CLERK, "Art. 21.2b"),
        (State.REGISTERED, Step.SUBMIT): _by(
            State.SUBMITTED, (Role.CLERK, Role.UNIT_HEAD), "Art. 23.1"
        ),
        (State.REGISTERED, Step.ASSIGN): _by(State.ASSIGNED, _CLERK, "Art. 23.1"),
        (State.REGISTERED, Step.COMPLETE): _by(State.COMPLETED, _RECEIVER, "Art. 23.1, 24"),
        (State.SUBMITTED, Step.SUBMIT): _by(State.SUBMITTED, _DIRECTING, "Art. 23.1"),
        (State.SUBMITTED, Step.ASSIGN): _by(State.ASSIGNED, _REVIEWER, "Art. 23.2"),
        (State.SUBMITTED, Step.RETURN): _by(State.REGISTERED, _REVIEWER, "Art. 23.2"),
        (State.SUBMITTED, Step.COMPLETE): _by(
            State.COMPLETED, (*_REVIEWER, Role.SYSTEM), "Art. 23.2, 24"
        ),
        (State.ASSIGNED, Step.ASSIGN): _by(State.ASSIGNED, _DIRECTING, "Art. 23.2"),
        (State.ASSIGNED, Step.RETURN): _by(State.REGISTERED, _HANDLER, "Art. 23.2"),
        (State.ASSIGNED, Step.START): _by(State.IN_PROGRESS, _HANDLER, "Art. 24"),
        (State.ASSIGNED, Step.COMPLETE): _by(State.COMPLETED, _ANSWERED, "Art. 24"),
        (State.IN_PROGRESS, Step.COMPLETE): _by(State.COMPLETED, _ANSWERED, "Art. 24"),
        (State.COMPLETED, Step.FILE): _by(State.FILED, _HANDLER, "Art. 29"),
        **{
            (state, step): _by(to, _CLERK, article)
            for step, to, article in (
                (Step.RECALL, State.RECALLED, "Art. 18.4"),
                (Step.REPLACE, State.REPLACED, "Art. 18.3"),
            )
            for state in _HERE
        },
    }
)
"""văn bản đến: Decree 30/2020, Art. 20 to 24."""

LIFECYCLES: Mapping[Direction, Lifecycle] = MappingProxyType(
    {Direction.OUTGOING: OUTGOING, Direction.INCOMING: INCOMING}
)
INITIAL: Mapping[Direction, State] = MappingProxyType(
    {Direction.OUTGOING: State.DRAFT, Direction.INCOMING: State.FETCHED}
)


def advance(direction: Direction, state: State, step: Step, role: Role) -> State:
    """Return the state that follows *step* taken by *role*.

    Raises:
        StepRefused: the table has no such step from *state*, or not for *role*.
    """
    transition = LIFECYCLES[direction].get((state, step))
    if transition is None:
        raise StepRefused(state, step)
    if role not in transition.roles:
        raise StepRefused.for_role(state, step, role, transition.roles)
    return transition.to


def states_of(direction: Direction) -> frozenset[State]:
    """Return every state a document of *direction* can be in."""
    table = LIFECYCLES[direction]
    return frozenset({INITIAL[direction], *(row.to for row in table.values())})


def final_states(direction: Direction) -> frozenset[State]:
    """Return the states nothing leaves."""
    return states_of(direction) - {state for state, _ in LIFECYCLES[direction]}


def carried_states(direction: Direction) -> frozenset[State]:
    """Return the states whose next step is the system's: what the sweeper looks for."""
    return frozenset(state for (state, _), row in LIFECYCLES[direction].items() if row.carried)


def diagram(direction: Direction) -> str:
    """Return the lifecycle as a mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {INITIAL[direction]}"]
    for (state, step), row in LIFECYCLES[direction].items():
        lines.append(f"    {state} --> {row.to}: {step}{' (flow)' if row.carried else ''}")
    lines += [f"    {state} --> [*]" for state in sorted(final_states(direction))]
    return "\n".join(lines)
