"""What a clerk's last entries suggest for the next: senders again, who leads, whom it goes to.

Source: ux.md §1.3 (autocomplete remembers recents), §2 (an entry as a model, Maarch). Only the
agency's newest arrivals are read, along the index of lists; nothing is concluded from more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents import posts
from documents.document import Role
from documents.errors import Refused
from documents.field_text import check_text
from documents.identity import new_id
from documents.lifecycle import Direction
from documents.tables import ArrivalModelRow, DocumentRow

LOOKED_AT = 300
"""Newest arrivals."""
RECENT = 8
MOST_MODELS = 50
"""Of one person."""


class ModelRefused(Refused):
    """A model that is none. ({0} why.)."""

    code = "intake.model_refused"
    vietnamese = "Không lưu được mẫu vào sổ: {0}"
    english = "the model of an entry cannot be kept: {0}"
    remedy = "Đặt tên cho mẫu, xóa bớt mẫu cũ / name it, or remove old ones"


@dataclass(frozen=True, slots=True)
class Habits:
    """What the newest arrivals were like."""

    senders: tuple[tuple[str, str], ...] = ()
    """(code, name), the newest first; the code is empty outside the catalogue."""
    units: tuple[tuple[str, str], ...] = ()
    """(sender's code or name, unit that led last)."""

    def unit_of(self, code: str, name: str) -> str:
        """Return the unit that led the sender's last letter; empty: not known."""
        wanted = code or name
        return next((unit for sender, unit in self.units if wanted and sender == wanted), "")


def habits(session: Session, organ_id: str) -> Habits:
    """Return what the agency's newest arrivals were like."""
    row = DocumentRow
    newest = (
        select(row.sender_organ_id, row.sender_name, row.unit_id)
        .where(row.organ_id == organ_id, row.direction == Direction.INCOMING.value)
        .order_by(row.created_at.desc())
        .limit(LOOKED_AT)
    )
    senders: dict[str, tuple[str, str]] = {}
    units: dict[str, str] = {}
    for code, name, unit_id in session.execute(newest):
        if not (key := code or name):
            continue
        if name:
            senders.setdefault(key, (code, name))
        if unit_id:
            units.setdefault(key, unit_id)
    return Habits(tuple(senders.values())[:RECENT], tuple(units.items()))


@dataclass(frozen=True, slots=True)
class NewModel:
    """What is to be entered again and again."""

    name: str
    sender: str = ""
    """A code, or a name."""
    type_name: str = ""
    to_places: Sequence[str] = ()
    days: int | None = None
    """Working days until it is due."""


def models(session: Session, organ_id: str, owner_id: str) -> list[ArrivalModelRow]:
    """Return a person's models, by name."""
    mine = ArrivalModelRow
    wanted = select(mine).where(mine.organ_id == organ_id, mine.owner_id == owner_id)
    return list(session.scalars(wanted.order_by(mine.name).limit(MOST_MODELS)))


def keep_model(session: Session, organ_id: str, who: str, new: NewModel, at: datetime) -> str:
    """Keep a model, in place of the one of that name; return its id.

    Raises:
        ModelRefused: no name, or too many models.
        FieldRefused: a value is too long.
        RightMissing and what else `posts.acting` refuses.
    """
    acting = posts.acting(session, organ_id, who, (Role.CLERK,), at, "mẫu vào sổ / a model")
    name = " ".join(check_text("Tên mẫu", new.name, 100).split())
    if not name:
        raise ModelRefused("chưa có tên / no name")
    if new.days is not None and not 0 <= new.days <= 365:
        raise ModelRefused("số ngày / days")
    mine = (
        ArrivalModelRow.organ_id == organ_id,
        ArrivalModelRow.owner_id == acting.person.id,
    )
    row = session.scalar(select(ArrivalModelRow).where(*mine, ArrivalModelRow.name == name))
    if row is None:
        held = session.scalar(select(func.count()).select_from(ArrivalModelRow).where(*mine)) or 0
        if held >= MOST_MODELS:
            raise ModelRefused(f"đã có {MOST_MODELS} mẫu / so many already")
        row = ArrivalModelRow(id=new_id(), organ_id=organ_id, owner_id=acting.person.id, name=name)
        session.add(row)
    row.sender = check_text("Cơ quan ban hành", new.sender, 200)
    row.type_name = check_text("Tên loại văn bản", new.type_name, 100)
    row.to_places = [check_text("Nơi nhận", place, 300) for place in new.to_places[:100]]
    row.days, row.updated_at = new.days, at
    session.flush()
    return row.id


def drop_model(session: Session, organ_id: str, owner_id: str, model_id: str) -> None:
    """Remove a model of the person; a repeat does nothing."""
    session.execute(
        delete(ArrivalModelRow).where(
            ArrivalModelRow.id == model_id,
            ArrivalModelRow.organ_id == organ_id,
            ArrivalModelRow.owner_id == owner_id,
        )
    )
