"""Errors as people and programs see them: a page, a part of one, or a problem (RFC 9457)."""

import json
import logging
import secrets
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from documents.errors import (
    EvidenceBroken,
    OfficeError,
    OutcomeUnknown,
    Refused,
    StepRefused,
    Unavailable,
)
from web.rendering import page, plain_page
from web.visitor import CHANGE, FormStale, LoginNeeded, PasswordChangeNeeded, visitor_of

_log = logging.getLogger("congvan.web")


class PageMissing(Refused):
    """No page, document or file of this agency has this address."""

    code = "web.missing"
    vietnamese = "Không tìm thấy"
    english = "there is nothing here"
    remedy = "Về bàn làm việc / go back to the desk"


class OurFault(Unavailable):
    """Something went wrong on our side; the log has it under the same number."""

    code = "web.our_fault"
    vietnamese = "Hệ thống gặp lỗi, mã sự cố {0}; chưa chắc thao tác vừa rồi đã được lưu"
    english = "something went wrong here, incident {0}; the last step may not have been saved"
    remedy = "Tải lại trang để xem trạng thái thật / reload the page to see what holds"


class InputRefused(Refused):
    """A value is not of the kind that its field wants."""

    code = "web.input_refused"
    vietnamese = "Ô «{0}» không hợp lệ"
    english = "the field «{0}» is not valid"
    remedy = "Sửa ô đó rồi gửi lại / mend the field and send it again"


def install(app: FastAPI) -> None:
    """Let *app* answer errors so."""
    app.add_exception_handler(LoginNeeded, _login)
    app.add_exception_handler(PasswordChangeNeeded, _change)
    app.add_exception_handler(OfficeError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def status_of(error: OfficeError) -> int:
    """Return the HTTP status that fits an error of ours."""
    last = error.code.rpartition(".")[2]
    if isinstance(error, FormStale) or last in {"right_missing", "denied", "not_allowed"}:
        return HTTPStatus.FORBIDDEN
    if last in {"missing", "unknown"} and not isinstance(error, OutcomeUnknown):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, (StepRefused, EvidenceBroken, OutcomeUnknown)):
        return HTTPStatus.CONFLICT
    if isinstance(error, Unavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.UNPROCESSABLE_ENTITY


async def _login(request: Request, error: Exception) -> Response:
    target = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        target += f"?{request.url.query}"
    url = f"/login?next={quote(target, safe='')}"
    if request.headers.get("HX-Request") == "true":
        if _safe(request):
            return Response(status_code=401, headers={"HX-Redirect": url})
        # the page stays as it is, with what was typed in it, and says so; a new tab logs in
        return await run_in_threadpool(
            plain_page, request, "fault_part.html", status=401, fault=_SessionOver()
        )
    if _safe(request) and "text/html" in request.headers.get("accept", "text/html"):
        return RedirectResponse(url, 303)
    return await _shown(request, _SessionOver(), HTTPStatus.UNAUTHORIZED)


async def _change(request: Request, error: Exception) -> Response:
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": CHANGE})
    return RedirectResponse(CHANGE, 303)


class _SessionOver(Refused):
    """The session is over, or was never there."""

    code = "web.session_over"
    vietnamese = "Phiên làm việc đã hết; chưa có gì được lưu"
    english = "the session is over; nothing was saved"
    remedy = "Đăng nhập lại ở thẻ khác rồi gửi lại / log in in another tab and send it again"


def _safe(request: Request) -> bool:
    return request.method in {"GET", "HEAD"}


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, OfficeError)  # noqa: S101
    return await _shown(request, error, status_of(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await _shown(request, PageMissing(), HTTPStatus.NOT_FOUND)
    fault = InputRefused(str(error.detail)[:80])
    answer = await _shown(request, fault, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    place = error.errors()[0].get("loc", ("", "?")) if error.errors() else ("", "?")
    fault = InputRefused(".".join(str(part) for part in place[1:])[:80] or "?")
    return await _shown(request, fault, HTTPStatus.UNPROCESSABLE_ENTITY)


async def broken(request: Request, error: Exception) -> Response:
    """Answer an error that nobody meant: its number, which the log has too."""
    incident = secrets.token_hex(4)
    _log.error("incident %s at %s", incident, request.scope.get("route"), exc_info=error)
    return await _shown(request, OurFault(incident), HTTPStatus.INTERNAL_SERVER_ERROR)


async def _shown(request: Request, fault: OfficeError, status: int) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(fault, status)
    return await run_in_threadpool(_page, request, fault, status)


def _page(request: Request, fault: OfficeError, status: int) -> Response:
    try:
        here = visitor_of(request)
    except OfficeError:
        here = None
    if here is None:
        return plain_page(request, "fault_plain.html", status=status, fault=fault)
    return page(here, "fault.html", block="body", status=status, fault=fault)


def problem(fault: OfficeError, status: int) -> Response:
    """Return an error for programs: RFC 9457, with our code and both languages."""
    told = fault.as_dict()
    content = {
        "type": f"urn:congvan:{fault.code}",
        "title": told["en"],
        "status": int(status),
        "detail": told["vi"],
        "code": fault.code,
        "remedy": told["remedy"],
    }
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, status, media_type="application/problem+json")
