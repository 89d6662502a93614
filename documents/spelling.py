"""When two spellings are one name: of people, posts and agencies, in print and certificates.

Print is in capitals and drops or adds spaces; certificates may lack accents; the place of a
tone (Hòa, Hoà) and the form of an accent (NFC, NFD) never count.
"""

import itertools
import re
import unicodedata
from datetime import date

from documents.document import folded

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WITHOUT_TONES = dict.fromkeys(map(ord, _TONES))
_SHORT = (("ubnd", "uybannhandan"), ("hdnd", "hoidongnhandan"), ("vp", "vanphong"))
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_NUMBERS = re.compile(r"\d{1,4}")
_WORDS = re.compile(r"[^\W_]+")
_ABOUT = re.compile(r"^\s*(?:v\s*/\s*v|v[ềe]\s+vi[ệe]c)\b[\s:]*", re.IGNORECASE)
_PARTS_OF_A_DATE = 3
_Y = str.maketrans("y", "i")  # uỷ, ủi: one sound in two letters (kỹ thuật, kĩ thuật)


def name_key(name: str) -> tuple[str, str]:
    """Return what two spellings of one name share: letters, and tones in their order.

    Spaces, case, NFC or NFD, and where the tone stands (Hòa, Hoà) do not count.
    """
    tones = "".join([mark for mark in unicodedata.normalize("NFD", name) if mark in _TONES])
    return toneless(name), tones


def toneless(text: str) -> str:
    """Return *text* without tones, white space and case."""
    letters = unicodedata.normalize("NFD", "".join(text.split()).casefold())
    return letters.translate(_WITHOUT_TONES)


def compact(text: str) -> str:
    """Return the letters and digits of *text* without accents and case."""
    return "".join(c for c in folded(text) if c.isalnum())


def same_person(one: str, other: str) -> bool:
    """Return whether two spellings are one person's name; without any accent, letters suffice."""
    if not one.strip() or not other.strip():
        return False
    if name_key(one) == name_key(other):
        return True
    return (one.isascii() or other.isascii()) and compact(one) == compact(other)


def same_agency_name(name: str, agency: str, parent: str = "") -> bool:
    """Return whether *name* is *agency*'s, perhaps with the place that *parent* ends with.

    `Sở Nội vụ tỉnh Sơn Hải` is `Sở Nội vụ` under `UBND tỉnh Sơn Hải`.
    """
    wanted, known, above = (_agency_key(text) for text in (name, agency, parent))
    if not wanted or not known:
        return False
    if wanted == known:
        return True
    tail = wanted.removeprefix(known)
    return tail != wanted and bool(above) and above.endswith(tail)


def code_key(code: str) -> str:
    """Return what two spellings of one code share: `05/QĐ-UBND`, `5 / QD – UBND`.

    Case, spaces, leading zeros, the kind of dash, and đ or d do not count.
    """
    text = unicodedata.normalize("NFC", "".join(code.split())).casefold()
    return _LEADING_ZEROS.sub("", text.translate(_DASHES).replace("đ", "d"))


def date_key(text: str) -> date | None:
    """Return the one date that *text* writes, `ngày 05 tháng 1 năm 2026` or `05/01/2026`."""
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    if len(numbers) != _PARTS_OF_A_DATE:
        return None
    day, month, year = numbers
    try:
        return date(year, month, day)
    except ValueError:
        return None


def subject_key(subject: str) -> str:
    """Return what two spellings of one subject share: letters, digits and accents in order.

    `V/v`, `Về việc`, case, marks, spaces, hyphens at line ends and the place of a tone in its
    word do not count.
    """
    text = unicodedata.normalize("NFC", " ".join(subject.split()))
    words = _WORDS.findall(_ABOUT.sub("", text).casefold())
    return "".join("".join(name_key(word)) for word in words)


def _agency_key(name: str) -> str:
    key = compact(name)
    for short, long in _SHORT:
        if key.startswith(short):
            key = long + key.removeprefix(short)
    return key.translate(_Y)


def same_position(printed: str, post: str) -> bool:
    """Return whether *printed* names *post*; a unit may follow the title, a long line precede it.

    `VỤ TRƯỞNG VỤ PHÁP CHẾ` and `VÀ MÔI TRƯỜNG VỤ TRƯỞNG` are `Vụ trưởng`; `PHÓ VỤ TRƯỞNG`
    is not.
    """
    a, b = (compact(text).translate(_Y) for text in (printed, post))
    if not a or not b or is_deputy(printed) != is_deputy(post):
        return False
    return a.startswith(b) or b.startswith(a) or a.endswith(b)


def is_deputy(position: str) -> bool:
    """Return whether a post is a deputy's: Phó …, Thứ trưởng; `khu phố` is none."""
    words = unicodedata.normalize("NFC", position).casefold().split()
    if "phó" in words or words[:1] == ["pho"]:
        return True
    plain = folded(position).split()
    return any(pair == ("thu", "truong") for pair in itertools.pairwise(plain))
