"""What came after the leader's signature: the prefix that was signed, and what was filled in."""

from signing.growth import Filling, growth


def test_the_leader_signed_a_prefix_and_the_clerk_filled_three_fields(
    signed: bytes, sealed: bytes
) -> None:
    grown = growth(sealed)
    assert grown is not None
    assert sealed[: grown.end] == signed
    assert grown.field == "ChuKyLanhDao"
    assert grown.signed_later == ("DauCoQuan",)
    assert grown.filled == (
        Filling("SoVanBan", "Số văn bản", "", "123"),
        Filling("Ngay", "Ngày ban hành", "", "22"),
        Filling("Thang", "Tháng ban hành", "", "11"),
    )


def test_nothing_came_after_a_signature_that_is_the_last(signed: bytes) -> None:
    grown = growth(signed)
    assert grown is not None
    assert (grown.end, grown.filled, grown.signed_later) == (len(signed), (), ())


def test_a_file_of_which_nothing_can_be_said_has_none(draft: bytes, sealed: bytes) -> None:
    for pdf in (b"", draft, sealed[: len(sealed) // 2], b"%PDF-1.7\n%%EOF", sealed[1000:]):
        assert growth(pdf) is None


def test_no_cut_of_a_signed_file_makes_it_raise(sealed: bytes) -> None:
    for end in range(0, len(sealed), len(sealed) // 60):
        growth(sealed[:end] + b"\nstartxref\n0\n%%EOF")


def test_fields_that_contain_themselves_end(sealed: bytes) -> None:
    name = b"/T (SoVanBan)"
    looped = sealed.replace(name, b"/Kids[1 0 R]" + name[12:], 1)
    growth(looped)
