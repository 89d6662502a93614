"""Kept queries: one's own, the agency's shared ones, nobody else's."""

import pytest

from documents import saved_queries
from documents.database import Database
from documents.document import Role
from documents.saved_queries import Kept, QueryNotKept, QueryUnknown
from documents.search import Sort
from tests.documents.test_search import AT, ORGAN

CLERK, LEADER = f"{ORGAN}-{Role.CLERK}", f"{ORGAN}-{Role.LEADER}"


def test_a_query_is_kept_changed_shared_and_dropped(office: Database) -> None:
    kept = Kept("Bão lũ", "bão năm:2026", ("code", "subject"), Sort.DUE)
    with office.writing() as session:
        first = saved_queries.keep(session, ORGAN, CLERK, kept, AT)
        assert saved_queries.named(session, ORGAN, CLERK, "Bão  lũ") == kept
        with pytest.raises(QueryUnknown):
            saved_queries.named(session, ORGAN, LEADER, "Bão lũ")
        shared = Kept("Bão lũ", "lũ", shared=True)
        assert saved_queries.keep(session, ORGAN, CLERK, shared, AT) == first
        assert saved_queries.named(session, ORGAN, LEADER, "Bão lũ") == shared
        with pytest.raises(QueryUnknown):
            saved_queries.drop(session, ORGAN, LEADER, "Bão lũ")
        saved_queries.drop(session, ORGAN, CLERK, "Bão lũ")
        assert saved_queries.kept_by(session, ORGAN, LEADER) == []


def test_a_query_that_cannot_be_used_is_not_kept(office: Database) -> None:
    wrong = (
        Kept(" ", "x"),
        Kept("n" * 101, "x"),
        Kept("n", "x" * 1001),
        Kept("n", "x", ("password",)),
        Kept("n", "x", ()),
    )
    for kept in wrong:
        with office.writing() as session, pytest.raises(QueryNotKept):
            saved_queries.keep(session, ORGAN, CLERK, kept, AT)
