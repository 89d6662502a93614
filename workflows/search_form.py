"""What the search page and `congvan search` share: fields by name, facets, values in words.

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-29); ux.md §3.6.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory
from documents.search import Facet, Results
from documents.tables import UnitRow
from workflows.plain_words import DOCUMENT, named
from workflows.result_export import URGENCIES

FIELDS = {
    "number": "số",
    "notation": "ký hiệu",
    "subject": "trích yếu",
    "from": "nơi gửi",
    "to": "nơi nhận",
    "type": "loại",
    "signer": "người ký",
    "drafter": "người soạn",
    "unit": "đơn vị",
    "place": "địa danh",
    "note": "ghi chú",
    "receipt": "số đến",
    "dossier": "hồ sơ",
    "opinion": "ý kiến",
    "state": "trạng thái",
    "urgency": "độ khẩn",
    "direction": "chiều",
    "year": "năm",
    "since": "từ ngày",
    "until": "đến ngày",
    "due": "hạn",
}
FACETS = {
    Facet.DIRECTION: "Chiều",
    Facet.TYPE: "Loại",
    Facet.YEAR: "Năm",
    Facet.STATE: "Trạng thái",
    Facet.SENDER: "Nơi gửi",
    Facet.UNIT: "Đơn vị",
    Facet.URGENCY: "Độ khẩn",
}
_DIRECTIONS = {"incoming": "đến", "outgoing": "đi"}


def composed(text: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return one query of the search box out of *text* and (field, value) pairs."""
    parts = [text]
    for name, said in fields:
        if said:
            parts.append(f'{FIELDS.get(name, name)}:"{said.replace(chr(34), " ")}"')
    return " ".join(part for part in parts if part)


def names_of(session: Session, results: Results) -> dict[str, str]:
    """Return how people call the units and agencies that are counted."""
    ids = [count.value for count in results.facets.get(Facet.UNIT, ())]
    codes = [count.value for count in results.facets.get(Facet.SENDER, ())]
    units = session.execute(select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(ids)))
    names = {unit: name for unit, name in units}  # noqa: C416  (a result is no mapping)
    agencies = directory.agency_rows(session, codes) if codes else {}
    return names | {code: row.name for code, row in agencies.items()}


def in_words(facet: Facet, value: str, names: Mapping[str, str]) -> str:
    """Return a facet's value as people say it."""
    match facet:
        case Facet.STATE:
            return named(DOCUMENT, value)
        case Facet.DIRECTION:
            return _DIRECTIONS.get(value, value)
        case Facet.URGENCY:
            return dict(enumerate(URGENCIES)).get(int(value or 0), value)
        case _:
            return names.get(value, value) or "-"
