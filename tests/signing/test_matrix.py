"""Whatever is signed, with whatever, however, in whichever file: outside judges accept it."""

from collections.abc import Iterator

import pytest

from documents.level import Level
from signing import cms
from signing.algorithm import Algorithm, Family
from tests.signing.judges import Court
from tests.signing.matrix import NUMBER_AND_SEAL, P11, P12, Case, World, covering, possible, world
from tests.signing.matrix_table import DAMAGES, NO, YES, damaged, judged, unexpected


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.fixture(scope="module")
def court(everything: World, tmp_path_factory: pytest.TempPathFactory) -> Court:
    return Court.open(tmp_path_factory.mktemp("court") / "files", everything.pki)


def test_every_pair_of_choices_holds_before_every_judge(everything: World, court: Court) -> None:
    cases = covering(2)
    assert all(map(possible, cases))
    assert unexpected(judged(cases, everything, court)) == []


@pytest.fixture(scope="module")
def verdicts(everything: World, court: Court) -> dict[str, dict[str, set[str]]]:
    return damaged(everything, court)


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_damage_passes_with_us(damage: str, verdicts: dict[str, dict[str, set[str]]]) -> None:
    assert verdicts[damage]["congvan"] == {NO}


def test_outside_judges_refuse_what_breaks_a_digest_or_a_signature(
    verdicts: dict[str, dict[str, set[str]]],
) -> None:
    for damage in list(DAMAGES)[:2]:
        for judge in ("openssl cms", "pdfsig", "mutool"):
            assert YES not in verdicts[damage][judge], (damage, judge)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_token_makes_the_same_message_as_a_file(algorithm: Algorithm, everything: World) -> None:
    case = Case(algorithm, P12, Level.B_B, NUMBER_AND_SEAL, "text")
    in_a_file = everything.key("leader", case)
    on_a_token = everything.key("leader", case._replace(key=P11))
    digest = bytes(range(32 if algorithm.digest == "sha256" else 48))
    attributes = [cms.signed_attributes(key, digest) for key in (in_a_file, on_a_token)]
    assert attributes[0] == attributes[1]
    if algorithm.family is Family.PKCS1:  # the others are made with fresh random numbers
        assert cms.signed_data(in_a_file, digest) == cms.signed_data(on_a_token, digest)
    assert cms.longest(in_a_file) == cms.longest(on_a_token)
