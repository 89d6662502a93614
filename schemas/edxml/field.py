"""What a field of an outgoing message may hold; lengths in characters (axis.md §4.2).

The reader builds the same models by `model_construct`, so none of this stops a
foreign message.
"""

import re
import unicodedata
from typing import Literal

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document can hold (XML 1.0, §2.2 Char)."""

_LINE_END = re.compile("\r\n?")
_ORGAN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")


class Wire(BaseModel):
    """Base of everything that goes over the wire: immutable, no conversions, no extras."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", revalidate_instances="always"
    )


def text(limit: int, *, required: bool = False) -> AfterValidator:
    """Return the rule for a text of at most *limit* characters: NFC, trimmed, LF line ends."""

    def check(value: str) -> str:
        clean = unicodedata.normalize("NFC", _allowed(value))
        return _measured(_LINE_END.sub("\n", clean).strip(), limit, required)

    return AfterValidator(check)


def identifier(limit: int, *, required: bool = True) -> AfterValidator:
    """Return the rule for another system's opaque id: kept as it came but for outer space."""

    def check(value: str) -> str:
        return _measured(_allowed(value).strip(), limit, required)

    return AfterValidator(check)


def organ_id(*, required: bool = True) -> AfterValidator:
    """Return the rule for an agency's code, old form or new (QĐ 20/2020/QĐ-TTg, Art. 4 to 6)."""

    def check(value: str) -> str:
        code = _measured(_allowed(value).strip(), 35, required)
        if code and not _ORGAN_ID.fullmatch(code):
            raise ValueError(f"không phải mã định danh / not an organ id: {code!r}")
        return code

    return AfterValidator(check)


def needed() -> AfterValidator:
    """Return the rule for a date that must go out although a message that was read may lack it."""

    def check(value: object) -> object:
        if value is None:
            raise _missing()
        return value

    return AfterValidator(check)


def fault(kind: Literal["missing", "unfit"], child: str, why: str) -> PydanticCustomError:
    """Return what a model raises of its field *child*, by its name on the wire."""
    return PydanticCustomError(kind, "{why}", {"why": why, "child": child})


def _missing() -> PydanticCustomError:
    return PydanticCustomError("missing", "không được để trống / must not be empty")


def _allowed(value: str) -> str:
    bad = FORBIDDEN.search(value)
    if bad:
        raise ValueError(
            f"ký tự U+{ord(bad.group()):04X} (vị trí {bad.start()}) không được phép trong XML"
            f" / character not allowed in XML at position {bad.start()}"
        )
    return value


def _measured(value: str, limit: int, required: bool) -> str:
    if len(value) > limit:
        raise PydanticCustomError(
            "too_long",
            "dài {length} ký tự, tối đa {limit} / {length} characters, at most {limit}",
            {"length": len(value), "limit": limit},
        )
    if required and not value:
        raise _missing()
    return value
