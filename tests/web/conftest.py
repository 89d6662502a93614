"""The web service of an installation whose leader signs with the token tool, on a real socket."""

from tests.web.desk import desk, desks  # noqa: F401
from tests.workflows.conftest import *  # noqa: F403
