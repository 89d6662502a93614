"""Accounts of people at the desk and their sessions; a person's rights are their posts'."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class AccountRow(Base):
    """Who may log in, and how; one account may stand for the same human in several agencies."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    """Folded: lower case, NFC."""
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """argon2id; empty where only the provider of identities is asked."""
    must_change: Mapped[bool] = mapped_column(default=False)
    """The password was given by somebody else."""
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed with the installation's key; None until a second factor is set up."""
    totp_step: Mapped[int | None]
    """The last time step whose code was taken: none counts twice (RFC 6238, section 5.2)."""
    oidc_issuer: Mapped[str] = mapped_column(String(255), default="")
    oidc_subject: Mapped[str] = mapped_column(String(255), default="", index=True)
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A secret shown to its owner, sealed; it counts from the first right code on."""
    recovery: Mapped[list[str] | None]
    """SHA-256 of each word of recovery that was not used yet."""
    disabled_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(5), default="vi")
    created_at: Mapped[datetime]


class LoginAttemptRow(Base):
    """Logins to a name that failed, whether an account has it or not: nobody learns which do."""

    __tablename__ = "login_attempt"

    username_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    """In a row: wrong passwords, wrong codes."""
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class AccountPersonRow(Base):
    """Whom in an agency an account stands for."""

    __tablename__ = "account_person"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class WebSessionRow(Base):
    """A browser that is logged in; the cookie has the token, this its digest."""

    __tablename__ = "web_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    """In whose name it works now."""
    csrf: Mapped[str] = mapped_column(String(64))
    factors: Mapped[str] = mapped_column(String(40))
    """How they proved themselves: `pwd`, `otp`, `oidc` (RFC 8176), with spaces between."""
    client: Mapped[str] = mapped_column(String(200))
    """Address and browser, as the list of sessions shows them."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
