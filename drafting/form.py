"""Form fields of a PDF from outside: found signed, refused; else made part of the page.

Flattening leaves no field behind whose name or place could collide with the
fields for number, date and signatures (ISO 32000-1, 12.7).
"""

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

from drafting.active import entries, tree
from drafting.errors import DraftDynamicForm, DraftSignedAlready

FLATTENED = "ô nhập của biểu mẫu đã thành chữ in / form fields became part of the page"
_BYTE_RANGE = b"/ByteRange"


def refuse_signed(pdf: pikepdf.Pdf, data: bytes, name: str) -> None:
    """Refuse a PDF that carries a signature.

    Raises:
        DraftSignedAlready: a signed field, a certification, or a signature dictionary.
    """
    signed = "/Perms" in pdf.Root or any(
        inherited(field, "/FT") == "/Sig" and inherited(field, "/V") is not None
        for field in _fields(pdf)
    )
    # Signature values stand in clear (12.8.1), so most files are spared the walk.
    if not signed and _BYTE_RANGE in data:
        signed = any(isinstance(it, Dictionary) and "/ByteRange" in it for it in pdf.objects)
    if signed:
        raise DraftSignedAlready(name)


def flatten(pdf: pikepdf.Pdf, name: str) -> set[str]:
    """Draw the fields' appearances into the pages and forget the form; return the notes.

    Raises:
        DraftDynamicForm: XFA, or entries that only a viewer could draw.
    """
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise DraftDynamicForm(name, "XFA")
    others = {}
    widgets = []
    for index, page in enumerate(pdf.pages):
        here = list(entries(page.obj.get("/Annots")))
        mine = [entry for entry in here if entry.get("/Subtype") == "/Widget"]
        if mine:
            others[index] = [entry for entry in here if entry.get("/Subtype") != "/Widget"]
            page.obj[Name.Annots] = Array(mine)
            widgets += mine
    if isinstance(form, Dictionary) and form.get("/NeedAppearances"):
        _draw(pdf, form, widgets, name)
    if widgets:
        _flatten_all(pdf, set(others))
    for index, kept in others.items():
        pdf.pages[index].obj[Name.Annots] = Array(kept)
    if "/AcroForm" in pdf.Root:
        del pdf.Root[Name.AcroForm]
    return {FLATTENED} if widgets else set()


def _flatten_all(pdf: pikepdf.Pdf, chosen: set[int]) -> None:
    """Flatten the annotations of the chosen pages; the other pages' are put aside meanwhile."""
    aside = {}
    for index, page in enumerate(pdf.pages):
        if index not in chosen and "/Annots" in page.obj:
            aside[index] = page.obj.get("/Annots")
            del page.obj[Name.Annots]
    pdf.flatten_annotations("all")
    for index, annotations in aside.items():
        pdf.pages[index].obj[Name.Annots] = annotations


def _fields(pdf: pikepdf.Pdf) -> list[Dictionary]:
    form = pdf.Root.get("/AcroForm")
    listed = list(entries(form.get("/Fields"))) if isinstance(form, Dictionary) else []
    # A field that only its page knows is still shown, and signed, by some viewers.
    placed = [entry for page in pdf.pages for entry in entries(page.obj.get("/Annots"))]
    return list(tree(iter(listed + placed), "/Kids"))


def inherited(field: Object, key: str) -> Object | None:
    """Return *key* of the field or of its ancestors; at most 32 of them, which ends loops."""
    here = field
    for _ in range(32):
        if key in here:
            return here.get(key)
        parent = here.get("/Parent")
        if not isinstance(parent, Dictionary):
            return None
        here = parent
    return None


def _draw(pdf: pikepdf.Pdf, form: Object, widgets: list[Dictionary], name: str) -> None:
    """Make appearances that the file left to the viewer; qpdf can do so for ASCII alone."""
    values = [(widget, inherited(widget, "/V")) for widget in widgets]
    if all(value is None or str(value).isascii() for _, value in values):
        pdf.generate_appearance_streams()
        return
    if any(value is not None and "/AP" not in widget for widget, value in values):
        raise DraftDynamicForm(name, "ô nhập không có hình / entries without appearance")
    del form["/NeedAppearances"]
