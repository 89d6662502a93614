"""Other systems at the interface of a served desk: their tokens and their clients."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from documents import api_tokens
from documents.api_tokens import Scope
from documents.document import Role
from tests.web.counter import Counter
from tests.workflows.house import PROVINCE
from web.api.interface import PREFIX

KEYS = count(1)
PAPER = "application/problem+json"


@dataclass
class System:
    """A system with a token, and its client."""

    token_id: str
    token: str = field(repr=False)
    client: httpx.Client

    def do(self, path: str, body: Any, *, match: str = "", key: str = "", **more: Any) -> Any:
        """Post JSON, under a new key where none is given."""
        headers = {"Idempotency-Key": key or f"key-{next(KEYS)}"}
        headers |= {"If-Match": match} if match else {}
        return self.client.post(path, json=body, headers=headers | more)

    def step(self, document_id: str, step: str, **more: Any) -> httpx.Response:
        """Take a step on the document as it is now."""
        read = self.client.get(f"/documents/{document_id}")
        body = {"step": step, **more}
        answer: httpx.Response = self.do(
            f"/documents/{document_id}/steps", body, match=read.headers["etag"]
        )
        return answer


MakeSystem = Callable[..., System]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tokens ask as often as they like."""
    monkeypatch.setattr("web.api.interface.RATE", 1e6)
    monkeypatch.setattr("web.api.interface.BURST", 1e6)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a token ask three times, and then hardly again."""
    monkeypatch.setattr("web.api.interface.RATE", 0.001)
    monkeypatch.setattr("web.api.interface.BURST", 3)


@pytest.fixture
def systems(counter: Counter) -> MakeSystem:
    """Return a maker of systems that act as the agency's person in a role."""

    def make(
        role: Role = Role.SPECIALIST,
        organ_id: str = PROVINCE,
        scopes: Iterable[Scope] = tuple(Scope),
        days: int = 9,
    ) -> System:
        office = counter.office
        at = office.now()
        with office.database.writing() as session:
            row, token = api_tokens.add(
                session,
                organ_id,
                "LGSP",
                counter.who(role, organ_id),
                set(scopes),
                at + timedelta(days=days),
                counter.who(Role.ADMINISTRATOR, organ_id),
                at,
            )
        client = httpx.Client(
            base_url=counter.address + PREFIX,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=30,
        )
        counter._stack.callback(client.close)
        return System(row.id, token, client)

    return make


def code_of(response: httpx.Response) -> str:
    """Return the code of a problem."""
    assert response.headers["content-type"] == PAPER, response.text
    told = response.json()
    assert told["status"] == response.status_code
    return str(told["code"])
