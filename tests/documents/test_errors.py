"""Every error of the house: a code of its own, two languages, whole through pickle."""

import importlib
import pickle
import pkgutil
import re
import string
from collections import Counter
from collections.abc import Iterator

import pytest

from documents.concordance import DocumentContradicts
from documents.directory import RightMissing
from documents.errors import (
    EvidenceBroken,
    OfficeError,
    OutcomeUnknown,
    Refused,
    StepRefused,
    Unavailable,
)

ROOMS = ("documents", "schemas", "connectors", "signing", "drafting", "workflows")
FAMILIES = (Refused, Unavailable, EvidenceBroken, OutcomeUnknown)


def _modules() -> Iterator[str]:
    for room in ROOMS:
        yield room
        for found in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            if not found.name.endswith("__main__") and ".migrations" not in found.name:
                yield found.name


def _descendants(kind: type[OfficeError]) -> Iterator[type[OfficeError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


@pytest.fixture(scope="module")
def errors() -> list[type[OfficeError]]:
    """Return every error of every room that is not a family."""
    for name in _modules():
        importlib.import_module(name)
    found = {kind for kind in _descendants(OfficeError) if kind not in FAMILIES}
    return sorted(
        (kind for kind in found if kind.__module__.split(".")[0] in ROOMS), key=lambda k: k.__name__
    )


def carried(error: OfficeError) -> OfficeError:
    """Return the error as another process gets it."""
    again: OfficeError = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own bytes)
    return again


def details_of(kind: type[OfficeError]) -> int:
    """Return how many details the templates of *kind* speak of."""
    fields = [
        int(name)
        for template in (kind.vietnamese, kind.english, kind.remedy)
        for _, name, _, _ in string.Formatter().parse(template)
        if name is not None
    ]
    return max(fields, default=-1) + 1


def test_there_are_errors_in_every_room(errors: list[type[OfficeError]]) -> None:
    rooms = {kind.__module__.split(".")[0] for kind in errors}
    assert rooms >= {"documents", "connectors", "signing", "drafting"}
    assert len(errors) > 40


def test_every_error_belongs_to_one_family(errors: list[type[OfficeError]]) -> None:
    for kind in errors:
        assert sum(issubclass(kind, family) for family in FAMILIES) == 1, kind


def test_every_error_has_a_stable_code_of_its_own(errors: list[type[OfficeError]]) -> None:
    used = Counter(kind.code for kind in errors)
    assert [code for code, times in used.items() if times > 1] == []
    for kind in errors:
        assert "code" in vars(kind), kind
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", kind.code), kind
        assert len(kind.code) <= 60  # document.error_code


def test_every_error_speaks_both_languages(errors: list[type[OfficeError]]) -> None:
    for kind in errors:
        assert {"vietnamese", "english"} <= set(vars(kind)), kind
        assert re.search(r"[à-ỹđ]", kind.vietnamese.lower()), kind
        assert kind.english.isascii() or "«" in kind.english, kind


def test_every_error_is_documented(errors: list[type[OfficeError]]) -> None:
    for kind in errors:
        assert "__doc__" in vars(kind), kind
        assert (vars(kind)["__doc__"] or "").strip(), kind


def test_every_template_takes_hostile_and_missing_details(errors: list[type[OfficeError]]) -> None:
    hostile = "{0} {boom} %s \x00 \ud800 </script>"
    for kind in errors:
        assert details_of(kind) <= 6, kind
        for count in {0, details_of(kind), 9}:
            error = kind.__new__(kind)
            OfficeError.__init__(error, *[hostile] * count)
            said = error.as_dict()
            assert said["code"] == kind.code
            assert str(error).endswith(f"[{kind.code}]")


def test_every_error_survives_pickle(errors: list[type[OfficeError]]) -> None:
    for kind in errors:
        error = kind.__new__(kind)
        OfficeError.__init__(error, *[f"detail {n}" for n in range(max(details_of(kind), 1))])
        for _ in range(2):
            again = carried(error)
            assert type(again) is kind
            assert (again.args, str(again), again.as_dict()) == (
                error.args,
                str(error),
                error.as_dict(),
            )
            error = again


def test_an_error_that_builds_its_details_builds_them_once() -> None:
    error: OfficeError = StepRefused("draft", "seal", "why")
    for _ in range(3):
        again = carried(error)
        assert str(again) == str(error)
        error = again
    assert str(error).count("(why)") == 2  # once in each language


def test_what_was_noted_on_an_error_survives_pickle() -> None:
    error = StepRefused("draft", "seal")
    error.add_note("while sealing")
    assert carried(error).__notes__ == ["while sealing"]


def test_a_detail_in_two_languages_stands_in_each_half_once() -> None:
    said = RightMissing("A", "B", "đóng dấu / seal").as_dict()
    assert said["vi"] == "«A» (B) không có thẩm quyền đóng dấu"
    assert said["en"] == "«A» (B) has no right to seal"
    assert str(RightMissing("A", "B", "x / y / z")).count("x / y / z") == 2


def test_a_detail_that_one_language_alone_tells_stays_whole() -> None:
    differs = DocumentContradicts("trích yếu «đất / nhà»", "the subject «đất / nhà»").as_dict()
    assert differs["vi"].count("«đất / nhà»") == differs["en"].count("«đất / nhà»") == 1
