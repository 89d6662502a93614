"""Who may change a draft, and while it stands where.

Legal source: Decree 30/2020/ND-CP, Art. 10 and 11; Appendix VI, Part I, III.1n: whoever is
competent opens, edits and sends back. What is approved is changed only after whoever signs has
sent it back: the change is theirs to decide (Art. 11).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from documents import posts, signatory
from documents.directory import PersonUnknown, RightMissing
from documents.document import Role
from documents.errors import Refused
from documents.freezing import ensure_free
from documents.lifecycle import Direction, State
from documents.posts import Acting
from documents.stead import Matter
from documents.step_words import STATES, both
from documents.tables import DocumentRow

_DRAFTERS = (Role.SPECIALIST, Role.UNIT_HEAD)
EDITORS: Mapping[State, tuple[Role, ...]] = MappingProxyType(
    {
        State.DRAFT: _DRAFTERS,
        State.RETURNED: _DRAFTERS,
        State.SUBMITTED: (Role.UNIT_HEAD, Role.LEADER),
    }
)
"""By state; in no other state is a draft changed."""
PRINTED = frozenset({"type", "subject", "notation", "signer", "to_places", "attachments"})
"""What the document itself says too, or goes with it: who checked it checked these."""


class DraftClosed(Refused):
    """The document is no draft that can be changed ({0} its state)."""

    code = "document.draft_closed"
    vietnamese = "Văn bản ở trạng thái «{0}» không còn là dự thảo sửa được"
    english = "a document that is {0} is no draft that can be changed"
    remedy = (
        "Đã duyệt: người ký trả lại trước (`congvan step return`); đã ban hành: sửa đổi, thay thế, "
        "đính chính bằng văn bản mới / once approved, whoever signs returns it first; once issued, "
        "amend, replace or correct it by a new document"
    )


def ensure_open(session: Session, row: DocumentRow) -> State:
    """Return the state of a draft that may be changed now.

    Raises:
        DraftClosed: it is an incoming document, or approved, or further.
        DocumentFrozen, ChangeUnderway: someone holds it.
    """
    state = State(row.state)
    if row.direction != Direction.OUTGOING or state not in EDITORS:
        raise DraftClosed(both(row.state, STATES))
    ensure_free(session, row)
    return state


def editor(session: Session, row: DocumentRow, who: str, at: datetime, what: str) -> Acting:
    """Return *who* as they may change the draft *row* at *at*; *what* names the step.

    Raises:
        DraftClosed, DocumentFrozen, ChangeUnderway: as `ensure_open`.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    return acting(session, row, who, EDITORS[ensure_open(session, row)], at, what)


def acting(
    session: Session,
    row: DocumentRow,
    who: str,
    roles: Collection[Role],
    at: datetime,
    what: str,
) -> Acting:
    """Return *who* in one of *roles*; whose signature *row* waits for acts as its leader.

    Raises:
        What `posts.acting` raises.
    """
    leads = Role.LEADER in roles
    if leads and who == row.signer_id:
        return signatory.signing(session, row, at)
    matter = Matter(row.type_name, row.unit_id, what)
    try:
        return posts.acting(session, row.organ_id, who, roles, at, what, matter=matter)
    except (PersonUnknown, RightMissing):
        # by order or authorised: whatever the post, and wherever
        if leads and signatory.person_for(session, row.organ_id, who, at).id == row.signer_id:
            return signatory.signing(session, row, at)
        raise


def signer(session: Session, row: DocumentRow, who: str, at: datetime, what: str) -> Acting:
    """Return *who* as the one whose signature *row* waits for.

    Raises:
        RightMissing: they are not.
        PersonUnknown and what else `posts.acting` refuses.
    """
    found = acting(session, row, who, (Role.LEADER,), at, what)
    if found.person.id != row.signer_id:
        raise RightMissing(found.person.full_name, found.position, what)
    return found
