"""Which button of a document's page leads where: each step has its screen, or a form in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from documents.lifecycle import Direction, Step
from documents.rights import TAKE_BACK, Offer
from documents.tables import DocumentRow


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that the visitor may do now."""

    label: str
    href: str = ""
    """A screen; empty: a form in place, `action`."""
    action: str = ""
    step: str = ""
    needs_reason: bool = False
    mark: str = "next"
    """Its icon."""
    kind: str = ""
    """main, bad or empty."""
    stead: str = ""
    """In whose stead it is taken."""
    key: str = ""


_SCREENS: Mapping[tuple[Direction, Step], tuple[str, str, str]] = {
    (Direction.OUTGOING, Step.SUBMIT): ("/drafts/{0}", "send", "F4"),
    (Direction.OUTGOING, Step.APPROVE): ("/sign/{0}", "pen", "F8"),
    (Direction.OUTGOING, Step.SIGN): ("/sign/{0}", "pen", "F8"),
    (Direction.OUTGOING, Step.RETURN): ("/sign/{0}", "reply", ""),
    (Direction.OUTGOING, Step.ASSIGN_NUMBER): ("/issue/{0}", "send", "F9"),
    (Direction.OUTGOING, Step.SEAL): ("/issue/{0}", "seal", ""),
    (Direction.OUTGOING, Step.DISPATCH): ("/issue/{0}", "send", ""),
    (Direction.OUTGOING, Step.RECALL): ("/documents/{0}/recall", "reply", ""),
    (Direction.INCOMING, Step.REGISTER): ("/intake/{0}", "inbox", "F2"),
    (Direction.INCOMING, Step.SUBMIT): ("/direct/{0}", "directions", "F4"),
    (Direction.INCOMING, Step.ASSIGN): ("/direct/{0}", "directions", "F4"),
    (Direction.INCOMING, Step.RETURN): ("/direct/{0}", "reply", ""),
}
_MAIN = (Step.APPROVE, Step.ASSIGN_NUMBER, Step.ASSIGN, Step.REGISTER, Step.SUBMIT, Step.COMPLETE)
_BAD = frozenset({Step.VOID, Step.REFUSE, Step.RECALL, Step.RETURN})
_MARKS = {
    Step.VOID: "stop",
    Step.REFUSE: "stop",
    Step.FILE: "folder",
    Step.START: "clock",
    Step.COMPLETE: "check",
    Step.RELEASE: "check",
}


def buttons(offers: Iterable[Offer], row: DocumentRow) -> list[Button]:
    """Return the buttons of a document's page: what is likeliest first, what ends it last."""
    direction = Direction(row.direction)
    found: list[tuple[int, Button]] = []
    shown: set[str] = set()
    for offer in offers:
        screen = _SCREENS.get((direction, offer.step))
        if screen is None and offer.step not in _MARKS:
            continue
        if offer.label in shown:
            continue
        shown.add(offer.label)
        found.append((_place(offer.step), _button(offer, row, screen)))
    ordered = [button for _, button in sorted(found, key=lambda each: each[0])]
    # one thing is the next one; the others are there too
    return [_plainer(button) if place else button for place, button in enumerate(ordered)]


def _plainer(button: Button) -> Button:
    return replace(button, kind="" if button.kind == "main" else button.kind, key="")


def _button(offer: Offer, row: DocumentRow, screen: tuple[str, str, str] | None) -> Button:
    kind = "main" if offer.step in _MAIN else "bad" if offer.step in _BAD else ""
    if screen is not None:
        href, mark, key = ("/drafts/{0}", "reply", "") if offer.label == TAKE_BACK else screen
        return Button(
            offer.label,
            href=href.format(row.id),
            mark=mark,
            kind=kind,
            stead=offer.in_stead_name,
            key=key,
        )
    return Button(
        offer.label,
        action=f"/documents/{row.id}/steps/{offer.step.value}",
        step=offer.step.value,
        needs_reason=offer.needs_reason,
        mark=_MARKS[offer.step],
        kind=kind,
        stead=offer.in_stead_name,
    )


def _place(step: Step) -> int:
    if step in _MAIN:
        return _MAIN.index(step)
    return 50 if step not in _BAD else 99
