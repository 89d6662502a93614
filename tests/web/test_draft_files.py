"""Drafts that come as files: what goes with them, places by hand, work that takes long."""

import re
import time

import pytest

from documents.document import Role
from documents.tables import ComposedTextRow, DocumentRow
from tests.web.counter import Counter
from tests.web.test_drafts import HOSTILE, made, many, patient, row_of, typed  # noqa: F401
from web import errands


def test_a_file_is_handed_in_and_its_next_version_too(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    pdf = me.get(f"/drafts/{made(me)}/file").content  # reserved fields and all: still a draft
    other = made(me, once="khác", body="Bản khác.\n\nTrân trọng./.")
    second = me.get(f"/drafts/{other}/file").content
    values = typed(way="file", once="tệp")
    values.pop("body")
    nothing = me.post("/drafts/new", data=values)
    assert nothing.status_code == 422
    assert "draft.file_missing" in nothing.text
    files = {"file": ("../../Dự thảo.pdf", pdf, "text/html")}
    answer = me.post("/drafts/new", data=values, files=files)
    assert answer.status_code == 303, answer.text[:2000]
    document = answer.headers["location"].rpartition("/")[2]
    for boxes in (
        "number=1,nan,inf,0,0",
        "number=9999999999999999999,1,1,1,1",
        "seal=1,2",
        HOSTILE,
    ):
        hand = {"boxes": boxes, "once": boxes}
        assert me.post("/drafts/new", data=values | hand, files=files).status_code == 422, boxes
    attached = [("attach", ("Phụ lục <1>.txt", b"not a known type", "text/plain"))]
    saved = me.post(
        f"/drafts/{document}/edit",
        data=values | {"version": "0"},
        files=[("file", ("b.pdf", second, "application/pdf"))],
    )
    assert saved.status_code == 303, saved.text[:2000]
    assert "So với bản 1" in me.get(f"/drafts/{document}").text
    refused = me.post(f"/drafts/{document}/edit", data=values | {"version": "1"}, files=attached)
    assert refused.status_code == 422
    attached = [("attach", ("Phụ lục <b>1</b>.pdf", pdf, "text/plain"))]
    added = me.post(f"/drafts/{document}/edit", data=values | {"version": "1"}, files=attached)
    assert added.status_code == 303, added.text[:2000]
    page = me.get(f"/drafts/{document}").text
    assert "<b>1</b>" not in page
    (link,) = set(re.findall(rf"/drafts/{document}/attachments/[0-9a-f]+", page))
    got = me.get(link)
    assert (got.content, got.headers["x-content-type-options"]) == (pdf, "nosniff")
    assert got.headers["content-disposition"].startswith("attachment")
    version = str(row_of(counter, document).version)
    assert me.post(f"/drafts/{document}/edit", data=values | {"version": version}).is_redirect
    assert me.get(link).status_code == 404
    assert many(counter, ComposedTextRow) == 2


def test_what_takes_long_goes_on_behind_a_page_that_may_be_left(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "PATIENCE", 0.0)
    me = counter.client(Role.SPECIALIST)
    answer = me.post("/drafts/new", data=typed())
    waiting = answer.headers["location"]
    assert waiting.startswith("/errands/")
    assert counter.client(Role.UNIT_HEAD).get(waiting).status_code == 404
    deadline = time.monotonic() + 30
    while (shown := me.get(waiting)).status_code == 200 and time.monotonic() < deadline:
        assert "Đang xử lý tệp" in shown.text
    assert (shown.status_code, many(counter, DocumentRow)) == (303, 1)
    assert me.get(waiting).status_code == 404
    assert me.get(shown.headers["location"]).status_code == 200
