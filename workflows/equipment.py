"""What an installation lacks: keys, roots, agencies; said before a document waits for them."""

import shutil
from datetime import datetime

from documents import directory
from documents.database import Database
from documents.errors import OfficeError
from documents.signature_request import Service
from signing import keyring, standing
from signing.keys import ensure_valid
from signing.policy import built_in
from signing.trust import TrustStore
from workflows.deferred_keys import DeferredKey, known_identity
from workflows.jobs import Bench
from workflows.settings import Settings
from workflows.worker_health import LITTLE_SPACE


def lacking(settings: Settings, database: Database, at: datetime) -> list[str]:
    """Return what keeps the installation from issuing or verifying at *at*, a sentence each."""
    with database.reading() as session:
        agencies = directory.served(session)
        people = directory.people(session, [agency.organ_id for agency in agencies], at)
    found = []
    if not agencies:
        found.append("Chưa có cơ quan nào / no agency is served: congvan init --organisation")
    bench = Bench(settings)
    trust, distrust = _trust(bench)
    stems = [*(agency.seal_key for agency in agencies), *(person.signing_key for person in people)]
    for stem in dict.fromkeys(filter(None, stems)):
        try:
            _ensure_usable(bench, stem, trust, at)
        except OfficeError as error:
            found.append(str(error))
    blobs = settings.at(settings.blobs)
    if blobs.exists() and (free := shutil.disk_usage(blobs).free) < LITTLE_SPACE:
        found.append(f"Ổ đĩa của kho tệp sắp đầy / the blobs' disk is nearly full: {free >> 20} MB")
    if trust is None:
        found.append(distrust)
    elif (behind := standing.ahead(trust, at)) > built_in().clock_tolerance:
        found.append(
            "Đồng hồ của máy chậm hơn danh sách thu hồi / "
            f"this machine's clock is behind a revocation list: {behind}"
        )
    return found


def _trust(bench: Bench) -> tuple[TrustStore | None, str]:
    """Return the installation's roots and lists, or why they cannot be read."""
    try:
        return bench.trust(), ""
    except OfficeError as error:
        return None, str(error)


def _ensure_usable(bench: Bench, stem: str, trust: TrustStore | None, at: datetime) -> None:
    """Return if the key *stem* can sign at *at*, as far as that can be known here.

    Raises:
        OfficeError: it cannot.
    """
    bench.stamp(stem)
    folder = bench.settings.at(bench.settings.keys)
    if keyring.described(folder, stem).here:
        holder = bench.key(stem)
        ensure_valid(holder, at)
        if trust is not None:  # said once, not of each key
            standing.ensure_unrevoked(holder, trust, at)
    elif (key := DeferredKey.of(folder, stem)) is None:
        bench.key(stem)
    elif key.kind is not Service.REMOTE:  # of a remote key the service is asked for its certificate
        known_identity(key, at)
