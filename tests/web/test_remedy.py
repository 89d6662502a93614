"""Remedies beside pages name screens, in the page's language."""

import pytest

from web.language import translations
from web.remedy import SCREENS, remedy

BOTH = "Xem `congvan show` để biết bước tiếp theo / see `congvan show` for the next step"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Xem «trang văn bản» để biết bước tiếp theo"),
        ("en", "see «the document's page» for the next step"),
    ],
)
def test_a_command_is_said_as_the_screen_that_does_it(language: str, said: str) -> None:
    assert remedy(BOTH, language, translations(language).gettext) == said


def test_what_has_no_screen_stays_a_command_and_one_language_serves_both() -> None:
    text = "Chạy `congvan hub serve`"
    assert "hub" not in SCREENS
    assert remedy(text, "en", translations("en").gettext) == text
    assert remedy("", "vi", translations("vi").gettext) == ""
