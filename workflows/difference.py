"""What the leader signed against what the file became: pictures, and the fields in words.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 17. What was signed is a prefix of the file, so
anybody can cut it off again (`head -c`) and look.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

from documents.errors import OfficeError
from drafting import comparison
from signing.growth import Growth, growth
from workflows.bundle import Item
from workflows.cell import Walls, confined
from workflows.workshop import FileTooHard

_FOLDER = "difference"
_WALLS = Walls(cpu=120, seconds=240, answer=256 << 20)
"""Two hundred pages twice, and thirty of them as pictures."""


def items(pdf: bytes) -> Iterator[Item]:
    """Yield the files that show how *pdf* grew after its leader's signature; drawn in a cell.

    A file that cannot be drawn still has its words; one without a signature has none of both.
    """
    grown = growth(pdf)
    if grown is None:
        return
    try:
        drawn = json.loads(confined(lambda: json.dumps(_drawn(pdf, grown)).encode(), _WALLS))
    except FileTooHard as error:
        drawn = {"pages": [], "not_drawn": str(error), "pictures": []}
    for name, picture in drawn.pop("pictures"):
        yield Item(f"{_FOLDER}/{name}.png", base64.b64decode(picture))
    facts = _facts(pdf, grown) | drawn
    yield Item(f"{_FOLDER}/filled-later.json", _json(facts))
    yield Item(f"{_FOLDER}/filled-later.txt", _words(grown, facts).encode())


def _facts(pdf: bytes, grown: Growth) -> dict[str, Any]:
    return {
        "signature_field": grown.field,
        "signed_bytes": grown.end,
        "whole_bytes": len(pdf),
        "filled_later": [
            {"field": f.name, "title": f.title, "before": f.before, "after": f.after}
            for f in grown.filled
        ],
        "signed_later": list(grown.signed_later),
    }


def _drawn(pdf: bytes, grown: Growth) -> dict[str, Any]:
    """Return which pages look otherwise, with their pictures (name, PNG in Base64)."""
    signed = pdf[: grown.end]
    found: dict[str, Any] = {"pages": [], "pictures": []}
    try:
        extent = comparison.extent(signed, pdf)
        found |= {"pages_then": extent.before, "pages_now": extent.after}
        found["pages_compared"] = extent.compared
        for change in comparison.changes(signed, pdf):
            found["pages"].append({"page": change.number, "areas": change.areas})
            found["pictures"] += _pictures(change)
    except OfficeError as error:
        found["not_drawn"] = str(error)
    return found


def _pictures(change: comparison.PageChange) -> Iterator[tuple[str, str]]:
    stem = f"page-{change.number:03}"
    for name, picture in (
        ("signed", change.before),
        ("final", change.after),
        ("marked", change.marked),
    ):
        if picture:
            yield f"{stem}-{name}", base64.b64encode(picture).decode("ascii")


def _words(grown: Growth, facts: dict[str, Any]) -> str:
    changed = ", ".join(str(page["page"]) for page in facts["pages"]) or "không / none"
    lines = [
        "NGƯỜI CÓ THẨM QUYỀN ĐÃ KÝ GÌ, SAU ĐÓ ĐIỀN THÊM GÌ",
        "What the leader signed, and what was filled in later",
        "",
        f"Ô chữ ký / signature field: {grown.field}",
        f"Phần đã ký / what was signed: {grown.end} byte đầu của tệp / first bytes of the file",
        f"Tệp hiện nay / the file now: {facts['whole_bytes']} byte",
        "",
        "Điền sau khi ký / filled in after signing:",
        *(
            f"  {field.title} ({field.name}): "
            f"{field.before or '(trống / empty)'} -> {field.after or '(trống / empty)'}"
            for field in grown.filled
        ),
        *([] if grown.filled else ["  không / nothing"]),
        "",
        f"Ký sau đó / signed later: {', '.join(grown.signed_later) or 'không / none'}",
        f"Trang khác / pages that look otherwise: {changed}",
    ]
    if "not_drawn" in facts:
        lines.append(f"Không vẽ được trang / pages not drawn: {facts['not_drawn']}")
    return "\n".join(lines) + "\n"


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
