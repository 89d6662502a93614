"""What a draft should show, as the office knows it: what the machine looks for in its file.

Legal source: Decree 30/2020/ND-CP, Art. 8, Art. 12.2 and Appendix I, Part I (boxes 1 to 7).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What stands in a draft that has its form."""

    notation: str
    place: str
    type_name: str
    """Empty where none is printed (công văn)."""
    subject: str
    signer_name: str
    signer_position: str
    capacity: str
    """The lines over the position: `TM. ỦY BAN NHÂN DÂN`; empty: the head signs."""
