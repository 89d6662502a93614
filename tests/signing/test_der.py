"""The DER writer writes what asn1crypto writes."""

from random import Random

from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from signing import der


class _Octets(core.SetOf):
    _child_spec = core.OctetString


@given(st.binary(max_size=70_000))
def test_an_octet_string_equals_asn1crypto(content: bytes) -> None:
    assert der.octet_string(content) == core.OctetString(content).dump()


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_a_set_is_in_the_order_of_asn1crypto(contents: list[bytes]) -> None:
    ours = der.set_of(der.octet_string(content) for content in contents)
    assert ours == _Octets([core.OctetString(content) for content in contents]).dump(force=True)


@given(
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(st.integers(0, 2**40), min_size=1, max_size=12),
)
def test_an_object_identifier_equals_asn1crypto(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert der.object_identifier(dotted) == core.ObjectIdentifier(dotted).dump()


@given(st.lists(st.binary(max_size=200), max_size=4))
def test_a_sequence_reads_back(contents: list[bytes]) -> None:
    parsed = core.SequenceOf.load(
        der.sequence(*map(der.octet_string, contents)), spec=core.OctetString
    )
    assert [item.native for item in parsed] == contents


@given(st.binary(max_size=300), st.integers(0, 7))
def test_a_length_has_the_fewest_bytes_at_every_border(content: bytes, more: int) -> None:
    for size in (0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000):
        padded = (content + bytes(size + 7))[: size - 3 + more]
        assert der.octet_string(padded) == core.OctetString(padded).dump()


class _Names(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


@given(st.lists(st.lists(st.integers(0, 2**20), min_size=1, max_size=6), max_size=6))
def test_a_sequence_of_names_equals_asn1crypto(names: list[list[int]]) -> None:
    dotted = [".".join(map(str, (1, 2, *rest))) for rest in names]
    ours = der.sequence(*map(der.object_identifier, dotted))
    assert ours == _Names([core.ObjectIdentifier(each) for each in dotted]).dump(force=True)


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=5), st.randoms())
def test_a_set_does_not_depend_on_the_order_it_was_given(
    contents: list[bytes], any_: Random
) -> None:
    shuffled = list(contents)
    any_.shuffle(shuffled)
    first, second = (der.set_of(map(der.octet_string, each)) for each in (contents, shuffled))
    assert first == second


@given(st.sampled_from([0x30, 0x31, 0xA0, 0xA1, 0x04]), st.binary(max_size=600))
def test_what_is_written_is_read_back_to_its_end(tag: int, content: bytes) -> None:
    written = der.encode(tag, content)
    found = der.whole(written, tag)
    assert (found.end, written[found.body : found.end]) == (len(written), content)
