"""A list as a file: whose desk offers it."""

import pytest

from documents.document import Role
from tests.web.counter import Counter


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.CLERK, True), (Role.ADMINISTRATOR, False)], ids=["clerk", "keeper"]
)
def test_a_file_is_offered_to_whom_it_is_given(
    counter: Counter, role: Role, *, offered: bool
) -> None:
    client = counter.client(role)
    assert ("/lists/inbox/file.xlsx" in client.get("/lists/inbox").text) is offered
    assert ("/search/file.xlsx" in client.get("/search?q=rà soát").text) is offered
    for path in ("/lists/inbox/file.xlsx", "/search/file.xlsx?q=rà soát"):
        assert client.get(path).status_code == (200 if offered else 403)
