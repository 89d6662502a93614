"""What people read: every state and every answer has a Vietnamese name beside its code."""

import re
from collections.abc import Mapping
from enum import StrEnum

import pytest

from documents.delivery import DeliveryState
from documents.lifecycle import State
from documents.report import Verdict
from documents.sign_session import Operation, SessionState
from documents.signature_request import RequestState
from workflows import plain_words
from workflows.plain_words import named

TABLES: list[tuple[Mapping[str, str], type[StrEnum]]] = [
    (plain_words.DOCUMENT, State),
    (plain_words.DELIVERY, DeliveryState),
    (plain_words.REQUEST, RequestState),
    (plain_words.SESSION, SessionState),
    (plain_words.OPERATION, Operation),
    (plain_words.ANSWER, Verdict),
]


@pytest.mark.parametrize(("names", "codes"), TABLES, ids=lambda x: getattr(x, "__name__", ""))
def test_every_code_has_a_name_of_its_own(names: Mapping[str, str], codes: type[StrEnum]) -> None:
    assert set(names) >= {code.value for code in codes}
    assert len({named(names, code) for code in names}) == len(set(names.values())) == len(names)


@pytest.mark.parametrize(
    "names", [*(each for each, _ in TABLES), plain_words.COVERAGE, plain_words.MODIFICATION]
)
def test_a_name_is_vietnamese_short_and_followed_by_its_code(names: Mapping[str, str]) -> None:
    for code in names:
        name, _, rest = named(names, code).partition(" (")
        assert re.search(r"[à-ỹđ]", name.lower()), code
        assert " / " not in name
        assert len(name) <= 40
        assert rest == f"{code})"


def test_a_code_without_a_name_is_shown_as_it_is() -> None:
    assert named(plain_words.DOCUMENT, "initialled") == "initialled"
    assert named(plain_words.DOCUMENT, State.VOID) == "đã hủy (void)"
