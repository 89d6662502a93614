"""The page that asks, of many ticked arrivals at once, to whom they are handed on, until when.

Source: ux.md §1.4 (Chuyển xử lý). Nothing is done by it: it sends the same ticks on.
"""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from documents import addressees
from documents.errors import OfficeError
from web.rendering import page, with_fault
from web.visitor import Visitor


def ask(
    here: Visitor,
    items: Sequence[str],
    key: str,
    typed: dict[str, list[str]] | None = None,
    fault: OfficeError | None = None,
) -> HTMLResponse:
    """Return the form; *typed* is what was sent and refused with *fault*."""
    typed = typed or {}
    with here.office.database.reading() as session:
        chosen = {
            name: _named(session, here.organ_id, typed.get(name, []))
            for name in ("lead", "cooperate")
        }
    given: dict[str, Any] = {
        "items": list(items),
        "key": key,
        "typed": {name: values[0] if values else "" for name, values in typed.items()},
        "chosen": chosen,
    }
    name = "batches/forward.html"
    return with_fault(here, name, fault, **given) if fault else page(here, name, **given)


def _named(session: Session, organ_id: str, keys: list[str]) -> list[tuple[str, str]]:
    return addressees.named(session, organ_id, [each[:64] for each in keys[:50]])
