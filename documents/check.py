"""What is looked at before a draft is approved, and what an agency requires: pure values.

Legal source: Decree 30/2020/ND-CP, Art. 12: the unit's head answers for the content (12.1),
whoever the agency's head charged with it for form and presentation (12.2).
"""

from dataclasses import dataclass
from enum import StrEnum


class CheckKind(StrEnum):
    """Which of the two."""

    CONTENT = "content"
    """kiểm tra nội dung (Art. 12.1)."""
    FORM = "form"
    """kiểm tra thể thức, kỹ thuật trình bày (Art. 12.2)."""

    @property
    def spoken(self) -> str:
        """As people say it, in both languages."""
        return {
            CheckKind.CONTENT: "kiểm tra nội dung / content check",
            CheckKind.FORM: "kiểm tra thể thức / form check",
        }[self]


@dataclass(frozen=True, slots=True)
class Rule:
    """What an agency wants before approval."""

    content: bool = False
    form: bool = False
    form_checker_id: str = ""
    """Whom the head charged with form; empty: any clerk."""

    @property
    def required(self) -> tuple[CheckKind, ...]:
        """The checks without which nobody approves."""
        wanted = {CheckKind.CONTENT: self.content, CheckKind.FORM: self.form}
        return tuple(kind for kind, needed in wanted.items() if needed)
