"""Work of a form that may take longer than people wait: a Word file turned into PDF, a long text.

Source: ux.md §1.5 (a page never hangs). Most is done before anybody notices; what takes longer
than two seconds goes on behind a page that may be left, and the answer is shown there. An errand
lives in this process: if it dies, nothing was kept, and the form is still there as it was typed.
"""

import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from fastapi.responses import Response

from documents.errors import OfficeError, Unavailable
from web.rendering import redirect
from web.visitor import Visitor

PATIENCE = 2.0
"""Seconds that the request itself waits."""
KEPT = timedelta(minutes=30)
"""How long an answer that nobody fetched is kept."""
_MOST = 500

Work = Callable[[], None]
After = Callable[[Visitor, OfficeError | None], Response]
"""What is answered once the work is done, or was refused."""


class TooBusy(Unavailable):
    """So much is under way that nothing more is begun."""

    code = "web.too_busy"
    vietnamese = "Hệ thống đang xử lý quá nhiều tệp; biểu mẫu chưa được lưu"
    english = "too many files are being worked on; the form was not saved"
    remedy = "Thử lại sau một phút / try again in a minute"


@dataclass(frozen=True, slots=True)
class Errand:
    """Work that goes on."""

    person_id: str
    future: "Future[None]"
    after: After
    begun_at: datetime


_pool = ThreadPoolExecutor(4, thread_name_prefix="errand")
_lock = Lock()
_going: dict[str, Errand] = {}


def run(here: Visitor, work: Work, after: After) -> Response:
    """Do *work*; return its answer, or lead to the page that waits for it.

    Raises:
        TooBusy: nothing was begun.
    """
    with _lock:
        for key in [key for key, each in _going.items() if here.at - each.begun_at > KEPT]:
            del _going[key]
        if len(_going) >= _MOST:
            raise TooBusy
    future = _pool.submit(work)
    try:
        return after(here, _fault(future, PATIENCE))
    except TimeoutError:
        key = secrets.token_urlsafe(16)
        with _lock:
            _going[key] = Errand(here.who, future, after, here.at)
        return redirect(here, f"/errands/{key}")


def answer(here: Visitor, key: str) -> Response | None:
    """Return the answer of the visitor's errand; None while it goes on.

    Raises:
        KeyError: there is none, or its answer was fetched.
    """
    with _lock:
        errand = _going[key]
        if errand.person_id != here.who:
            raise KeyError(key)
        if not errand.future.done():
            return None
        del _going[key]
    return errand.after(here, _fault(errand.future, 0))


def _fault(future: "Future[None]", patience: float) -> OfficeError | None:
    try:
        future.result(patience)
    except OfficeError as error:
        return error
    return None
