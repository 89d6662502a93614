"""The web service of an installation on a real socket: the token tool's part, and the desk."""

from tests.web.api_systems import hurried, systems, unhurried  # noqa: F401
from tests.web.counter import browser, counter, pages, workbench  # noqa: F401
from tests.web.desk import desk, desks, house  # noqa: F401
from tests.web.door import door  # noqa: F401
from tests.workflows.fixtures import forkserver, make_sqlite, offices_closed  # noqa: F401
