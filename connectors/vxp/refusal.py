"""What the axis's error codes mean for whoever called (axis.md §11.1, §10.3).

10 to 23 are those of a province's axis in front of the national one. Where our own hub
answers, a header names the reason exactly: the SDK's wire has no member for it.
"""

from typing import Any
from urllib.parse import unquote

from connectors.errors import (
    AccessDenied,
    AxisRefused,
    AxisUnavailable,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from schemas.edxml.field import FORBIDDEN

OK = "0"
INVALID_FILE, WRONG_CREDENTIAL, UNKNOWN_RECIPIENT, UNKNOWN_SENDER = "10", "15", "18", "19"
SYSTEM_ERROR, PROCESSING_ERROR, WRONG_EDXML, LOCKED_RECIPIENT = "20", "21", "22", "23"
SDK_ERROR = "100"
DUPLICATE, OVERSIZED, UNKNOWN_MESSAGE = "24", "25", "26"
"""Our hub's own: the tables that are known have none for these."""

REASON = "Congvan-Reason"
"""Header of our hub's answers: the exact code of a refusal (`connectors.errors`)."""
DETAIL = "Congvan-Detail"
"""Header: what the refusal is about, percent-encoded UTF-8."""
SHA256 = "Congvan-Sha256"
"""Header: digest of the message that is given out, lowercase hex."""
DUPLICATE_OF = "Congvan-Accepted-At"
"""Header: when a message was first accepted, ISO 8601; with ` duplicate` behind for a repeat."""

_MEANINGS: dict[str, type[AxisRefused]] = {
    WRONG_CREDENTIAL: AccessDenied,
    UNKNOWN_RECIPIENT: UnknownRecipient,
    UNKNOWN_SENDER: AccessDenied,
    DUPLICATE: DuplicateDifferent,
    OVERSIZED: TooLarge,
    UNKNOWN_MESSAGE: NotFound,
}
_RETRYABLE = {SYSTEM_ERROR, SDK_ERROR}


def text_of(value: Any, most: int = 500) -> str:
    """Return a member's text; empty when it is neither text nor a number.

    JSON can name characters that neither XML nor a database holds (NUL, halves of pairs).
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return FORBIDDEN.sub(" ", str(value)[:most]).strip()


def refusal(answer: dict[str, Any], reason: str = "", detail: str = "") -> Exception | None:
    """Return what an answer's codes say went wrong, None when nothing did.

    *reason* and *detail* are our hub's headers.

    An answer with neither `status` nor `ErrorCode` is none: the caller must have looked.
    """
    code = text_of(answer.get("ErrorCode"), 40)
    failed = text_of(answer.get("status"), 10).upper() == "FAIL"
    if not failed and code in ("", OK):
        return None
    code = code if code != OK else ""
    words = text_of(answer.get("ErrorDesc")) or "?"
    if reason:
        return AxisRefused.of(reason[:80], unquote(detail)[:500] or words)
    if code in _RETRYABLE:
        return AxisUnavailable(f"{code}: {words}")
    leaf = _MEANINGS.get(code)
    return leaf(code, words) if leaf is not None else AxisRefused(code or "FAIL", words)


def code_of(refused: AxisRefused) -> str:
    """Return the wire's code for a refusal of the hub's."""
    reason = str(refused.args[0]) if refused.args else ""
    if reason == WRONG_EDXML or reason.startswith(("N.", "R.", "M.", "T.")):
        return WRONG_EDXML
    for code, leaf in _MEANINGS.items():
        if type(refused) is leaf:
            return code
    return INVALID_FILE
