"""The application under /api/v1, with its description at /api/v1/openapi.json (OpenAPI 3.1)."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.api import deeds, finding, handing_in, ioc, papers, problems, work
from web.api.client import BURST, RATE
from web.pace import Pace
from workflows.office import Office

PREFIX = "/api/v1"
_ABOUT = "Văn bản đi, đến của một cơ quan, cho hệ thống khác / an agency's documents, for programs."
_ROUTERS = (
    *(papers.router, handing_in.router, deeds.router),
    *(work.router, finding.router, ioc.router),
)


def create_api(office: Office, pace: Pace | None = None) -> FastAPI:
    """Return the interface on *office*; it shows no page, only its description.

    Args:
        office: what it works on.
        pace: how often one token may ask; ours without.
    """
    api = FastAPI(
        title="congvan",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    api.state.office = office
    api.state.pace = pace or Pace(RATE, BURST)
    problems.install(api)
    for router in _ROUTERS:
        api.include_router(router, responses=dict(problems.TOLD))
    api.openapi = lambda: _described(api)  # type: ignore[method-assign]
    return api


def _described(api: FastAPI) -> dict[str, Any]:
    """Return the description; errors are problems (RFC 9457), not plain JSON."""
    if api.openapi_schema is None:
        described = get_openapi(
            title=api.title, version=api.version, description=_ABOUT, routes=api.routes
        )
        for path in described["paths"].values():
            for operation in path.values():
                for status, told in operation["responses"].items():
                    if status >= "400" and "application/json" in told.get("content", {}):
                        schema = told["content"].pop("application/json")
                        told["content"]["application/problem+json"] = schema
        described["servers"] = [{"url": PREFIX}]
        api.openapi_schema = described
    return api.openapi_schema
