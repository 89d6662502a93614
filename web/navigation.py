"""The menu: which screens a person sees by the posts they hold; ux.md §3.10.

`/counters` fills the numbers in (each entry's `counter` is a key of its answer).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from documents.document import Role

if TYPE_CHECKING:
    from web.visitor import Visitor

EVERYBODY = frozenset(Role) - {Role.SYSTEM}
_HANDLERS = frozenset({Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK})
_DRAFTERS = frozenset({Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK})
_DECIDERS = frozenset({Role.UNIT_HEAD, Role.LEADER})
_CLERKS = frozenset({Role.CLERK})
_LEADERS = frozenset({Role.LEADER})
_HEADS = frozenset({Role.UNIT_HEAD})
_KEEPERS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    href: str
    label: str
    icon: str
    roles: frozenset[Role] = EVERYBODY
    counter: str = ""
    """Key of the number beside it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    label: str
    entries: tuple[Entry, ...]


MENU: tuple[Group, ...] = (
    Group(
        "Bàn làm việc",
        (
            Entry("/", "Bàn làm việc", "home"),
            Entry("/sign", "Duyệt và ký", "pen", _LEADERS, "sign"),
            Entry("/initials", "Ký nháy", "pen", _HEADS, "initials"),
            Entry("/direct", "Bút phê", "directions", _DECIDERS, "direct"),
            Entry("/work", "Công việc", "check", _HANDLERS, "work"),
        ),
    ),
    Group(
        "Văn bản đến",
        (
            Entry("/intake", "Vào sổ", "inbox", _CLERKS, "intake"),
            Entry("/lists/inbox", "Văn bản đến", "list"),
        ),
    ),
    Group(
        "Văn bản đi",
        (
            Entry("/drafts", "Dự thảo", "edit", _DRAFTERS, "drafts"),
            Entry("/issue", "Phát hành", "send", _CLERKS, "issue"),
            Entry("/lists/outbox", "Văn bản đi", "list"),
        ),
    ),
    Group(
        "Tra cứu và sổ",
        (
            Entry("/search", "Tra cứu", "search"),
            Entry("/dossiers", "Hồ sơ", "folder", _HANDLERS),
            Entry("/registers", "Sổ đăng ký", "book", _CLERKS | _LEADERS),
            Entry("/batches", "Việc hàng loạt", "layers", _HANDLERS),
            Entry("/board", "Bảng điều hành", "chart", _DECIDERS | _CLERKS),
        ),
    ),
    Group(
        "Quản trị",
        (
            Entry("/operator", "Vận hành", "pulse", _KEEPERS | _CLERKS, "operator"),
            Entry("/admin/accounts", "Tài khoản", "people", _KEEPERS),
            Entry("/delegations", "Ủy quyền, vắng mặt", "swap", _HANDLERS),
        ),
    ),
)


def menu(here: "Visitor") -> tuple[Group, ...]:
    """Return the groups and lines that are for the person."""
    roles = here.roles
    kept = (
        Group(group.label, tuple(entry for entry in group.entries if entry.roles & roles))
        for group in MENU
    )
    return tuple(group for group in kept if group.entries)
