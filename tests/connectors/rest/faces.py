"""Stand-ins for three provincial faces over the hub's store (axis.md §11.1, §11.2, §12.2).

Written from the facts, not from our profiles: paths, members and quirks stand here a second time,
so that a client that reads only what it wrote itself is noticed.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from connectors.axis import AgencyEntry
from connectors.edoc.memory import Memory
from connectors.hub.faults import Fault, Faults, set_faults
from connectors.hub.server import listening
from connectors.hub.store import HubStore
from connectors.rest.client import RestAxis
from connectors.rest.credentials import Credentials
from connectors.rest.profile import Profile, read_profile
from tests.connectors.rest.bkav import Bkav
from tests.connectors.rest.langson import LangSon
from tests.connectors.rest.quangnam import QuangNam
from tests.connectors.rest.stand_in import Face

FACES = {"langson": LangSon, "quangnam": QuangNam, "bkav": Bkav}
_SECRETS = {
    "langson": ("username", "password", "application_code", "secret_key"),
    "quangnam": ("consumer_key", "consumer_secret", "secret_unit"),
    "bkav": ("edoc_token",),
}
SYSTEM = "00.99.W00"


@dataclass(frozen=True)
class RunningFace:
    """A stand-in on a loopback socket."""

    url: str
    face: Face

    def faults(self, *faults: Fault) -> None:
        set_faults(self.face.store.folder, faults)


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve *app*; give its address."""
    listener = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


@contextmanager
def running_face(
    name: str, folder: Path, agencies: list[AgencyEntry], max_size: int = 30 << 20
) -> Iterator[RunningFace]:
    store = HubStore(folder, max_size=max_size)
    store.put_agencies(agencies)
    secret = {each: secrets.token_hex(12) for each in _SECRETS[name]}
    face = Face(store, Faults(folder), secret)
    try:
        with running(Starlette(routes=FACES[name](face).routes())) as url:
            yield RunningFace(url, face)
    finally:
        store.close()


def rest_client(
    running: RunningFace, name: str, memory: Path, profile: Profile | None = None, **more: Any
) -> RestAxis:
    """Return our client of the stand-in, by the built-in profile *name* or another one."""
    told = {"system_id": SYSTEM, "domain": "H99", **running.face.secret}
    found = profile or read_profile(Path(name), memory.parent)
    return RestAxis(running.url, found, Credentials(told), Memory(memory), **more)
