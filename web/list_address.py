"""What of a list is asked for, as its address says it: chips, order, page; and back into one.

Names in the address are Vietnamese without accents, so that people can read and send it on.
Whatever stands there, it is no error: what means nothing is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from documents.desk_rows import Ask
from documents.queues import Order, Queue
from documents.search_query import day_of
from documents.sieve import Due, Sieve

SIZES = (20, 50, 200)
LONGEST = 4000
"""Characters of an address that are read."""
_MANY = 30
"""Values of one chip."""
ORDERS: Mapping[str, Order] = {
    "tao": Order.CREATED,
    "den": Order.ARRIVAL,
    "ngay": Order.PROMULGATED,
    "han": Order.DUE,
    "so": Order.CODE,
    "so_den": Order.RECEIPT,
}
DUES: Mapping[str, Due] = {
    "qua": Due.OVERDUE,
    "sap": Due.SOON,
    "co": Due.GIVEN,
    "khong": Due.NONE,
}
_LISTS = ("loai", "don_vi", "nguoi_soan", "nguoi_ky", "noi_gui", "trang_thai")
_NUMBER = 9
"""Digits of a row's number."""


@dataclass(frozen=True, slots=True)
class Address:
    """A list with its chips, its order and where its page begins."""

    ask: Ask
    first: int = 1
    """Number of the page's first row."""

    def pairs(self) -> list[tuple[str, str]]:
        """Return chips and order as pairs of the address, without the page."""
        sieve, ask = self.ask.sieve, self.ask
        found = [
            *(("trang_thai", each) for each in ask.states),
            *(("loai", each) for each in sieve.types),
            *(("khan", str(each)) for each in sieve.urgencies),
            *(("don_vi", each) for each in sieve.units),
            *(("nguoi_soan", each) for each in sieve.drafters),
            *(("nguoi_ky", each) for each in sieve.signers),
            *(("noi_gui", each) for each in sieve.senders),
        ]
        if sieve.since:
            found.append(("tu_ngay", f"{sieve.since:%d/%m/%Y}"))
        if sieve.until:
            found.append(("den_ngay", f"{sieve.until:%d/%m/%Y}"))
        if sieve.due:
            found.append(("han", _key(DUES, sieve.due)))
        if sieve.code:
            found.append(("so", sieve.code))
        if ask.order:
            found.append(("xep", _key(ORDERS, ask.order)))
        if ask.ascending is not None:
            found.append(("chieu", "tang" if ask.ascending else "giam"))
        return found

    def query(self) -> str:
        """Return chips and order as an address has them."""
        return urlencode(self.pairs())

    def page_query(self, mark: str = "", first: int = 1) -> str:
        """Return the address of a page of it."""
        pairs = [*self.pairs(), ("dong", str(self.ask.size))]
        if mark:
            pairs += [("trang", mark), ("tu_so", str(first))]
        return urlencode(pairs)

    def without(self, name: str, value: str) -> str:
        """Return the address without one chip."""
        kept = [pair for pair in self.pairs() if pair != (name, value)]
        return urlencode([*kept, ("dong", str(self.ask.size))])

    def with_pair(self, name: str, value: str) -> str:
        """Return the address with one more chip."""
        pairs = self.pairs()
        if (name, value) not in pairs:
            pairs.append((name, value))
        return urlencode([*pairs, ("dong", str(self.ask.size))])

    def keys(self) -> dict[str, str]:
        """Return the order, its way and the deadline as the address names them; empty: none."""
        return {"xep": "", "chieu": "", "han": ""} | {
            name: value for name, value in self.pairs() if name in {"xep", "chieu", "han"}
        }

    def goes_by(self, queue: Queue, name: str) -> bool:
        """Return whether the list goes by the order that the address calls *name*."""
        return (self.ask.order or queue.order) is ORDERS[name]

    def ordered(self, order: str, *, ascending: bool) -> str:
        """Return the address of the same list in another order."""
        asked = replace(self.ask, order=ORDERS[order], ascending=ascending)
        return replace(self, ask=asked).page_query()


def read(pairs: Iterable[tuple[str, str]]) -> Address:
    """Return what the pairs of an address ask for."""
    several: dict[str, list[str]] = {name: [] for name in (*_LISTS, "khan")}
    single: dict[str, str] = {}
    for name, said in pairs:
        value = "".join(sign for sign in said[:200] if sign.isprintable()).strip()
        if not value:
            continue
        if name in several:
            if len(several[name]) < _MANY and value not in several[name]:
                several[name].append(value)
        else:
            single[name] = value
    sieve = Sieve(
        types=tuple(several["loai"]),
        urgencies=tuple(int(each) for each in several["khan"] if each in "01234"),
        units=tuple(several["don_vi"]),
        drafters=tuple(several["nguoi_soan"]),
        signers=tuple(several["nguoi_ky"]),
        senders=tuple(several["noi_gui"]),
        since=_day(single.get("tu_ngay", "")),
        until=_day(single.get("den_ngay", "")),
        due=DUES.get(single.get("han", "")),
        code=single.get("so", ""),
    )
    ask = Ask(
        sieve,
        tuple(several["trang_thai"]),
        ORDERS.get(single.get("xep", "")),
        {"tang": True, "giam": False}.get(single.get("chieu", "")),
        single.get("trang", ""),
        _whole(single.get("dong", ""), SIZES[1]),
    )
    if ask.size not in SIZES:
        ask = replace(ask, size=SIZES[1])
    return Address(ask, max(1, _whole(single.get("tu_so", ""), 1)))


def of_query(query: str) -> Address:
    """Return what the query of an address asks for."""
    return read(parse_qsl(query[:LONGEST], max_num_fields=None))


def _day(text: str) -> date | None:
    return day_of(text) if text else None


def _whole(text: str, otherwise: int) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= _NUMBER
    return int(text) if plain else otherwise


def _key(names: Mapping[str, object], value: object) -> str:
    return next(name for name, each in names.items() if each == value)
