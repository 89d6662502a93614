"""What would be refused of a draft that is being typed, field by field, all of it at once.

Source: ux.md §1.3, §1.5 (no form is sent in vain). The doors themselves are asked, so that nothing
is told here that they would not refuse, and they refuse it anyhow.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    catalogue_recipients,
    deadline,
    directory,
    field_check,
    kind_list,
    numbering,
    secrecy,
    signatory,
)
from documents.draft import RecipientsMissing
from documents.errors import OfficeError
from documents.field_text import check_notation, check_subject
from documents.fields import OUTGOING
from drafting import composition
from workflows import composing
from workflows.composing import Written
from workflows.drafts import Order

Faults = Mapping[str, OfficeError]
"""By the field's name in the form."""
_FIELDS = {"Description": "description", "Language": "language", "IssuedAmount": "copies"}


def faults(
    session: Session, order: Order, written: Written | None, at: datetime
) -> dict[str, OfficeError]:
    """Return what would be refused of *order*; of its text too, where it is typed.

    Args:
        session: any transaction.
        order: what is to be entered.
        written: the text; None where it comes as a file.
        at: aware UTC.

    Raises:
        AgencyUnknown, AgencyNotServed: the agency is none of ours.
    """
    day = numbering.local_day(at)
    agency = directory.served_agency(session, order.sender)

    def notation() -> Any:
        kind = kind_list.kind_of(session, order.type, day)
        return check_notation(
            abbreviations.own_notation(session, agency, kind, order.notation, order.unit, day)
        )

    def recipients() -> Any:
        if not catalogue_recipients.checked(session, order.recipients, day):
            raise RecipientsMissing

    doors: list[tuple[str, Callable[[], Any]]] = [
        ("type", lambda: kind_list.kind_of(session, order.type, day)),
        ("subject", lambda: secrecy.refuse_marked(order.subject)),
        ("subject", lambda: check_subject(order.subject)),
        ("notation", lambda: secrecy.refuse_marked(order.notation)),
        ("notation", notation),
        ("signer", lambda: signatory.signer_of(session, agency.organ_id, order.signer, at)),
        ("recipients", recipients),
        ("due", lambda: deadline.ensure_ahead(order.due_date, at)),
        ("issue_by", lambda: deadline.ensure_ahead(order.issue_by, at)),
        ("description", lambda: secrecy.refuse_marked(order.description)),
        *_recorded(order),
    ]
    if written is not None:
        doors.append(("body", lambda: _printable(session, order, written, at)))
    found: dict[str, OfficeError] = {}
    for name, door in doors:
        if name in found:
            continue
        try:
            door()
        except OfficeError as error:
            found[name] = error
    if "type" in found:
        found.pop("notation", None)
    return found


def _recorded(order: Order) -> list[tuple[str, Callable[[], Any]]]:
    values = {
        "Description": order.description,
        "Language": order.language,
        "IssuedAmount": order.issued_amount,
    }
    return [
        (_FIELDS[name], partial(field_check.ensure, OUTGOING, {name: value}))
        for name, value in values.items()
    ]


def _printable(session: Session, order: Order, written: Written, at: datetime) -> None:
    """Return if the text can be printed; what is wrong with other fields is told with them."""
    head = composing.head_of(order)
    composition.check(composing.composition(session, head, written, at, unfinished=True))
