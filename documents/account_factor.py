"""The second factor: time-based codes, and words of recovery for a lost telephone.

Standards: RFC 6238 (30 s, 6 digits, SHA-1 as every app has it; 5.2: a code counts once), RFC 4226
7.4 (one step either side for clocks). The secret lies sealed in the store.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from documents.account_seal import Seal, SealedBroken
from documents.errors import Refused
from documents.tables import AccountRow

STEP_SECONDS = 30
DRIFT = 1
"""Steps of 30 s either side."""
WORDS = 8
"""Words of recovery; each counts once."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class CodeWrong(Refused):
    """The code is not the one of this moment, or it was used."""

    code = "account.code_wrong"
    vietnamese = "Mã xác thực không đúng hoặc đã dùng"
    english = "the code is not right, or was used"
    remedy = "Nhập mã 6 số mới nhất trong ứng dụng / enter the newest six digits of your app"


class FactorMissing(Refused):
    """The account has no second factor, or none is being set up."""

    code = "account.factor_missing"
    vietnamese = "Tài khoản chưa thiết lập xác thực hai lớp"
    english = "the account has no second factor"
    remedy = "Vào Tài khoản, phần Xác thực hai lớp / set it up on the account's page"


def prepare(seal: Seal, account: AccountRow) -> str:
    """Return a fresh secret (base32) for the account to show once; it does not count yet."""
    secret = pyotp.random_base32()
    account.totp_pending = seal.shut(_purpose(account), secret.encode())
    return secret


def pending(seal: Seal, account: AccountRow) -> str:
    """Return the secret that is being set up.

    Raises:
        FactorMissing: none is.
        SealedBroken: it does not open.
    """
    return _opened(seal, account, account.totp_pending)


def address_of(secret: str, username: str, issuer: str) -> str:
    """Return the otpauth address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def confirm(
    session: Session, seal: Seal, account: AccountRow, code: str, at: datetime
) -> list[str]:
    """Let the secret count that is being set up; return the words of recovery, shown once.

    Raises:
        FactorMissing: nothing is being set up.
        CodeWrong: *code* is not the secret's.
    """
    step = _step_of(pending(seal, account), code, at)
    if step is None:
        raise CodeWrong()
    words = ["-".join(_group() for _ in range(3)) for _ in range(WORDS)]
    account.totp_secret, account.totp_pending = account.totp_pending, None
    account.totp_step = step
    account.recovery = [_digest(word) for word in words]
    session.flush()
    return words


def check(session: Session, seal: Seal, account: AccountRow, code: str, at: datetime) -> None:
    """Take a code of the app or a word of recovery; each counts once, also at the same moment.

    Raises:
        FactorMissing: the account has no second factor.
        CodeWrong: it is not right, or was used.
        SealedBroken: the secret does not open.
    """
    secret = _opened(seal, account, account.totp_secret)
    step = _step_of(secret, code, at)
    if step is None:
        _use_word(session, account, code)
        return
    taken = session.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id)
        .where(or_(AccountRow.totp_step.is_(None), AccountRow.totp_step < step))
        .values(totp_step=step)
        .returning(AccountRow.id)
        .execution_options(synchronize_session=False)
    )
    if taken.scalar() is None:
        raise CodeWrong()


def remove(account: AccountRow) -> None:
    """Take the second factor away."""
    account.totp_secret = account.totp_pending = account.totp_step = account.recovery = None


def _use_word(session: Session, account: AccountRow, word: str) -> None:
    # locks the row: two at once must not use one word twice
    session.refresh(account, with_for_update=True)
    digest = _digest(word.strip().lower()[:100])
    kept = account.recovery or []
    if not any(hmac.compare_digest(each, digest) for each in kept):
        raise CodeWrong()
    account.recovery = [each for each in kept if each != digest]
    session.flush()


def _opened(seal: Seal, account: AccountRow, sealed: bytes | None) -> str:
    if sealed is None:
        raise FactorMissing()
    secret = seal.opened(_purpose(account), sealed)
    if secret is None:
        raise SealedBroken(account.username)
    return secret.decode()


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is; all are computed, whichever fits."""
    digits = "".join(code[:20].split())
    app = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP_SECONDS
    steps = range(now - DRIFT, now + DRIFT + 1)
    typed = digits.encode("utf-8", "surrogatepass")
    fitting = [
        step for step in steps if hmac.compare_digest(app.generate_otp(step).encode(), typed)
    ]
    return max(fitting, default=None)


def _purpose(account: AccountRow) -> str:
    return f"totp {account.id}"


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
