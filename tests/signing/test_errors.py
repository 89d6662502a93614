"""Every error has its own code, says what to mend, and travels between processes."""

import pickle

import pytest

from documents.errors import EvidenceBroken, OfficeError, Refused, Unavailable
from signing import errors, key_errors

LEAVES = [
    value
    for module in (errors, key_errors)
    for value in vars(module).values()
    if isinstance(value, type)
    and issubclass(value, OfficeError)
    and value.__module__ == module.__name__
]


def test_codes_are_unique() -> None:
    assert len({leaf.code for leaf in LEAVES}) == len(LEAVES) >= 30


@pytest.mark.parametrize("leaf", LEAVES)
def test_an_error_survives_pickling_and_says_what_to_mend(leaf: type[OfficeError]) -> None:
    fault = leaf("một", "hai", "ba")
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301
    assert str(again) == str(fault)
    assert leaf.code in str(fault)
    assert fault.as_dict()["remedy"]
    assert issubclass(leaf, Refused | EvidenceBroken | Unavailable)
