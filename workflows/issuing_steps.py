"""What a clerk does to many documents at once on the way out: issue them, verify them again.

Legal source: Decree 30/2020/ND-CP, Art. 15 to 18; Circular 15/2025/TT-BKHCN, Art. 6.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, issue_orders, reports, rights
from documents.batch import Order
from documents.errors import OfficeError
from documents.incoming import Finding
from documents.report import FiledReport
from documents.right import Right
from documents.right_holder import At
from workflows import batch_actions
from workflows.batch_steps import seen
from workflows.jobs import Verify
from workflows.office import Office

ISSUE, VERIFY = "issue", "verify"


def issue(session: Session, order: Order, at: datetime) -> str:
    """Record the clerk's order; the flow goes on from there."""
    row = seen(session, order)
    made = issue_orders.order(session, issue_orders.Order(row.id), order.who, at)
    return f"{made.expected_code}, {made.expected_day:%d/%m/%Y}"


def judged(office: Office, order: Order, at: datetime) -> FiledReport:
    """Verify a document's file in a worker process; what the verdict rests on is kept.

    Raises:
        DocumentUnknown: the person may not see it.
        ReportMissing: it has no file.
        TrustUnavailable, PolicyUnavailable, BlobMissing, BlobDamaged, FileTooHard: as they say.
    """
    with office.database.reading() as session:
        row = casefile.known(session, order.document_id)
        rights.check(session, At(order.who, order.organ_id), Right.VERIFY, row, at)
    if not row.current_sha256:
        raise reports.ReportMissing(row.id, "")
    job = Verify(row.current_sha256, (), damaged=False, accepts_unsigned=True)
    (answer,) = office.workshop.run([job])
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, Finding)  # noqa: S101  (Verify gives Finding)
    return answer.filed[0]


def verify(session: Session, order: Order, at: datetime) -> str:
    """Enter the report of what was judged."""
    filed: FiledReport = order.prepared
    reports.examined(session, order.document_id, filed, at)
    return _VERDICTS.get(filed.verdict.value, "chưa kết luận được")


_VERDICTS = {"TOTAL-PASSED": "hợp lệ", "TOTAL-FAILED": "không hợp lệ"}
batch_actions.register(ISSUE, issue, words="Phát hành")
batch_actions.register(VERIFY, verify, words="Kiểm tra lại chữ ký số", prepare=judged)
