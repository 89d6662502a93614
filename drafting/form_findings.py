"""What a machine sees of a draft's form: page size, fonts, motto, notation, date line, signer.

Legal source: Decree 30/2020/ND-CP, Art. 12.2; Appendix I, Part I, I (A4, fonts) and II (boxes 1
to 7). Findings help whoever checks the form; they decide nothing, and what cannot be read (a
scan) is said to be so.
"""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from documents.document import folded
from documents.form_facts import FormFacts
from drafting.draft_text import words_of

MOST_PAGES = 200
MOST_FONTS = 500
_A4 = (595.3, 841.9)
_SLACK = 3.0
"""Points: a millimetre, as printers have it."""
_MOTTO = ("Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc")
_SHOWN = 80
"""Characters of a value in a finding."""

Finding = tuple[str, str]
"""Code, and text in Vietnamese / English."""


def findings(pdf: bytes, facts: FormFacts) -> list[Finding]:
    """Return what is odd about the form of *pdf*; none where all that was looked for is there."""
    found = list(_layout(pdf))
    words = words_of(pdf)
    if not words:
        unread = "Tệp không có chữ đọc được: kiểm tra bằng mắt / no text to read: look at it"
        return [*found, ("form.no_text", unread)]
    return [*found, *_said("".join(words), facts)]


def _compact(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def _said(text: str, facts: FormFacts) -> Iterator[Finding]:
    whole = _compact(text)
    looked_for = (
        ("form.motto_missing", _MOTTO[0], "Quốc hiệu", "national title"),
        ("form.motto_missing", _MOTTO[1], "Tiêu ngữ", "motto"),
        ("form.notation_missing", facts.notation, "Ký hiệu", "notation"),
        ("form.date_line", f"{facts.place}, ngày" if facts.place else "", "Địa danh", "date line"),
        ("form.type_missing", facts.type_name, "Tên loại", "type"),
        ("form.subject_differs", facts.subject, "Trích yếu", "subject"),
        ("form.capacity_missing", facts.capacity, "Quyền hạn ký", "capacity to sign"),
        ("form.position_missing", facts.signer_position, "Chức vụ người ký", "signer's position"),
        ("form.signer_missing", facts.signer_name, "Họ tên người ký", "signer's name"),
    )
    for code, wanted, vietnamese, english in looked_for:
        if _compact(wanted) not in whole:
            shown = " ".join(wanted.split())[:_SHOWN]
            yield code, f"{vietnamese}: không thấy «{shown}» / {english}: «{shown}» is not there"


def _layout(pdf: bytes) -> Iterator[Finding]:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages = document.pages[:MOST_PAGES]
            odd = [number for number, page in enumerate(pages, 1) if not _is_a4(page)]
            loose = sorted({name for page in pages for name in _loose_fonts(page)})
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError):
        yield "form.unreadable", "Không đọc được cấu trúc tệp / the file's structure is unreadable"
        return
    if odd:
        which = ", ".join(map(str, odd[:10]))
        yield "form.page_size", f"Trang {which} không phải khổ A4 / page {which}: not A4"
    if loose:
        which = ", ".join(loose[:5])
        yield "form.font_not_embedded", f"Phông chưa nhúng: {which} / fonts not embedded: {which}"


def _is_a4(page: pikepdf.Page) -> bool:
    box = [float(each) for each in page.mediabox]
    sides = sorted((abs(box[2] - box[0]), abs(box[3] - box[1])))
    return all(abs(side - wanted) <= _SLACK for side, wanted in zip(sides, _A4, strict=True))


def _loose_fonts(page: pikepdf.Page) -> Iterator[str]:
    """Yield the names of the page's fonts that are not in the file."""
    resources: Any = page.obj.get("/Resources", {})
    fonts: Any = resources.get("/Font", {})
    for count, font in enumerate(fonts.values()):
        if count >= MOST_FONTS:
            return
        described: Any = font
        if font.get("/Subtype") == "/Type0":
            described = font["/DescendantFonts"][0]
        descriptor: Any = described.get("/FontDescriptor")
        embedded = descriptor is not None and any(
            key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
        )
        if not embedded and font.get("/Subtype") != "/Type3":
            yield str(font.get("/BaseFont", "?")).lstrip("/")[:_SHOWN]
