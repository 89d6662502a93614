"""What was sent and what came, as a report may show it: short, and without a secret."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 8
"""Exchanges kept of one case."""
_BODY = 1500
"""Bytes of a body that are shown."""
_HEADERS = re.compile(
    r"(?im)^(authorization|proxy-authorization|cookie|set-cookie|x-secretkey|secretdonvi"
    r"|xroadvnpt-(?:hash-header|secret|token)):.*$"
)
_TOKENS = re.compile(r"(?is)(<(?:[\w.-]+:)?token\b[^>]*>)[^<]*")
_MEMBERS = re.compile(r'(?i)("(?:access_)?(?:token|secret|password)"\s*:\s*")[^"]*')
HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request and its answer, as text."""

    sent: str
    came: str
    seconds: float


class Trace:
    """The exchanges of one case; *secrets* never appear in it, in any form that is known."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._secrets = sorted(
            {form for secret in secrets if secret for form in _forms(secret)}, key=len, reverse=True
        )
        self.exchanges: list[Exchanged] = []
        self.count = 0

    def note(self, sent: bytes, came: bytes, seconds: float) -> None:
        """Enter an exchange; heads and bodies as they were on the wire."""
        self.count += 1
        if len(self.exchanges) < MOST:
            self.exchanges.append(
                Exchanged(self._shown(sent), self._shown(came), round(seconds, 4))
            )

    def clear(self) -> None:
        """Begin anew."""
        self.exchanges, self.count = [], 0

    def redacted(self, text: str) -> str:
        """Return *text* without what must not be shown."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _HEADERS.sub(rf"\1: {HIDDEN}", text)
        return _MEMBERS.sub(rf"\1{HIDDEN}", _TOKENS.sub(rf"\1{HIDDEN}", text))

    def _shown(self, data: bytes) -> str:
        head, _, body = data.partition(b"\r\n\r\n")
        # a cut in the middle of a secret would show its beginning: hide first
        text = self.redacted(head[:16384].decode("utf-8", "replace").replace("\r\n", "\n"))
        shown = self.redacted(body[: _BODY * 4].decode("utf-8", "replace"))[:_BODY]
        more = f"\n… {len(body)} bytes" if len(body) > _BODY else ""
        return f"{text}\n\n{shown}{more}" if body else text


def _forms(secret: str) -> set[str]:
    """Return *secret* as it may stand somewhere; in base64 at each of three places."""
    octets = secret.encode()
    forms = {secret}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + octets).decode()
        # without the signs that the neighbours share
        inside = encoded[2 * bool(shift) + bool(shift) :].rstrip("=")[:-1]
        if len(inside) >= 8:
            forms.add(inside)
    return forms
