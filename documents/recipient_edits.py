"""Recipients that the clerk adds or takes away before a signed document is issued.

Legal source: Decree 30/2020/ND-CP, Art. 18 (the clerk sends to whom it is for), Appendix I, Part I,
II.9 (nơi nhận). Only while it awaits the clerk's order: no number is given, nothing is sealed and
no message is made. What is printed on the signed page stays: the ledger says who changed what, why.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, catalogue_recipients, deliveries, posts, seen
from documents.awaited import Awaited
from documents.casefile import locked
from documents.delivery import DeliveryState
from documents.document import Role
from documents.draft import RecipientsMissing
from documents.draft_edits import RecipientsTied
from documents.errors import Refused, StepRefused, storable
from documents.freezing import ensure_free
from documents.identity import new_id
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.tables import DeliveryRow, DocumentRow

STEP = "edit_recipients"
REASON_LENGTH = 500
MOST = 2000
"""Recipients of one document."""


class ChangeUnexplained(Refused):
    """Whoever changes the recipients of a signed document says why."""

    code = "issue.change_unexplained"
    vietnamese = "Đổi nơi nhận của văn bản đã ký phải nêu lý do"
    english = "changing the recipients of a signed document needs a reason"
    remedy = "Nêu lý do / give the reason"


class RecipientsMany(Refused):
    """More recipients than one document may have. ({0} how many, {1} the most)."""

    code = "issue.recipients_many"
    vietnamese = "{0} nơi nhận, tối đa {1}"
    english = "{0} recipients; at most {1}"
    remedy = "Bỏ bớt nơi nhận / take some away"


def edit(
    session: Session,
    document_id: str,
    recipients: Sequence[str],
    who: str,
    at: datetime,
    *,
    reason: str,
    version: int | None = None,
) -> DocumentRow:
    """Let the clerk say to whom a signed document goes: *recipients* are all of them.

    The same ones again change nothing.

    Raises:
        DocumentUnknown, PersonUnknown, RightMissing, DocumentFrozen: as they say.
        StepRefused: it does not await the clerk's order.
        DocumentChanged: it is not what they saw.
        RecipientsTied: a letter that recalls, updates or replaces keeps its recipients.
        RecipientsMissing, RecipientsMany, RecipientUnknown, RecipientAbolished, RecipientNotYet,
        RecipientIsExchange, ChangeUnexplained: as they say.
    """
    row = locked(session, document_id)
    what = "đổi nơi nhận / change recipients"
    acting = posts.acting(session, row.organ_id, who, (Role.CLERK,), at, what)
    if row.awaits != Awaited.ISSUE:
        raise StepRefused(row.state, Step.DISPATCH)
    ensure_free(session, row)
    if len(recipients) > MOST:
        raise RecipientsMany(len(recipients), MOST)
    agencies = catalogue_recipients.checked(session, recipients, local_day(at))
    if not agencies:
        raise RecipientsMissing
    wanted = {agency.organ_id: agency.name for agency in agencies}
    kept = {each.organ_id: each for each in deliveries.of_document(session, row.id)}
    if wanted.keys() == kept.keys():
        return row
    if version is not None:
        seen.ensure(session, row, version)
    if row.business_type:
        raise RecipientsTied
    said = storable(reason).strip()[:REASON_LENGTH]
    if not said:
        raise ChangeUnexplained
    added, removed = sorted(wanted.keys() - kept.keys()), sorted(kept.keys() - wanted.keys())
    for organ_id in removed:
        session.delete(kept[organ_id])
    session.add_all(
        DeliveryRow(
            id=new_id(),
            document_id=row.id,
            organ_id=organ_id,
            name=wanted[organ_id],
            state=DeliveryState.QUEUED,
            updated_at=at,
        )
        for organ_id in added
    )
    row.version += 1
    row.updated_at = at
    session.flush()
    detail = {"added": added, "removed": removed, "reason": said, **acting.detail()}
    casefile.note(session, row, STEP, acting.actor, at, detail=detail)
    return row
