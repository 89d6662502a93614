"""What a letter must say before the hub takes it: the letter codes of axis.md §9.

Only what a message cannot be carried or answered without is asked for; the reader of edXML takes
the rest as it comes.
"""

from collections import Counter
from collections.abc import Iterator

from connectors.edoc.letter import Letter
from connectors.edoc.plain import known_children, text_at
from connectors.edxml.dates import NotADate, read_date
from connectors.edxml.routing import STATUS_CODE

Errors = list[tuple[str, str]]
"""Code and description."""

_NEEDED = (
    ("From", "OrganId"),
    ("DocumentId",),
    ("Code", "CodeNumber"),
    ("Code", "CodeNotation"),
    ("PromulgationInfo", "PromulgationDate"),
    ("Subject",),
)
_STATUS_NEEDED = (
    ("From", "OrganId"),
    ("ResponseFor", "OrganId"),
    ("ResponseFor", "DocumentId"),
    ("StatusCode",),
)
_LENGTHS = {("From", "OrganId"): 35, ("DocumentId",): 200, ("Subject",): 4000}
"""Characters; far above edXML's own limits, which nobody enforces (axis.md §4.2)."""


def errors_in(letter: Letter) -> Errors:
    """Return what keeps *letter* from being taken; empty when nothing does."""
    if letter.is_status:
        return [*_missing(letter, "Status", _STATUS_NEEDED), *_code(letter)]
    return [
        *_missing(letter, "MessageHeader", _NEEDED),
        *_too_long(letter),
        *_addressees(letter),
        *_dates(letter),
        *_files(letter),
    ]


def _missing(
    letter: Letter, root: str, needed: tuple[tuple[str, ...], ...]
) -> Iterator[tuple[str, str]]:
    for path in needed:
        if not text_at(letter.header, *path):
            name = ".".join((root, *path))
            yield f"N.{name}", f"thiếu / missing: {name}"


def _code(letter: Letter) -> Iterator[tuple[str, str]]:
    code = text_at(letter.header, "StatusCode")
    if code and not STATUS_CODE.fullmatch(code):
        yield "T.Status.StatusCode", f"{code[:20]!r}: hai chữ số / two digits"


def _too_long(letter: Letter) -> Iterator[tuple[str, str]]:
    for path, limit in _LENGTHS.items():
        if len(text_at(letter.header, *path)) > limit:
            name = ".".join(("MessageHeader", *path))
            yield f"R.{name}", f"quá {limit} ký tự / over {limit} characters"


def _addressees(letter: Letter) -> Iterator[tuple[str, str]]:
    to = [text_at(c, "OrganId") for c in known_children(letter.header) if c.tag == "To"]
    if not to or "" in to:
        yield "N.MessageHeader.To.OrganId", "thiếu nơi nhận / no recipient"
    doubled = [code for code, times in Counter(to).items() if times > 1 and code]
    if doubled:
        yield "M.MessageHeader.To.OrganId", f"trùng / twice: {', '.join(doubled)}"


def _dates(letter: Letter) -> Iterator[tuple[str, str]]:
    day = text_at(letter.header, "PromulgationInfo", "PromulgationDate")
    try:
        if day:
            read_date(day)
    except NotADate as error:
        yield "T.MessageHeader.PromulgationInfo.PromulgationDate", f"{day[:40]!r}: {error}"


def _files(letter: Letter) -> Iterator[tuple[str, str]]:
    for enclosure in letter.enclosures:
        if enclosure.content is None:
            yield "N.Attachment", f"không có phần MIME / no such part: {enclosure.content_id[:100]}"
