"""The web application of one installation: what is served, and nothing about itself."""

from fastapi import FastAPI, Response

from web import vgca
from web.upload import Patience
from workflows.office import Office


def create_app(office: Office, patience: Patience | None = None) -> FastAPI:
    """Return the application on *office*; it shows no documentation of its routes."""
    app = FastAPI(title="congvan", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(vgca.router(office, patience))
    app.add_api_route("/healthz", _healthy, methods=["GET"], response_class=Response)
    return app


def _healthy() -> Response:
    return Response("ok", media_type="text/plain")
