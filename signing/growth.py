"""What a person signed, and what was filled in afterwards: the number, the day, the month.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 17 (the leader signs before number and date are
given). Standard: ISO 32000-1, 7.5.6: what was signed is a prefix of the file's bytes.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing.fields import INITIALS_FIELD, LEADER_FIELD
from signing.objects import entry
from signing.validation import LARGEST, MOST_REVISIONS, MOST_SIGNATURES

_MOST_FIELDS = 500
_DEEPEST = 8
_LENGTH = 300
"""Characters of a name or a value."""


@dataclass(frozen=True, slots=True)
class Filling:
    """One field whose value came after the signature."""

    name: str
    title: str
    """What the form calls it for people."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Growth:
    """One signature and what the file gained after it."""

    field: str
    end: int
    """Bytes of the file that were there when it was signed: the prefix that was seen."""
    filled: tuple[Filling, ...]
    signed_later: tuple[str, ...]
    """Signature fields that were signed afterwards, in order."""


def growth(pdf: bytes) -> Growth | None:
    """Return what *pdf* gained after its leader's signature; None where that cannot be said.

    Without a field of ours it is the first signature that counts. Never raises; says nothing of
    whether the signature holds.
    """
    if len(pdf) > LARGEST or pdf.count(b"startxref") > MOST_REVISIONS:
        return None
    try:
        return _growth(pdf)
    except Exception:  # RecursionError too: a hostile file must not stop a report
        return None


def _growth(pdf: bytes) -> Growth | None:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    signatures = list(reader.embedded_regular_signatures)[:MOST_SIGNATURES]
    if reader.encrypted or not signatures:
        return None
    chosen = _chosen(signatures)
    end = int(chosen.byte_range[2]) + int(chosen.byte_range[3])
    if not 0 < end <= len(pdf):
        return None
    before = dict(_values(reader.get_historical_resolver(chosen.signed_revision)))
    after = dict(_values(reader))
    filled = tuple(
        Filling(name, title, before.get(name, ("", ""))[1], value)
        for name, (title, value) in after.items()
        if value != before.get(name, ("", ""))[1]
    )
    later = [s.field_name for s in signatures if s.signed_revision > chosen.signed_revision]
    return Growth(chosen.field_name[:_LENGTH], end, filled, tuple(n[:_LENGTH] for n in later))


def _chosen(signatures: list[EmbeddedPdfSignature]) -> EmbeddedPdfSignature:
    for one in signatures:
        if one.field_name == LEADER_FIELD:
            return one
    whole = (one for one in signatures if not one.field_name.startswith(INITIALS_FIELD))
    return next(whole, signatures[0])


def _values(handler: PdfHandler) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield full name, title and value of the text fields and choices of the form."""
    form = entry(handler.root, "AcroForm")
    fields = entry(form, "Fields") if isinstance(form, DictionaryObject) else None
    waiting = [(field, "", "", 0) for field in _each(fields)]
    for _ in range(_MOST_FIELDS):
        if not waiting:
            return
        field, above, kind, depth = waiting.pop(0)
        part = str(entry(field, "T") or "")
        name = f"{above}.{part}".strip(".") if part else above
        kind = str(entry(field, "FT") or kind)
        if depth < _DEEPEST:
            waiting += [(kid, name, kind, depth + 1) for kid in _each(entry(field, "Kids"))]
        if kind in ("/Tx", "/Ch") and (value := entry(field, "V")) is not None:
            title = str(entry(field, "TU") or name)
            yield name[:_LENGTH], (title[:_LENGTH], str(value)[:_LENGTH])


def _each(array: object) -> list[DictionaryObject]:
    if not isinstance(array, ArrayObject):
        return []
    found = (array[index] for index in range(min(len(array), _MOST_FIELDS)))
    return [field for field in found if isinstance(field, DictionaryObject)]
