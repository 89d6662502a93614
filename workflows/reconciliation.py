"""Reconciliation (đối soát): our ledger, the axis's lists and the recipients' statuses matched.

Sources: axis.md §10.4, §16. What the axis cannot list or does not answer is said in the run,
and the rest of it stands.
"""

from datetime import UTC, datetime, time, timedelta

from connectors.axis import MessageKind, Track
from documents import directory, reconciliation
from documents.document import VIETNAM
from documents.errors import OfficeError
from documents.tables import AgencyRow
from workflows import reconciliation_received, reconciliation_sent, reconciliation_silence
from workflows.office import Office
from workflows.reconciliation_run import Days, Lists, Run, lacking, spans

MARGIN = timedelta(hours=1)
"""How far our clock and the axis's, and a receipt and its record, may lie apart."""


def last_days(office: Office) -> Days:
    """Return the days that are matched unless somebody says others: whole days of Vietnam."""
    now = office.now().astimezone(VIETNAM)
    first = now.date() - timedelta(days=office.settings.reconcile_days)
    return datetime.combine(first, time(), VIETNAM).astimezone(UTC), now.astimezone(UTC)


def reconcile(office: Office, days: Days | None = None, agency: str = "") -> list[Run]:
    """Match *days* [since, until) for every agency whose desk is here, or for one of them."""
    days = days or last_days(office)
    with office.database.reading() as session:
        served = [row for row in directory.served(session) if agency in {"", row.organ_id}]
    return [_reconciled(office, row, days) for row in served]


def _reconciled(office: Office, agency: AgencyRow, days: Days) -> Run:
    codes = tuple(filter(None, (agency.organ_id, agency.old_organ_id)))
    run = Run(office, agency.organ_id, codes, days, office.now())
    with office.database.writing() as session:
        run.id = reconciliation.begin(session, run.organ_id, days, run.started)
    try:
        for part in (_sent, _statuses, _received, _silence):
            part(run)
    except OfficeError as error:
        run.notes.append(str(error))
        run.failed = True
    notes = "\n".join(filter(None, (*run.notes, lacking([run]))))
    with office.database.writing() as session:
        reconciliation.end(session, run.id, run.counts, notes, office.now())
    return run


def _list(run: Run, kind: MessageKind) -> Lists:
    return lambda since, until: run.office.axis.sent(run.organ_id, since, until, kind)


def _sent(run: Run) -> None:
    def work(run: Run) -> None:
        reconciliation_sent.documents(run, spans(_list(run, MessageKind.EDOC), run.days))

    run.part("đã gửi / sent", reconciliation_sent.DOCUMENT_KINDS, work)


def _statuses(run: Run) -> None:
    def work(run: Run) -> None:
        # what we recorded as the days began, the axis may have taken a moment before
        earlier = (run.days[0] - MARGIN, run.days[1])
        reconciliation_sent.statuses(run, spans(_list(run, MessageKind.STATUS), earlier))

    run.part("trạng thái đã gửi / statuses sent", reconciliation_sent.STATUS_KINDS, work)


def _received(run: Run) -> None:
    def lists(since: datetime, until: datetime) -> list[Track]:
        return run.office.axis.received(run.organ_id, since, until)

    def work(run: Run) -> None:
        reconciliation_received.messages(run, spans(lists, run.days))

    run.part("đã đến / received", reconciliation_received.KINDS, work)


def _silence(run: Run) -> None:
    run.part("phản hồi / feedback", reconciliation_silence.KINDS, reconciliation_silence.look)
