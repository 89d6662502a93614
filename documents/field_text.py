"""What the text of a field may hold, and how it is measured; pure rules.

Source: law.md §1.11 (lengths count characters); Unicode Standard Annex 15 (normal forms).
Vietnamese is typed in three ways: letters made whole (NFC), letters with all their marks apart
(NFD), and whole vowels with their tone apart (Windows-1258). Each by itself is turned into NFC.
A text of two of them at once was pasted together: it looks right and is found by no search, so
it is refused at our own doors, and what arrives with it is warned of.
"""

import re
import unicodedata
from datetime import date

from documents.document import SUBJECT_LENGTH
from documents.errors import Refused, storable

NOTATION_LENGTH = 30
"""Characters of Appendix VI's and edXML's `CodeNotation`."""
EARLIEST = date(1900, 1, 1)
"""No document of a living office is older; a date before it is a slip."""
SHOWN = 60
"""Characters of what was given that a message repeats."""
MOST = 100_000
"""Characters that are looked at; a longer text is too long whatever it holds."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWEL_MARKS = "\u0302\u0306\u031b"
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ODD = re.compile("[^ -~\u00c0-\u024f\u1e00-\u1eff\t\n\r]")
"""Whether a second look is needed: most texts have Latin letters alone."""


def _whole(marks: str) -> str:
    """Return the letters of Vietnamese made whole that carry one of *marks*."""
    letters = map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    return "".join(c for c in letters if set(unicodedata.normalize("NFD", c)) & set(marks))


_FORMS = tuple(
    (re.compile(f"[{_whole(marks)}]"), re.compile(f"[{marks}]")) for marks in (_TONES, _VOWEL_MARKS)
)


class FieldRefused(Refused):
    """A field of a record cannot be as it was given; details: field, reason, what was given."""

    code = "field.refused"
    vietnamese = "Trường «{0}»: {1} (đã nhập «{2}»)"
    english = "the field «{0}»: {1} (given «{2}»)"
    remedy = "Sửa trường này rồi làm lại / mend this field and do it again"


class SubjectInvalid(Refused):
    """The subject is empty, too long, or has characters that no line of print has."""

    code = "document.subject_invalid"
    vietnamese = "Trích yếu (Subject) không hợp lệ: {0}"
    english = "the subject is not valid: {0}"
    remedy = (
        "Trích yếu từ 1 đến 500 ký tự trên một dòng; gõ lại chỗ sai thay vì dán"
        " / 1 to 500 characters; type again what was pasted"
    )


class NotationInvalid(Refused):
    """The notation cannot be part of a code."""

    code = "document.notation_invalid"
    vietnamese = "Ký hiệu «{0}» không hợp lệ"
    english = "«{0}» is not a notation"
    remedy = (
        "Tối đa 30 ký tự, không có khoảng trắng, ví dụ QĐ-UBND / at most 30 characters, no spaces"
    )


class DayRefused(Refused):
    """A day that cannot be: after today in Vietnam, or before 1900."""

    code = "field.day_refused"
    vietnamese = "Trường «{0}»: ngày {1} {2}"
    english = "the field «{0}»: the day {1} {2}"
    remedy = "Kiểm tra lại ngày, tháng, năm / check the day, month and year"


def normal(text: str) -> str:
    """Return *text* in NFC, on one line, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def mixed(text: str) -> bool:
    """Return whether *text* writes Vietnamese in two ways at once."""
    return any(whole.search(text) and apart.search(text) for whole, apart in _FORMS)


def fault(text: str) -> str:
    """Return why *text* cannot be a field's, Vietnamese first; empty when it can."""
    if len(text) > MOST:
        return f"dài {len(text)} ký tự / {len(text)} characters"
    if _ODD.search(text) is None:
        return ""
    for pattern, why in (
        (_CONTROL, "ký tự điều khiển / a control character"),
        (_TURNING, "ký tự đảo chiều chữ / a character that turns the direction of reading"),
        (_INVISIBLE, "ký tự không nhìn thấy / an invisible character"),
    ):
        if found := pattern.search(text):
            return _at(why, found.start(), found.group())
    for place, c in enumerate(text):
        if not (c.isprintable() or c.isspace()):
            return _at("mã không phải ký tự / a code that is no character", place, c)
    if mixed(text):
        return (
            "lẫn Unicode dựng sẵn và tổ hợp, hãy gõ lại hoặc chuyển mã cả đoạn"
            " / composed and decomposed letters together: type or convert it again"
        )
    return ""


def _at(why: str, place: int, character: str) -> str:
    vietnamese, _, english = why.partition(" / ")
    name = f"U+{ord(character):04X}"
    return f"{vietnamese} {name} ở vị trí {place + 1} / {english} {name} at {place + 1}"


def too_long(text: str, longest: int) -> str:
    """Return why *text*, in NFC, is too long for *longest* characters; empty when it fits."""
    size = len(text)
    if size <= longest:
        return ""
    return f"dài {size} ký tự, tối đa {longest} / {size} characters, at most {longest}"


def shortened(value: object) -> str:
    """Return what was given as a message repeats it: one line, not all of a megabyte."""
    text = normal(storable(str(value)[: SHOWN * 4])).replace(" / ", "/")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def check_text(label: str, text: str, longest: int) -> str:
    """Return *text* in NFC, with single spaces; *label* names its field to people.

    Raises:
        FieldRefused: it is longer than *longest* characters, or has some that no text has.
    """
    why = fault(text) or too_long(clean := normal(text), longest)
    if why:
        raise FieldRefused(label, why, shortened(text))
    return clean


def check_subject(subject: str) -> str:
    """Return *subject* in NFC, with single spaces.

    Raises:
        SubjectInvalid: empty, over 500 characters, with control or other impossible characters,
            or of mixed normal forms.
    """
    if why := fault(subject):
        raise SubjectInvalid(why)
    text = normal(subject)
    if not text:
        raise SubjectInvalid("đang để trống / it is empty")
    if why := too_long(text, SUBJECT_LENGTH):
        raise SubjectInvalid(why)
    return text


def check_notation(notation: str) -> str:
    """Return *notation* in NFC.

    Raises:
        NotationInvalid: empty, too long, with white space or what no text has.
    """
    text = unicodedata.normalize("NFC", notation[:MOST])
    if not 1 <= len(text) <= NOTATION_LENGTH or fault(notation) or any(map(str.isspace, text)):
        raise NotationInvalid(shortened(notation))
    return text


def check_past_day(label: str, day: date, today: date) -> date:
    """Return *day*, of promulgation or arrival, where it can be; *today* is Vietnam's.

    Raises:
        DayRefused: it is still to come, or before 1900.
    """
    if why := day_fault(day, today):
        raise DayRefused(label, f"{day:%d/%m/%Y}", why)
    return day


def day_fault(day: date, today: date) -> str:
    """Return why *day* cannot be one of promulgation or arrival; empty when it can."""
    if day > today:
        written = f"{today:%d/%m/%Y}"
        return f"sau ngày hôm nay {written} / is after today, {written}"
    return "trước năm 1900 / is before 1900" if day < EARLIEST else ""
