"""Another system at the door: its token, its scopes, its pace (RFC 6750; OWASP API2, API4)."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from documents import api_tokens
from documents.api_tokens import Caller, Scope
from documents.errors import Unavailable
from documents.numbering import local_day
from web.api.problems import ScopeMissing, TokenInUrl, TokenMissing, TooOften
from web.pace import Pace
from workflows.office import Office

RATE, BURST = 20.0, 100.0
"""Requests a second, and at once, by token."""
_IN_URL = frozenset({"access_token", "token", "api_key", "apikey"})

bearer = HTTPBearer(auto_error=False, description="`congvan token add`")


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls, and the office they call."""

    caller: Caller
    office: Office
    at: datetime
    """Aware UTC: one moment for the whole request."""

    @property
    def person_id(self) -> str:
        """Whose rights count."""
        return self.caller.person_id

    @property
    def organ_id(self) -> str:
        """The agency whose documents these are."""
        return self.caller.organ_id

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return local_day(self.at)


def client(scope: Scope) -> Callable[..., Client]:
    """Return the dependency of an operation that needs *scope*."""

    def found(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> Client:
        if not _IN_URL.isdisjoint(name.lower() for name in request.query_params):
            raise TokenInUrl
        office: Office = request.app.state.office
        at = office.now()
        pace: Pace = request.app.state.pace
        address = request.client.host if request.client is not None else "?"
        caller = _caller(office, credentials, at)
        _in_turn(pace, caller.token_id if caller is not None else f"from {address}")
        if caller is None:
            raise TokenMissing
        if scope not in caller.scopes:
            raise ScopeMissing(scope)
        if not caller.noted:
            _note(office, caller, at)
        return Client(caller, office, at)

    return found


def _caller(
    office: Office, credentials: HTTPAuthorizationCredentials | None, at: datetime
) -> Caller | None:
    if credentials is None or credentials.scheme.lower() != "bearer":
        return None
    with office.database.reading() as session:
        return api_tokens.caller(session, credentials.credentials, at)


def _in_turn(pace: Pace, who: str) -> None:
    if wait := pace.wait(who, time.monotonic()):
        raise TooOften(math.ceil(wait))


def _note(office: Office, caller: Caller, at: datetime) -> None:
    try:
        with office.database.writing() as session:
            api_tokens.used(session, caller.token_id, at)
    except Unavailable:
        return  # whoever only reads needs no writer


Reader = Annotated[Client, Depends(client(Scope.READ))]
Drafter = Annotated[Client, Depends(client(Scope.DRAFT))]
Doer = Annotated[Client, Depends(client(Scope.ACT))]
