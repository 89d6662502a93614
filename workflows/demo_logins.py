"""Logins of a demo's world: an account for each person, all with one password made for it.

The password lies in a file of mode 600 in the world's folder; nothing else has it.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import account_password, accounts
from documents.accounts import OPERATOR
from documents.document import Role
from documents.tables import AccountPersonRow, AgencyRow, PersonRow
from workflows.cabinet import cabinets
from workflows.settings import SettingsInvalid, written_secret
from workflows.world import World

FILE_NAME = "demo-password"
_SHOWN = (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST, Role.ADMINISTRATOR)


def give_logins(world: World, at: datetime | None = None) -> str:
    """Give everybody of the world who has none an account; return the password of all.

    Raises:
        SettingsInvalid: the password's file is not as it was made.
    """
    path = world.folder / FILE_NAME
    if not path.exists():
        written_secret(path, account_password.made())
    password = password_of(world)
    kept = account_password.hashed(password)
    with cabinets(world.homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.writing() as session:
                _give(session, kept, at or datetime.now(UTC))
    return password


def password_of(world: World) -> str:
    """Return the demo's password; empty where the world is none.

    Raises:
        SettingsInvalid: others can read it too.
    """
    path: Path = world.folder / FILE_NAME
    if not path.exists():
        return ""
    if path.stat().st_mode & 0o077:
        raise SettingsInvalid(f"{FILE_NAME}: quyền tệp phải là 600 / its mode must be 600")
    return path.read_text("utf-8").strip()


def _give(session: Session, kept: str, at: datetime) -> None:
    has = select(AccountPersonRow.person_id)
    served = select(AgencyRow.organ_id).where(AgencyRow.served.is_(True))
    wanted = select(PersonRow.id).where(
        PersonRow.organ_id.in_(served), PersonRow.active.is_(True), PersonRow.id.not_in(has)
    )
    for person in list(session.scalars(wanted.order_by(PersonRow.id))):
        row = accounts.create(session, person, [person], "", OPERATOR, at)
        row.password_hash = kept


def told(world: World) -> list[str]:
    """Return what to print of a demo's desks: addresses, some names, the password."""
    lines = [
        f"Bàn làm việc / desk {name}: {world.web_url(name)}"
        for name in world.installations
        if name in world.web_ports
    ]
    if password := password_of(world):
        roles = ", ".join(f"h99.{role.value}" for role in _SHOWN)
        lines += [
            f"Đăng nhập / log in: {roles} (h99-01.…, h99-02.…)",
            f"Mật khẩu / password: {password}",
        ]
    return lines
