"""What an installation lacks: keys, roots, agencies; said before a document waits for them."""

import shutil
from datetime import datetime

from documents import directory
from documents.database import Database
from documents.errors import OfficeError
from signing.keys import ensure_valid
from workflows.jobs import Bench
from workflows.settings import Settings
from workflows.worker_health import LITTLE_SPACE


def lacking(settings: Settings, database: Database, at: datetime) -> list[str]:
    """Return what keeps the installation from issuing or verifying at *at*, a sentence each."""
    with database.reading() as session:
        agencies = directory.served(session)
        people = directory.people(session, [agency.organ_id for agency in agencies])
    found = []
    if not agencies:
        found.append("Chưa có cơ quan nào / no agency is served: congvan init --organisation")
    bench = Bench(settings)
    stems = [*(agency.seal_key for agency in agencies), *(person.signing_key for person in people)]
    for stem in dict.fromkeys(filter(None, stems)):
        try:
            ensure_valid(bench.key(stem), at)
            bench.stamp(stem)
        except OfficeError as error:
            found.append(str(error))
    blobs = settings.at(settings.blobs)
    if blobs.exists() and (free := shutil.disk_usage(blobs).free) < LITTLE_SPACE:
        found.append(f"Ổ đĩa của kho tệp sắp đầy / the blobs' disk is nearly full: {free >> 20} MB")
    try:
        bench.trust()
    except OfficeError as error:
        found.append(str(error))
    return found
