"""One-step repairs of what reconciliation found: each is safe, and may be done again.

Each asks before it acts, sends only what was made before, under the id it had, and is
written to the ledger.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors.axis import MessageKind, PacketState, Pending
from documents import casefile, feedback, incoming, ledger, reconciliation, shipment
from documents.delivery import DeliveryState
from documents.errors import Refused
from documents.ledger import SYSTEM, Fact
from documents.lifecycle import Direction, State
from documents.reconciliation import MEANING, Kind, Repair
from documents.reconciliation_ours import OUT
from documents.tables import DeliveryRow, DocumentRow, FeedbackRow, FindingRow, ParcelRow
from workflows import issuance, messages, reception, reporting, settlement
from workflows.carrying import as_answer, claim, release
from workflows.office import Office


class NothingToRepair(Refused):
    """The finding has no one-step repair, or its document is no longer as it was. ({0} why)."""

    code = "reconciliation.no_repair"
    vietnamese = "Không sửa tự động được: {0}"
    english = "there is no one-step repair: {0}"
    remedy = "Xem docs/reconciliation.md / see docs/reconciliation.md"


def repair(office: Office, finding: FindingRow) -> str:
    """Repair one finding; returns why it could not be, or nothing."""
    kind = Kind(finding.code)
    wanted = MEANING[kind].repair
    error = ""
    try:
        if wanted is None:
            raise NothingToRepair(MEANING[kind].vietnamese)
        _REPAIRS[wanted](office, finding)
    except Exception as problem:
        error = str(as_answer(problem))
    with office.database.writing() as session:
        row = reconciliation.repaired(session, finding.id, office.now(), error=error)
        _tell(session, row, wanted.value if wanted else "", error, office)
    return error


def repair_all(office: Office, findings: Iterable[FindingRow]) -> dict[str, str]:
    """Repair each of *findings* that can be; returns by id why it could not be, or nothing."""
    return {each.id: repair(office, each) for each in findings if MEANING[Kind(each.code)].repair}


def _tell(session: Session, row: FindingRow, what: str, error: str, office: Office) -> None:
    detail = {"finding": row.code, "repair": what, "axis_id": row.axis_id, "partner": row.partner}
    detail |= {"error": error} if error else {}
    document = session.get(DocumentRow, row.document_id) if row.document_id else None
    if document is not None:
        held = casefile.locked(session, document.id)
        casefile.note(session, held, "reconcile", SYSTEM, office.now(), detail=detail)
    else:
        fact = Fact("", "reconcile", "", SYSTEM, "", tuple(detail.items()))
        ledger.append(session, row.organ_id, fact, office.now())


def _send_again(office: Office, finding: FindingRow) -> None:
    """Send a lost message again: the same id, the same bytes, after asking once more."""
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, finding.document_id)
    if State(row.state) not in OUT:
        raise NothingToRepair(f"{row.state}")
    (dossier,) = messages.dossiers(office, [row])
    message = issuance.outgoing_message(office, dossier)
    receipt = settlement.settled(office.axis, message) or office.axis.send(message)
    with office.database.writing() as session:
        casefile.locked(session, row.id)
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.document_id == row.id)
            .values(axis_id=receipt.axis_id, sent_at=office.now())
        )


def _settle(office: Office, finding: FindingRow) -> None:
    """Record what the axis has and we have not recorded: dispatching asks before it sends."""
    document_id = finding.document_id or ""
    with office.database.writing() as session:
        row = casefile.locked(session, document_id)
        shipment.leaving(session, document_id, office.now())
        row.held, row.next_attempt_at = False, None
    ids = claim(office, Direction.OUTGOING, [document_id])
    try:
        pouch = issuance.dispatch(office, ids)
    finally:
        release(office, ids)
    if problem := pouch.left.get(document_id):
        raise problem


def _fetch(office: Office, finding: FindingRow) -> None:
    """Fetch now; the flow opens what came, and confirms it."""
    facts = finding.evidence
    recipient = str(facts["recipient"])
    pending = Pending(
        axis_id=finding.axis_id,
        kind=MessageKind(facts["kind"]),
        recipient=recipient,
        sender=finding.partner,
        message_id=str(facts["message_id"]),
        sha256=str(facts["sha256"]),
        size=0,
    )
    office.set_aside.pop((recipient, finding.axis_id), None)
    reception.fetch(office, [pending])
    with office.database.reading() as session:
        key = {"organ_id": recipient, "axis_id": finding.axis_id}
        if session.get(ParcelRow, key) is None:
            raise NothingToRepair("trục không còn giao gói tin / the axis gives it no more")


def _confirm(office: Office, finding: FindingRow) -> None:
    key = (str(finding.evidence["recipient"]), finding.axis_id)
    with office.database.writing() as session:
        incoming.confirm_again(session, *key)
    reception.confirm(office)
    with office.database.reading() as session:
        parcel = session.get_one(ParcelRow, {"organ_id": key[0], "axis_id": key[1]})
    if parcel.confirmed_at is None:
        raise NothingToRepair("gói tin chưa xử lý xong / the message is still being worked on")


def _ask(office: Office, finding: FindingRow) -> None:
    """Look again at the packet; it is mended only when the recipient says something."""
    with office.database.reading() as session:
        delivery = session.get_one(DeliveryRow, finding.subject)
    if delivery.state != DeliveryState.SENT:
        return
    at = delivery.sent_at or finding.first_seen
    tracks = office.axis.sent(finding.organ_id, at - _AROUND, at + _AROUND, MessageKind.EDOC)
    states = [t.state for t in tracks if t.axis_id == delivery.axis_id]
    why = ", ".join(f"{_PACKETS[state]} ({state})" for state in states) or "? / unknown"
    raise NothingToRepair(f"trục: {why}")


_AROUND = timedelta(hours=1)
_PACKETS: Mapping[PacketState, str] = MappingProxyType(
    {
        PacketState.INITIAL: "nơi nhận chưa lấy",
        PacketState.PROCESSING: "nơi nhận đang lấy",
        PacketState.DONE: "nơi nhận đã lấy, chưa báo trạng thái",
        PacketState.FAIL: "nơi nhận không đọc được",
    }
)


def _send_status(office: Office, finding: FindingRow) -> None:
    with office.database.writing() as session:
        feedback.send_anew(session, finding.subject)
    reporting.report(office, [finding.subject])
    with office.database.reading() as session:
        row = session.get_one(FeedbackRow, finding.subject)
    if row.sent_at is None:
        raise NothingToRepair(row.error or "?")


_REPAIRS: Mapping[Repair, Callable[[Office, FindingRow], None]] = MappingProxyType(
    {
        Repair.SEND_AGAIN: _send_again,
        Repair.SETTLE: _settle,
        Repair.FETCH: _fetch,
        Repair.CONFIRM: _confirm,
        Repair.ASK: _ask,
        Repair.SEND_STATUS: _send_status,
    }
)
