"""Series of numbers: which one a document's number is of. Pure rules, as an agency decides them.

Legal source: Decree 30/2020/ND-CP, Art. 15.1, 15.2, 22.2, Appendix I, Part II, 1c (law.md
§1.3 N-01, N-02, N-10, N-11). What the law fixes is no choice: normative documents each type
its own, advisory bodies their own, copies one common, incoming documents their own; paper and
electronic documents share their series. Administrative types are as the agency's head decides.
Rules hold for whole years: from 1 January, so that nothing is renumbered and nothing doubles.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from documents.document import DocumentType
from documents.errors import Refused
from documents.kinds import Kind

COMMON = "CHUNG"
"""The series of all types that have none of their own."""
COPIES = "SAO"
"""The one series of all copies; no type of document is abbreviated so."""
INCOMING = "ĐẾN"
"""The common register of incoming documents."""
NORMATIVE = "QPPL"
ADVISORY = "TV"
NAME_LENGTH = 30
MOST_OPEN = 20
"""Open reservations of an agency that has not decided otherwise."""
_NORMATIVE_NOTATION = re.compile(r"(19|20)\d\d/")
"""A normative document's notation has the year: `15/2026/QĐ-UBND` (law.md N-10)."""


class Mode(StrEnum):
    """How administrative documents are numbered."""

    COMMON = "common"
    """một hệ thống số chung."""
    TYPE = "type"
    """riêng từng loại."""
    GROUP = "group"
    """theo nhóm loại; types in no group share the common series."""


class ReservationState(StrEnum):
    """What became of a number taken before its document."""

    OPEN = "open"
    """đang giữ."""
    USED = "used"
    """đã dùng."""
    VOID = "void"
    """hủy: given back or expired; never used again."""


class SeriesInvalid(Refused):
    """The rules cannot be: a name or a type is not known, or is there twice."""

    code = "series.invalid"
    vietnamese = "Quy tắc đánh số không hợp lệ: {0}"
    english = "the numbering rules are not valid: {0}"
    remedy = "Sửa nhóm và loại văn bản / mend the groups and their types"


class CodesAlike(Refused):
    """Two series would give two documents the same number and notation (Art. 15.1)."""

    code = "series.codes_alike"
    vietnamese = "«{0}» và «{1}» có ký hiệu như nhau: phải chung một hệ thống số"
    english = "«{0}» and «{1}» have the same notation: they must share a series"
    remedy = "Đưa hai loại vào cùng một nhóm / put both types into one group"


@dataclass(frozen=True, slots=True)
class SeriesRules:
    """How an agency numbers its documents."""

    mode: Mode = Mode.TYPE
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Series by name: the types in it; in GROUP mode only."""
    incoming: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Registers of incoming documents besides the common one: `{"GIẤY MỜI": ("Giấy mời",)}`."""
    most_open: int = MOST_OPEN


DEFAULT = SeriesRules()
"""Until the agency's head decides: each named type its own, công văn one."""


def outgoing_series(
    rules: SeriesRules, kind: Kind, notation: str, advisory: str | None = None
) -> str:
    """Return the series of an outgoing document's number; at most 30 characters.

    *advisory* is the abbreviation of the advisory body that issues it in its own name, None
    where the agency does.
    """
    # types without an abbreviation share one: their codes would be the same otherwise
    own = kind.abbreviation or DocumentType.OFFICIAL_LETTER.value
    if advisory is not None:
        series = f"{ADVISORY} {advisory}"
    elif kind.normative or _NORMATIVE_NOTATION.match(notation):
        series = f"{NORMATIVE} {own}"
    elif rules.mode is Mode.TYPE:
        series = own
    else:
        series = _named(rules.groups, kind.name) or COMMON
    return series[:NAME_LENGTH]


def incoming_series(rules: SeriesRules, type_name: str) -> str:
    """Return the register of an incoming document's number (Art. 22.2)."""
    return _named(rules.incoming, type_name) or INCOMING


def _named(groups: Mapping[str, tuple[str, ...]], type_name: str) -> str:
    return next((name for name, types in groups.items() if type_name in types), "")


def check(rules: SeriesRules, kinds: Iterable[Kind]) -> None:
    """Refuse rules that are not clear, or by which two documents might have one code.

    *kinds* are all types there are.

    Raises:
        SeriesInvalid, CodesAlike: as they say.
    """
    if bool(rules.groups) != (rules.mode is Mode.GROUP):
        raise SeriesInvalid("chỉ có nhóm khi đánh số theo nhóm / groups are of the mode «group»")
    if not 0 <= rules.most_open <= 1000:
        raise SeriesInvalid("số giữ trước: 0 đến 1000 / reservations: 0 to 1000")
    known = tuple(kinds)
    choosable = {kind.name for kind in known if not kind.normative}
    _check_groups(rules.groups, choosable)
    _check_groups(rules.incoming, {kind.name for kind in known})
    if rules.mode is not Mode.GROUP:
        return
    first: dict[str, tuple[str, str]] = {}
    for kind in known:
        if kind.normative:  # its notation has the year, others' have not
            continue
        series = _named(rules.groups, kind.name)
        other, theirs = first.setdefault(kind.abbreviation, (kind.name, series))
        if theirs != series:
            raise CodesAlike(other, kind.name)


def _check_groups(groups: Mapping[str, tuple[str, ...]], types: set[str]) -> None:
    seen: set[str] = set()
    for name, members in groups.items():
        begins = name.split(" ")[0]
        if (
            not 1 <= len(name) <= NAME_LENGTH
            or not name.isprintable()
            or name != " ".join(name.split())
            or begins in {COMMON, COPIES, INCOMING, NORMATIVE, ADVISORY}
        ):
            raise SeriesInvalid(f"tên sổ «{name[:40]}» / name of a series")
        if not members:
            raise SeriesInvalid(f"nhóm «{name}» không có loại nào / a group without types")
        for type_name in members:
            if type_name not in types or type_name in seen:
                raise SeriesInvalid(f"loại «{type_name[:40]}» / type")
            seen.add(type_name)
