"""What the owner of an account changes: the password, the second factor, the language.

Who changes a way to log in proves the present one once more: a machine left open is not enough.
Each change gives a new session and ends the others.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import account_factor, account_password, accounts, web_sessions
from documents.account_seal import Seal
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.posts import acting
from documents.tables import AccountRow
from documents.web_sessions import Visit


class PasswordWrong(Refused):
    """The present password is not right."""

    code = "account.password_wrong"
    vietnamese = "Mật khẩu hiện tại không đúng"
    english = "the present password is not right"
    remedy = "Nhập lại mật khẩu đang dùng / enter the password you use now"


class PasswordSame(Refused):
    """The new password is the old one."""

    code = "account.password_same"
    vietnamese = "Mật khẩu mới trùng mật khẩu đang dùng"
    english = "the new password is the one you use"
    remedy = "Chọn mật khẩu khác / choose another"


def change_password(session: Session, here: Visit, new: str, at: datetime) -> None:
    """Keep a new password of the visitor, whose present one was proved; other sessions end.

    Raises:
        PasswordWeak: it does not do.
        PasswordSame: it is the present one.
    """
    account = session.get_one(AccountRow, here.account_id)
    account_password.ensure_strong(new, account.username)
    if account_password.matches(account.password_hash, new):
        raise PasswordSame()
    account.password_hash = account_password.hashed(new)
    account.must_change = False
    web_sessions.revoke_all(session, account.id, at, but=here.session_id)
    accounts.note(session, account, "account_password_changed", actor(session, here, at), at)


def confirm_factor(session: Session, seal: Seal, here: Visit, code: str, at: datetime) -> list[str]:
    """Let the second factor count that is being set up; return the words of recovery.

    Raises:
        FactorMissing: nothing is being set up.
        CodeWrong: the code is not its own.
    """
    account = session.get_one(AccountRow, here.account_id)
    words = account_factor.confirm(session, seal, account, code, at)
    web_sessions.revoke_all(session, account.id, at, but=here.session_id)
    accounts.note(session, account, "account_factor_on", actor(session, here, at), at)
    return words


def choose_language(session: Session, here: Visit, language: str) -> None:
    """Keep the language of the account's pages; one we do not have changes nothing."""
    if language in accounts.LANGUAGES:
        session.get_one(AccountRow, here.account_id).language = language


def actor(session: Session, here: Visit, at: datetime) -> Actor:
    """Return the visitor as the ledger names them, in their main post.

    Raises:
        PostEnded, PostNotBegun: they have none today.
    """
    return acting(session, here.organ_id, here.person_id, frozenset(Role), at).actor
