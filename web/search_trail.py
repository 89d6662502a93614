"""The next and the previous document of a search, as `trail` has them for lists.

A reference holds the question, the page of results and the place on it: the page is asked for
again. ux.md §2: next must follow the visible list, a search too.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from documents import rights
from documents.desk import Desk
from documents.search import PAGE
from documents.tables import DocumentRow
from web import search_view
from web.search_view import Hit, Question

PREFIX = "s."
PARAMETER = "tu"


def addresses(question: Question, hits: Iterable[Hit]) -> dict[str, str]:
    """Return the address of each document that was found, by its id."""
    return {hit.document.id: _address(question, hit.document) for hit in hits}


def opened(reference: str) -> Question | None:
    """Return the question of a reference; None where it is none of a search."""
    if not reference.startswith(PREFIX):
        return None
    try:
        kept = reference.removeprefix(PREFIX)
        text = urlsafe_b64decode((kept + "=" * (-len(kept) % 4)).encode("ascii")).decode("utf-8")
    except ValueError:
        return None
    return search_view.read(text)


def around(
    session: Session, desk: Desk, question: Question, document_id: str
) -> tuple[str, str, int, int] | None:
    """Return the addresses before and after a document on its page, its place, how many there are.

    None where the page has it no more. At the end of a page the next page's first one follows.
    """
    results = search_view.asked_for(session, desk, question)
    rows = rights.visible(session, desk, list(results.documents), desk.at)
    ids = [row.id for row in rows]
    if document_id not in ids:
        return None
    place = ids.index(document_id)
    before = _address(question, rows[place - 1]) if place else ""
    after = _address(question, rows[place + 1]) if place + 1 < len(rows) else ""
    if not after and results.next:
        further = search_view.asked_for(session, desk, question, mark=results.next, size=PAGE)
        seen = rights.visible(session, desk, list(further.documents), desk.at)
        pairs = [*question.pairs(), ("trang", results.next)]
        after = _address(search_view.read(urlencode(pairs)), seen[0]) if seen else ""
    return before, after, place + 1, len(rows)


def _address(question: Question, row: DocumentRow) -> str:
    return f"/documents/{row.id}?{PARAMETER}={_reference(question)}"


def _reference(question: Question) -> str:
    pairs = question.pairs()
    if question.page:
        pairs.append(("trang", question.page))
    return PREFIX + urlsafe_b64encode(urlencode(pairs).encode()).decode().rstrip("=")
