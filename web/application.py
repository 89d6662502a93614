"""The web application of one installation: the desk, and where programs and token tools call."""

from pathlib import Path

from fastapi import FastAPI, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web import faults, readiness, vgca
from web.api.interface import PREFIX, create_api
from web.pages import ROUTERS
from web.protection import Protection
from web.upload import OVERHEAD, Patience
from workflows.office import Office

STATIC = Path(__file__).parent / "static"


def create_app(office: Office, patience: Patience | None = None) -> FastAPI:
    """Return the application on *office*; it shows no documentation of its routes."""
    app = FastAPI(title="congvan", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office = office
    faults.install(app)
    app.include_router(vgca.router(office, patience))
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.add_api_route("/healthz", _healthy, methods=["GET"], response_class=Response)
    app.add_api_route("/readyz", readiness.ready, methods=["GET"], response_class=Response)
    app.mount(PREFIX, create_api(office))
    app.mount("/static", _Static(directory=STATIC), name="static")
    settings = office.settings
    app.add_middleware(
        Protection,
        public_url=settings.public_url,
        largest=settings.largest_files + OVERHEAD,
        tool=(settings.token_tool,),
        failed=faults.broken,
        # the token tool's own patience ends first: it tells its user why
        pause=2 * (patience or Patience()).pause,
    )
    return app


def _healthy() -> Response:
    return Response("ok", media_type="text/plain")


class _Static(StaticFiles):
    """Files of ours; what is asked for by its content's digest, or lies under a version, stays."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = b"v=" in scope["query_string"] or path.startswith("vendor/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if lasting else "no-cache"
        )
        return response
