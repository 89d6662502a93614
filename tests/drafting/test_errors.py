"""Every refusal has a code of its own, speaks to people, and survives pickling."""

import pickle

import pytest

from drafting import errors
from drafting.errors import DraftRefused

LEAVES = [
    leaf
    for leaf in vars(errors).values()
    if isinstance(leaf, type) and issubclass(leaf, DraftRefused)
]


def test_codes_are_unique_and_dotted():
    codes = [leaf.code for leaf in LEAVES]
    assert len(set(codes)) == len(codes)
    assert all(code.split(".")[0] in {"draft", "placement"} for code in codes)


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_refusal_survives_pickling_and_speaks_both_languages(leaf):
    raised = leaf("a.pdf", "lý do {0}")
    again = pickle.loads(pickle.dumps(raised))  # noqa: S301
    assert str(again) == str(raised)
    assert f"[{leaf.code}]" in str(raised)
    told = raised.as_dict()
    assert told["vi"]
    assert told["en"]
    assert told["remedy"] or leaf is DraftRefused
