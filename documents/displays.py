"""Wall displays: a screen shows a code, somebody with the right types it in, it may show figures.

The screen's cookie holds a random token and the store its digest: no secret is in an address, and
whoever reads the store has no display. A display sees the board and nothing else.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents import ledger, posts
from documents.document import Role
from documents.errors import Refused, Unavailable, storable
from documents.ledger import Fact
from documents.tables import DisplayRow

PAIRING = timedelta(minutes=10)
"""How long a code is shown."""
LASTING = timedelta(days=180)
MOST_WAITING = 50
"""Screens that wait to be paired; strangers can ask for no more."""
PAIRING_ROLES = (Role.LEADER, Role.UNIT_HEAD, Role.CLERK, Role.ADMINISTRATOR)
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 8


class DisplayUnknown(Refused):
    """No screen shows this code."""

    code = "display.unknown"
    vietnamese = "Không có màn hình nào đang hiện mã «{0}»"
    english = "no screen shows the code «{0}»"
    remedy = "Xem lại mã trên màn hình, mã đổi sau 10 phút / look at the screen again"


class DisplaysBusy(Unavailable):
    """Too many screens wait to be paired."""

    code = "display.busy"
    vietnamese = "Quá nhiều màn hình đang chờ ghép"
    english = "too many screens wait to be paired"
    remedy = "Thử lại sau 10 phút / try again in ten minutes"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A screen that is to be paired."""

    token: str
    """For its cookie."""
    code: str
    """For whoever stands before it."""


def begin(session: Session, at: datetime) -> Waiting:
    """Let a screen wait for being paired.

    Raises:
        DisplaysBusy: too many do.
    """
    session.execute(
        delete(DisplayRow).where(DisplayRow.organ_id.is_(None), DisplayRow.expires_at <= at)
    )
    waiting = session.scalar(
        select(func.count()).select_from(DisplayRow).where(DisplayRow.organ_id.is_(None))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise DisplaysBusy
    made = Waiting(
        secrets.token_urlsafe(32), "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    )
    session.add(
        DisplayRow(
            token_sha256=_digest(made.token),
            code_sha256=_digest(made.code),
            made_at=at,
            expires_at=at + PAIRING,
        )
    )
    return made


def pair(
    session: Session, organ_id: str, code: str, name: str, who: str, at: datetime
) -> DisplayRow:
    """Let the screen that shows *code* show the agency's board for half a year.

    Raises:
        DisplayUnknown: none shows it.
        PersonUnknown, PersonAmbiguous, RightMissing: as `posts.acting`.
    """
    acting = posts.acting(session, organ_id, who, PAIRING_ROLES, at, "ghép màn hình / pair")
    said = "".join(sign for sign in code.upper()[:40] if sign in _SIGNS)
    row = session.scalar(
        select(DisplayRow)
        .where(DisplayRow.code_sha256 == _digest(said), DisplayRow.organ_id.is_(None))
        .where(DisplayRow.expires_at > at)
        .with_for_update()
    )
    if row is None:
        raise DisplayUnknown(code[:20])
    row.organ_id, row.paired_by, row.code_sha256 = organ_id, acting.person.id, ""
    row.name = storable(name.strip())[:100] or "Màn hình"
    row.expires_at = at + LASTING
    _told(session, "pair_display", acting, row, at)
    return row


def shown(session: Session, token: str, at: datetime) -> DisplayRow | None:
    """Return the display that holds *token*, waiting or paired; None where it is over."""
    row = session.get(DisplayRow, _digest(token))
    gone = row is None or row.revoked_at is not None or row.expires_at <= at
    return None if gone else row


def of_agency(session: Session, organ_id: str, at: datetime) -> list[DisplayRow]:
    """Return the agency's displays that may show something, the newest first."""
    wanted = select(DisplayRow).where(
        DisplayRow.organ_id == organ_id,
        DisplayRow.revoked_at.is_(None),
        DisplayRow.expires_at > at,
    )
    return list(session.scalars(wanted.order_by(DisplayRow.made_at.desc())))


def revoke(session: Session, organ_id: str, display_id: str, who: str, at: datetime) -> None:
    """End a display; one that is over stays over.

    Raises:
        DisplayUnknown: the agency has none of this id.
        PersonUnknown, PersonAmbiguous, RightMissing: as `posts.acting`.
    """
    acting = posts.acting(session, organ_id, who, PAIRING_ROLES, at, "gỡ màn hình / unpair")
    row = session.get(DisplayRow, display_id[:64], with_for_update=True)
    if row is None or row.organ_id != organ_id:
        raise DisplayUnknown(display_id[:20])
    if row.revoked_at is None:
        row.revoked_at = at
        _told(session, "revoke_display", acting, row, at)


def _told(session: Session, step: str, acting: posts.Acting, row: DisplayRow, at: datetime) -> None:
    detail = {"display": row.token_sha256[:12], "name": row.name, **acting.detail()}
    fact = Fact("", step, "", acting.actor, "", tuple(detail.items()))
    ledger.append(session, acting.person.organ_id, fact, at)


def _digest(text: str) -> str:
    return hashlib.sha256(text[:200].encode("utf-8", "surrogatepass")).hexdigest()
