"""The web service of an installation whose leader signs with the token tool, on a real socket."""

from tests.web.desk import desk, desks, house  # noqa: F401
from tests.workflows.fixtures import forkserver, make_sqlite, offices_closed  # noqa: F401
