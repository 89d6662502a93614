"""Every text of the desk has its English; who chose English reads it; errors carry both."""

import io
import re
import string

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from documents.document import Role
from documents.tables import AccountRow
from tests.web.counter import Counter
from web.language import FOLDER, chosen, translations
from web.vocabulary import ROOT

_BLANK = re.compile(r"%\(\w+\)[sd]")


def _texts() -> set[str]:
    mapping = (FOLDER / "babel.cfg").read_text("utf-8")
    methods, options = parse_mapping_cfg(io.StringIO(mapping))
    found = extract_from_dir(ROOT, methods, options, directory_filter=_ours)
    return {text for _, _, text, *_ in found if isinstance(text, str)}


def _ours(folder: str) -> bool:
    name = str(folder).rsplit("/", 1)[-1]
    inside = str(folder).removeprefix(str(ROOT)).strip("/")
    return (not inside or inside.split("/")[0] == "web") and not name.startswith((".", "_"))


def _english() -> Catalog:
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_text_of_the_desk_has_its_english_with_the_same_blanks() -> None:
    english = _english()
    lacking = []
    for text in _texts():
        message = english.get(text)
        if message is None or not message.string:
            lacking.append(text)
        else:
            assert set(_BLANK.findall(text)) == set(_BLANK.findall(str(message.string))), text
    assert not lacking, f"make words, then say in English: {lacking[:20]}"


def test_no_text_breaks_where_its_blanks_are_filled_in() -> None:
    for message in _english():
        for text in (str(message.id), str(message.string)):
            assert "%" not in _BLANK.sub("", text), text
            list(string.Formatter().parse(_BLANK.sub("", text).replace("{{", "")))


def test_a_person_who_chose_english_reads_english_and_the_page_says_so(counter: Counter) -> None:
    clerk = counter.client(Role.CLERK)
    assert '<html lang="vi">' in clerk.get("/").text
    with counter.office.database.writing() as session:
        session.query(AccountRow).filter_by(username=counter.who(Role.CLERK)).update(
            {"language": "en"}
        )
    text = clerk.get("/").text
    assert '<html lang="en">' in text
    assert translations("en").gettext("Bàn làm việc") in text
    assert "Bàn làm việc" not in text


def test_a_browser_says_which_language_a_stranger_reads() -> None:
    assert chosen("en-GB,en;q=0.9,vi;q=0.5") == "en"
    assert chosen("fr,en;q=0.5") == "vi"
    assert chosen("") == "vi"
    assert chosen("\x00" * 100_000) == "vi"
