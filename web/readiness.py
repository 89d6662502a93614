"""Whether this installation can work: /readyz, for whoever watches it or balances load.

What is told names no path, no address and no secret. The worker is information: a desk without
one still takes what people do, and shows what waits.
"""

import json
import tempfile
from http import HTTPStatus

from fastapi import Request, Response
from sqlalchemy import text

from documents.errors import OfficeError
from workflows.office import Office
from workflows.worker_health import worker_lives

RIGHT, WRONG = "ok", "fail"


def ready(request: Request) -> Response:
    """Answer 200 if database, schema and files can be used, else 503; and which cannot."""
    office: Office = request.app.state.office
    checks = {
        "database": _answers(office),
        "schema": _current(office),
        "files": _writable(office),
    }
    well = all(checks.values())
    told = {name: RIGHT if good else WRONG for name, good in checks.items()}
    told |= {
        "status": RIGHT if well else WRONG,
        "worker": "running" if worker_lives(office.settings.home) else "stopped",
    }
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(json.dumps(told), status, media_type="application/json")


def _answers(office: Office) -> bool:
    try:
        with office.database.reading() as session:
            session.execute(text("SELECT 1"))
    except OfficeError:
        return False
    return True


def _current(office: Office) -> bool:
    try:
        return office.database.is_current()
    except OfficeError:
        return False


def _writable(office: Office) -> bool:
    settings = office.settings
    try:
        with tempfile.TemporaryFile(dir=settings.at(settings.blobs)) as probe:
            probe.write(b"congvan")
    except OSError:
        return False
    return True
