"""An indexer that is killed loses nothing and enters nothing twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from documents import search_index
from documents.database import Database
from documents.tables import AgencyRow
from tests.documents.test_search import AT, ORGAN, asked, enter, found
from workflows import faultpoint, indexing
from workflows.text_reading import FilesText, ReadText

DOCUMENTS = 7
FOLLOWING = """
import sys
from documents.database import Database
from tests.workflows.test_indexing_deaths import follow
follow(Database(sys.argv[1]))
"""


class Readers:
    """Stands for the processes that read files."""

    def run(self, jobs: list[ReadText]) -> list[FilesText]:
        """Return the same text for all."""
        return [FilesText("bảo vệ môi trường", "") for _ in jobs]


def follow(database: Database) -> None:
    """Follow the ledgers, read the files, until there is nothing left."""
    here: Any = SimpleNamespace(database=database, archivists=Readers(), now=lambda: AT)
    while indexing.follow(here, 2) or indexing.read_some(here, 2):
        pass


@pytest.mark.parametrize("point", ["index.followed", "text.read"])
def test_an_indexer_that_dies_goes_on_where_it_was(point: str, tmp_path: Path) -> None:
    assert point in faultpoint.INDEXING
    url = f"sqlite:///{tmp_path / 'office.db'}"
    database = Database(url)
    database.upgrade()
    with database.writing() as session:
        session.add(AgencyRow(organ_id=ORGAN, name="Sở", served=True))
    for number in range(1, DOCUMENTS + 1):
        enter(database, number, subject="Phòng cháy", current_sha256=f"{number:064x}")
    armed = {"CONGVAN_FAULT": point, "CONGVAN_FAULT_ONCE": str(tmp_path / "fired")}
    command = [sys.executable, "-c", FOLLOWING, url]
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    died = subprocess.run(command, check=False, env={**os.environ, **path, **armed}, timeout=120)
    assert died.returncode == -signal.SIGKILL
    assert (tmp_path / "fired").read_text() == point
    follow(database)
    every = list(range(DOCUMENTS, 0, -1))
    assert found(database, "cháy") == found(database, '"vệ môi"') == every
    assert asked(database, "").total == DOCUMENTS
    with database.reading() as session:
        assert not search_index.behind(session)
        assert search_index.unread(session, 1) == []
    database.close()
