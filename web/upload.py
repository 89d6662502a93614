"""One file out of a multipart/form-data body: bounded in size, parts and time.

Standard: RFC 7578. The body goes to a temporary file as it comes; nothing is read of a body
whose length says that it is too large, and reading stops where it grows too large or too slow.
What the sender calls the file is not looked at.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from documents.errors import Refused, Unavailable

OVERHEAD = 64 * 1024
"""Bytes of a body beside its file."""
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a sender may take (seconds)."""

    pause: float = 30.0
    """Between two pieces."""
    whole: float = 300.0


class UploadRefused(Refused):
    """The body is not one file in the field it belongs in."""

    code = "upload.refused"
    vietnamese = "Không nhận được tệp: {0}"
    english = "no file could be taken: {0}"
    remedy = "Gửi lại đúng tệp / send the right file again"


class UploadBroken(Unavailable):
    """The sender stopped in the middle; nothing was changed."""

    code = "upload.broken"
    vietnamese = "Tệp gửi lên bị đứt giữa chừng"
    english = "the upload broke off"


async def received(request: Request, field: str, largest: int, patience: Patience) -> bytes:
    """Return the content of the one file in *field*, at most *largest* bytes.

    Raises:
        UploadRefused: too large, too slow, not a form, no such file, or several.
        UploadBroken: the sender went away.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > largest + OVERHEAD:
        raise UploadRefused(f"> {largest} bytes")
    body = _bounded(request.stream(), largest + OVERHEAD, patience.pause)
    parser = MultiPartParser(
        request.headers, body, max_files=MOST_PARTS, max_fields=MOST_PARTS, max_part_size=OVERHEAD
    )
    try:
        async with asyncio.timeout(patience.whole):
            form = await parser.parse()
    except TimeoutError:
        raise UploadRefused("quá chậm / too slow") from None
    except ClientDisconnect:
        raise UploadBroken from None
    except (MultiPartException, KeyError) as fault:
        raise UploadRefused(f"multipart/form-data: {fault}"[:200]) from None
    try:
        return await _only(form, field, largest)
    finally:
        await form.close()


async def _only(form: FormData, field: str, largest: int) -> bytes:
    files = [each for name, each in form.multi_items() if name == field]
    if len(files) != 1 or not isinstance(files[0], UploadFile):
        raise UploadRefused(f"cần đúng một tệp «{field}» / there must be one file {field}")
    content = await files[0].read(largest + 1)
    if len(content) > largest:
        raise UploadRefused(f"> {largest} bytes")
    return content


async def _bounded(
    stream: AsyncIterator[bytes], largest: int, pause: float
) -> AsyncGenerator[bytes, None]:
    taken = 0
    while True:
        async with asyncio.timeout(pause):
            piece = await anext(stream, None)
        if piece is None:
            return
        taken += len(piece)
        if taken > largest:
            raise UploadRefused(f"> {largest} bytes")
        yield piece
