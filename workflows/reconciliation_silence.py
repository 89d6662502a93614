"""Who owes an answer: recipients that did not acknowledge, silent partners, and we ourselves.

Legal source: Decision 28/2018/QD-TTg: each status is a duty; Decree 30/2020/ND-CP, Art. 21.2c:
the sender is told within the day.
"""

from datetime import timedelta

from documents import reconciliation_ours as ours
from documents.delivery import DeliveryState
from documents.reconciliation import Found, Kind
from documents.reconciliation_ours import Sent
from workflows.reconciliation_run import MOST_OF_A_KIND, Run

KINDS = (Kind.UNACKNOWLEDGED, Kind.UNACCEPTED, Kind.SILENT, Kind.OWED)


def look(run: Run) -> None:
    """Find whose status is missing, whatever the axis says."""
    settings, most = run.office.settings, MOST_OF_A_KIND + 1
    acknowledged = run.started - timedelta(hours=settings.unacknowledged_hours)
    accepted = run.started - timedelta(days=settings.unaccepted_days)
    with run.office.database.reading() as session:
        unheard = ours.standing(session, run.organ_id, DeliveryState.SENT, acknowledged, most)
        arrived = ours.standing(session, run.organ_id, DeliveryState.ARRIVED, accepted, most)
        before = run.started - timedelta(days=settings.silent_days)
        silent = ours.silent(session, run.organ_id, before)
        owed = ours.owed(session, run.organ_id, acknowledged, most)
    for sent in unheard:
        run.add(_found(Kind.UNACKNOWLEDGED, sent))
    for sent in arrived:
        run.add(_found(Kind.UNACCEPTED, sent))
    for partner, count, oldest in silent:
        evidence = {"documents": count, "oldest": oldest.isoformat()}
        run.add(Found(Kind.SILENT, partner, partner=partner, evidence=evidence))
    for feedback, document in owed:
        evidence = {
            "status": feedback.code,
            "attempts": feedback.attempts,
            "given_up": feedback.given_up_at is not None,
            "error": feedback.error,
        }
        partner = document.sender_organ_id
        run.add(Found(Kind.OWED, feedback.id, partner, document.id, evidence=evidence))


def _found(kind: Kind, sent: Sent) -> Found:
    # without a time of its own: each run looks at all of them, whatever its days
    evidence = {"sent": sent.sent_at.isoformat() if sent.sent_at else None}
    return Found(
        kind, sent.delivery_id, sent.recipient, sent.document_id, sent.axis_id, None, evidence
    )
