"""How a partner wants its edXML written, where that differs from the national SDK's way.

Source: axis.md §4.3, §4.4, §5.1, §8 and §14. What is not told here (prefixes, order, line
ends) is the same for everybody.
"""

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from lxml import etree
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from connectors.errors import AxisSettingsInvalid
from schemas.edxml import NAMESPACE, DocumentTypeInfo
from schemas.edxml.validity import XLINK
from schemas.xml import XmlRefused, parse

_MOST = 64 << 10
"""Bytes of a file of styles, characters of a signature block."""
_SIGNATURES = ("Signature", "DigitalSignature")


class Dates(StrEnum):
    """The order of a date; times follow as HH:mm:ss."""

    YEAR_FIRST = "yyyy/MM/dd"
    DAY_FIRST = "dd/MM/yyyy"
    ISO = "yyyy-MM-dd"

    def written(self, day: date) -> str:
        """Return *day* in this order."""
        parts = (f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}")
        if self is Dates.ISO:
            return "-".join(parts)
        return "/".join(reversed(parts) if self is Dates.DAY_FIRST else parts)


class Numbering(StrEnum):
    """What `DocumentType/Type` and `TypeDetail` are taken to mean."""

    GROUP = "group"
    """Type is the group, TypeDetail the number in its list: 2 and 18 for a công văn."""
    NUMBER = "number"
    """Type is the number in the list, TypeDetail 0: 18 and 0, as the .NET SDK has it."""
    FIXED = "fixed"
    """1 and 0 for everything, as the Java SDK's samples have it."""

    def numbers(self, kind: DocumentTypeInfo) -> tuple[int, int]:
        """Return `Type` and `TypeDetail`."""
        if self is Numbering.FIXED:
            return 1, 0
        if self is Numbering.NUMBER and kind.type_detail:
            return kind.type_detail, 0
        return kind.type, kind.type_detail


class Labels(StrEnum):
    """What `ContentType` says of a file that travels as it is."""

    EXTENSION = "extension"
    """`application/<extension>`: `application/doc`."""
    IANA = "iana"
    """The registered name: `application/msword`."""


def _extensions(value: object) -> object:
    """Take TOML's list of extensions."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return frozenset(item.lower().removeprefix(".") for item in value)
    return value


def _signature(block: str) -> str:
    """Return *block*, one element of the names that stand for a signature (axis.md §8)."""
    if not block.strip():
        return ""
    if len(block) > _MOST:
        raise ValueError(f"dài hơn / longer than {_MOST}")
    try:
        holder = parse(f'<x xmlns="{NAMESPACE}" xmlns:edXML="{NAMESPACE}">{block}</x>'.encode())
    except XmlRefused as refused:
        raise ValueError(f"không phải XML / not XML: {refused.detail}") from None
    names = [etree.QName(child).localname for child in holder]
    alone = not (holder.text or "").strip() and not any((e.tail or "").strip() for e in holder)
    if len(names) != 1 or names[0] not in _SIGNATURES or not alone:
        raise ValueError(f"phải là một phần tử / must be one element: {', '.join(_SIGNATURES)}")
    return "\r\n".join(line.rstrip() for line in block.strip().splitlines())


class WriterStyle(BaseModel):
    """One partner's wishes; the defaults are the Java SDK's pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raw: Annotated[frozenset[str], BeforeValidator(_extensions)] = frozenset(
        {"pdf", "doc", "docx", "xsl", "xslx", "zip"}
    )
    """Extensions that travel as they are, all others in a ZIP; the SDK's own list, whose
    misspelt `xsl` and `xslx` mean that an .xlsx is zipped."""
    labels: Labels = Labels.EXTENSION
    numbering: Numbering = Numbering.GROUP
    dates: Dates = Dates.YEAR_FIRST
    trace_attributes: bool = False
    """Whether `TraceHeaderList` has id, version, mustUnderstand and actor."""
    xlink: bool = False
    """Whether `Reference` has xlink:href, xlink:role and xlink:type."""
    attachment_cid: bool = True
    """Whether `Attachment/ContentId` begins with `cid:` as `Reference/ContentId` does."""
    signature: Annotated[str, AfterValidator(_signature)] = ""
    """Markup of a signature block for a partner that demands one. Nobody verifies it."""

    def reference_attributes(self, content_id: str) -> str:
        """Return the attributes of `Reference`, beginning with a space, or nothing."""
        if not self.xlink:
            return ""
        link = f'xlink:href="{content_id}" xlink:role="XLinkRole" xlink:type="simple"'
        return f' xmlns:xlink="{XLINK}" {link}'


JAVA_SDK = WriterStyle()
DOTNET_SDK = WriterStyle(
    numbering=Numbering.NUMBER,
    trace_attributes=True,
    xlink=True,
    attachment_cid=False,
    signature="<edXML:DigitalSignature/>",
)
STYLES = {"java": JAVA_SDK, "dotnet": DOTNET_SDK}
"""Styles that have a name of their own."""


def load_styles(path: Path) -> dict[str, WriterStyle]:
    """Return the named styles and those of a TOML file: one table for each partner.

    Raises:
        AxisSettingsInvalid: the file cannot be read, or a setting is wrong; it names which.
    """
    try:
        with path.open("rb") as file:
            tables = tomllib.loads(file.read(_MOST).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise AxisSettingsInvalid(path.name, str(error)) from None
    styles = dict(STYLES)
    for name, table in tables.items():
        try:
            styles[name] = WriterStyle.model_validate(table)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, (name, *first["loc"])))
            raise AxisSettingsInvalid(where, first["msg"].removeprefix("Value error, ")) from None
    return styles
