"""/errands/KEY: the page that waits for work that takes longer (`web.errands`); it may be left."""

from fastapi import APIRouter
from fastapi.responses import Response

from web import errands
from web.faults import PageMissing
from web.rendering import page
from web.visitor import Here

router = APIRouter(prefix="/errands")


@router.get("/{key}")
def wait(here: Here, key: str) -> Response:
    """Show that it goes on, or what became of it."""
    try:
        answer = errands.answer(here, key)
    except KeyError:
        raise PageMissing from None
    return answer or page(here, "errands/wait.html")
