"""Options of `congvan send` that tie the new document to others, or pass it on inside.

Legal source: Decree 30/2020/ND-CP, Art. 18.3 (amend, correct), Art. 24 (answer). What is answered
or corrected says whom the letter goes to, and what about, where the command line does not.
"""

import argparse
from dataclasses import replace

from documents import correction_letters
from documents.correction import Fault
from documents.lifecycle import Direction
from documents.relation import RelationKind
from workflows import whereabouts
from workflows.calendar_days import read_day
from workflows.drafts import Order, Tie
from workflows.office import Office

_KINDS = (
    (RelationKind.ANSWERS, Direction.INCOMING, "trả lời văn bản đến / answers it"),
    (RelationKind.AMENDS, Direction.OUTGOING, "sửa đổi, bổ sung / amends it"),
    (RelationKind.CORRECTS, Direction.OUTGOING, "đính chính / corrects it"),
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    for kind, _, said in _KINDS:
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="DOCUMENT", help=said)
    parser.add_argument(
        "--fault",
        choices=[str(fault) for fault in Fault],
        help="sai sót về nội dung hay thể thức / what was wrong: content or form",
    )
    parser.add_argument("--issue-by", default="", metavar="DD/MM/YYYY", help="hạn ban hành")
    parser.add_argument(
        "--inform", action="append", default=[], metavar="WHO", help="mã người, đơn vị để biết"
    )


def given(arguments: argparse.Namespace) -> bool:
    """Return whether the command line names another document that the new one is about."""
    return any(getattr(arguments, kind) for kind, _, _ in _KINDS)


def tied(office: Office, order: Order, arguments: argparse.Namespace) -> Order:
    """Return *order* with what it is to other documents; subject and recipients filled in.

    Raises:
        DocumentUnknown, CodeAmbiguous, NotAnswerable, DayInvalid: as they say.
    """
    fault = Fault(arguments.fault) if arguments.fault else None
    ties = []
    for kind, way, _ in _KINDS:
        for wanted in getattr(arguments, kind):
            _, about = whereabouts.found({"": office}, wanted, order.sender, way)
            declared = None if kind is RelationKind.ANSWERS else fault
            ties.append(Tie(kind, about.id, declared, arguments.reason))
    if ties and not (order.subject and order.recipients):
        with office.database.reading() as session:
            said = correction_letters.prefilled(session, ties[0].kind, ties[0].about_id)
        order = replace(
            order,
            subject=order.subject or said[0],
            recipients=order.recipients or said[1],
        )
    day = read_day(arguments.issue_by) if arguments.issue_by else None
    return replace(order, ties=tuple(ties), issue_by=day, informs=tuple(arguments.inform))
