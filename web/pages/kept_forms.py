"""/kept-forms: where a browser sends what is being typed, and what it asks after a new login."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import JSONResponse, Response

from documents import kept_forms
from documents.errors import OfficeError
from documents.kept_forms import FormNotKept
from web import kept
from web.faults import status_of
from web.rendering import redirect
from web.visitor import Here
from web.wording import hour

router = APIRouter(prefix="/kept-forms")
_DEEPEST = 100
"""Brackets in what is sent; a form is a flat list."""


@router.post("")
def keep(
    here: Here,
    key: Annotated[str, Form()],
    fields: Annotated[str, Form()],
    opened: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Keep what is being typed; the answer says when, or why not; nothing of a form accepted."""
    try:
        read = _read(fields)
        with here.office.database.writing() as session:
            done = kept_forms.keep(
                session,
                here.who,
                key,
                read,
                here.at,
                opened_at=kept.opened_at(opened, here.at),
                seen=seen,
            )
    except OfficeError as error:
        told = error.as_dict()
        said = {"code": error.code, "said": told[here.language]}
        return JSONResponse(said, status_of(error))
    return JSONResponse({"at": hour(here.at)}) if done else Response(status_code=204)


@router.post("/drop")
def drop(here: Here, key: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
    """Forget what was typed, and show the page afresh."""
    with here.office.database.writing() as session:
        kept_forms.drop(session, here.who, key, here.at)
    return redirect(here, back)


@router.get("/pulse")
def pulse(here: Here) -> JSONResponse:
    """Tell a page that outlived its session who is logged in now, and their form token."""
    return JSONResponse({"person": here.who, "csrf": here.visit.csrf})


def _read(fields: str) -> Mapping[str, list[str]]:
    if fields.count("[") + fields.count("{") > kept_forms.MOST_FIELDS * _DEEPEST:
        raise FormNotKept("dạng dữ liệu / format")
    try:
        read: Any = json.loads(fields)
    except (ValueError, RecursionError):
        raise FormNotKept("dạng dữ liệu / format") from None
    flat = isinstance(read, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values)
        for values in read.values()
    )
    if not flat:
        raise FormNotKept("dạng dữ liệu / format")
    return dict(read)
