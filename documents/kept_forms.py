"""Forms kept as they are typed, so that nobody loses one: a reload, a crash, an ended session.

Source: ux.md §1.5 (people lose forms on Back) and §3. A form is a person's own and is about
something by its key (`drafts/new`, `drafts/ID`). It is gone once it was accepted, and after
thirty days. What would not be let into the system is not kept either.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents import secrecy
from documents.errors import Refused, storable
from documents.tables import KeptFormRow

LONGEST = 1 << 20
"""Bytes of one form as JSON."""
MOST_FIELDS = 600
MOST_FORMS = 200
"""Of one person; the one left alone longest goes first."""
KEEP = timedelta(days=30)

_KEY = re.compile(r"[a-z0-9][A-Za-z0-9/._:-]{0,199}")
_NAME = re.compile(r"[\w.\[\]-]{1,100}")
_SECRET = frozenset(
    {"csrf", "otp", "passcode", "password", "pin", "secret", "token", "totp", "sad", "passwd"}
)


class FormNotKept(Refused):
    """What was typed is too much, or not what a form sends ({0} why)."""

    code = "form.not_kept"
    vietnamese = "Không lưu được bản đang gõ: {0}"
    english = "what is being typed cannot be kept: {0}"
    remedy = "Rút ngắn, hoặc gửi biểu mẫu ngay / shorten it, or send the form now"


class FormElsewhere(Refused):
    """The form was opened again later: a page made before does not write."""

    code = "form.elsewhere"
    vietnamese = "Biểu mẫu đã được mở ở nơi khác; bản đang gõ ở đây không được lưu nháp"
    english = "the form was opened elsewhere; what is typed here is not kept"
    remedy = "Tải lại trang để gõ tiếp bản mới nhất / reload the page to go on with the newest"


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was left."""

    fields: Mapping[str, Sequence[str]]
    seen: str
    """State of what it is about, as its page had it."""
    at: datetime

    def text(self, name: str, otherwise: str = "") -> str:
        """Return the first value of a field."""
        values = self.fields.get(name)
        return values[0] if values else otherwise

    def texts(self, name: str) -> list[str]:
        """Return every value of a field, in the form's order."""
        return list(self.fields.get(name, ()))


def keep(
    session: Session,
    person_id: str,
    key: str,
    fields: Mapping[str, Sequence[str]],
    at: datetime,
    *,
    opened_at: datetime,
    seen: str = "",
) -> bool:
    """Keep what *person_id* has typed into the form *key* on a page made at *opened_at*.

    Fields with a secret's name are left out. Runs in a writing transaction.

    Returns:
        False: the form was accepted, or dropped, since; a late word brings nothing back.

    Raises:
        FormNotKept: too much of it, or names that no form has.
        FormElsewhere: a later page wrote.
        SecretRefused: it bears a secrecy mark.
    """
    if _KEY.fullmatch(key) is None:
        raise FormNotKept("mã biểu mẫu / key")
    kept = _bounded(fields)
    secrecy.refuse_marked(*(value for values in kept.values() for value in values))
    row = session.get(KeptFormRow, (person_id, key), with_for_update=True)
    if row is None:
        _make_room(session, person_id)
        row = KeptFormRow(person_id=person_id, form_key=key)
        session.add(row)
    elif row.opened_at > opened_at:
        if not row.fields:
            return False
        raise FormElsewhere
    row.fields, row.seen, row.opened_at, row.at = kept, storable(seen)[:100], opened_at, at
    session.flush()
    return True


def _bounded(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    if sum(map(len, fields.values())) > MOST_FIELDS:
        raise FormNotKept(f"quá {MOST_FIELDS} ô / more than {MOST_FIELDS} fields")
    kept = {}
    for name, values in fields.items():
        if _NAME.fullmatch(name) is None:
            raise FormNotKept("tên ô / a field's name")
        if _SECRET.isdisjoint(re.split(r"[\W_]+", name.casefold())):
            kept[name] = [storable(value.replace("\r\n", "\n")) for value in values]
    if len(json.dumps(kept, ensure_ascii=False).encode()) > LONGEST:
        raise FormNotKept("quá 1 MiB / more than 1 MiB")
    return kept


def _make_room(session: Session, person_id: str) -> None:
    mine = KeptFormRow.person_id == person_id
    held = session.scalar(select(func.count()).select_from(KeptFormRow).where(mine)) or 0
    if held < MOST_FORMS:
        return
    oldest = select(KeptFormRow.form_key).where(mine).order_by(KeptFormRow.at)
    gone = session.scalars(oldest.limit(held - MOST_FORMS + 1)).all()
    session.execute(delete(KeptFormRow).where(mine, KeptFormRow.form_key.in_(gone)))


def kept(session: Session, person_id: str, key: str, at: datetime) -> Kept | None:
    """Return the form as it was left; None where nothing is kept, or not any more."""
    row = session.get(KeptFormRow, (person_id, key))
    if row is None or not row.fields or row.at < at - KEEP:
        return None
    return Kept(row.fields, row.seen, row.at)


def beginning(session: Session, person_id: str, prefix: str, at: datetime) -> dict[str, Kept]:
    """Return the person's forms whose keys begin with *prefix*, by key, the newest first."""
    rows = session.scalars(
        select(KeptFormRow)
        .where(KeptFormRow.person_id == person_id, KeptFormRow.form_key.startswith(prefix))
        .where(KeptFormRow.at >= at - KEEP)
        .order_by(KeptFormRow.at.desc())
    )
    return {row.form_key: Kept(row.fields, row.seen, row.at) for row in rows if row.fields}


def drop(session: Session, person_id: str, key: str, at: datetime) -> None:
    """Forget the form: it was accepted, or its typist wants it no more.

    What a page made before *at* still sends is not kept. Runs in a writing transaction.
    """
    if _KEY.fullmatch(key) is None:
        return
    row = session.get(KeptFormRow, (person_id, key), with_for_update=True)
    if row is None:
        row = KeptFormRow(person_id=person_id, form_key=key)
        session.add(row)
    row.fields, row.seen, row.opened_at, row.at = {}, "", at, at
    session.flush()


def sweep(session: Session, at: datetime) -> int:
    """Remove what nobody went on with for thirty days; return how many."""
    gone = session.scalars(select(KeptFormRow).where(KeptFormRow.at < at - KEEP).limit(10_000))
    rows = list(gone)
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)
