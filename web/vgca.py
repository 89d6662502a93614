"""Where the token tool (VGCA Sign Service) fetches a file and brings it back signed.

The tool has no login: the token in the URL is its right, for one document, one operation, one
person and some minutes. Its wire is connectors/vgca.py. A token that is known gets HTTP 200 and
JSON even for a refusal, since the tool shows its user only what such an answer says.
"""

import asyncio
import logging
from http import HTTPStatus
from weakref import WeakValueDictionary

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from connectors.vgca import UPLOAD_FIELD, Reply
from documents.errors import OfficeError, Unavailable
from documents.sign_session import SessionOver, SessionUnknown
from web.upload import Patience, UploadRefused, received
from workflows import sign_sessions
from workflows.office import Office
from workflows.sign_sessions import Expected

TOGETHER = 8
"""Uploads that are received and judged at the same time; only bearers of a token have any."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_log = logging.getLogger("congvan.web")


def router(office: Office, patience: Patience | None = None) -> APIRouter:
    """Return the two routes on *office*."""
    desk = _Desk(office, patience or Patience())
    made = APIRouter(prefix="/vgca", default_response_class=Response)
    made.add_api_route("/{token}/source.pdf", desk.source, methods=["GET"])
    made.add_api_route("/{token}/upload", desk.upload, methods=["POST"])
    return made


class _Desk:
    def __init__(self, office: Office, patience: Patience) -> None:
        self._office, self._patience = office, patience
        self._room = asyncio.Semaphore(TOGETHER)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def source(self, token: str) -> Response:
        """Give the very bytes that are to be signed."""
        try:
            lent = await run_in_threadpool(sign_sessions.lend, self._office, token)
        except OfficeError as error:
            return _plain(error)
        disposition = {"Content-Disposition": f'inline; filename="{lent.name}"'}
        return Response(lent.content, media_type="application/pdf", headers=HEADERS | disposition)

    async def upload(self, token: str, request: Request) -> Response:
        """Take the signed file and say in JSON whether it counts."""
        try:
            expected = await run_in_threadpool(sign_sessions.expected, self._office, token)
            return _answer(await self._brought(token, request, expected))
        except SessionUnknown as error:
            return _answer(Reply(False, str(error)), HTTPStatus.NOT_FOUND)
        except OfficeError as error:
            return _answer(Reply(False, str(error)))
        except Exception:
            _log.exception("an upload met an error of ours")  # without its address: the token
            return _answer(Reply(False, "Lỗi hệ thống, thử lại / our error, try again"))

    async def _brought(self, token: str, request: Request, expected: Expected) -> Reply:
        # one at a time in a session: a repeat of the same file gets the same answer, and
        # nobody with one token keeps the others waiting
        turn = self._turns.setdefault(expected.session_id, asyncio.Lock())
        async with turn, self._room:
            try:
                content = await received(request, UPLOAD_FIELD, expected.largest, self._patience)
            except UploadRefused as error:
                await run_in_threadpool(
                    sign_sessions.refuse_upload, self._office, expected.session_id, error
                )
                raise
            return await run_in_threadpool(sign_sessions.bring, self._office, token, content)


def _answer(reply: Reply, status: HTTPStatus = HTTPStatus.OK) -> Response:
    # of what is not taken the rest is not read either
    headers = HEADERS if reply.taken else HEADERS | {"Connection": "close"}
    return Response(reply.as_json(), status, headers, media_type="application/json")


def _plain(error: OfficeError) -> Response:
    """Return a refused download, as a browser would want it."""
    if isinstance(error, SessionUnknown):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(error, SessionOver):
        status = HTTPStatus.GONE
    elif isinstance(error, Unavailable):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Response(str(error), status, HEADERS, media_type="text/plain; charset=utf-8")
