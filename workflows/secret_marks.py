"""Whether a message from the axis bears a secrecy mark: in its header, names or files.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, III.1 (box 10a); law.md §6.1. Looked at
before any of its files is kept.
"""

from collections.abc import Iterator

from connectors.edxml.incoming import Received
from documents import secrecy
from drafting.secrecy import HEAD, file_mark, may_be_marked
from schemas.edxml import Edoc


def mark_of(message: Received) -> str:
    """Return the mark that *message* bears; empty when it bears none."""
    if message.edoc is None:
        return ""
    return next(filter(None, _marks(message, message.edoc)), "")


def _marks(message: Received, letter: Edoc) -> Iterator[str]:
    yield secrecy.level(message.secrecy)
    yield secrecy.mark_in(letter.subject)
    yield secrecy.mark_in(letter.content)
    yield secrecy.mark_in(letter.code.code_notation)
    for file in message.attachments:
        yield secrecy.mark_in_name(file.name)
        yield secrecy.mark_in(file.description)
    for file in message.attachments:
        if may_be_marked(file.open().read(HEAD)):
            yield file_mark(file.read())
