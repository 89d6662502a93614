"""What the interface refuses by itself, and how every error of ours is told: RFC 9457 problems."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from documents.errors import OfficeError, Refused
from documents.idempotency import KeyReused, StillRunning
from web import faults


class TokenMissing(Refused):
    """No token, or one that is over, revoked or unknown."""

    code = "api.token_missing"
    vietnamese = "Thiếu mã truy cập, hoặc mã không còn hiệu lực"
    english = "there is no token, or it is not valid any more"
    remedy = "Gửi `Authorization: Bearer …` / send that header; see `congvan token list`"


class TokenInUrl(Refused):
    """A token stands in the address, where logs and proxies keep it."""

    code = "api.token_in_url"
    vietnamese = "Không gửi mã truy cập trong địa chỉ; mã này coi như đã lộ"
    english = "a token does not belong in the address; take this one for known"
    remedy = "Thu hồi và cấp mã khác: `congvan token revoke` / revoke it and make another"


class ScopeMissing(Refused):
    """The token is not for this. ({0} the scope that is needed)."""

    code = "api.scope_missing"
    vietnamese = "Mã truy cập không có phạm vi «{0}»"
    english = "the token has not the scope «{0}»"
    remedy = "Cấp mã có phạm vi ấy: `congvan token add` / make a token with it"


class TooOften(Refused):
    """The token asks more often than it may. ({0} seconds to wait)."""

    code = "api.too_often"
    vietnamese = "Gọi quá nhanh, chờ {0} giây"
    english = "too many requests, wait {0} seconds"
    remedy = "Chờ theo Retry-After / wait as Retry-After says"


class KeyMissing(Refused):
    """A request that changes something carries no usable Idempotency-Key."""

    code = "api.key_missing"
    vietnamese = "Thiếu Idempotency-Key (1–128 ký tự ASCII)"
    english = "there is no Idempotency-Key (1 to 128 ASCII characters)"
    remedy = "Mỗi yêu cầu mới một khóa mới, gửi lại thì giữ khóa / a new key for each new request"


class MatchMissing(Refused):
    """A step is asked for without saying on which version of the document."""

    code = "api.match_missing"
    vietnamese = "Thiếu If-Match với ETag của văn bản"
    english = "there is no If-Match with the document's ETag"
    remedy = "Đọc văn bản, gửi lại ETag của nó / read the document, send its ETag back"


class DocumentMoved(Refused):
    """The document is not as the caller saw it. ({0} its state, {1} its ETag)."""

    code = "api.document_moved"
    vietnamese = "Văn bản đã thay đổi: nay ở trạng thái «{0}», ETag {1}"
    english = "the document has changed: it is {0}, ETag {1}"
    remedy = "Đọc lại văn bản rồi quyết định / read it again, then decide"


class StepElsewhere(Refused):
    """The step is not one that is taken here. ({0} the step)."""

    code = "api.step_elsewhere"
    vietnamese = "Bước «{0}» không thực hiện ở đây"
    english = "«{0}» is not taken here"
    remedy = "Phân công: /direction; nhiệm vụ: /tasks / directing and tasks have their own paths"


STATUS: dict[type[OfficeError], HTTPStatus] = {
    TokenMissing: HTTPStatus.UNAUTHORIZED,
    TokenInUrl: HTTPStatus.BAD_REQUEST,
    ScopeMissing: HTTPStatus.FORBIDDEN,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    KeyMissing: HTTPStatus.BAD_REQUEST,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    StillRunning: HTTPStatus.CONFLICT,
    MatchMissing: HTTPStatus.PRECONDITION_REQUIRED,
    DocumentMoved: HTTPStatus.PRECONDITION_FAILED,
}


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    """English."""
    status: int
    detail: str
    """Vietnamese."""
    code: str
    """Stable; decide by this one."""
    remedy: str


TOLD: dict[int | str, dict[str, Any]] = {
    status.value: {"model": Problem, "description": status.phrase}
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.PRECONDITION_REQUIRED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}
"""The errors that any operation may answer with."""


def answer(error: OfficeError) -> Response:
    """Return *error* as a problem, with the headers that belong to it."""
    response = faults.problem(error, STATUS.get(type(error), faults.status_of(error)))
    if isinstance(error, TokenMissing):
        response.headers["WWW-Authenticate"] = 'Bearer realm="congvan"'
    if isinstance(error, (TooOften, StillRunning)):
        response.headers["Retry-After"] = str(error.args[0]) if error.args else "2"
    return response


def install(api: FastAPI) -> None:
    """Let *api* answer every error as a problem; what is our fault is told and logged as ever."""
    faults.install(api)
    api.add_exception_handler(OfficeError, _told)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OfficeError)  # noqa: S101
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0] if error.errors() else {}
    place = ".".join(str(part) for part in first.get("loc", ())[1:]) or "body"
    return answer(faults.InputRefused(f"{place[:80]}: {first.get('msg', '')[:120]}"))


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.NOT_FOUND:
        return faults.problem(faults.PageMissing(), HTTPStatus.NOT_FOUND)
    response = faults.problem(faults.InputRefused(str(error.detail)[:80]), error.status_code)
    response.headers.update(error.headers or {})
    return response
