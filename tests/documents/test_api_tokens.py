"""Tokens of other systems and answers by key, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from documents import api_tokens, idempotency, ledger
from documents.api_tokens import Scope
from documents.database import Database
from documents.document import Role
from documents.errors import Refused
from documents.idempotency import KEPT, Answer, KeyReused, StillRunning
from documents.tables import IdempotentAnswerRow

ORGAN = "H99.01"
ADMINISTRATOR, CLERK = f"{ORGAN}-{Role.ADMINISTRATOR}", f"{ORGAN}-{Role.CLERK}"


def made(office: Database, at: datetime, **changed: Any) -> tuple[str, str]:
    """Make a token; return its id and the token."""
    given = {"system": "LGSP", "scopes": {Scope.READ}, "days": 9, "by": ADMINISTRATOR} | changed
    with office.writing() as session:
        row, token = api_tokens.add(
            session,
            given.get("organ", ORGAN),
            given["system"],
            given.get("person", CLERK),
            given["scopes"],
            at + timedelta(days=given["days"]),
            given["by"],
            at,
        )
        return row.id, token


def caller(office: Database, token: str, at: datetime) -> api_tokens.Caller | None:
    with office.reading() as session:
        return api_tokens.caller(session, token, at)


def test_a_token_holds_for_its_days_and_until_it_is_revoked(office: Database, at: datetime) -> None:
    token_id, token = made(office, at)
    found = caller(office, token, at + timedelta(days=8))
    assert found is not None
    assert (found.token_id, found.person_id) == (token_id, CLERK)
    assert caller(office, token, at + timedelta(days=9)) is None
    assert caller(office, token[:-1], at) is None
    for _ in range(2):
        with office.writing() as session:
            api_tokens.revoke(session, ORGAN, token_id, ADMINISTRATOR, at)
    assert caller(office, token, at) is None
    with office.reading() as session:
        told = [row.step for row in ledger.history(session, "")]
        assert told == ["add_token", "revoke_token"]
        assert list(ledger.verify(session)) == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too long a life": ({"days": 400}, "token.invalid"),
    "no life": ({"days": 0}, "token.invalid"),
    "no scope": ({"scopes": set()}, "token.invalid"),
    "no name": ({"system": " "}, "token.invalid"),
    "a long name": ({"system": "x" * 101}, "token.invalid"),
    "not the administrator": ({"by": f"{ORGAN}-{Role.LEADER}"}, "person.right_missing"),
    "another agency's": ({"by": f"H99.02-{Role.ADMINISTRATOR}"}, "person.unknown"),
    "a stranger's rights": ({"person": f"H99.02-{Role.CLERK}"}, "person.unknown"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_token_is_not_made_otherwise(case: str, office: Database, at: datetime) -> None:
    changed, code = WRONG[case]
    with pytest.raises(Refused) as caught:
        made(office, at, **changed)
    assert caught.value.code == code
    with office.reading() as session:
        assert api_tokens.of_agency(session, ORGAN) == []


def test_another_agencys_administrator_cannot_end_a_token(office: Database, at: datetime) -> None:
    token_id, token = made(office, at)
    other = f"H99.02-{Role.ADMINISTRATOR}"
    with pytest.raises(api_tokens.TokenUnknown), office.writing() as session:
        api_tokens.revoke(session, "H99.02", token_id, other, at)
    assert caller(office, token, at) is not None


def test_a_claim_keeps_others_away_until_it_lapses(office: Database, at: datetime) -> None:
    token, _ = made(office, at)

    def claim(after: timedelta, fingerprint: str = "f") -> Any:
        with office.writing() as session:
            return idempotency.claim(session, token, "k", fingerprint, at + after)

    first = claim(timedelta())
    for fingerprint, refused in (("f", StillRunning), ("g", KeyReused)):
        with pytest.raises(refused):
            claim(timedelta(seconds=1), fingerprint)
    second = claim(idempotency.LEASE)
    answer = Answer(200, {"etag": "x"}, b"{}")
    with pytest.raises(StillRunning), office.writing() as session:
        idempotency.keep(session, first, answer)
    with office.writing() as session:
        idempotency.release(session, first)  # which is no longer its own
        idempotency.keep(session, second, answer)
    assert claim(timedelta(hours=23)) == answer
    assert claim(KEPT + timedelta(hours=1), "g") != answer
    with office.reading() as session:
        assert session.query(IdempotentAnswerRow).count() == 1
