"""The installation's own key: seals second-factor secrets, and what waits in a browser's hands.

Standard: AES-256-GCM (NIST SP 800-38D) with a random nonce. What a seal is for is bound into it:
a secret of one account opens for no other, a ticket of the login for no other purpose.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from documents.errors import EvidenceBroken, Refused

FILE_NAME = "accounts.key"
"""In the installation's folder of keys."""
_KEY_BYTES = 32
_NONCE_BYTES = 12
LONGEST_TICKET = 4096
"""Characters; a cookie holds no more."""


class SealKeyUnusable(Refused):
    """The installation's key of accounts cannot be read, or others can read it too. ({0} why)."""

    code = "account.seal_key_unusable"
    vietnamese = "Không dùng được khóa của các tài khoản: {0}"
    english = "the key of the accounts cannot be used: {0}"
    remedy = (
        "Đặt quyền 600 cho keys/accounts.key, hoặc phục hồi từ bản sao lưu / chmod 600, restore"
    )


class SealedBroken(EvidenceBroken):
    """What was sealed for this account does not open with the installation's key."""

    code = "account.sealed_broken"
    vietnamese = "Không mở được bí mật của tài khoản «{0}»: khóa đã thay hoặc dữ liệu bị sửa"
    english = "the sealed secret of «{0}» does not open: another key, or it was changed"
    remedy = "Phục hồi keys/accounts.key, hoặc tắt xác thực hai lớp của tài khoản / restore it"


class Seal:
    """Seals and opens with one key, which no repr shows."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def shut(self, purpose: str, secret: bytes) -> bytes:
        """Return *secret* sealed for *purpose*."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, secret, purpose.encode())

    def opened(self, purpose: str, sealed: bytes) -> bytes | None:
        """Return what was sealed for *purpose*; None where it was not, or was changed."""
        try:
            return self._key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):
            return None

    def ticket(self, purpose: str, facts: Mapping[str, Any], at: datetime) -> str:
        """Return *facts* sealed as text that a browser may hold for a while."""
        text = json.dumps({**facts, "at": at.timestamp()})
        return base64.urlsafe_b64encode(self.shut(purpose, text.encode())).decode().rstrip("=")

    def read(
        self, purpose: str, ticket: str, at: datetime, longest: timedelta
    ) -> dict[str, Any] | None:
        """Return what a ticket for *purpose* says; None where it is none of ours, or too old."""
        if not ticket.isascii() or len(ticket) > LONGEST_TICKET:
            return None
        try:
            sealed = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        except (binascii.Error, ValueError):
            return None
        opened = self.opened(purpose, sealed)
        if opened is None:
            return None
        facts: dict[str, Any] = json.loads(opened)
        age = at.timestamp() - facts.pop("at")
        return facts if 0 <= age <= longest.total_seconds() else None


def seal_in(folder: Path) -> Seal:
    """Return the seal whose key lies in *folder* (mode 600); makes the key the first time.

    Raises:
        SealKeyUnusable: it cannot be read or made, or others can read it too.
    """
    path = folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise SealKeyUnusable("quyền tệp phải là 600 / its mode must be 600")
        key = binascii.unhexlify(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise SealKeyUnusable(type(error).__name__) from None
    if len(key) != _KEY_BYTES:
        raise SealKeyUnusable("sai độ dài / wrong length")
    return Seal(key)


def _make(path: Path) -> None:
    """Write a new key whole: another process sees none or all of it, and only one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(_KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
