"""What reconciliation can find, in words, and what becomes of each finding.

Source: axis.md §10.4, §15 (what goes wrong between agencies); QĐ 28/2018/QĐ-TTg (statuses
are a duty). A finding is one row for as long as there is the installation: first seen, last
seen, resolved; what comes again is the same finding again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from documents.identity import new_id
from documents.tables import FindingRow, ReconciliationRow


class Kind(StrEnum):
    """A difference between what we, the axis and a recipient know."""

    LOST = "lost"
    UNKNOWN = "unknown_to_us"
    UNRECORDED = "unrecorded"
    DOUBLED = "doubled"
    FAILED = "failed_there"
    DIGEST = "digest_differs"
    UNFETCHED = "unfetched"
    UNSEEN = "confirmed_unseen"
    UNCONFIRMED = "unconfirmed"
    UNACKNOWLEDGED = "unacknowledged"
    UNACCEPTED = "unaccepted"
    SILENT = "silent_partner"
    OWED = "status_owed"
    STATUS_LOST = "status_lost"


class Repair(StrEnum):
    """What can be done at once, safely, and again without harm."""

    SEND_AGAIN = "send_again"
    """The same message id and bytes."""
    SETTLE = "settle"
    """Ask the axis for its receipt and record it."""
    FETCH = "fetch"
    CONFIRM = "confirm"
    ASK = "ask"
    """Look again at what the axis knows of the packet."""
    SEND_STATUS = "send_status"
    """The same status under the same id."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of finding says to people, and what mends it."""

    vietnamese: str
    english: str
    repair: Repair | None = None


MEANING: Mapping[Kind, Meaning] = MappingProxyType(
    {
        Kind.LOST: Meaning(
            "Đã ghi là đã gửi nhưng trục không có gói tin: gửi lại đúng mã cũ",
            "we recorded it as sent, the axis has it not: send it again under its id",
            Repair.SEND_AGAIN,
        ),
        Kind.UNKNOWN: Meaning(
            "Trục có gói tin mang tên cơ quan mà hệ thống này không nhận ra:"
            " hỏi hệ thống khác của cơ quan, rồi kiểm tra khóa kết nối",
            "the axis has a message in our name that we do not recognise:"
            " ask the agency's other systems, then who uses the credential",
        ),
        Kind.UNRECORDED: Meaning(
            "Trục đã nhận nhưng hệ thống chưa ghi nhận: hỏi lại trục rồi ghi",
            "the axis has it and we have not recorded that: ask and record",
            Repair.SETTLE,
        ),
        Kind.DOUBLED: Meaning(
            "Một văn bản có hai mã trên trục: nơi nhận có thể thấy hai lần",
            "one document has two axis ids: the recipient may see it twice",
        ),
        Kind.FAILED: Meaning(
            "Nơi nhận báo không đọc được gói tin: liên hệ nơi nhận, gửi bản cập nhật hoặc thay thế",
            "the recipient could not read the message: call them, send an update or replacement",
        ),
        Kind.DIGEST: Meaning(
            "Nội dung trên trục khác nội dung đã lưu: dừng, giữ nguyên hai bản, báo quản trị",
            "the axis has other bytes than we keep: stop, keep both, call the administrator",
        ),
        Kind.UNFETCHED: Meaning(
            "Trục có gói tin cho cơ quan mà chưa tải về: tải ngay",
            "the axis has a message for us that was never fetched: fetch it",
            Repair.FETCH,
        ),
        Kind.UNSEEN: Meaning(
            "Trục ghi cơ quan đã nhận nhưng hệ thống không có gói tin: tải lại",
            "the axis says that we took it, and it is not here: fetch it again",
            Repair.FETCH,
        ),
        Kind.UNCONFIRMED: Meaning(
            "Đã có gói tin nhưng trục chưa được xác nhận: xác nhận lại",
            "the message is here and the axis does not know: confirm it",
            Repair.CONFIRM,
        ),
        Kind.UNACKNOWLEDGED: Meaning(
            "Đã gửi nhưng nơi nhận chưa báo đã đến (01): xem trạng thái gói tin, gọi nơi nhận",
            "sent, and no arrival (01) was reported: look at the packet, call the recipient",
            Repair.ASK,
        ),
        Kind.UNACCEPTED: Meaning(
            "Đã đến nhưng nơi nhận chưa tiếp nhận hoặc từ chối (03, 02): gọi nơi nhận",
            "arrived, and neither accepted (03) nor refused (02): call the recipient",
        ),
        Kind.SILENT: Meaning(
            "Nơi nhận không báo trạng thái nào dù có văn bản gửi đến: kiểm tra kết nối của họ",
            "the agency reports no status though documents went there: check their connection",
        ),
        Kind.OWED: Meaning(
            "Chưa báo được trạng thái cho nơi gửi: gửi lại",
            "a status is owed to a sender and was not delivered: send it again",
            Repair.SEND_STATUS,
        ),
        Kind.STATUS_LOST: Meaning(
            "Đã ghi là đã báo trạng thái nhưng trục không có: gửi lại đúng mã cũ",
            "a status recorded as sent is not at the axis: send it again under its id",
            Repair.SEND_STATUS,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a run."""

    kind: Kind
    subject: str
    """What it is about, at most 200 characters; the same in every run."""
    partner: str = ""
    document_id: str | None = None
    axis_id: str = ""
    event_at: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Plain values that JSON has."""


def begin(session: Session, organ_id: str, days: tuple[datetime, datetime], at: datetime) -> str:
    """Enter a run for an agency over *days* [since, until); returns its id."""
    row = ReconciliationRow(
        id=new_id(), organ_id=organ_id, since=days[0], until=days[1], started_at=at, counts={}
    )
    session.add(row)
    session.flush()
    return row.id


def end(session: Session, run_id: str, counts: Mapping[str, int], note: str, at: datetime) -> None:
    """Record how a run ended."""
    row = session.get_one(ReconciliationRow, run_id, with_for_update=True)
    row.counts, row.note, row.ended_at = dict(counts), note, at


def record(session: Session, organ_id: str, found: Sequence[Found], at: datetime) -> None:
    """Enter findings, or see them again; *at* is when their run began."""
    subjects = {each.subject[:200] for each in found}
    known = {
        (row.code, row.subject): row
        for row in session.scalars(
            select(FindingRow).where(
                FindingRow.organ_id == organ_id, FindingRow.subject.in_(sorted(subjects))
            )
        )
    }
    for each in found:
        key = (each.kind.value, each.subject[:200])
        row = known.get(key)
        if row is None:
            row = FindingRow(id=new_id(), organ_id=organ_id, code=key[0], subject=key[1], repairs=0)
            row.first_seen = at
            session.add(row)
            known[key] = row
        row.document_id, row.partner = each.document_id, each.partner[:35]
        row.axis_id, row.event_at = each.axis_id[:128], each.event_at
        row.evidence, row.last_seen, row.resolved_at = dict(each.evidence), at, None


def resolve(
    session: Session,
    organ_id: str,
    kinds: Iterable[Kind],
    days: tuple[datetime, datetime],
    started: datetime,
) -> None:
    """End the findings of *kinds* that the run which *started* then looked for and did not see."""
    since, until = days
    within = (FindingRow.event_at >= since) & (FindingRow.event_at < until)
    session.execute(
        update(FindingRow)
        .where(FindingRow.organ_id == organ_id, FindingRow.resolved_at.is_(None))
        .where(FindingRow.code.in_([kind.value for kind in kinds]), FindingRow.last_seen < started)
        .where(or_(FindingRow.event_at.is_(None), within))
        .values(resolved_at=started)
    )


def repaired(session: Session, finding_id: str, at: datetime, *, error: str = "") -> FindingRow:
    """Record that a finding was repaired, or why it could not be."""
    row = session.get_one(FindingRow, finding_id, with_for_update=True, populate_existing=True)
    row.repairs += 1
    row.repaired_at, row.error = at, error or None
    if not error:
        row.resolved_at = at
    return row


def open_findings(
    session: Session, organ_ids: Iterable[str], only: Iterable[str] = ()
) -> Iterator[FindingRow]:
    """Yield the findings that are not resolved, the gravest kinds first, or those of ids *only*."""
    wanted = select(FindingRow).where(FindingRow.organ_id.in_(list(organ_ids)))
    wanted = wanted.where(FindingRow.resolved_at.is_(None))
    if ids := list(only):
        wanted = wanted.where(FindingRow.id.in_(ids))
    order = {kind.value: place for place, kind in enumerate(Kind)}
    for code in sorted(order, key=lambda code: order[code]):
        mine = wanted.where(FindingRow.code == code).order_by(FindingRow.first_seen, FindingRow.id)
        yield from session.scalars(mine.execution_options(yield_per=500))


def count_open(session: Session) -> int:
    """Return how many findings are not resolved."""
    wanted = select(func.count()).select_from(FindingRow)
    return session.scalar(wanted.where(FindingRow.resolved_at.is_(None))) or 0


def facts(row: FindingRow) -> dict[str, Any]:
    """Return a finding as commands and reports write it."""
    meaning = MEANING[Kind(row.code)]
    return {
        "id": row.id,
        "agency": row.organ_id,
        "code": row.code,
        "vi": meaning.vietnamese,
        "en": meaning.english,
        "repair": meaning.repair.value if meaning.repair else None,
        "partner": row.partner,
        "document": row.document_id,
        "axis_id": row.axis_id,
        "subject": row.subject,
        "at": row.event_at.isoformat() if row.event_at else None,
        "evidence": row.evidence,
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
        "repairs": row.repairs,
        "error": row.error,
    }
