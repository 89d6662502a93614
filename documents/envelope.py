"""Envelopes (bì thư): what can be wrong with one, and what becomes of it; pure.

Legal source: Decree 30/2020/ND-CP, Art. 21.1 (law.md §1.7, E1): quantity, envelope and seals are
looked at, the numbers on it compared with what is inside; what is addressed to a person or a
union is passed on unopened, and comes back to be registered where it proves official.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class EnvelopeState(StrEnum):
    """What became of an envelope."""

    RECEIVED = "received"
    """đã nhận, chưa bóc."""
    OPENED = "opened"
    """đã bóc: its document is entered."""
    FORWARDED = "forwarded"
    """đã chuyển người nhận, không bóc."""
    RETURNED = "returned"
    """đã trả lại nơi gửi."""


class EnvelopeStep(StrEnum):
    """What is done with one."""

    OPEN = "open_envelope"
    FORWARD = "forward_envelope"
    BRING_BACK = "bring_back_envelope"
    """Its addressee found it to be official."""
    RETURN = "return_envelope"


class Anomaly(StrEnum):
    """What a clerk reports at once, and tells the sender (Art. 21.1a)."""

    QUANTITY = "quantity"
    """thiếu, thừa so với sổ giao nhận."""
    TORN = "torn"
    """bì rách, không nguyên vẹn."""
    SEAL_BROKEN = "seal_broken"
    """mất niêm phong."""
    OPENED_BEFORE = "opened_before"
    """đã bị bóc."""
    CODES_DIFFER = "codes_differ"
    """số ngoài bì khác văn bản bên trong."""
    LATE = "late"
    """đến muộn hơn thời gian ghi trên bì (hỏa tốc, khẩn)."""
    WRONG_ADDRESSEE = "wrong_addressee"
    """không đúng nơi nhận."""


STEPS: Mapping[tuple[EnvelopeState, EnvelopeStep], EnvelopeState] = MappingProxyType(
    {
        (EnvelopeState.RECEIVED, EnvelopeStep.OPEN): EnvelopeState.OPENED,
        (EnvelopeState.RECEIVED, EnvelopeStep.FORWARD): EnvelopeState.FORWARDED,
        (EnvelopeState.RECEIVED, EnvelopeStep.RETURN): EnvelopeState.RETURNED,
        (EnvelopeState.FORWARDED, EnvelopeStep.BRING_BACK): EnvelopeState.RECEIVED,
    }
)
