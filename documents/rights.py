"""What a person may do and see: the one place that is asked, for buttons and before every deed.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.3, IV.1: rights follow posts; what is
restricted is seen by whom it names. Everything here agrees with what the domain's doors refuse
(docs/access.md is made by trying them). A document of another agency is nobody's, and unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from sqlalchemy.orm import Session

from documents import access_rights, casefile, posts, right_deeds, right_steps, stead
from documents.access_rights import Target
from documents.directory import PersonUnknown
from documents.document import Role
from documents.errors import Refused, StepRefused
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.posts import Acting
from documents.right import ALONE, GRANTS, Right
from documents.right_holder import At, Holder, Who, holder
from documents.right_steps import Taken
from documents.right_words import RIGHTS
from documents.stead import Matter
from documents.step_words import STEPS, both
from documents.tables import DocumentRow, DossierRow, TaskRow

__all__ = [
    "At",
    "Holder",
    "Offer",
    "Right",
    "RightDenied",
    "Who",
    "check",
    "hidden",
    "holder",
    "may",
    "of_person",
    "see",
    "steps",
    "visible",
]

Row: TypeAlias = DocumentRow | DossierRow | TaskRow
Wanted: TypeAlias = Right | Step
T = TypeVar("T", bound=Target)


class RightDenied(Refused):
    """Nothing gives the person this right here. ({0} the person, {1} the right)."""

    code = "right.denied"
    vietnamese = "«{0}» không có quyền «{1}» ở đây"
    english = "«{0}» has no right to «{1}» here"
    remedy = "Nhờ người có quyền, hoặc nhận ủy quyền / ask who has it, or have it delegated"


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that somebody may take now: a button."""

    step: Step
    label: str
    """Vietnamese, a verb."""
    post_id: str
    position: str
    """Of the post in which it is taken."""
    in_stead_of: str = ""
    """Id of the person whose right it is (ủy quyền)."""
    in_stead_name: str = ""
    needs_reason: bool = False
    """At least ten characters are to be said."""
    task_id: str = ""
    """The task by which it is taken; empty: at the document itself."""
    carried: bool = False
    """A flow takes it by itself; shown only where that is asked for."""


_OUT = Direction.OUTGOING
TAKE_BACK = "Rút lại"
"""What a drafter does who sends their own draft back."""
REASONED = frozenset({Step.RETURN, Step.VOID, Step.RELEASE, Step.REFUSE, Step.RECALL})
"""Steps that need a reason."""
LABELS: Mapping[tuple[Direction, Step], str] = MappingProxyType(
    {
        (Direction.OUTGOING, Step.SUBMIT): "Trình ký",
        (Direction.OUTGOING, Step.APPROVE): "Ký duyệt",
        (Direction.OUTGOING, Step.SIGN): "Ký số",
        (Direction.OUTGOING, Step.ASSIGN_NUMBER): "Phát hành",
        (Direction.OUTGOING, Step.SEAL): "Đóng dấu",
        (Direction.OUTGOING, Step.DISPATCH): "Gửi",
        (Direction.OUTGOING, Step.RETURN): "Trả lại",
        (Direction.OUTGOING, Step.VOID): "Hủy",
        (Direction.OUTGOING, Step.RECALL): "Thu hồi",
        (Direction.OUTGOING, Step.FILE): "Lưu hồ sơ",
        (Direction.INCOMING, Step.RELEASE): "Cho tiếp nhận",
        (Direction.INCOMING, Step.REFUSE): "Từ chối tiếp nhận",
        (Direction.INCOMING, Step.REGISTER): "Vào sổ",
        (Direction.INCOMING, Step.SUBMIT): "Trình lãnh đạo",
        (Direction.INCOMING, Step.ASSIGN): "Chuyển xử lý",
        (Direction.INCOMING, Step.RETURN): "Trả lại",
        (Direction.INCOMING, Step.START): "Bắt đầu xử lý",
        (Direction.INCOMING, Step.COMPLETE): "Hoàn thành",
        (Direction.INCOMING, Step.FILE): "Lưu hồ sơ",
    }
)
"""What is written on each step's button."""
_BY_STEP: Mapping[Right, Step] = MappingProxyType(
    {
        Right.DIRECT: Step.ASSIGN,
        Right.FORWARD: Step.SUBMIT,
        Right.REGISTER: Step.REGISTER,
        Right.RELEASE: Step.RELEASE,
        Right.ISSUE: Step.ASSIGN_NUMBER,
        Right.RECALL: Step.RECALL,
    }
)
"""Rights that are, of one document, a step of its lifecycle."""


def may(session: Session, who: Who, wanted: Wanted, row: Row | None, at: datetime) -> bool:
    """Return whether *who* may do *wanted*: with *row*, or, without one, in their agency at all."""
    try:
        check(session, who, wanted, row, at)
    except Refused:
        return False
    return True


def check(session: Session, who: Who, wanted: Wanted, row: Row | None, at: datetime) -> Acting:
    """Return *who* in the post, own or lent, in which they may do *wanted*.

    Raises:
        DocumentUnknown: the document is another agency's, or they may not see it.
        StepRefused: the lifecycle has no such step from the document's state.
        RightDenied: nothing gives them the right.
        PersonUnknown: there is no such person.
    """
    here = holder(session, who, at)
    if row is None:
        return _found(here, wanted, _in_agency(here, wanted))
    if row.organ_id != here.organ_id:
        raise casefile.DocumentUnknown(row.id)
    if isinstance(row, TaskRow):
        return _found(here, wanted, _on_task(session, here, wanted, row))
    if not visible(session, here, [row], at):
        raise casefile.DocumentUnknown(row.id)
    if isinstance(row, DossierRow):
        return _found(here, wanted, _in_agency(here, wanted))
    step = _BY_STEP.get(wanted) if isinstance(wanted, Right) else wanted
    if step is None:
        return _found(here, wanted, right_deeds.on_document(here, Right(wanted), row))
    if (State(row.state), step) not in LIFECYCLES[Direction(row.direction)]:
        raise StepRefused(row.state, step)
    taken = right_steps.taking(here, row, step, right_steps.in_hands(session, row))
    return _found(here, wanted, taken.acting if taken is not None else None)


def see(session: Session, who: Who, row: DocumentRow | None, at: datetime) -> DocumentRow:
    """Return *row* if *who* may see it.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or they may not see it.
    """
    if row is None:
        raise casefile.DocumentUnknown("?")
    check(session, who, Right.SEE, row, at)
    return row


def steps(
    session: Session, who: Who, row: DocumentRow, at: datetime, *, carried: bool = False
) -> tuple[Offer, ...]:
    """Return the steps that *who* may take on *row* now: three questions, four of one in work.

    *carried*: also those that a flow takes by itself. Of another agency's document, or of one
    that they may not see: none.
    """
    try:
        here = holder(session, who, at)
    except PersonUnknown:
        return ()
    if row.organ_id != here.organ_id or not visible(session, here, [row], at):
        return ()
    hands = right_steps.in_hands(session, row)
    direction, state = Direction(row.direction), State(row.state)
    found = []
    for (origin, step), transition in LIFECYCLES[direction].items():
        own = transition.carried and right_steps.by_itself(row, step)
        if origin is not state or (own and not carried):
            continue
        if taken := right_steps.taking(here, row, step, hands):
            found.append(_offer(here, direction, step, taken, carried=own))
    return tuple(found)


def visible(session: Session, who: Who, rows: Iterable[T], at: datetime) -> list[T]:
    """Return those of *rows* that *who* may see, in their order: one question for all of them."""
    here = holder(session, who, at)
    held = here.held
    mine = [row for row in rows if row.organ_id == here.organ_id]
    if not held or not mine:
        return []
    own = [
        acting
        for role in Role
        for unit_id in {post.unit_id for post in held if post.role == role}
        if (acting := here.acting((role,), unit_id=unit_id, alone=True))
    ]
    given = list(here.steads())

    def counting(target: Target) -> Iterable[Acting]:
        yield from own
        type_name = target.type_name if isinstance(target, DocumentRow) else ""
        for each in given:
            # which steps are lent says nothing about what may be read for them
            step = each.row.steps[0] if each.row.steps else ""
            if not stead.reaches(each.row, Matter(type_name, target.unit_id, step)):
                yield posts.in_stead(here.person, each)

    seen = access_rights.seen_in_any(session, counting, mine)
    return [row for row in mine if row.id in seen]


def hidden(session: Session, who: Who, at: datetime) -> frozenset[str]:
    """Return the ids of their agency's documents that *who* may not see: not even to be counted."""
    here = holder(session, who, at)
    rows = access_rights.restricted(session, here.organ_id)
    if not rows:
        return frozenset()
    seen = {row.id for row in visible(session, here, rows, at)}
    return frozenset(row.id for row in rows if row.id not in seen)


def of_person(session: Session, who: Who, at: datetime) -> frozenset[Right]:
    """Return the rights that some post, own or lent, gives *who* that day: for menus."""
    try:
        here = holder(session, who, at)
    except PersonUnknown:
        return frozenset()
    own, lent = here.roles, here.lent_roles
    return frozenset(
        right
        for right, roles in GRANTS.items()
        if roles & own or (right not in ALONE and roles & lent)
    )


def _in_agency(here: Holder, wanted: Wanted) -> Acting | None:
    if isinstance(wanted, Step):
        roles = {
            role
            for lifecycle in LIFECYCLES.values()
            for (_, step), transition in lifecycle.items()
            if step is wanted
            for role in transition.roles
        }
        return here.acting(roles, Matter(step=wanted))
    return here.acting(GRANTS[wanted], alone=wanted in ALONE)


def _on_task(session: Session, here: Holder, wanted: Wanted, task: TaskRow) -> Acting | None:
    if isinstance(wanted, Step):
        return None
    document = session.get(DocumentRow, task.document_id) if task.document_id else None
    if document is not None and not visible(session, here, [document], here.at):
        return None
    type_name = document.type_name if document is not None else ""
    return right_deeds.on_task(here, wanted, task, type_name)


def _found(here: Holder, wanted: Wanted, acting: Acting | None) -> Acting:
    if acting is None:
        words = STEPS if isinstance(wanted, Step) else RIGHTS
        raise RightDenied(here.person.full_name, both(wanted, words))
    return acting


def _offer(here: Holder, direction: Direction, step: Step, taken: Taken, *, carried: bool) -> Offer:
    acting = taken.acting
    back = step is Step.RETURN and acting.role is Role.SPECIALIST and direction is _OUT
    return Offer(
        step,
        TAKE_BACK if back else LABELS.get((direction, step), STEPS[step].capitalize()),
        acting.post_id,
        acting.position,
        acting.in_stead_of,
        here.names.get(acting.in_stead_of, ""),
        needs_reason=step in REASONED and not back,
        task_id=taken.task_id,
        carried=carried,
    )
