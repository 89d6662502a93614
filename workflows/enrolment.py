"""An installation's credential at its world's own hub: who it is to the axis, for which agencies.

Source: axis.md §10.1: a system calls the axis by its id and its secret. The hub of a world asks
for one as the national axis does; the secret is made with the installation and stays in a file.
"""

import secrets
from pathlib import Path

from connectors.hub.systems import Systems
from documents import directory
from workflows.cabinet import open_cabinet
from workflows.settings import AXIS_SECRET, Settings, written_secret
from workflows.world import World


def credential(home: Path) -> dict[str, str]:
    """Return the `[axis]` settings of an installation in *home*; its secret is made if missing."""
    file = home / AXIS_SECRET
    if not file.exists():
        written_secret(file, secrets.token_urlsafe(32))
    return {"system_id": home.name, "secret": str(AXIS_SECRET)}


def enrol(world: World) -> None:
    """Register the installations at the world's hub, each for the agencies it serves now.

    A running hub heeds it from the next call on; an installation that serves nobody, or calls
    an axis elsewhere, is left out.
    """
    if world.hub_port is None:
        return
    systems = Systems(world.folder / "hub" / "systems")
    for home in world.homes:
        settings = Settings.load(home)
        if settings.axis.url or settings.axis.secret is None:
            continue
        cabinet = open_cabinet(home)
        with cabinet.database.reading() as session:
            agencies = frozenset(agency.organ_id for agency in directory.served(session))
        cabinet.database.close()
        if agencies:
            secret = settings.at(settings.axis.secret).read_text("utf-8").strip()
            systems.add(settings.axis.system_id, agencies, secret)
