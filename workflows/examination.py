"""One file, document or bundle, examined because somebody asked.

Of a document the report is entered with what it rests on; `--as-of` repeats such a report, and
the answer must be the same whatever became of roots and lists since. What somebody only supposed
(other roots, other rules, a day to come) is answered and never entered: the next one would take
it for what the agency found.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import reports
from documents.blobs import write_durably
from documents.casefile import DocumentUnknown
from documents.document import VIETNAM
from documents.errors import Refused
from documents.report import FiledReport, Verdict
from documents.tables import DocumentRow
from drafting import verification_page
from signing.growth import Growth
from signing.policy import Policy, built_in
from signing.trust import TrustStore
from workflows import verdicts
from workflows.cabinet import Cabinet, cabinets
from workflows.handover import handed_in
from workflows.jobs import Bench
from workflows.judging import Judged, judge, repeat
from workflows.verdict_page import Subject, page_of
from workflows.world import World, WorldMissing

_ZIP = b"PK\x03\x04"
_SUPPOSED = (
    "giả định: không ghi vào hồ sơ văn bản / supposed: not entered among the document's reports"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line."""

    roots: Callable[[], Path]
    """Whom to trust; raises where nobody is named."""
    own_roots: bool
    """Whether somebody is named expressly."""
    crls: tuple[Path, ...]
    at: datetime | None
    repeat: bool
    until: datetime | None
    world: Path

    rules: Path | None = None
    """A policy's file; the built-in one without."""

    def supposes(self, now: datetime) -> bool:
        """Return whether the answer rests on something else than the installation has by *now*."""
        return self.own_roots or self.rules is not None or (self.at is not None and self.at > now)

    def trust(self) -> TrustStore:
        """Return whom to trust."""
        return TrustStore.load(self.roots(), self.crls)

    def policy(self) -> Policy:
        """Return the rules of verification."""
        return Policy.load(self.rules) if self.rules else built_in()


def examined(name: str, asked: Asked, page: Path | None = None) -> dict[str, Any]:
    """Return what is known about the file, document or bundle *name*, as plain data.

    Raises:
        Refused: there is no such thing, or nothing to trust or to repeat.
    """
    path = Path(name)
    if path.is_file() and _is_zip(path):
        from workflows import bundle_check

        return bundle_check.checked(path, asked.trust() if asked.own_roots else None)
    if path.exists() or not _has_world(asked):
        return _file(path, asked, page)
    with cabinets(World.load(asked.world).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                row = session.get(DocumentRow, name)
            if row is not None:
                return _document(cabinet, row, asked, page)
    if path.suffix:
        return _file(path, asked, page)
    raise DocumentUnknown(name)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == _ZIP
    except OSError:
        return False


def _has_world(asked: Asked) -> bool:
    try:
        World.load(asked.world)
    except WorldMissing:
        return False
    return True


def _file(path: Path, asked: Asked, page: Path | None) -> dict[str, Any]:
    trust, policy = asked.trust(), asked.policy()
    try:
        judged = judge(handed_in(path), trust, policy, asked.at)
    except Refused as error:
        return {
            "file": str(path),
            "verdict": Verdict.INDETERMINATE.value,
            "signatures": [],
            "reason": str(error),
        }
    if page is not None:
        _write_page(page, judged.filed, Subject(path.name), judged.growth)
    return {"file": str(path), **json.loads(judged.filed.content)}


def _write_page(target: Path, filed: FiledReport, subject: Subject, grown: Growth | None) -> None:
    content = verification_page.render(page_of(filed, subject, grown))
    write_durably(target.resolve(), lambda file: file.write(content))


def subject_of(row: DocumentRow) -> Subject:
    """Return the document as its page names it."""
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else ""
    return Subject(
        f"{row.id}.pdf",
        code,
        row.subject,
        row.sender_name or row.sender_organ_id,
        f"{row.promulgated:%d/%m/%Y}" if row.promulgated else "",
    )


def _document(
    cabinet: Cabinet, row: DocumentRow, asked: Asked, page: Path | None
) -> dict[str, Any]:
    if not row.current_sha256:
        raise reports.ReportMissing(row.id, "")
    if asked.repeat:
        result, judged = _repeated(cabinet, row, asked.until)
    else:
        judged = examine(cabinet, row, asked)
        values = json.loads(judged.filed.content)
        result = {"file": row.id, **values, "report": judged.filed.sha256}
        if asked.supposes(datetime.now(UTC)):
            result["notes"] = [_SUPPOSED]
    if page is not None:
        _write_page(page, judged.filed, subject_of(row), judged.growth)
    return result


def examine(cabinet: Cabinet, row: DocumentRow, asked: Asked | None = None) -> Judged:
    """Verify a document's file now, or about the moment asked for.

    The report is entered, unless it rests on what was only supposed.

    Raises:
        TrustUnavailable, PolicyUnavailable: the installation's cannot be read.
        BlobMissing, BlobDamaged: the file is not what it was.
        FileTooHard: it takes too much to judge.
    """
    bench, now = Bench(cabinet.settings), datetime.now(UTC)
    trust = asked.trust() if asked and asked.own_roots else bench.trust()
    policy = asked.policy() if asked and asked.rules else bench.policy()
    at = (asked.at if asked else None) or now
    judged = judge(cabinet.blobs.get(row.current_sha256 or ""), trust, policy, at)
    if asked is not None and asked.supposes(now):
        return judged
    verdicts.keep(judged.filed, judged.evidence, trust, policy, cabinet.blobs)
    with cabinet.database.writing() as session:
        reports.examined(session, row.id, judged.filed, now)
    return judged


def _repeated(
    cabinet: Cabinet, row: DocumentRow, until: datetime | None
) -> tuple[dict[str, Any], Judged]:
    """Return the answer of the stored report, given once more, and the report itself."""
    with cabinet.database.reading() as session:
        found = reports.as_of(session, row.id, row.current_sha256 or "", until)
        stored = reports.filed_of(found)
    again = repeat(stored, cabinet.blobs.get)
    about = f"{stored.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    note = (
        f"lặp lại báo cáo {stored.sha256[:16]}… về {about}, theo dữ liệu đã lưu / repeated from "
        "what was stored"
    )
    result = {
        "file": row.id,
        **json.loads(again.filed.content),
        "report": stored.sha256,
        "stored_verdict": stored.verdict.value,
        "differs": verdicts.differences(stored, again.filed),
        "notes": [note],
    }
    return result, replace(again, filed=stored)
