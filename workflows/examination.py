"""One file, document or bundle, examined because somebody asked.

Of a document the report is entered with what it rests on; `--as-of` repeats such a report, and
the answer must be the same whatever became of roots and lists since. What somebody only supposed
(other roots, lists or rules, a day to come) is answered and never entered: the next one would
take it for what the agency found.

A file is judged under the roots that were named, or under those of the world that was named:
nobody is trusted because a folder happens to be there.
"""

import json
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
from workflows import verdicts, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.handover import FileUnreadable, handed_in
from workflows.jobs import Bench
from workflows.judging import Judged, judge, repeat
from workflows.settings import Settings
from workflows.tools import Tools
from workflows.verdict_page import Subject, page_of
from workflows.world import World, WorldMissing

_ZIP = b"PK\x03\x04"
_SUPPOSED = (
    "giả định: không ghi vào hồ sơ văn bản / supposed: not entered among the document's reports"
)


class TrustMissing(Refused):
    """Nobody said whom to trust."""

    code = "trust.missing"
    vietnamese = "Chưa nói tin cậy chứng thư gốc nào ({0})"
    english = "nobody said which roots to trust ({0})"
    remedy = (
        "Thêm --trust ROOTS.pem, hoặc --data THƯ-MỤC để dùng gốc của bản cài đặt / add --trust "
        "ROOTS.pem, or --data FOLDER for the installation's roots"
    )


class RootsDiffer(Refused):
    """One page was asked for, and the installations of the world trust different roots."""

    code = "trust.roots_differ"
    vietnamese = "Các bản cài đặt tin cậy khác nhau ({0}), không in chung một báo cáo được"
    english = "the installations trust differently ({0}), which gives no one report"
    remedy = "Thêm --trust ROOTS.pem / add --trust ROOTS.pem"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a verdict is to rest on."""

    trust: TrustStore
    policy: Policy
    owners: tuple[str, ...] = ()
    """The installations whose they are; none where somebody named the roots."""

    @property
    def notes(self) -> list[str]:
        """Whose roots were used, where nobody named them."""
        names = ", ".join(self.owners)
        return [f"gốc tin cậy, quy tắc của / roots and rules of: {names}"] if names else []


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line."""

    world: Path
    named_world: bool
    """Whether somebody named the world: only then its roots judge a file."""
    roots: Path | None = None
    """Whom to trust; the installation's own roots without."""
    crls: tuple[Path, ...] = ()
    """Revocation lists besides."""
    rules: Path | None = None
    """A policy's file; the installation's or the built-in one without."""
    at: datetime | None = None
    repeat: bool = False
    until: datetime | None = None

    def supposes(self, now: datetime) -> bool:
        """Return whether the answer rests on something else than the installation has by *now*."""
        own = self.roots is not None or self.rules is not None or bool(self.crls)
        return own or (self.at is not None and self.at > now)

    def ground(self, tools: Tools) -> Ground:
        """Return what was named, and of an installation what was not."""
        roots = self.roots
        trust = TrustStore.load(roots) if roots else tools.trust()
        policy = Policy.load(self.rules) if self.rules else tools.policy()
        return Ground(trust.with_crls(self.crls), policy, () if roots else (tools.settings.name,))

    def grounds(self) -> list[Ground]:
        """Return what to judge a file by: one, or each that the world's installations have.

        Raises:
            TrustMissing: neither roots nor a world were named.
            WorldMissing, TrustUnavailable, PolicyUnavailable: the world's cannot be read.
            TrustUnreadable, PolicyUnreadable: what was named cannot be.
        """
        if self.roots is not None:
            policy = Policy.load(self.rules) if self.rules else built_in()
            return [Ground(TrustStore.load(self.roots, self.crls), policy)]
        if not self.named_world:
            raise TrustMissing("--trust, --data")
        found: dict[tuple[bytes, bytes], Ground] = {}
        for home in World.load(self.world).homes:
            one = self.ground(Tools(Settings.load(home)))
            key = (one.trust.blob(), one.policy.source)
            same = found.get(key)
            found[key] = replace(same, owners=same.owners + one.owners) if same else one
        return list(found.values())


def examined(name: str, asked: Asked, page: Path | None = None) -> list[dict[str, Any]]:
    """Return what is known about the file, document or bundle *name*, as plain data.

    There is one answer, or one for each of the world's installations that trust differently.

    Raises:
        Refused: there is no such document, or nothing to trust or to repeat.
    """
    path = Path(name)
    if path.is_file() and _is_zip(path):
        return _bundle(path, asked)
    if path.exists() or not _has_world(asked):
        return _file(path, asked, page)
    with cabinets(World.load(asked.world).homes) as opened:
        try:
            cabinet, row = whereabouts.found(opened, name)
        except DocumentUnknown:
            if not path.suffix:
                raise
        else:
            return [_document(cabinet, row, asked, page)]
    return _file(path, asked, page)


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


def _bundle(path: Path, asked: Asked) -> list[dict[str, Any]]:
    """Check a bundle under its own roots, unless somebody named others."""
    from workflows import bundle_check

    if asked.roots is None and not asked.named_world:
        if asked.crls:
            raise TrustMissing("--crl")
        return [bundle_check.checked(path)]
    results = []
    for ground in asked.grounds():
        result = bundle_check.checked(path, ground.trust)
        results.append(result | {"notes": [*ground.notes, *result.get("notes", ())]})
    return results


def _file(path: Path, asked: Asked, page: Path | None) -> list[dict[str, Any]]:
    try:
        content = handed_in(path)
    except FileUnreadable as error:
        return [_undecided(path, error)]
    grounds = asked.grounds()
    if page is not None and len(grounds) > 1:
        raise RootsDiffer("; ".join(", ".join(ground.owners) for ground in grounds))
    return [_judged(path, content, ground, asked.at, page) for ground in grounds]


def _judged(
    path: Path, content: bytes, ground: Ground, at: datetime | None, page: Path | None
) -> dict[str, Any]:
    try:
        judged = judge(content, ground.trust, ground.policy, at)
    except Refused as error:
        return _undecided(path, error)
    if page is not None:
        _write_page(page, judged.filed, Subject(path.name), judged.growth)
    result = {"file": str(path), **json.loads(judged.filed.content)}
    return result | ({"notes": ground.notes} if ground.notes else {})


def _undecided(path: Path, error: Refused) -> dict[str, Any]:
    return {
        "file": str(path),
        "verdict": Verdict.INDETERMINATE.value,
        "signatures": [],
        "reason": str(error),
    }


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
    ground = asked.ground(bench) if asked else Ground(bench.trust(), bench.policy())
    trust, policy, at = ground.trust, ground.policy, (asked.at if asked else None) or now
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
