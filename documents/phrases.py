"""Stock phrases that a person, or the agency for all its people, keeps; and abbreviations.

Practice: ux.md §1.4, §5.4; abbreviations while typing: §3.5.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents import directory, posts
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.phrase import USUAL, PhraseKind
from documents.tables import PhraseRow, PresetRow

LONGEST = 500
"""Characters of a phrase."""
SHORT = 20
MOST = 100
"""Phrases of one owner."""
KEEPERS = (Role.CLERK, Role.LEADER, Role.ADMINISTRATOR)
"""Who keeps the agency's own."""
_WHAT = "giữ mẫu dùng chung của cơ quan / keep the agency's own"


class PhraseInvalid(Refused):
    """The phrase cannot be kept. ({0} why)."""

    code = "phrase.invalid"
    vietnamese = "Không lưu được câu mẫu: {0}"
    english = "the phrase cannot be kept: {0}"
    remedy = "Ghi từ 1 đến 500 ký tự / write 1 to 500 characters"


class PhraseUnknown(Refused):
    """Nobody keeps this. ({0} the id)."""

    code = "phrase.unknown"
    vietnamese = "Không có câu mẫu, mẫu gửi nhanh «{0}»"
    english = "there is no phrase or preset «{0}»"
    remedy = "Xem `congvan phrases list` / see `congvan phrases list`"


def worded(text: str, longest: int, what: str) -> str:
    """Return *text* on one line as it is kept; *what* names it, Vietnamese / English.

    Raises:
        PhraseInvalid: nothing is left, or too much.
    """
    if len(text) > longest * 4:  # before work is done on megabytes
        raise PhraseInvalid(f"{what}: {len(text)} ký tự / characters")
    plain = " ".join(storable(unicodedata.normalize("NFC", text)).split())
    if not 1 <= len(plain) <= longest:
        raise PhraseInvalid(f"{what}: {len(plain)} ký tự / characters")
    return plain


def owner(session: Session, organ_id: str, who: str, at: datetime, *, shared: bool) -> str | None:
    """Return whose it becomes that *who* keeps: their own id, or None for the agency's.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: as `posts.acting`.
        RightMissing: it is to be the agency's, and they keep only their own.
    """
    if shared:
        posts.acting(session, organ_id, who, KEEPERS, at, _WHAT)
        return None
    return directory.person_row(session, organ_id, who, at).id


def keep(
    session: Session,
    organ_id: str,
    kind: PhraseKind,
    words: str,
    who: str,
    at: datetime,
    *,
    short: str = "",
    shared: bool = False,
) -> str:
    """Keep a phrase; returns its id, the known one's if it is kept already.

    An abbreviation that its owner has already stands for the new words from now on.

    Raises:
        PhraseInvalid: no words, too many, no letters for an abbreviation, or too many phrases.
        RightMissing, PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: as `owner`.
    """
    text = worded(words, LONGEST, "câu mẫu / the phrase")
    typed = ""
    if kind is PhraseKind.ABBREVIATION:
        typed = worded(short, SHORT, "chữ gõ tắt / the letters").lower()
        if not typed.isalnum():
            raise PhraseInvalid("chữ gõ tắt chỉ gồm chữ và số / letters and digits only")
    owner_id = owner(session, organ_id, who, at, shared=shared)
    theirs = select(PhraseRow).where(
        PhraseRow.organ_id == organ_id, PhraseRow.owner_id.is_not_distinct_from(owner_id)
    )
    same = PhraseRow.short == typed if typed else PhraseRow.words == text
    row = session.scalar(theirs.where(PhraseRow.kind == kind.value, same))
    if row is None:
        if (session.scalar(select(func.count()).select_from(theirs.subquery())) or 0) >= MOST:
            raise PhraseInvalid(f"đã có {MOST} / there are {MOST} already")
        row = PhraseRow(
            id=new_id(), organ_id=organ_id, owner_id=owner_id, kind=kind.value, short=typed
        )
        session.add(row)
    row.words, row.kept_at = text, at
    session.flush()
    return row.id


def kept(session: Session, organ_id: str, person_id: str) -> list[PhraseRow]:
    """Return what the person may use: their own first, then the agency's, as they were kept."""
    wanted = select(PhraseRow).where(
        PhraseRow.organ_id == organ_id,
        or_(PhraseRow.owner_id == person_id, PhraseRow.owner_id.is_(None)),
    )
    rows = session.scalars(wanted.order_by(PhraseRow.kept_at, PhraseRow.id))
    return sorted(rows, key=lambda row: row.owner_id is None)


def offered(rows: Sequence[PhraseRow], kind: PhraseKind) -> tuple[str, ...]:
    """Return the words of *kind* to choose from; the usual ones where none are kept."""
    own = tuple(dict.fromkeys(row.words for row in rows if row.kind == kind))
    return own or USUAL[kind]


def abbreviations(rows: Sequence[PhraseRow]) -> dict[str, str]:
    """Return what the letters stand for; one's own before the agency's."""
    found: dict[str, str] = {}
    for row in rows:
        if row.kind == PhraseKind.ABBREVIATION:
            found.setdefault(row.short, row.words)
    return found


def drop(session: Session, organ_id: str, which: str, who: str, at: datetime) -> None:
    """Forget a phrase; the agency's by whoever keeps them.

    Raises:
        PhraseUnknown: the person keeps no such phrase.
        RightMissing, PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: as `owner`.
    """
    forget(session, session.get(PhraseRow, which), organ_id, which, who, at)


def forget(
    session: Session,
    row: PhraseRow | PresetRow | None,
    organ_id: str,
    which: str,
    who: str,
    at: datetime,
) -> None:
    """Forget what was found as *which* and a person keeps, or their agency; raises as `drop`."""
    person = directory.person_row(session, organ_id, who, at)
    if row is None or row.organ_id != organ_id or row.owner_id not in {None, person.id}:
        raise PhraseUnknown(which[:60])
    owner(session, organ_id, person.id, at, shared=row.owner_id is None)
    session.delete(row)
    session.flush()
