"""Handing one letter to the agency's mail server, knowing whether the server took it.

Standards: RFC 5321 (a letter is the server's with its answer to the end of DATA, 4.2.5, 6.1),
RFC 3207 (STARTTLS), RFC 8314 (TLS from the start). Before the last dot nothing was taken; after
it, without an answer, nobody knows: that is never sent again.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from documents.errors import OutcomeUnknown, Refused, Unavailable

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}$"
_START = re.compile(rb"^\.", re.MULTILINE)
_GO_AHEAD, _TAKEN = 354, 250


class MailUnavailable(Unavailable):
    """The mail server did not take the letter: it is tried again. ({0} why)."""

    code = "mail.unavailable"
    vietnamese = "Máy chủ thư chưa nhận thư: {0}"
    english = "the mail server did not take the letter: {0}"
    remedy = "Kiểm tra [mail] trong congvan.toml; hệ thống sẽ thử lại / check [mail]; tried again"


class MailRefused(Refused):
    """The mail server refuses this letter or its recipient. ({0} why)."""

    code = "mail.refused"
    vietnamese = "Máy chủ thư từ chối thư này: {0}"
    english = "the mail server refuses this letter: {0}"
    remedy = "Sửa địa chỉ: `congvan reminders address` / mend the address"


class MailOutcomeUnknown(OutcomeUnknown):
    """The letter left and no answer came. ({0} why)."""

    code = "mail.outcome_unknown"
    vietnamese = "Không rõ máy chủ thư đã nhận thư hay chưa: {0}"
    english = "it is not known whether the mail server took the letter: {0}"
    remedy = "Không gửi lại; xem thông báo trong hệ thống / not sent again: see the system"


class MailSettings(BaseModel):
    """The `[mail]` table of `congvan.toml`. Paths are relative to the installation's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    """Who logs in; empty: nobody does."""
    secret: Path | None = None
    """A file of mode 600 with the password."""
    sender: str = Field(alias="from", pattern=_ADDRESS)
    """`from`: the address that digests come from."""
    ca: Path | None = None
    """PEM of the roots of the server's certificate; else the system's own."""
    subjects: bool = False
    """Whether a letter has the subjects of documents, or only codes and deadlines."""
    seconds: float = Field(default=20.0, gt=0, le=120)
    """For one answer of the server."""
    total_seconds: float = Field(default=90.0, gt=0, le=300)
    """For the whole talk."""

    @model_validator(mode="after")
    def _password_is_guarded(self) -> Self:
        if bool(self.user) != (self.secret is not None):
            raise ValueError("user và secret đi cùng nhau / user and secret go together")
        if self.security == "none" and self.user and self.host not in LOOPBACK:
            raise ValueError("không gửi mật khẩu khi security = none / no password in the clear")
        return self


def send(settings: MailSettings, home: Path, password: str, address: str, letter: bytes) -> None:
    """Hand *letter* (RFC 5322, CRLF) to the server for *address*.

    Raises:
        MailUnavailable: the server has not taken it; it may be tried again.
        MailRefused: it will not take it.
        MailOutcomeUnknown: nobody knows.
    """
    with _talking(settings, home, password) as server:
        try:
            _expect(server.mail(settings.sender), _TAKEN)
            code, words = server.rcpt(address)
            if 500 <= code < 600:
                raise MailRefused(_said(code, words))
            _expect((code, words), _TAKEN, 251)
            _expect(server.docmd("DATA"), _GO_AHEAD)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(_why(error)) from error
        try:
            server.send(_START.sub(b"..", letter) + b".\r\n")
            code, words = server.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailOutcomeUnknown(_why(error)) from error
    if 200 <= code < 300:
        return
    if 400 <= code < 500:
        raise MailUnavailable(_said(code, words))
    if 500 <= code < 600:
        raise MailRefused(_said(code, words))
    raise MailOutcomeUnknown(_said(code, words))


@contextmanager
def _talking(settings: MailSettings, home: Path, password: str) -> Iterator[smtplib.SMTP]:
    """Give a server that knows us, until the block or the time for the whole talk ends."""
    server: smtplib.SMTP | None = None
    clock: threading.Timer | None = None
    try:
        context = ssl.create_default_context(
            cafile=str(home / settings.ca) if settings.ca else None
        )
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(timeout=settings.seconds, context=context)
        else:
            server = smtplib.SMTP(timeout=settings.seconds)
        # the name that the certificate must have; smtplib sets it only in its constructor's call
        server._host = settings.host  # type: ignore[attr-defined]
        clock = threading.Timer(settings.total_seconds, _hang_up, [server])
        clock.daemon = True
        clock.start()
        _expect(server.connect(settings.host, settings.port), 220)
        server.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            _expect(server.starttls(context=context), 220)
            server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, password)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _close(server, clock)
        raise MailUnavailable(_why(error)) from error
    except MailUnavailable:
        _close(server, clock)
        raise
    try:
        yield server
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException, ValueError):
            server.quit()
        _close(server, clock)


def _hang_up(server: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        if server.sock is not None:
            server.sock.shutdown(socket.SHUT_RDWR)


def _close(server: smtplib.SMTP | None, clock: threading.Timer | None) -> None:
    if clock is not None:
        clock.cancel()
    if server is not None:
        with contextlib.suppress(OSError):
            server.close()


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise MailUnavailable(_said(*answer))


def _said(code: int, words: bytes) -> str:
    return f"{code} {words[:200].decode('utf-8', 'replace')}"


def _why(error: Exception) -> str:
    """Return why, without what we said: a failed login must not show its words."""
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        return _said(error.smtp_code, raw if isinstance(raw, bytes) else str(raw).encode())
    return f"{type(error).__name__}: {error}"[:200]
