"""The page of one document: who sees what, every tab, every file, what may be done from it."""

import zipfile
from io import BytesIO

import pytest

from documents.document import Role
from tests.web import papers
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, document

TABS = ("timeline", "signatures", "deliveries", "related", "fields")


def test_the_page_tells_a_sent_document_in_words(counter: Counter) -> None:
    document_id = papers.sent(counter)
    clerk = counter.client()
    for tab in TABS:
        shown = clerk.get(f"/documents/{document_id}", params={"tab": tab})
        assert shown.status_code == 200, shown.text
        assert "Đã phát hành" in shown.text, [
            each for each in shown.text.splitlines() if "chip" in each or "note" in each
        ][:12]
        main = shown.text.partition("<main")[2]
        assert '{"' not in main
    part = clerk.get(f"/documents/{document_id}?tab=deliveries", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "đã gửi" in part.text
