"""What came of a run: for people as a page, for programs as JSON, and one answer: passed or not."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from typing import Any

from connectors.conformance.case import Level, Verdict
from connectors.conformance.trace import Exchanged
from documents.document import VIETNAM

_VERDICTS = {
    Verdict.PASSED: "đạt",
    Verdict.FAILED: "không đạt",
    Verdict.NOT_APPLICABLE: "không áp dụng",
    Verdict.NOT_DECIDED: "chưa kết luận",
}
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ccc;padding:.4rem .6rem;text-align:left;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f5f5;padding:.5rem;font-size:12px}
.failed{color:#a40000;font-weight:600}.passed{color:#1b5e20}small{color:#555}
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One case and what came of it."""

    id: str
    level: Level
    vietnamese: str
    english: str
    source: str
    verdict: Verdict
    why: str
    seconds: float
    exchanges: tuple[Exchanged, ...]
    """The first ones; without secrets."""
    requests: int
    """All of them."""

    @property
    def breaks(self) -> bool:
        """Whether the system does not conform because of it."""
        return self.verdict is Verdict.FAILED and self.level is Level.MUST


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run."""

    url: str
    face: str
    agencies: tuple[str, ...]
    tag: str
    """Stands in every DocumentId of the run."""
    began: datetime
    ended: datetime
    results: tuple[Result, ...]
    left: tuple[str, ...]
    """What could not be cleaned up."""

    @property
    def passed(self) -> bool:
        """Whether no MUST failed."""
        return not any(result.breaks for result in self.results)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many cases of each level came out how."""
        found = Counter((result.level, result.verdict) for result in self.results)
        return {
            str(level): {str(verdict): found[level, verdict] for verdict in Verdict}
            for level in Level
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "url": self.url,
            "face": self.face,
            "agencies": list(self.agencies),
            "tag": self.tag,
            "began": self.began.isoformat(),
            "ended": self.ended.isoformat(),
            "passed": self.passed,
            "counts": self.counts(),
            "left": list(self.left),
            "cases": [asdict(result) for result in self.results],
        }

    def as_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n"

    def as_html(self) -> str:
        """Return the report as one page that loads nothing."""
        began = self.began.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
        verdict = "ĐẠT / conforms" if self.passed else "KHÔNG ĐẠT / does not conform"
        left = "".join(f"<li>{escape(line)}</li>" for line in self.left)
        left = left or "<li>không còn gì / nothing</li>"
        rows = "".join(map(_row, self.results))
        seconds = (self.ended - self.began).total_seconds()
        return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>congvan conform</title>
<style>{_STYLE}</style></head><body>
<h1>Kiểm tra hợp chuẩn / conformance: {verdict}</h1>
<p>{escape(self.url)} · {escape(self.face)} · {escape(", ".join(self.agencies))}<br>
{began} · {seconds:.0f} s · {escape(self.tag)}</p>
{_counted(self.counts())}
<h2>Còn lại trong hàng đợi / left in the queues</h2><ul>{left}</ul>
<h2>Các phép thử / cases</h2>
<table><tr><th>Mã / id</th><th>Mức</th><th>Yêu cầu / claim</th><th>Kết quả / result</th></tr>
{rows}</table></body></html>
"""


def _counted(counts: dict[str, dict[str, int]]) -> str:
    heads = "".join(f"<th>{text} / {verdict}</th>" for verdict, text in _VERDICTS.items())
    rows = "".join(
        f"<tr><th>{level}</th>" + "".join(f"<td>{count}</td>" for count in row.values()) + "</tr>"
        for level, row in counts.items()
    )
    return f"<table><tr><th></th>{heads}</tr>{rows}</table>"


def _row(result: Result) -> str:
    shown = "".join(
        f"<pre>→ {escape(each.sent)}</pre><pre>← {escape(each.came)}</pre>"
        for each in result.exchanges
    )
    wire = f"<details><summary>{result.requests} yêu cầu / requests</summary>{shown}</details>"
    return (
        f"<tr><td>{escape(result.id)}</td><td>{result.level}</td>"
        f"<td>{escape(result.vietnamese)}<br><small>{escape(result.english)}<br>"
        f"{escape(result.source)}</small></td>"
        f'<td class="{result.verdict.name.lower()}">{_VERDICTS[result.verdict]} / {result.verdict}'
        f"<br><small>{escape(result.why)} ({result.seconds:.2f} s)</small>{wire}</td></tr>\n"
    )
