"""Which style a message goes out in: the axis's, or the one that all its recipients want."""

from pathlib import Path

import pytest

from connectors.access import AxisSettings
from connectors.edxml import DOTNET_SDK, JAVA_SDK, Styles, named_style, open_styles
from connectors.edxml.style import Dates
from connectors.errors import AxisSettingsInvalid

ONE = "[lang-son]\ndates = 'dd/MM/yyyy'\n"
TWO = ONE + "[tay-ninh]\nxlink = true\n"


def test_without_a_word_everything_goes_out_as_the_java_sdk_writes_it(tmp_path: Path) -> None:
    styles = open_styles(AxisSettings(), tmp_path)
    assert styles == Styles()
    assert styles.of(["H37", "G22"]) is JAVA_SDK


def test_a_partners_style_holds_for_what_is_below_it_in_both_forms_of_codes(
    tmp_path: Path,
) -> None:
    (tmp_path / "partners.toml").write_text(TWO, "utf-8")
    wanted = {"H37": "partners.toml:lang-son", "H37.02": "dotnet"}
    styles = open_styles(AxisSettings(styles=wanted), tmp_path)
    lang_son = styles.of(["H37"])
    assert lang_son.dates is Dates.DAY_FIRST
    assert styles.of(["H37.01.05"]) is styles.of(["000.00.32.H37"]) is lang_son
    assert styles.of(["H37.02.01"]) is DOTNET_SDK
    assert styles.of(["H371"]) is styles.of(["không mã"]) is JAVA_SDK


def test_recipients_of_different_wishes_get_the_axiss_style(tmp_path: Path) -> None:
    settings = AxisSettings(style="dotnet", styles={"H37": "java"})
    styles = open_styles(settings, tmp_path)
    assert styles.of(["H37", "H37.01"]) is JAVA_SDK
    assert styles.of(["H37", "G22"]) is DOTNET_SDK
    assert styles.of([]) is DOTNET_SDK


def test_a_file_with_one_table_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(ONE, "utf-8")
    assert named_style("one.toml", tmp_path) == named_style("one.toml:lang-son", tmp_path)
    assert named_style("one.toml:dotnet", tmp_path) is DOTNET_SDK


@pytest.mark.parametrize(
    "name", ["two.toml", "two.toml:ha-noi", "none.toml", "cobol", "", "two.txt:lang-son"]
)
def test_a_style_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "two.toml").write_text(TWO, "utf-8")
    (tmp_path / "two.txt").write_text(TWO, "utf-8")
    with pytest.raises(AxisSettingsInvalid):
        open_styles(AxisSettings(styles={"H37": name}), tmp_path)
