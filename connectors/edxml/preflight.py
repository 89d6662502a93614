"""Checks a message the way a provincial axis does, and a little further, with its codes.

Source: axis.md §9 (Bkav's Checker as read there): a code is a letter and the element's path, `N`
for what is missing, `R` for what is too long, `M` for what does not fit, `T` for what is no date.
`M.Exist` and `M.Attachment-Type` are that system's own names.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pydantic import ValidationError

from connectors.edxml.deviation import Warning_
from connectors.edxml.filename import MEDIA_TYPES, extension
from connectors.edxml.incoming import Received
from schemas.codes import BusinessType, StatusCode
from schemas.edxml import Edoc, StatusMessage
from schemas.edxml.path import place

_LETTERS = {"missing": "N", "too_long": "R"}
_NAME_LENGTH = 255
"""Characters of AttachmentName."""
_CENTRE = re.compile(r"[0-9]{2}\.[0-9]{2}\.W[0-9]{2}")
"""An exchange centre (axis.md §3.3): a stop on the way, never the end of it."""
_TOLD = {
    "date.unreadable": "T",
    "code.unknown": "M",
    "number.unreadable": "M",
    "secrecy.stated": "M",
}
"""What the reader noted and the models can no longer show."""


class File(Protocol):
    """What is known of an attached file."""

    @property
    def name(self) -> str:
        """AttachmentName."""
        ...

    @property
    def content_type(self) -> str:
        """A media type, or empty."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason not to take the message."""

    code: str
    """`N.MessageHeader.From.OrganId`."""
    description: str
    """Vietnamese first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one axis asks beyond the format; the defaults are those that were seen."""

    groups: frozenset[int] = frozenset({1, 2})
    """Allowed `DocumentType/Type`."""
    extensions: frozenset[str] = frozenset()
    """Allowed extensions; with any named, a content type must also agree with its extension."""
    needs_file: bool = False
    """Whether a new document must have a file."""
    knows: Callable[[str], bool] | None = None
    """Whether the catalogue has an organ id."""
    exists: Callable[[Edoc], bool] | None = None
    """Whether a message with its sender, DocumentId and business type was taken before."""


def checked(
    message: Received | Edoc | StatusMessage,
    *,
    today: date,
    files: Sequence[File] = (),
    rules: Rules = Rules(),
) -> tuple[Fault, ...]:
    """Return every reason not to take *message*, each code once; none means it may pass.

    *today* is Vietnam's. *files* go with a model; a `Received` has its own.
    """
    warnings: tuple[Warning_, ...] = ()
    if isinstance(message, Received):
        files, warnings = message.attachments, message.warnings
        inner = message.edoc or message.status
        assert inner is not None  # noqa: S101  (the reader gives one of the two)
        message = inner
    found = list(_of_warnings(warnings))
    if isinstance(message, Edoc):
        found += _of_edoc(message, today, rules)
        found += _of_files(files, rules, needed=message.business.doc_type is BusinessType.NEW)
    else:
        found += _of_status(message)
    found += _of_model(message)
    if any(fault.code.startswith("T.") for fault in found):
        dates = {fault.code[2:] for fault in found if fault.code.startswith("T.")}
        found = [f for f in found if not (f.code.startswith("N.") and f.code[2:] in dates)]
    return tuple({fault.code: fault for fault in reversed(found)}.values())[::-1]


def _of_model(message: Edoc | StatusMessage) -> Iterator[Fault]:
    """Say what the models refuse: lengths, characters, what must be there."""
    try:
        type(message).model_validate(message)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            letter = _LETTERS.get(each["type"], "M")
            yield _fault(letter, place(each), each["msg"].removeprefix("Value error, "))


def _of_warnings(warnings: Sequence[Warning_]) -> Iterator[Fault]:
    for warning in warnings:
        if letter := _TOLD.get(warning.code):
            yield _fault(letter, warning.path, warning.detail)


def _of_edoc(message: Edoc, today: date, rules: Rules) -> Iterator[Fault]:
    if message.document_type.type not in rules.groups:
        yield _fault("M", "DocumentType/Type", str(message.document_type.type))
    day = message.promulgation.promulgation_date
    if day is not None and day > today:
        yield _fault(
            "M", "PromulgationInfo/PromulgationDate", f"trong tương lai / in the future: {day}"
        )
    if not message.trace:
        yield _fault("N", "TraceHeaderList/TraceHeader", "không có / none")
    if message.business.doc_type is BusinessType.RECALL and not message.response_for:
        yield _fault("N", "ResponseFor", "thu hồi văn bản nào? / a recall of what?")
    yield from _of_recipients(message, rules)
    if rules.exists is not None and rules.exists(message):
        yield Fault("M.Exist", f"đã có văn bản này / taken before: {message.document_id!r}")


def _of_recipients(message: Edoc, rules: Rules) -> Iterator[Fault]:
    codes = [recipient.organ_id for recipient in message.recipients]
    if not codes:
        yield _fault("N", "To", "không có nơi nhận / no recipient")
    if len(set(codes)) < len(codes):
        yield _fault("M", "To", "nơi nhận bị trùng / a recipient appears twice")
    for code in codes:
        if _CENTRE.fullmatch(code):
            yield _fault("M", "To/OrganId", f"là trung tâm trao đổi / an exchange centre: {code!r}")
        elif code and rules.knows is not None and not rules.knows(code):
            yield _fault("M", "To/OrganId", f"không có trong danh mục / unknown: {code!r}")
    sender = message.sender.organ_id
    if sender and rules.knows is not None and not rules.knows(sender):
        yield _fault("M", "From/OrganId", f"không có trong danh mục / unknown: {sender!r}")


def _of_status(message: StatusMessage) -> Iterator[Fault]:
    if not message.response_for.code:
        yield _fault("N", "ResponseFor/Code", "không được để trống / must not be empty")
    known = {code.value: code for code in StatusCode}
    code = known.get(message.status_code)
    if code is None:
        letter = "M" if message.status_code else "N"
        yield _fault(
            letter, "StatusCode", f"không có mã này / no such code: {message.status_code!r}"
        )
    elif code.needs_reason and not message.description:
        yield _fault("N", "Description", "phải có lý do / needs a reason")


def _of_files(files: Sequence[File], rules: Rules, *, needed: bool) -> Iterator[Fault]:
    if rules.needs_file and needed and not files:
        yield Fault("N.Attachment", "không có tệp / no file")
    for file in files:
        if not file.name:
            yield Fault("N.AttachmentName", "tệp không có tên / a file without a name")
        if len(file.name) > _NAME_LENGTH:
            yield Fault("R.AttachmentName", f"dài {len(file.name)}, tối đa / most {_NAME_LENGTH}")
        if rules.extensions and not _fits(file, rules):
            yield Fault("M.Attachment-Type", f"{file.name[:100]!r}: {file.content_type[:100]!r}")


def _fits(file: File, rules: Rules) -> bool:
    kind = extension(file.name)
    said = {"", f"application/{kind}", MEDIA_TYPES.get(kind, ""), "application/zip"}
    return kind in rules.extensions and file.content_type in said


def _fault(letter: str, path: str, description: str) -> Fault:
    """Return the fault at *path*, whose places in lists are left out of the code."""
    plain = re.sub(r"\[[0-9]+\]", "", path).replace("/", ".")
    if plain.startswith("TraceHeaderList."):
        place = (
            plain if ".TraceHeader." in f"{plain}." else f"TraceHeaderList.TraceHeader.{plain[16:]}"
        )
    elif plain.startswith("Bussiness"):
        place = f"TraceHeaderList.{plain}"
    else:
        place = f"MessageHeader.{plain}"
    return Fault(f"{letter}.{place}", f"{path}: {description}")
