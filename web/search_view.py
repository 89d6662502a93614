"""A search as its page shows it: what was asked, what was found, where the words stand, facets.

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6; ux.md §3.6, §3.10. What is restricted and
not for the person is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import calendar, desk_rows, rights, search_index, search_marks
from documents.desk import Desk
from documents.desk_rows import Line
from documents.lifecycle import Direction
from documents.search import PAGE, Facet, PageInvalid, Results, Sort, search
from documents.search_marks import Piece
from documents.search_query import Filters
from documents.sieve import SOON, Due
from documents.step_words import STATES
from documents.tables import DocumentRow, SearchBodyRow
from web import list_address, wording
from web.list_address import LONGEST, Address
from workflows import search_form
from workflows.search_form import FIELDS

FIELD_NAMES = {
    **{"number": "so", "notation": "ky_hieu", "subject": "trich_yeu", "from": "tac_gia"},
    **{"to": "noi_nhan", "signer": "ten_nguoi_ky", "drafter": "ten_nguoi_soan"},
    **{"place": "dia_danh", "note": "ghi_chu", "receipt": "so_den", "dossier": "ho_so"},
    "opinion": "y_kien",
}
"""Fields of the form: as the search names them, and as the address does."""
FACET_NAMES = {
    Facet.DIRECTION: "huong",
    Facet.TYPE: "loai",
    Facet.YEAR: "nam",
    Facet.STATE: "trang_thai",
    Facet.SENDER: "noi_gui",
    Facet.UNIT: "don_vi",
    Facet.URGENCY: "khan",
}
SORTS = {
    Sort.NEWEST: "Mới nhất",
    Sort.OLDEST: "Cũ nhất",
    Sort.ARRIVAL: "Ngày đến",
    Sort.PROMULGATED: "Ngày văn bản",
    Sort.DUE: "Hạn",
    Sort.CODE: "Số, ký hiệu",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks of the search."""

    text: str
    """As typed into the box."""
    fields: Mapping[str, str]
    """By their names in the address."""
    address: Address
    years: tuple[int, ...]
    directions: tuple[str, ...]
    sort: Sort
    page: str

    @property
    def asked(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.text or self.fields or self.years or self.directions) or bool(
            self.address.pairs()
        )

    @property
    def query(self) -> str:
        """Text and fields as one query of the search."""
        return search_form.composed(
            self.text, ((name, self.fields.get(key, "")) for name, key in FIELD_NAMES.items())
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return the question as pairs of an address, without the page."""
        filters = [(k, v) for k, v in self.address.pairs() if k not in {"xep", "chieu", "so"}]
        return [
            *([("q", self.text)] if self.text else []),
            *self.fields.items(),
            *filters,
            *(("nam", str(year)) for year in self.years),
            *(("huong", each) for each in self.directions),
            *([("xep", self.sort.value)] if self.sort is not Sort.NEWEST else []),
        ]

    def without(self, name: str, value: str) -> str:
        """Return the address without one of its pairs."""
        return urlencode([pair for pair in self.pairs() if pair != (name, value)])

    def adding(self, name: str, value: str) -> str:
        """Return the address with one more pair."""
        pairs = self.pairs()
        return urlencode(pairs if (name, value) in pairs else [*pairs, (name, value)])


def read(query: str) -> Question:
    """Return what an address asks; what means nothing in it is left out."""
    pairs = [
        (name, "".join(sign for sign in said[:1000] if sign.isprintable()).strip())
        for name, said in parse_qsl(query[:LONGEST])
    ]
    single = {name: said for name, said in pairs if said}
    fields = {key: single[key][:200] for key in FIELD_NAMES.values() if single.get(key)}
    years = [said for name, said in pairs if name == "nam" and said.isascii() and said.isdigit()]
    sort = single.get("xep", "")
    address = list_address.read(
        (name, said) for name, said in pairs if name not in {"so", "xep", "so_den", "trang"}
    )
    return Question(
        single.get("q", ""),
        fields,
        address,
        tuple(int(year) for year in dict.fromkeys(years) if len(year) == 4)[:20],
        tuple(dict.fromkeys(s for n, s in pairs if n == "huong" and s in {"incoming", "outgoing"})),
        Sort(sort) if sort in set(Sort) else Sort.NEWEST,
        single.get("trang", ""),
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that was found."""

    document: DocumentRow
    subject: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    """Of its files' text, where the words are not in the subject."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, and the search with it, or without it where it is on."""

    words: str
    count: int
    href: str
    on: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The answer."""

    results: Results
    hits: tuple[Hit, ...]
    names: Mapping[str, str]
    facets: tuple[tuple[str, tuple[FacetValue, ...]], ...]
    behind: bool
    """The index has not followed everything yet."""


def found(session: Session, desk: Desk, question: Question, *, size: int = PAGE) -> Found:
    """Return a page of what was found, with facets.

    Raises:
        PageInvalid: the page is none of this search's.
        YearMissing: near deadlines are asked for, and the calendar does not know the year.
    """
    results = asked_for(session, desk, question, facets=tuple(Facet), size=size)
    rows = rights.visible(session, desk, list(results.documents), desk.at)
    wanted = search_marks.wanted(question.query)
    bodies = _bodies(session, rows)
    names = desk_rows.names_in(session, [Line(row.id, row) for row in rows])
    names |= search_form.names_of(session, results)
    return Found(
        results,
        tuple(_hit(row, wanted, bodies.get(row.id)) for row in rows),
        names,
        _facets(question, results, names),
        search_index.behind(session),
    )


def asked_for(
    session: Session,
    desk: Desk,
    question: Question,
    *,
    facets: Iterable[Facet] = (),
    size: int = PAGE,
    mark: str | None = None,
) -> Results:
    """Return what the search answers; of a page that it does not know, the first one.

    Raises:
        YearMissing: near deadlines are asked for, and the calendar does not know the year.
    """
    filters = replace(_filters(question, desk), without=rights.hidden(session, desk, desk.at))
    page = question.page if mark is None else mark
    kinds = tuple(facets)
    try:
        return search(
            session,
            [desk.organ_id],
            question.query,
            filters,
            facets=kinds,
            sort=question.sort,
            page=page,
            size=size,
        )
    except PageInvalid:
        return search(
            session,
            [desk.organ_id],
            question.query,
            filters,
            facets=kinds,
            sort=question.sort,
            size=size,
        )


def _filters(question: Question, desk: Desk) -> Filters:
    sieve = question.address.ask.sieve
    soon = sieve.due is Due.SOON
    deadline = {Due.OVERDUE: "overdue", Due.GIVEN: "given", Due.NONE: "none"}
    return Filters(
        directions=frozenset(question.directions),
        states=frozenset(question.address.ask.states),
        types=frozenset(sieve.types),
        years=frozenset(question.years),
        senders=frozenset(sieve.senders),
        units=frozenset(sieve.units),
        urgencies=frozenset(sieve.urgencies),
        signer_id=sieve.signers[0] if sieve.signers else "",
        since=sieve.since,
        until=sieve.until,
        due_since=desk.today if soon else None,
        due_until=calendar.vietnam().next_working(desk.today, SOON) if soon else None,
        deadline=deadline.get(sieve.due, "") if sieve.due else "",
        today=desk.today,
    )


def _bodies(session: Session, rows: Iterable[DocumentRow]) -> dict[str, bytes]:
    ids = [row.id for row in rows]
    wanted = select(SearchBodyRow.document_id, SearchBodyRow.body).where(
        SearchBodyRow.document_id.in_(ids),
        SearchBodyRow.body.is_not(None),
        SearchBodyRow.secret.is_(False),
    )
    return {key: body for key, body in session.execute(wanted) if body}


def _hit(row: DocumentRow, wanted: search_marks.Wanted, body: bytes | None) -> Hit:
    subject = search_marks.pieces(row.subject, wanted)
    said = {piece.text.casefold() for piece in subject if piece.marked}
    enough = len(said) >= min(len(wanted.words) + len(wanted.begins), 2)
    excerpt = () if enough else search_marks.excerpt(body, wanted)
    return Hit(row, subject, excerpt)


def _facets(
    question: Question, results: Results, names: Mapping[str, str]
) -> tuple[tuple[str, tuple[FacetValue, ...]], ...]:
    on = set(question.pairs())
    found = []
    for facet, counts in results.facets.items():
        key = FACET_NAMES[facet]
        values = []
        for each in counts[:10]:
            if not each.value:
                continue
            pair = (key, each.value)
            href = question.without(*pair) if pair in on else question.adding(*pair)
            words = _in_words(facet, each.value, names)
            values.append(FacetValue(words, each.count, href, pair in on))
        if len(values) > 1 or any(value.on for value in values):
            found.append((search_form.FACETS[facet], tuple(values)))
    return tuple(found)


def _in_words(facet: Facet, value: str, names: Mapping[str, str]) -> str:
    match facet:
        case Facet.STATE:
            return STATES.get(value, value).capitalize()
        case Facet.DIRECTION:
            return "Văn bản đến" if value == Direction.INCOMING else "Văn bản đi"
        case Facet.URGENCY:
            return wording.urgency(int(value)) if value.isdigit() else value
    return names.get(value, value)


def labels() -> tuple[tuple[str, str], ...]:
    """Return the form's fields: name in the address, words."""
    return tuple((key, FIELDS[name].capitalize()) for name, key in FIELD_NAMES.items())
