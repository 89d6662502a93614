"""/phrases: stock phrases, abbreviations and presets, the visitor's own and the agency's.

Practice: ux.md §1.4 (Gửi nhanh), §3.5 (gõ tắt), §5.4 (câu bút phê mẫu).
"""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import phrases, presets
from documents.assignee import Share
from documents.errors import OfficeError
from documents.phrase import KIND_NAMES, USUAL, PhraseKind
from documents.phrases import KEEPERS, PhraseInvalid, PhraseUnknown
from documents.presets import Preset
from web import shares
from web.rendering import page, redirect, with_fault
from web.shares import Typed
from web.visitor import Here, Visitor

router = APIRouter(prefix="/phrases")


@router.get("")
def show(here: Here) -> Response:
    """Show what the visitor may use."""
    return page(here, "phrases/page.html", **_context(here, {}))


@router.post("/phrase")
def keep(
    here: Here,
    kind: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    short: Annotated[str, Form()] = "",
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keep a phrase or an abbreviation."""
    try:
        if kind not in set(PhraseKind):
            raise PhraseInvalid("loại / its kind")
        with here.office.database.writing() as session:
            phrases.keep(
                session,
                here.organ_id,
                PhraseKind(kind),
                words,
                here.who,
                here.at,
                short=short,
                shared=bool(shared),
            )
    except OfficeError as fault:
        typed = {"kind": kind, "words": words, "short": short}
        return with_fault(here, "phrases/page.html", fault, **_context(here, typed))
    return redirect(here, "/phrases", "Đã lưu câu mẫu")


@router.post("/preset")
def set_up(
    here: Here,
    name: Annotated[str, Form()] = "",
    lead: Annotated[list[str] | None, Form()] = None,
    lead_name: Annotated[str, Form()] = "",
    cooperate: Annotated[list[str] | None, Form()] = None,
    cooperate_name: Annotated[str, Form()] = "",
    inform: Annotated[list[str] | None, Form()] = None,
    inform_name: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
    opinion: Annotated[str, Form()] = "",
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keep a preset, in the place of the one of the same name."""
    named = Typed(
        lead=lead or (),
        lead_name=lead_name,
        cooperate=cooperate or (),
        cooperate_name=cooperate_name,
        inform=inform or (),
        inform_name=inform_name,
    )
    try:
        if days.strip() and not (days.strip().isascii() and days.strip().isdigit()):
            raise PhraseInvalid("số ngày / days")
        count = int(days.strip()[:4]) if days.strip() else None
        to: tuple[Share, ...] = tuple(shares.picked(named))
        with here.office.database.writing() as session:
            wanted = Preset(name, to, count, opinion)
            presets.keep(session, here.organ_id, wanted, here.who, here.at, shared=bool(shared))
    except OfficeError as fault:
        typed = {"name": name, "days": days, "opinion": opinion, "lead_name": lead_name}
        typed |= {"cooperate_name": cooperate_name, "inform_name": inform_name}
        return with_fault(here, "phrases/page.html", fault, **_context(here, typed))
    return redirect(here, "/phrases", "Đã lưu mẫu gửi nhanh")


@router.post("/{which}/drop")
def drop(here: Here, which: str) -> Response:
    """Forget a phrase or a preset; what is gone stays gone."""
    try:
        with here.office.database.writing() as session:
            try:
                presets.drop(session, here.organ_id, which[:36], here.who, here.at)
            except PhraseUnknown:
                phrases.drop(session, here.organ_id, which[:36], here.who, here.at)
    except PhraseUnknown:
        raise
    except OfficeError as fault:
        return with_fault(here, "phrases/page.html", fault, **_context(here, {}))
    return redirect(here, "/phrases", "Đã bỏ")


def _context(here: Visitor, typed: dict[str, str]) -> dict[str, Any]:
    with here.office.database.reading() as session:
        kept = phrases.kept(session, here.organ_id, here.who)
        ready = presets.offered(session, here.organ_id, here.who, here.today)
    keeps = bool(here.roles & set(KEEPERS))
    usual = {kind: words for kind, words in USUAL.items() if words}
    shown = {"kept": kept, "presets": ready, "typed": defaultdict(str, typed), "keeps": keeps}
    return shown | {"kinds": KIND_NAMES, "usual": usual}
