"""The words by which an agency is found: without accents, abbreviations and their long forms.

`UBND xã Tân Phú`, `Ủy ban nhân dân xã Tân Phú` and what somebody types of either, `uy ban tan
ph`, meet in the same plain words. Names come from strangers: whatever they hold, what is
kept of them is short and plain.
"""

import re
import unicodedata
from functools import lru_cache

from documents.document import folded
from documents.errors import storable

NAME_LENGTH = 500
"""Characters of a name that are kept."""
WORD_LENGTH = 30
"""Characters of a word that count."""
PLAIN_LENGTH = 300
"""Characters of a name in plain words: what an index of PostgreSQL takes, whatever the script."""
MOST_WORDS = 60
"""Words of one name that count."""

_LONG = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "ubmttq": "uy ban mat tran to quoc",
    "mttq": "mat tran to quoc",
    "vpub": "van phong uy ban",
    "vp": "van phong",
    "tp": "thanh pho",
    "tx": "thi xa",
    "tand": "toa an nhan dan",
    "vksnd": "vien kiem sat nhan dan",
    "bhxh": "bao hiem xa hoi",
    "kbnn": "kho bac nha nuoc",
    "nhnn": "ngan hang nha nuoc",
    "ldtbxh": "lao dong thuong binh va xa hoi",
    "gddt": "giao duc va dao tao",
    "khcn": "khoa hoc va cong nghe",
    "tnmt": "tai nguyen va moi truong",
    "nnmt": "nong nghiep va moi truong",
    "vhttdl": "van hoa the thao va du lich",
    "thcs": "trung hoc co so",
    "thpt": "trung hoc pho thong",
    "ttyt": "trung tam y te",
    "dhqg": "dai hoc quoc gia",
}
"""Abbreviations that stand for one thing wherever they are written."""
_PHRASES = {short: f" {long} " for short, long in _LONG.items()}
_WORD = re.compile(r"[^\W_]+")


def plain_name(text: str) -> str:
    """Return a name as it is kept: NFC, on one line, nothing unprintable, at most 500 characters.

    What is too long is cut before it is looked at: a name of megabytes costs nothing.
    """
    text = unicodedata.normalize("NFC", storable(text[: 4 * NAME_LENGTH]))
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:NAME_LENGTH]


@lru_cache(maxsize=4096)
def _plain_word(word: str) -> str:
    return folded(word)


def _words(text: str) -> list[str]:
    """Return the words of *text* without accents, in order."""
    text = unicodedata.normalize("NFC", text[: 4 * NAME_LENGTH])
    plain = " ".join(_plain_word(word) for word in _WORD.findall(text))
    # folding may take letters apart that are several words without their marks
    return [word[:WORD_LENGTH] for word in _WORD.findall(plain)][:MOST_WORDS]


def plain(text: str) -> str:
    """Return *text* as names are compared: plain words, abbreviations written out."""
    return " ".join(_LONG.get(word, word) for word in _words(text))[:PLAIN_LENGTH].rstrip()


def typed(text: str) -> list[str]:
    """Return the words somebody typed, each the beginning of a word; at most twelve."""
    return list(dict.fromkeys(_words(text)))[:12]


def indexed(text: str) -> frozenset[str]:
    """Return every word under which the name *text* is found, short and long forms."""
    own = _words(text)
    words = {*own, *plain(text).split()}
    line = f" {plain(text)} "
    words |= {short for short, long in _PHRASES.items() if long in line}
    return frozenset(words)
