"""What can be done to many documents at once, by name: each part of the office adds its own.

An action is the same domain function as the single step, called in the item's transaction:

    batch_actions.register("issue", issue_one, words="Phát hành")

Modules that register when they are imported stand in `KNOWN_BY`: the web process that takes an
order and the worker that takes it over must know the same actions.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from documents.batch import Order
from documents.errors import Refused
from workflows.office import Office

Decide: TypeAlias = Callable[[Session, Order, datetime], str]
"""Takes the step in a writing transaction; returns the result in Vietnamese words, or ''.

It raises `OfficeError` where the single step does; must not raise anything else.
"""
Prepare: TypeAlias = Callable[[Office, Order, datetime], Any]
"""Does beforehand, outside of any transaction, what takes time; `Order.prepared` has its answer.

It may be done again after a crash, so it must leave nothing behind that counts.
"""

KNOWN_BY = (
    "workflows.batch_steps",
    "workflows.handling_steps",
    "workflows.issuing_steps",
    "workflows.trying_again",
)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to many documents."""

    name: str
    words: str
    """As the button says, in Vietnamese."""
    decide: Decide
    prepare: Prepare | None = None
    signs: bool = False
    """Whether it needs the second factor where the installation asks for it."""


class ActionUnknown(Refused):
    """Nothing of this name can be done to many documents at once. ({0} the name)."""

    code = "batch.action_unknown"
    vietnamese = "Không có thao tác hàng loạt «{0}»"
    english = "there is no action «{0}» for many documents"
    remedy = "Chọn thao tác khác / choose another action"


_actions: dict[str, Action] = {}


def register(
    name: str,
    decide: Decide,
    *,
    words: str,
    prepare: Prepare | None = None,
    signs: bool = False,
) -> None:
    """Add an action; at most 40 characters of name."""
    _actions[name] = Action(name, words, decide, prepare, signs)


def find(name: str) -> Action:
    """Return the action *name*.

    Raises:
        ActionUnknown: there is none.
    """
    _load()
    try:
        return _actions[name]
    except KeyError:
        raise ActionUnknown(name[:80]) from None


@cache
def _load() -> None:
    for module in KNOWN_BY:
        importlib.import_module(module)


def words(name: str) -> str:
    """Return what the button of the action *name* says; the name itself where none is known."""
    _load()
    return _actions[name].words if name in _actions else name
