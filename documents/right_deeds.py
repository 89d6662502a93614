"""Who may do what, besides lifecycle steps, with one document or one task.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 24; Appendix VI, Part I, III.1n (drafts), III.8
(recall). The doors are `editing`, `initials`, `arrival_edits`, `changes`, `remarks` and `tasks`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from documents.arrival_edits import EDITABLE
from documents.change_letters import OUT
from documents.document import Role
from documents.editing import EDITORS
from documents.filings import UNFILABLE
from documents.initials import STATES as INITIALLED
from documents.lifecycle import Direction, State, states_of
from documents.posts import Acting
from documents.right import ALONE, GRANTS, Right
from documents.right_holder import Holder
from documents.stead import Matter
from documents.tables import DocumentRow, TaskRow
from documents.task import OPEN, TaskPart, TaskState

_OUT, _IN = Direction.OUTGOING, Direction.INCOMING
_REGISTERED = frozenset(states_of(_IN)) - {
    *(State.FETCHED, State.VERIFIED, State.QUARANTINED, State.REFUSED)
}
_WHERE: Mapping[Right, tuple[Direction, frozenset[State]]] = MappingProxyType(
    {
        Right.EDIT_DRAFT: (_OUT, frozenset(EDITORS)),
        Right.ASK_OPINION: (_OUT, frozenset(EDITORS)),
        Right.COMMENT: (_OUT, frozenset(EDITORS)),
        Right.INITIAL: (_OUT, INITIALLED),
        Right.REPLACE: (_OUT, frozenset(OUT)),
        Right.READDRESS: (_OUT, states_of(_OUT)),
        Right.CORRECT: (_IN, frozenset(EDITABLE)),
        Right.ANSWER_CHANGE: (_IN, states_of(_IN)),
        Right.REMARK: (_IN, _REGISTERED),
    }
)
"""The documents that a deed can be done with; of those not named, every one."""
_FREE = frozenset(
    {Right.EDIT_DRAFT, Right.ASK_OPINION, Right.COMMENT, Right.INITIAL, Right.CORRECT}
)
"""What nobody does while the document waits for a signature or is recalled."""
_TASK_STATES: Mapping[Right, frozenset[TaskState]] = MappingProxyType(
    {
        Right.TASK_WORK: OPEN,
        Right.REPORT: OPEN,
        Right.EXTEND: OPEN,
        Right.SUBTASK: OPEN,
        Right.TASK_JUDGE: OPEN | {TaskState.DONE},
    }
)


def on_document(holder: Holder, right: Right, row: DocumentRow) -> Acting | None:
    """Return *holder* as they may do *right* with their agency's *row*; None: they may not."""
    where = _WHERE.get(right)
    if where is not None and (row.direction != where[0] or row.state not in where[1]):
        return None
    if right is Right.KEEP_DOSSIERS and row.state in UNFILABLE:
        return None
    if right in _FREE and row.frozen_by is not None:
        return None
    roles = GRANTS[right]
    if right is Right.EDIT_DRAFT:
        roles = frozenset(EDITORS[State(row.state)])
    signs = right in {Right.EDIT_DRAFT, Right.ASK_OPINION, Right.COMMENT}
    if signs and Role.LEADER in roles and holder.person_id == row.signer_id:
        return holder.signing()
    matter = Matter(row.type_name, row.unit_id, right)
    return holder.acting(roles, matter, alone=right in ALONE)


def on_task(holder: Holder, right: Right, task: TaskRow, type_name: str) -> Acting | None:
    """Return *holder* as they may do *right* with their agency's *task*; None: they may not.

    Args:
        holder: who asks.
        right: the deed.
        task: whose.
        type_name: type of the task's document; empty where it has none.
    """
    states = _TASK_STATES.get(right)
    if states is None:
        return holder.acting(GRANTS[right], Matter(type_name, task.unit_id, right))
    if task.state not in states:
        return None
    if right is Right.TASK_JUDGE:
        return holder.judging(task, type_name)
    if right is not Right.TASK_WORK and task.part == TaskPart.INFORM:
        return None
    acting = holder.handling(task, type_name)
    if acting is not None and right is Right.SUBTASK and acting.role not in GRANTS[right]:
        return None
    return acting
