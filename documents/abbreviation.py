"""What a notation abbreviates: agencies, units, fields, state titles; pure rules.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3 (law.md N-05 to N-07).
"""

import re
import unicodedata
from enum import StrEnum

from documents.errors import Refused

LONGEST = 30
"""Characters: no abbreviation is longer than the notation that it is part of."""
_FORM = re.compile(r"[^\W_][^\W_.&]*(?:[.&][^\W_.&]+)*")


class Thing(StrEnum):
    """What is abbreviated."""

    AGENCY = "agency"
    """cơ quan, tổ chức: UBND, SNV."""
    UNIT = "unit"
    """đơn vị soạn thảo: VP, TCCB."""
    FIELD = "field"
    """lĩnh vực: VX, KT."""
    TITLE = "title"
    """chức danh nhà nước that issues in place of an agency: TTg (N-07)."""


class AbbreviationInvalid(Refused):
    """Letters and digits without spaces; a hyphen or a slash would part the notation there."""

    code = "abbreviation.invalid"
    vietnamese = "«{0}» không phải chữ viết tắt"
    english = "«{0}» is not an abbreviation"
    remedy = "1 đến 30 chữ cái, chữ số, không dấu cách, «-», «/» / 1 to 30 letters or digits"


def check_abbreviation(text: str) -> str:
    """Return *text* in NFC.

    Raises:
        AbbreviationInvalid: it has other characters than letters and digits, or too many.
    """
    clean = unicodedata.normalize("NFC", text.strip())
    if len(clean) > LONGEST or not _FORM.fullmatch(clean):
        raise AbbreviationInvalid(text[:LONGEST])
    return clean
