"""/sign over HTTP: what is signed is what was read, by whoever may, once."""

import httpx
import pytest

from documents.document import Role
from tests.web.counter import Counter
from tests.web.test_batches import submitted


@pytest.fixture
def leader(counter: Counter) -> httpx.Client:
    return counter.client(Role.LEADER)


def test_the_pile_and_the_document_show_all_that_is_to_be_seen(
    counter: Counter, leader: httpx.Client
) -> None:
    first, second = submitted(counter, 2)
    pile = leader.get("/sign").text
    assert "Chưa đọc" in pile
    shown = leader.get(f"/sign/{first.id}")
    assert shown.status_code == 200
    for words in ("Thẩm quyền ký", "Đúng thẩm quyền", "1/2", f"/sign/{second.id}", "Người trình"):
        assert words in shown.text
    assert leader.get("/sign").text.count("Chưa đọc</span>") == 1
    file = leader.get(f"/sign/{first.id}/file.pdf")
    assert file.content.startswith(b"%PDF")
    assert "sandbox" in file.headers["content-security-policy"]
    assert "Chứng thư số:" in leader.get("/sign/key").text
