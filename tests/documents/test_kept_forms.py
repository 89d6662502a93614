"""Forms kept as typed: the later page writes, the accepted stays gone, secrets are left out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from documents import kept_forms
from documents.database import Database
from documents.errors import Refused
from documents.kept_forms import KEEP, FormElsewhere, FormNotKept
from documents.secrecy import SecretRefused
from documents.tables import KeptFormRow, PersonRow

AT = datetime(2026, 3, 9, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = "drafts/new"


@pytest.fixture
def me(office: Database) -> str:
    with office.reading() as session:
        return session.scalars(select(PersonRow.id)).first() or ""


def keep(office: Database, me: str, opened: datetime = AT, key: str = KEY, **fields: str) -> bool:
    with office.writing() as session:
        values = {name: [value] for name, value in fields.items()}
        at = opened + MINUTE
        return kept_forms.keep(session, me, key, values, at, opened_at=opened, seen="3")


def held(office: Database, me: str, at: datetime = AT + MINUTE) -> dict[str, list[str]] | None:
    with office.reading() as session:
        kept = kept_forms.kept(session, me, KEY, at)
    return None if kept is None else {name: list(values) for name, values in kept.fields.items()}


def test_what_was_typed_comes_back_as_it_was_typed(office: Database, me: str) -> None:
    keep(office, me, subject="  V/v «lạ» <b>\r\nhai dòng ", body="")
    assert held(office, me) == {"subject": ["  V/v «lạ» <b>\nhai dòng "], "body": [""]}


def test_a_page_made_earlier_never_writes_over_a_later_one(office: Database, me: str) -> None:
    keep(office, me, AT + MINUTE, subject="mới")
    with pytest.raises(FormElsewhere):
        keep(office, me, AT, subject="cũ")
    assert held(office, me) == {"subject": ["mới"]}


def test_what_was_accepted_is_not_brought_back_by_a_late_save(office: Database, me: str) -> None:
    keep(office, me, subject="đang gõ")
    with office.writing() as session:
        kept_forms.drop(session, me, KEY, AT + 2 * MINUTE)
    assert not keep(office, me, subject="đến muộn")
    assert held(office, me, AT + 3 * MINUTE) is None
    keep(office, me, AT + 4 * MINUTE, subject="biểu mẫu sau")
    assert held(office, me, AT + 6 * MINUTE) == {"subject": ["biểu mẫu sau"]}


def test_it_is_gone_after_thirty_days_and_is_swept(office: Database, me: str) -> None:
    keep(office, me, subject="bỏ quên")
    later = AT + KEEP + 2 * MINUTE
    assert held(office, me, later) is None
    with office.writing() as session:
        assert kept_forms.sweep(session, later) == 1
        assert session.get(KeptFormRow, (me, KEY)) is None


@pytest.mark.parametrize("name", ["password", "new_password", "csrf", "otp-code", "PIN", "token"])
def test_a_secret_field_is_never_kept(office: Database, me: str, name: str) -> None:
    keep(office, me, **{name: "bí mật riêng", "opinion": "giữ"})
    assert held(office, me) == {"opinion": ["giữ"]}


def test_what_bears_a_secrecy_mark_is_not_kept(office: Database, me: str) -> None:
    with pytest.raises(SecretRefused):
        keep(office, me, subject="MẬT: Kế hoạch")
    assert held(office, me) is None


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("../x y", {"a": ["b"]}),
        ("drafts/new", {"a" * 101: ["b"]}),
        ("drafts/new", {"<script>": ["b"]}),
        ("drafts/new", {"a": ["x" * (1 << 20)]}),
        ("drafts/new", {"a": ["x"] * 601}),
    ],
    ids=["key", "long-name", "odd-name", "large", "many"],
)
def test_what_no_form_sends_is_refused(
    office: Database, me: str, key: str, fields: dict[str, list[str]]
) -> None:
    with pytest.raises(FormNotKept), office.writing() as session:
        kept_forms.keep(session, me, key, fields, AT, opened_at=AT)


def test_nobody_fills_the_store_with_forms(
    office: Database, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_forms, "MOST_FORMS", 3)
    for number in range(5):
        keep(office, me, AT + number * MINUTE, key=f"drafts/{number}", subject="x")
    with office.reading() as session:
        found = kept_forms.beginning(session, me, "drafts/", AT)
    assert list(found) == ["drafts/4", "drafts/3", "drafts/2"]


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=40), max_size=3)))
def test_whatever_is_sent_is_kept_storable_or_refused(fields: dict[str, list[str]]) -> None:
    try:
        kept = kept_forms._bounded(fields)
    except Refused:
        return
    for values in kept.values():
        for value in values:
            assert "\x00" not in value
            value.encode()


def test_one_does_not_see_the_form_of_another(office: Database, me: str) -> None:
    keep(office, me, subject="của tôi")
    assert held(office, "ai-khac") is None
