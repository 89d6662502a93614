"""What may be copied into what (Decree 30/2020, Art. 25), and how copies are numbered."""

import itertools

import pytest

from documents.copying import (
    CopyBaseMissing,
    CopyKind,
    CopyNotAllowed,
    CopyRequest,
    Medium,
    check,
    notation,
)

P, E = Medium.PAPER, Medium.ELECTRONIC
FORBIDDEN = {(CopyKind.EXACT, E, E), (CopyKind.OF_COPY, E, E)}
BASES = {CopyKind.EXACT: "", CopyKind.OF_COPY: "05/SY-UBND", CopyKind.EXTRACT: ""}


@pytest.mark.parametrize(
    ("kind", "made_from", "made_to"), list(itertools.product(CopyKind, Medium, Medium))
)
def test_only_electronic_to_electronic_is_forbidden_and_not_for_extracts(
    kind: CopyKind, made_from: Medium, made_to: Medium
) -> None:
    request = CopyRequest(kind, made_from, made_to, "15/QĐ-UBND", BASES[kind])
    if (kind, made_from, made_to) in FORBIDDEN:
        with pytest.raises(CopyNotAllowed, match="electronic"):
            check(request)
    else:
        check(request)


@pytest.mark.parametrize("base", ["", "05/QĐ-UBND", "05/SL-UBND", "SY-UBND", "05"])
def test_a_sao_luc_is_made_from_a_sao_y(base: str) -> None:
    with pytest.raises(CopyBaseMissing):
        check(CopyRequest(CopyKind.OF_COPY, P, E, "15/QĐ-UBND", base))


@pytest.mark.parametrize("kind", [CopyKind.EXACT, CopyKind.EXTRACT])
@pytest.mark.parametrize("base", ["05/SY-UBND", "gì đó"])
def test_the_others_name_no_sao_y(kind: CopyKind, base: str) -> None:
    with pytest.raises(CopyBaseMissing):
        check(CopyRequest(kind, P, P, "15/QĐ-UBND", base))


def test_notations_and_forms_are_the_decrees() -> None:
    assert [notation(kind, "UBND") for kind in CopyKind] == ["SY-UBND", "SL-UBND", "TrS-UBND"]
    assert [kind.printed for kind in CopyKind] == ["SAO Y", "SAO LỤC", "TRÍCH SAO"]
    assert notation(CopyKind.EXACT, "") == "SY"
