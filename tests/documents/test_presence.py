"""Who has a document open: seen by others, not by oneself, gone after a minute."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from documents import outgoing, presence
from documents.database import Database
from documents.tables import PersonRow, PresenceRow

AT = datetime(2026, 3, 9, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def draft(office: Database, make_draft: Callable[..., Any]) -> str:
    with office.writing() as session:
        return outgoing.create(session, make_draft(), AT).id


@pytest.fixture
def two(office: Database) -> tuple[str, str]:
    with office.reading() as session:
        first, second = session.scalars(select(PersonRow.id).order_by(PersonRow.id).limit(2))
    return first, second


def others(office: Database, draft: str, who: str, at: datetime) -> list[tuple[str, bool]]:
    with office.reading() as session:
        found = presence.others(session, draft, who, at)
    return [(each.person_id, each.editing) for each in found]


def beat(office: Database, draft: str, who: str, at: datetime, *, editing: bool = False) -> None:
    with office.writing() as session:
        presence.beat(session, draft, who, at, editing=editing)


def test_one_is_seen_by_the_other_and_not_by_oneself(
    office: Database, draft: str, two: tuple[str, str]
) -> None:
    beat(office, draft, two[0], AT)
    beat(office, draft, two[1], AT, editing=True)
    assert others(office, draft, two[0], AT) == [(two[1], True)]
    assert others(office, draft, two[1], AT) == [(two[0], False)]


def test_who_was_not_heard_for_a_minute_is_gone(
    office: Database, draft: str, two: tuple[str, str]
) -> None:
    beat(office, draft, two[0], AT)
    assert others(office, draft, two[1], AT + presence.GONE) == [(two[0], False)]
    assert others(office, draft, two[1], AT + presence.GONE + SECOND) == []


def test_who_stopped_typing_only_has_it_open(
    office: Database, draft: str, two: tuple[str, str]
) -> None:
    beat(office, draft, two[0], AT, editing=True)
    beat(office, draft, two[0], AT + 61 * SECOND)
    assert others(office, draft, two[1], AT + 61 * SECOND) == [(two[0], False)]


def test_who_left_is_gone_at_once_and_old_rows_are_swept(
    office: Database, draft: str, two: tuple[str, str]
) -> None:
    beat(office, draft, two[0], AT)
    beat(office, draft, two[1], AT)
    with office.writing() as session:
        presence.leave(session, draft, two[0])
    assert others(office, draft, two[1], AT) == []
    with office.writing() as session:
        presence.sweep(session, AT + timedelta(days=2))
        assert session.scalars(select(PresenceRow)).all() == []


def test_most_beats_write_nothing(office: Database, draft: str, two: tuple[str, str]) -> None:
    beat(office, draft, two[0], AT)
    with office.reading() as session:
        assert not presence.due(session, draft, two[0], AT + 5 * SECOND)
        assert presence.due(session, draft, two[0], AT + 5 * SECOND, editing=True)
        assert presence.due(session, draft, two[0], AT + presence.BEAT)
