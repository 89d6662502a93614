"""Passwords: what one must be, how it is kept, how it is compared.

Standards: RFC 9106 (argon2id; the cost is one of OWASP's equal choices), NIST SP 800-63B 5.1.1
(length before composition, common ones refused, none expires by date), RFC 8265 4.2 (NFC: what
Vietnamese keyboards type composed and decomposed is one password).
"""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from documents.errors import Refused

SHORTEST = 12
LONGEST = 200
"""Characters."""
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each comparison holds 19 MiB: a storm of logins must not take the machine's memory."""
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash(secrets.token_urlsafe(24))
"""Compared with where there is no account: the same work, and never right."""
_COMMON = frozenset(
    {
        *("password", "passw0rd", "matkhau", "congvan", "admin", "administrator", "quantri"),
        *("vanthu", "lanhdao", "chuyenvien", "qwerty", "qwertyuiop", "asdfgh", "iloveyou"),
        *("vietnam", "welcome", "letmein", "abc", "anhyeuem", "123456789", "1234567890"),
    }
)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what people confuse on paper."""


class PasswordWeak(Refused):
    """The new password does not do. ({0} why)."""

    code = "account.password_weak"
    vietnamese = "Mật khẩu mới chưa đạt: {0}"
    english = "the new password does not do: {0}"
    remedy = "Dùng một câu dài dễ nhớ / use a long phrase that you remember"


def hashed(password: str) -> str:
    """Return what is kept of a password: argon2id with its salt and cost."""
    with _AT_ONCE:
        return _HASHER.hash(_canonical(password))


def matches(kept: str, password: str) -> bool:
    """Return whether *password* is the one of which *kept* was made.

    With nothing kept, as for an unknown account, the same work is done for the answer no.
    """
    usable = len(password) <= LONGEST
    with _AT_ONCE:
        try:
            right = _HASHER.verify(kept or _NOBODYS, _canonical(password if usable else ""))
        except (VerificationError, InvalidHashError):
            return False
    return right and usable and bool(kept)


def outdated(kept: str) -> bool:
    """Return whether *kept* was made at another cost than today's."""
    return _HASHER.check_needs_rehash(kept)


def ensure_strong(password: str, username: str) -> None:
    """Check a new password.

    Raises:
        PasswordWeak: it is short, long, common, or the account's own name.
    """
    if why := _fault(unicodedata.normalize("NFC", password), username):
        raise PasswordWeak(why)


def _fault(password: str, username: str) -> str:
    folded = password.casefold()
    if len(password) < SHORTEST:
        return f"cần ít nhất {SHORTEST} ký tự / at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"nhiều nhất {LONGEST} ký tự / at most {LONGEST} characters"
    if len(set(folded)) < 5:
        return "lặp quá ít ký tự / too few different characters"
    if len(username) > 3 and username in folded:
        return "chứa tên đăng nhập / it contains the account's name"
    if _without_tail(folded) in _COMMON or folded in _COMMON:
        return "quá phổ biến / too common"
    return ""


def _without_tail(folded: str) -> str:
    """Return the password without the digits and signs that people add at both ends."""
    return folded.strip("0123456789!@#$%^&*().,-_+=? ")


def made() -> str:
    """Return a new password of 79 bits that can be read out and typed: four groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def _canonical(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
