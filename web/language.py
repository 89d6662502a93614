"""The two languages of the desk: Vietnamese as it is written in the templates, English beside it.

The catalogue is gettext's (web/locale/en/LC_MESSAGES/messages.po), read by Babel; what it has no
English for is shown in Vietnamese.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("vi", "en")
FOLDER = Path(__file__).parent / "locale"


@lru_cache(maxsize=4)
def translations(language: str) -> NullTranslations:
    """Return what turns the templates' Vietnamese into *language*."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if language == "vi" or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def chosen(accepts: str) -> str:
    """Return the language for a stranger whose browser sends *accepts* (Accept-Language)."""
    first = accepts[:200].split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "vi"
