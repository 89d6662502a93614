"""Whether a message's header can be understood and keeps the format, by Bkav's codes (axis.md §9).

A province may enforce it; a warning lets it pass and is told in the audit. Only the header is
read, however large the message, and only of what comes for the first time: a repeat gets the
first answer.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from connectors.edxml.heading import heading
from connectors.edxml.preflight import Fault, Rules, checked
from connectors.errors import AxisRefused, EnvelopeInvalid
from connectors.hub.message import Posting
from documents.document import VIETNAM

NOT_UNDERSTOOD = "M.Document"
"""Code of a message that is no edXML."""
_FROM = "M.MessageHeader.From.OrganId"
_MOST = 5
"""Faults of one message that are told."""
_LONGEST = 80
"""Characters of a code."""


class Check(StrEnum):
    """What becomes of a message with faults."""

    STRICT = "strict"
    """It is refused with the first one's code."""
    WARN = "warn"
    """It is taken, and the audit names the first faults."""
    OFF = "off"
    """It is taken; nobody looks."""


class Inspection:
    """Looks into messages on their way in; *known* and *organ_id* are the catalogue's."""

    def __init__(
        self, check: Check, known: Callable[[str], bool], organ_id: Callable[[str], str]
    ) -> None:
        self.check = check
        self._rules = Rules(knows=known)
        self._organ_id = organ_id

    def told(self, posting: Posting, at: datetime) -> tuple[str, ...]:
        """Return the codes of what is wrong with a message that may pass; its content is rewound.

        Raises:
            AxisRefused: it may not pass.
        """
        if self.check is Check.OFF:
            return ()
        faults = self._faults(posting, at)[:_MOST]
        posting.content.seek(0)
        if faults and self.check is Check.STRICT:
            words = "; ".join(f"{fault.code} {fault.description[:200]}" for fault in faults)
            raise AxisRefused(faults[0].code[:_LONGEST], words)
        return tuple(fault.code[:_LONGEST] for fault in faults)

    def _faults(self, posting: Posting, at: datetime) -> tuple[Fault, ...]:
        try:
            message = heading(posting.content)
        except EnvelopeInvalid as error:
            return (Fault(NOT_UNDERSTOOD, str(error)),)
        inner = message.edoc or message.status
        assert inner is not None  # noqa: S101  (a heading gives one of the two)
        faults = checked(message, today=at.astimezone(VIETNAM).date(), rules=self._rules)
        said = inner.sender.organ_id
        if said and self._organ_id(said) != self._organ_id(posting.sender):
            words = f"trong gói tin là / the message says {said[:40]!r}, gửi bởi / sent by"
            return (Fault(_FROM, f"{words} {posting.sender!r}"), *faults)
        return faults
