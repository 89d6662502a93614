"""Who is at the other end of a request: the session of the cookie, and what every page needs.

An endpoint takes `here: Here`. Nobody gets to one without a session, and nothing is changed by a
request that does not carry the session's form token (CSRF); what the person may do is asked of
the domain, never of the page.
"""

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from documents import web_sessions
from documents.document import Role
from documents.errors import Refused, Unavailable
from documents.numbering import local_day
from documents.tables import PostRow
from documents.tenure import held_on
from documents.web_sessions import SEEN_EVERY, Visit
from workflows.office import Office

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
UNASKED = frozenset({"/counters", "/notices/stream"})
"""What an open window asks by itself: nobody who has gone home stays logged in by it."""
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND = "X-Background"
"""Header of what a page asks by itself: nobody is at work because a page lies open."""


CHANGE = "/account/password"
_BEFORE_THE_CHANGE = frozenset({CHANGE, "/account/language"})


class LoginNeeded(Exception):
    """Nobody is logged in, or the session is over."""


class PasswordChangeNeeded(Exception):
    """Somebody else gave the password: the person changes it before anything else."""


class FormStale(Refused):
    """A form without the token of the session that sends it."""

    code = "web.form_stale"
    vietnamese = "Biểu mẫu không thuộc phiên làm việc này; chưa có gì được lưu"
    english = "the form is not of this session; nothing was saved"
    remedy = "Tải lại trang rồi gửi lại / reload the page and send it again"


class Visitor:
    """A person with a session, and the office they work in."""

    def __init__(self, request: Request, office: Office, visit: Visit, at: datetime) -> None:
        self.request, self.office, self.visit = request, office, visit
        self.at: datetime = at
        """Aware UTC: one moment for the whole request."""

    @property
    def who(self) -> str:
        """Id of the person."""
        return self.visit.person_id

    @property
    def organ_id(self) -> str:
        """The agency they work in now."""
        return self.visit.organ_id

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return local_day(self.at)

    @property
    def language(self) -> str:
        """`vi` or `en`."""
        return self.visit.language

    @property
    def from_htmx(self) -> bool:
        """Whether a part of a page is wanted."""
        return self.request.headers.get("HX-Request") == "true"

    @cached_property
    def posts(self) -> tuple[PostRow, ...]:
        """The posts they hold today in this agency."""
        with self.office.database.reading() as session:
            rows = session.scalars(
                select(PostRow)
                .where(PostRow.person_id == self.who, PostRow.organ_id == self.organ_id)
                .order_by(PostRow.since, PostRow.id)
            )
            return tuple(held_on(rows, self.today))

    @property
    def headed(self) -> list[str]:
        """Ids of the units that they head today."""
        heads = (post for post in self.posts if post.role == Role.UNIT_HEAD)
        return [post.unit_id for post in heads if post.unit_id]

    @cached_property
    def roles(self) -> frozenset[Role]:
        """What those posts let them be."""
        return frozenset(Role(post.role) for post in self.posts)


def cookie_name(office: Office) -> str:
    """Return the name of the session's cookie; `__Host-` binds it to this host and to TLS."""
    return "__Host-congvan" if is_secure(office) else "congvan"


def is_secure(office: Office) -> bool:
    """Return whether people reach the installation by TLS."""
    return office.settings.public_url.startswith("https://")


async def visitor(request: Request) -> Visitor:
    """Return who sent *request*.

    Raises:
        LoginNeeded: no session, or one that is over.
        FormStale: it would change something and has not the session's form token.
    """
    found = await run_in_threadpool(visitor_of, request)
    if found is None:
        raise LoginNeeded
    given = found.visit.must_change and "pwd" in found.visit.factors
    if given and request.url.path not in _BEFORE_THE_CHANGE:
        raise PasswordChangeNeeded
    if request.method not in SAFE and not found.visit.checks(await _sent_token(request)):
        raise FormStale
    return found


Here = Annotated[Visitor, Depends(visitor)]


def visitor_of(request: Request) -> Visitor | None:
    """Return who sent *request*, for pages that strangers see too; reads the store."""
    office: Office = request.app.state.office
    token = request.cookies.get(cookie_name(office), "")
    if not token:
        return None
    at = office.now()
    with office.database.reading() as session:
        visit = web_sessions.visit(session, token, at)
    if visit is None:
        return None
    if BACKGROUND not in request.headers and request.url.path not in UNASKED:
        _note_seen(office, visit, at)
    return Visitor(request, office, visit, at)


def _note_seen(office: Office, visit: Visit, at: datetime) -> None:
    if at - visit.seen_at < SEEN_EVERY:
        return
    try:
        with office.database.writing() as session:
            web_sessions.seen(session, visit, at)
    except Unavailable:
        return  # a page that only reads needs no writer; the next one notes it


async def _sent_token(request: Request) -> str:
    sent = request.headers.get(CSRF_HEADER, "")
    kind = request.headers.get("content-type", "")
    if not sent and kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        value = (await request.form()).get(CSRF_FIELD)
        sent = value if isinstance(value, str) else ""
    return sent


KEPT_FOR = timedelta(hours=14)
"""How long a browser keeps the cookie; the server ends the session before that (IDLE)."""
