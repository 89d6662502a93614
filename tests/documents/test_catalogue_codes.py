"""Codes of agencies in both forms, and what else is seen on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import catalogue_codes
from documents.catalogue_codes import Form, Kind, read

group = st.text("0123456789ABCXYZ", min_size=1, max_size=4)
new_codes = st.builds(
    lambda top, groups: ".".join([top, *groups]),
    st.from_regex(r"[A-V][0-9]{2}", fullmatch=True),
    st.lists(group, max_size=6),
).filter(lambda code: len(code) <= 35)
old_codes = st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-V][0-9]{2}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "form", "level", "parent"),
    [
        ("000.00.00.H53", Form.OLD, 1, ""),
        ("000.00.01.H53", Form.OLD, 2, "000.00.00.H53"),
        ("000.01.32.H53", Form.OLD, 3, "000.00.32.H53"),
        ("001.01.32.H53", Form.OLD, 4, "000.01.32.H53"),
        ("28.22.H17", Form.OLD, 3, "00.22.H17"),
        ("H37", Form.NEW, 1, ""),
        ("H37.02.02", Form.NEW, 3, "H37.02"),
        ("H37.DN.001", Form.NEW, 3, "H37.DN"),
        ("020100107370", Form.ENTERPRISE, 1, ""),
        ("Z01.AB", Form.SCHEME, 1, ""),
        *((code, Form.EXCHANGE, 0, "") for code in ("00.53.W00", "02.29.W00", "W00")),
        *((code, Form.OTHER, 0, "") for code in ("vxp.saas.03", "001.00.20.TT2", "null", "")),
    ],
)
def test_a_code_is_read_by_its_form(code: str, form: Form, level: int, parent: str) -> None:
    found = read(code)
    assert (found.form, found.level, found.parent) == (form, level, parent)


def test_the_party_bloc_is_told_from_the_old_form() -> None:
    assert read("000.00.01.A53").party
    assert read("000.12.30.A36").party
    assert not read("000.00.01.H53").party


def test_exchange_centres_and_junk_are_told_from_agencies() -> None:
    assert read("00.22.W00").kind is Kind.EXCHANGE
    assert {read(code).form for code in ("null", "vxp.saas.03")} == {Form.OTHER}
    named = {read(code).form for code in ("H99.01", "000.00.01.H99", "020100107370")}
    assert not named & {Form.OTHER, Form.EXCHANGE}


@given(code=st.text(max_size=60))
def test_no_text_is_refused(code: str) -> None:
    assert read(code).text == code


@given(code=new_codes)
def test_the_new_form_grows_to_the_right(code: str) -> None:
    found = read(code)
    above = catalogue_codes.ancestors(code)
    assert found.form is Form.NEW
    assert len(above) == found.level - 1
    assert all(code.startswith(f"{each}.") for each in above)
    assert [read(each).level for each in above] == list(range(found.level - 1, 0, -1))


@given(code=old_codes)
def test_the_old_form_grows_to_the_left(code: str) -> None:
    found = read(code)
    above = catalogue_codes.ancestors(code)
    assert found.form is Form.OLD
    assert found.top == code[-3:]
    assert all(len(each) == len(code) and each.endswith(found.top) for each in above)
    levels = [found.level, *(read(each).level for each in above)]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 1
