"""A folder of roots says who is trusted for what; nothing else is."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from signing.errors import TrustUnreadable
from signing.report import Indication
from signing.testpki import TestPki
from signing.trust import GroupKind, TrustStore
from signing.validation import verify


def folder(path: Path, pki: TestPki, kind: str = "government", **more: Any) -> Path:
    """Write a trust folder with the test root in one group of *kind*."""
    path.mkdir(exist_ok=True)
    root, chain = pki.roots.read_bytes(), pki.chain.read_bytes()
    (path / "root.pem").write_bytes(root)
    (path / "chain.pem").write_bytes(chain)
    listed = {"file": "root.pem", "sha256": hashlib.sha256(root).hexdigest()}
    helping = {"file": "chain.pem", "sha256": hashlib.sha256(chain).hexdigest()}
    group = {"name": "TEST", "kind": kind, "source": "made here", "files": [listed]}
    manifest = {"version": "2026-11", "groups": [group], "intermediates": [helping], **more}
    (path / "trust.json").write_text(json.dumps(manifest), "utf-8")
    return path


def test_a_folder_gives_groups_with_their_origin(
    sealed: bytes, pki: TestPki, at: datetime, tmp_path: Path
) -> None:
    path = folder(tmp_path / "trust", pki)
    for given in (path, path / "trust.json"):
        store = TrustStore.load(given, pki.crls)
        (group,) = store.groups
        assert (group.name, group.kind, group.source) == ("TEST", GroupKind.GOVERNMENT, "made here")
        report = verify(sealed, store, at=at)
        assert report.verdict is Indication.TOTAL_PASSED
        assert report.signatures[0].trust_group == "TEST"
        assert (report.trust_label, report.trust_version) == ("2026-11", store.version)


def test_roots_of_timestamping_authorities_are_not_believed_for_signatures(
    sealed: bytes, pki: TestPki, at: datetime, tmp_path: Path
) -> None:
    store = TrustStore.load(folder(tmp_path / "trust", pki, "timestamping"), pki.crls)
    report = verify(sealed, store, at=at)
    assert {s.sub_indication for s in report.signatures} == {"NO_CERTIFICATE_CHAIN_FOUND"}


def test_the_version_is_of_what_is_trusted_and_not_of_the_lists(
    pki: TestPki, tmp_path: Path
) -> None:
    path = folder(tmp_path / "trust", pki)
    one, two = TrustStore.load(path), TrustStore.load(path, pki.crls)
    assert one.version == two.version
    assert one.blob() != two.blob()
    assert TrustStore.load(folder(tmp_path / "other", pki, "agency")).version != one.version
    assert TrustStore.from_blob(two.blob()) == TrustStore.from_blob(
        TrustStore.load(path, tuple(reversed(pki.crls))).blob()
    )


def test_another_file_than_was_meant_is_refused(pki: TestPki, tmp_path: Path) -> None:
    path = folder(tmp_path / "trust", pki)
    (path / "root.pem").write_bytes(pki.chain.read_bytes())
    with pytest.raises(TrustUnreadable, match="SHA-256"):
        TrustStore.load(path)


@pytest.mark.parametrize(
    "groups",
    [
        [{"name": "x", "kind": "unheard of", "source": "", "files": []}],
        [{"name": "x", "kind": "agency", "source": "", "files": [{"file": "../x", "sha256": ""}]}],
        [{"name": "x", "kind": "agency", "source": "", "files": []}],
        {"name": "x"},
        7,
    ],
)
def test_a_wrong_manifest_is_refused(groups: Any, pki: TestPki, tmp_path: Path) -> None:
    path = folder(tmp_path / "trust", pki, groups=groups)
    with pytest.raises(TrustUnreadable):
        TrustStore.load(path)


def test_a_wrong_blob_is_refused() -> None:
    for blob in (b"", b"{}", b"[]", b'{"format":"congvan-trust/1"}'):
        with pytest.raises(TrustUnreadable):
            TrustStore.from_blob(blob)
