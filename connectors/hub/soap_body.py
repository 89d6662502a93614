"""A SOAP request's body on its way in, and the fault when this side breaks, of two faces."""

import logging
import secrets
from typing import Protocol

from starlette.requests import Request

from connectors.hub import lack
from connectors.soap.blob import too_large
from connectors.soap.fault import Blame, Detail, SoapFault

BODY_SECONDS = 300.0
"""A request that has not come in whole by then is dropped."""
_log = logging.getLogger(__name__)


class Feeding(Protocol):
    """What takes the body in."""

    size_limit: int
    """Bytes of the whole message."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, or raise SoapFault."""


async def take_in(
    request: Request, intake: Feeding, refused: SoapFault | None = None
) -> SoapFault | None:
    """Feed the body to *intake*; return why it is refused, *refused* if that is known before.

    Only after the last byte, or the answer is not heard.
    """
    announced = request.headers.get("content-length", "0")
    if refused is None and announced.isdigit() and int(announced) > intake.size_limit:
        refused = too_large(f"{announced} bytes, at most {intake.size_limit}")
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if refused is None:
            try:
                intake.feed(chunk)
            except SoapFault as fault:
                refused = fault
        elif received > 2 * intake.size_limit:
            break
    return refused


def broken(error: Exception) -> SoapFault:
    """Say nothing of what broke inside: the log has it, under the number the caller gets."""
    if lack.passing(error):
        return SoapFault(
            Blame.SERVER, lack.WORDS, Detail(lack.CODE, retryable=True, description=lack.WORDS)
        )
    number = secrets.token_hex(4)
    _log.error("internal error %s", number, exc_info=error)
    return SoapFault(Blame.SERVER, f"internal error {number}")
