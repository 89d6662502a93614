"""The DER writer writes what asn1crypto writes."""

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
