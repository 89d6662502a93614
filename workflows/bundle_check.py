"""Checks an evidence bundle, with no world and no network: what holds and what does not.

Standards: ETSI EN 319 102-1 (the verdicts are given once more from what is in the bundle),
RFC 5280. Legal source: Law 20/2023, Art. 11 (how a data message counts as evidence).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from documents.document import VIETNAM
from documents.errors import OfficeError
from documents.report import Verdict, canonical
from signing.trust import TrustStore
from workflows.bundle_manifest import (
    LARGEST_MANIFEST,
    MANIFEST,
    SLICE,
    SUMS,
    BundleBroken,
    FileEntry,
    Manifest,
    ReportEntry,
    RevisionEntry,
)
from workflows.bundle_reader import BundleReader, reading
from workflows.cell import Walls, confined
from workflows.verdicts import differences, repeated
from workflows.workshop import FileTooHard

_WALLS = Walls(cpu=300, seconds=600, answer=64 << 20)
"""A whole file's life with fifty megabytes of attachments, and a dozen verifications."""
_SLICE_BYTES = 32 << 20
_MOST_REPORTS = 100
_LONGEST = 600
"""Characters of one detail: both languages of an error and what to mend."""
_GROWING = ("draft", "signed", "sealed")
_EVIDENCE = {
    **{"draft": "draft", "revise": "draft", "sign": "signed", "seal": "sealed"},
    **{"verify": "received", "quarantine": "received"},
}
"""Step in the ledger, and the revision that is its evidence."""
_NUMBERING = "assign_number"
_AS_BUNDLED = (
    "gốc tin cậy lấy trong gói: so dấu vân tay dưới đây với nguồn chính thức, hoặc dùng --trust / "
    "roots as bundled: compare their fingerprints with what their owners publish, or use --trust"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    holds: bool
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"what": self.what, "holds": self.holds, "detail": self.detail}


def checked(path: Path, trust: TrustStore | None = None) -> dict[str, Any]:
    """Return what is known about the bundle *path*, as plain data; never raises for its content.

    It is looked at in a cell, which reads it piece by piece and writes nothing.

    The verdict is that of the newest report on the document's file, given once more; with
    *trust*, under those roots. It is TOTAL-FAILED where anything in the bundle does not hold.
    """
    try:
        answer = confined(lambda: json.dumps(_checked(path, trust), default=str).encode(), _WALLS)
    except FileTooHard as error:
        return _undecided(path, error)
    found: dict[str, Any] = json.loads(answer)
    return found


def _undecided(path: Path, error: FileTooHard) -> dict[str, Any]:
    return {
        "file": str(path),
        "verdict": Verdict.INDETERMINATE.value,
        "reason": str(error),
        "signatures": [],
        "notes": [],
        "checks": [Check("gói / bundle", False, str(error)).as_dict()],
    }


def _checked(path: Path, trust: TrustStore | None) -> dict[str, Any]:
    result: dict[str, Any] = {"file": str(path), "signatures": [], "notes": []}
    try:
        with reading(path) as bundle:
            manifest = Manifest.from_bytes(bundle.read(MANIFEST, LARGEST_MANIFEST))
            return result | _answer(_Examiner(bundle, manifest, trust), result["notes"])
    except OfficeError as error:
        broken = {"verdict": Verdict.TOTAL_FAILED.value, "reason": str(error)}
        return result | broken | {"checks": [Check("gói / bundle", False, str(error)).as_dict()]}


def _answer(examiner: "_Examiner", notes: list[str]) -> dict[str, Any]:
    checks = list(examiner.checks())
    verdict, said = examiner.verdict, "mọi kiểm tra đều đạt / every check holds"
    if broken := [check.what for check in checks if not check.holds]:
        verdict, said = (
            Verdict.TOTAL_FAILED,
            _short(f"không đạt / does not hold: {', '.join(broken)}"),
        )
    document = examiner.manifest.document
    notes += [f"{document.code or document.id}  {document.subject}", *examiner.notes]
    return {
        "verdict": verdict.value,
        "reason": said,
        "notes": notes,
        "signatures": examiner.signatures,
        "checks": [check.as_dict() for check in checks],
    }


class _Examiner:
    """One bundle under examination."""

    def __init__(self, bundle: BundleReader, manifest: Manifest, trust: TrustStore | None) -> None:
        self.manifest = manifest
        self.verdict = Verdict.INDETERMINATE
        """Of the newest report on the document's file, given once more."""
        self.signatures: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._bundle = bundle
        self._trust = trust
        self._by_digest: dict[str, str] = {}
        """Name by digest, of the files that are what the manifest says."""

    def checks(self) -> Iterator[Check]:
        """Look at everything; the parts of a broken bundle that still can be are looked at too."""
        yield from self._files()
        rows: list[dict[str, Any]] = []
        for what, part in (
            ("nhật ký / ledger", partial(self._ledger, rows)),
            ("nhật ký và tệp / ledger and files", partial(self._witnessed, rows)),
            ("các bản của tệp / revisions", self._revisions),
            ("báo cáo / reports", partial(self._reports, rows)),
        ):
            yield from _shielded(what, part)

    def _files(self) -> Iterator[Check]:
        listed, there = self.manifest.files, self._bundle.names - {MANIFEST, SUMS}
        wrong = sorted(there ^ set(listed))[:5]
        yield Check("mục lục / table of contents", not wrong, ", ".join(wrong))
        spoilt = []
        for name in sorted(there & set(listed)):
            if (found := self._digest(name)) == listed[name]:
                self._by_digest[found.sha256] = name
            else:
                spoilt.append(name)
        count = f"{len(listed)} tệp / files"
        yield Check("mã băm / digests", not spoilt, ", ".join(spoilt[:5]) or count)
        yield from _shielded(SUMS, self._sums)

    def _digest(self, name: str) -> FileEntry | None:
        try:
            return self._bundle.digest(name)
        except BundleBroken:
            return None

    def _sums(self) -> Iterator[Check]:
        own = self._bundle.digest(MANIFEST).sha256
        written = self._bundle.read(SUMS, LARGEST_MANIFEST)
        yield Check(SUMS, written == self.manifest.sums(own))

    def _ledger(self, rows: list[dict[str, Any]]) -> Iterator[Check]:
        """Hash every row again, and look how they hang together."""
        chain = self.manifest.chain
        text = self._bundle.read(SLICE, _SLICE_BYTES)
        lines = text.split(b"\n")[:-1]
        wrong = [] if len(lines) == len(chain.links) else [f"{len(lines)} / {len(chain.links)}"]
        last = None
        for line, link in zip(lines, chain.links, strict=False):
            row = _row(line)
            rows.append(row)
            good = hashlib.sha256(line).hexdigest() == link.digest
            good &= (row.get("sequence"), row.get("previous")) == (link.sequence, link.previous)
            good &= row.get("organ_id") == chain.organ_id
            good &= row.get("document_id") == self.manifest.document.id
            if last is not None:
                good &= link.sequence > last.sequence
                if link.sequence == last.sequence + 1:
                    good &= link.previous == last.digest and last.next == link.digest
            if link.sequence == chain.head_sequence:
                good &= link.digest == chain.head_digest and link.next is None
            else:
                good &= link.next is not None and link.sequence < chain.head_sequence
            if not good:
                wrong.append(str(link.sequence))
            last = link
        detail = ", ".join(wrong[:5]) or f"{len(rows)} dòng / rows; head {chain.head_sequence}"
        yield Check("nhật ký / ledger", bool(rows) and not wrong, detail)

    def _witnessed(self, rows: list[dict[str, Any]]) -> Iterator[Check]:
        """Compare what the steps' rows name with the files that are there."""
        held = {(one.kind, one.sha256) for one in self.manifest.revisions}
        wrong = [
            str(row.get("step"))
            for row in rows
            if (kind := _EVIDENCE.get(str(row.get("step"))))
            and row.get("evidence")
            and (kind, row.get("evidence")) not in held
        ]
        document = self.manifest.document
        given = [_detail(row).get("code") for row in rows if row.get("step") == _NUMBERING]
        if given and given[-1] != document.code:
            wrong.append(f"{given[-1]} ≠ {document.code}")
        state = rows[-1].get("state") if rows else None
        if state != document.state:
            wrong.append(f"{state} ≠ {document.state}")
        yield Check("nhật ký và tệp / ledger and files", not wrong, ", ".join(wrong[:5]))

    def _revisions(self) -> Iterator[Check]:
        """Look whether each revision begins with the one before it: files that only grew."""
        found = {one.kind: one for one in self.manifest.revisions}
        missing = [
            one.file for one in self.manifest.revisions if self._by_digest.get(one.sha256) is None
        ]
        grown = [found[kind] for kind in _GROWING if kind in found]
        odd = [
            f"{after.file} ≠ {before.file} + …"
            for before, after in pairwise(grown)
            if not self._begins(after, before)
        ]
        current = self.manifest.document.current_sha256
        if current and current not in {one.sha256 for one in self.manifest.revisions}:
            odd.append(f"{current[:16]}…")
        detail = ", ".join([*missing, *odd][:5]) or f"{len(self.manifest.revisions)} bản"
        yield Check("các bản của tệp / revisions", not missing and not odd, detail)

    def _begins(self, after: RevisionEntry, before: RevisionEntry) -> bool:
        return self._read(after.sha256).startswith(self._read(before.sha256))

    def _read(self, sha256: str) -> bytes:
        name = self._by_digest.get(sha256)
        if name is None:
            raise BundleBroken(f"thiếu / missing {sha256}")
        return self._bundle.read(name)

    def _reports(self, rows: list[dict[str, Any]]) -> Iterator[Check]:
        """Give every verdict once more from what it rested on."""
        told = set(_told(rows))
        current = self.manifest.document.current_sha256
        newest: ReportEntry | None = None
        for entry in self.manifest.reports[:_MOST_REPORTS]:
            yield from _shielded(entry.file, partial(self._report, entry, told))
            if entry.of_sha256 == current:
                newest = entry
        if newest is None:
            yield Check("báo cáo / report", current is None, "không có / none on the document")
            return
        yield from _shielded("chữ ký / signatures", partial(self._judged, newest))

    def _report(self, entry: ReportEntry, told: set[str]) -> Iterator[Check]:
        filed = entry.filed(self._read(entry.sha256).decode("utf-8"))
        if entry.sha256 not in told:
            yield Check(entry.file, False, "nhật ký không có báo cáo này / not in the ledger")
        report = repeated(filed, self._read)
        differs = differences(filed, replace(filed, content=canonical(report.as_dict())))
        when = f"{entry.verdict.value} ({entry.at.astimezone(VIETNAM):%d/%m/%Y %H:%M})"
        yield Check(entry.file, not differs, _short("; ".join(differs) or when))

    def _judged(self, entry: ReportEntry) -> Iterator[Check]:
        """Take the verdict on the document's file: under the bundled roots, or one's own."""
        filed = entry.filed(self._read(entry.sha256).decode("utf-8"))
        report = repeated(filed, self._read, self._trust)
        self.verdict = Verdict(report.verdict.value)
        self.signatures = [one.as_dict() for one in report.signatures]
        if self._trust is None:
            bundled = TrustStore.from_blob(self._read(entry.trust_sha256))
            self.notes.append(_AS_BUNDLED)
            self.notes += [f"  {line}" for line in bundled.fingerprints()]
        else:
            self.notes.append("gốc tin cậy của bạn / your own roots")
        return iter(())


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise BundleBroken(f"{SLICE}: không phải JSON / not JSON")
    return row


def _told(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the digests of the reports that the ledger names."""
    for row in rows:
        found = _detail(row).get("reports")
        if isinstance(found, list):
            yield from map(str, found)


def _detail(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row of the ledger says besides; nothing where it is not as ours are."""
    try:
        found = json.loads(str(row.get("detail")))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _short(text: str) -> str:
    """Return *text*, ended after a whole word where a stranger's bundle made it long."""
    if len(text) <= _LONGEST:
        return text
    cut = text[:_LONGEST]
    return f"{cut.rpartition(' ')[0] or cut} …"


def _shielded(what: str, part: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Yield the checks of one part; what a stranger's bundle makes it raise is an answer."""
    try:
        yield from part()
    except OfficeError as error:
        yield Check(what, False, _short(str(error)))
    except Exception as fault:  # RecursionError too
        yield Check(what, False, _short(f"{type(fault).__name__}: {fault}"))
