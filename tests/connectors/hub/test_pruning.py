"""What the hub forgets, what it never forgets, and an older folder brought up to date."""

import hashlib
import io
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import AgencyEntry, MessageKind, PacketState, Receipt
from connectors.errors import NotFound
from connectors.hub.blobs import ORPHAN_SECONDS
from connectors.hub.entering import IN_ROW
from connectors.hub.errors import StoreTooNew
from connectors.hub.message import Posting
from connectors.hub.pruning import WINDOW
from connectors.hub.store import HubStore

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LARGE = b"\0" * (IN_ROW + 1)


@pytest.fixture
def store(tmp_path: Path, agencies: list[AgencyEntry]) -> Iterator[HubStore]:
    opened = HubStore(tmp_path, clock=lambda: NOW)
    opened.put_agencies(agencies)
    yield opened
    opened.close()


def enter(store: HubStore, message_id: str, content: bytes, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "kind": MessageKind.EDOC,
        "sender": "H99",
        "recipients": ("H99.01",),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "content": io.BytesIO(content),
    }
    (answer,) = store.accept([Posting(**(fields | changes))])
    assert isinstance(answer, Receipt)
    return answer.axis_id


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "contents").rglob("*") if path.is_file()]


def test_a_content_goes_only_when_no_message_holds_it_any_more(
    store: HubStore, tmp_path: Path
) -> None:
    first, second = enter(store, "a", LARGE), enter(store, "b", LARGE)
    assert len(files(tmp_path)) == 1
    later = NOW + WINDOW + timedelta(days=1)
    sha256 = hashlib.sha256(LARGE).hexdigest()
    store.confirm("H99.01", [(first, sha256)])
    assert store.prune(later) == 1
    assert len(files(tmp_path)) == 1
    store.fetch("H99.01", [second])
    store.confirm("H99.01", [(second, sha256)])
    assert store.prune(later) == 1
    assert files(tmp_path) == []
    for axis_id in (first, second):
        with pytest.raises(NotFound):
            store.own_content("H99", axis_id)
    assert [track.state for track in store.sent(["H99"])] == [PacketState.DONE] * 2


def test_what_was_never_confirmed_is_kept_however_old(store: HubStore) -> None:
    axis_id = enter(store, "a", b"x")
    assert store.prune(NOW + timedelta(days=4000)) == 0
    (stored,) = store.fetch("H99.01", [axis_id])
    assert stored.content == b"x"


def test_nothing_settled_is_forgotten_within_thirty_days(store: HubStore) -> None:
    axis_id = enter(store, "a", b"x")
    store.reject("H99.01", axis_id, "hỏng")
    assert store.prune(NOW + timedelta(days=30)) == 0
    assert store.own_content("H99", axis_id).content == b"x"


def test_a_file_that_a_killed_process_left_is_swept_and_another_is_not(
    store: HubStore, tmp_path: Path
) -> None:
    held = enter(store, "a", LARGE)
    orphan = tmp_path / "contents" / "ab" / ("ab" * 32)
    orphan.parent.mkdir()
    orphan.write_bytes(b"left")
    unfinished = orphan.with_name(".new-1")
    unfinished.write_bytes(b"half")
    past = time.time() - 2 * ORPHAN_SECONDS
    for path in files(tmp_path):
        os.utime(path, (past, past))
    store.prune(NOW)
    assert [path.name for path in files(tmp_path)] == [hashlib.sha256(LARGE).hexdigest()]
    store.fetch("H99.01", [held])


def test_a_content_pruned_while_the_same_one_comes_in_is_written_again(
    store: HubStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = enter(store, "a", LARGE)
    sha256 = hashlib.sha256(LARGE).hexdigest()
    store.confirm("H99.01", [(first, sha256)])
    run = store._writer.run

    def pruned_before(job: Any, **how: Any) -> Any:
        monkeypatch.setattr(store._writer, "run", run)
        assert store.prune(NOW + WINDOW + timedelta(days=1)) == 1
        assert files(tmp_path) == []
        return run(job, **how)

    monkeypatch.setattr(store._writer, "run", pruned_before)
    second = enter(store, "b", LARGE)
    (stored,) = store.fetch("H99.01", [second])
    assert isinstance(stored.content, Path)
    assert stored.content.read_bytes() == LARGE


FIRST_TABLES = """
CREATE TABLE agencies (organ_id TEXT PRIMARY KEY, old_organ_id TEXT NOT NULL, name TEXT NOT NULL,
    parent TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (seq INTEGER PRIMARY KEY, axis_id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL,
    message_id TEXT NOT NULL, kind TEXT NOT NULL, urgency INTEGER NOT NULL,
    document_id TEXT NOT NULL, status_code TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, content BLOB, accepted_at INTEGER NOT NULL, UNIQUE (sender, message_id));
CREATE TABLE deliveries (seq INTEGER NOT NULL REFERENCES messages, recipient TEXT NOT NULL,
    kind TEXT NOT NULL, rank INTEGER NOT NULL, fetched_at INTEGER, confirmed_at INTEGER,
    PRIMARY KEY (seq, recipient)) WITHOUT ROWID;
CREATE INDEX queue ON deliveries (recipient, kind, rank, seq) WHERE confirmed_at IS NULL;
INSERT INTO agencies VALUES ('H99', '', 'Tỉnh', ''), ('H99.01', '000.00.01.H99', 'Sở', 'H99');
INSERT INTO messages VALUES (1, 'x-1', 'H99', 'a', 'edoc', 0, '', '', 'd1', 1, x'41', 1000000),
    (2, 'x-2', 'H99', 'b', 'edoc', 3, '', '', 'd2', 99999, NULL, 2000000);
INSERT INTO deliveries VALUES (1, 'H99.01', 'edoc', 0, 3000000, 4000000),
    (1, 'H99.02', 'edoc', 0, 3000000, NULL), (2, 'H99.01', 'edoc', -3, NULL, NULL);
"""


def test_a_folder_of_the_first_release_is_brought_up_to_date(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "hub.sqlite")
    connection.executescript(FIRST_TABLES)
    connection.close()
    for _ in range(2):
        store = HubStore(tmp_path)
        told = [(t.axis_id, t.recipient, t.state) for t in store.sent(["H99"])]
        assert told == [
            ("x-1", "H99.01", PacketState.DONE),
            ("x-1", "H99.02", PacketState.PROCESSING),
            ("x-2", "H99.01", PacketState.INITIAL),
        ]
        assert store.own_content("H99", "x-1").content == b"A"
        assert [each.axis_id for each in store.pending(["000.00.01.H99"])] == ["x-2"]
        assert [change.version for change in store.agency_changes(1)] == [2]
        store.close()


def test_a_folder_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    HubStore(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "hub.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreTooNew):
        HubStore(tmp_path)


def test_changes_of_the_catalogue_are_told_once_each(store: HubStore) -> None:
    known = store.agency_changes()[-1].version
    store.put_agencies([AgencyEntry("H99", "UBND tỉnh Sơn Hải", "000.00.00.H99")])
    assert store.agency_changes(known) == []
    store.put_agencies([AgencyEntry("H99.02", "Sở Nội vụ", "000.00.02.H99", "H99")])
    store.delete_agency("000.00.01.H99")
    told = [(change.entry.organ_id, change.deleted) for change in store.agency_changes(known)]
    assert told == [("H99.02", False), ("H99.01", True)]
    assert "H99.01" not in [entry.organ_id for entry in store.agencies()]


def test_an_agency_that_gets_a_new_code_keeps_its_queue_and_its_ids(store: HubStore) -> None:
    waiting = enter(store, "a", b"x", recipients=("H99.02",))
    sent = enter(store, "b", b"y", sender="H99.02")
    store.put_agencies([AgencyEntry("H98.02", "Sở sau hợp nhất", "H99.02")])
    assert [each.recipient for each in store.pending(["H99.02"])] == ["H99.02"]
    store.delete_agency("H99.02")
    for code in ("H99.02", "H98.02"):
        (found,) = store.pending([code])
        assert (found.axis_id, found.recipient) == (waiting, "H98.02")
    assert enter(store, "b", b"y", sender="H98.02") == sent
