"""Forms that any page shows again as their typist left them (`documents.kept_forms`).

A page asks for its form by key, takes values from it, and shows `parts/kept.html`; the browser
(`static/js/kept-form.js`) sends what is typed to `/kept-forms`. Once the form is accepted, the
page that took it forgets it, in the transaction that keeps what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from documents import kept_forms
from documents.errors import storable
from documents.kept_forms import Kept
from web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form of a page: what was just sent, else what was kept, else what the page says."""

    key: str
    opened: str
    """When this page was made, as the browser sends it back."""
    seen: str
    """State of what the form is about, now."""
    kept: Kept | None = None
    sent: Mapping[str, Sequence[str]] | None = None
    defaults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What an untouched form holds."""

    def text(self, name: str, otherwise: str = "") -> str:
        """Return a field's value; *otherwise* where nobody has touched the form."""
        values = self._values(name)
        return otherwise if values is None else (values[0] if values else "")

    def texts(self, name: str, otherwise: Sequence[str] = ()) -> list[str]:
        """Return every value of a field that repeats."""
        values = self._values(name)
        return list(otherwise if values is None else values)

    def _values(self, name: str) -> Sequence[str] | None:
        if self.sent is not None:
            return self.sent.get(name, ())
        if self.kept is not None:
            return self.kept.fields.get(name, ())
        return self.defaults.get(name)

    @property
    def restored(self) -> bool:
        """Whether the values are those that were kept."""
        return self.kept is not None and self.sent is None

    @property
    def outdated(self) -> bool:
        """Whether what it is about has changed since it was typed."""
        return self.kept is not None and self.kept.seen != self.seen


def form(
    here: Visitor,
    key: str,
    *,
    seen: str = "",
    sent: Mapping[str, Sequence[str]] | None = None,
    defaults: Mapping[str, Sequence[str]] | None = None,
) -> KeptForm:
    """Return the form *key* of the visitor, filled in as they left it.

    Args:
        here: who sees the page.
        key: what is filled in: `drafts/new`, `drafts/ID`.
        seen: state of what it is about, as the page shows it.
        sent: what was sent and refused; it goes before what was kept.
        defaults: what an untouched form holds.
    """
    with here.office.database.reading() as session:
        kept = kept_forms.kept(session, here.who, key, here.at)
    return KeptForm(key, here.at.isoformat(), seen, kept, sent, defaults or {})


def accepted(session: Session, here: Visitor, key: str) -> None:
    """Forget the form: what was sent is kept now; runs in the transaction that keeps it."""
    kept_forms.drop(session, here.who, key, here.at)


def values_of(form: FormData) -> dict[str, list[str]]:
    """Return the texts of a form that was sent, by field, in its order; files are left out."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(storable(value.replace("\r\n", "\n")))
    return found


def opened_at(text: str, at: datetime) -> datetime:
    """Return when a page says that it was made, never later than *at*."""
    try:
        said = datetime.fromisoformat(text[:40])
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return min(said, at) if said.tzinfo is not None else datetime.fromtimestamp(0, UTC)
