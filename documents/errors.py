"""What can go wrong, sorted by what the caller must do next.

Three families and one odd case. `Refused`: never retry, tell who asked what to
mend. `Unavailable`: nothing was changed, the one retry predicate tries again.
`EvidenceBroken`: stop and call a person. `OutcomeUnknown`: the request may or
may not have arrived; settle it by asking, never by a new id.

A leaf sets `code` (stable, English, dotted), `vietnamese`, `english` and
`remedy` as templates over its positional details ({0}, {1}, …). Details are the
exception's args, so every error survives pickling between processes. A detail
"việc / deed" that both languages speak of is halved: each says its own.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from documents.step_words import ROLES, STATES, STEPS, both

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Controls but tab and line end, lone surrogates, no characters: neither database nor XML has all.
"""
_BETWEEN = " / "
"""Stands between the two languages."""
_MISSING = ("?",) * 6
_ON_ONE_LINE = str.maketrans("\t\n\r", "   ")


def storable(text: str) -> str:
    """Return *text* as it can be kept and shown: what strangers wrote may hold anything."""
    return _UNPRINTABLE.sub("\ufffd", text)


class OfficeError(Exception):
    """Base of every error this system raises on purpose."""

    code: ClassVar[str] = "office.error"
    """Stable dotted name: written to the ledger, shown by commands, sent to correspondents."""
    vietnamese: ClassVar[str] = "Có lỗi: {0}"
    english: ClassVar[str] = "Something went wrong: {0}"
    remedy: ClassVar[str] = ""
    """What to mend, Vietnamese first; empty where nothing can be done by the caller."""

    def __init__(self, *details: object) -> None:
        # an error is one line: a detail must not forge another one in a log
        super().__init__(*(storable(str(detail)).translate(_ON_ONE_LINE) for detail in details))

    def __reduce__(self) -> tuple[Any, ...]:
        # a leaf that builds its details in its own __init__ must not build them twice
        return _restored, (type(self), self.args), self.__dict__ or None

    def _remedy(self) -> str:
        return self.remedy.format(*self.args, *_MISSING)

    def _halves(self) -> tuple[str, str]:
        """Return what happened in Vietnamese and in English."""
        details = [self._both(place, detail) for place, detail in enumerate(self.args)]
        vietnamese, english = zip(*details, strict=True) if details else ((), ())
        return (
            self.vietnamese.format(*vietnamese, *_MISSING),
            self.english.format(*english, *_MISSING),
        )

    def _both(self, place: int, detail: str) -> tuple[str, str]:
        field = f"{{{place}}}"
        # what one language alone speaks of would lose its second half
        shared = field in self.vietnamese and field in self.english
        if shared and detail.count(_BETWEEN) == 1:
            vietnamese, _, english = detail.partition(_BETWEEN)
            return vietnamese, english
        return detail, detail

    def __str__(self) -> str:
        text = _BETWEEN.join(self._halves())
        remedy = self._remedy()
        return f"{text}. {remedy} [{self.code}]" if remedy else f"{text} [{self.code}]"

    def as_dict(self) -> dict[str, str]:
        """Return the error as commands and the ledger write it."""
        vietnamese, english = self._halves()
        return {
            "code": self.code,
            "vi": vietnamese,
            "en": english,
            "remedy": self._remedy(),
        }


def _restored(kind: type[OfficeError], details: tuple[object, ...]) -> OfficeError:
    error = kind.__new__(kind)
    OfficeError.__init__(error, *details)
    return error


class Refused(OfficeError):
    """The request is wrong. Retrying cannot help; tell whoever asked."""


class Unavailable(OfficeError):
    """Something outside is down. Nothing was changed; try again later."""


class EvidenceBroken(OfficeError):
    """A signature, seal or digest does not hold. Stop and call a person."""


class OutcomeUnknown(OfficeError):
    """The request left and no answer came. Ask under the same id; never resend under a new one."""


class StepRefused(Refused):
    """The lifecycle has no such step from this state, or not for this role."""

    code = "document.step_refused"
    vietnamese = "Không thể thực hiện bước «{1}» khi văn bản đang ở trạng thái «{0}»{2}"
    english = "cannot {1} a document that is {0}{2}"
    remedy = "Xem `congvan show` để biết bước tiếp theo / see `congvan show` for the next step"

    def __init__(self, state: str, step: str, why: str = "") -> None:
        vietnamese, between, english = why.partition(_BETWEEN)
        said = f" ({vietnamese})" + (f"{_BETWEEN} ({english})" if between else "") if why else ""
        super().__init__(both(state, STATES), both(step, STEPS), said)

    @classmethod
    def for_role(cls, state: str, step: str, role: str, roles: Iterable[str]) -> Self:
        """Return the refusal of a step that is there, but for people in other *roles*."""
        may = sorted(roles)
        vietnamese = f"của {', '.join(ROLES.get(each, each) for each in may)}"
        asked = f"không phải của {ROLES.get(role, role)}"
        return cls(
            state, step, f"{vietnamese}, {asked}{_BETWEEN}for {', '.join(may)}, not for {role}"
        )
