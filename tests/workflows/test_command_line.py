"""Setting up, asking for help, and one whole `send` as people do it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.house import (
    MINISTRY,
    OFFICE,
    PROVINCE,
    leader_of,
    letter_of,
)
from tests.workflows.worlds import Said, call
from workflows.__main__ import COMMANDS

Congvan = Callable[..., Said]
SIGNATURE = {
    *("field", "signer", "indication", "sub_indication", "coverage", "modification"),
    *("signing_time", "reason"),
}
EDXML = {
    *("kind", "from", "to", "document_id", "code_number", "code_notation", "subject"),
    *("type_name", "promulgation_place", "promulgation_date", "signer", "business_type"),
    *("status_code", "response_for", "attachments"),
}


def organisation(path: Path, **changed: Any) -> Path:
    facts = {
        "agencies": [
            {
                "organ_id": "H99.02",
                "name": "Sở Nội vụ",
                "abbreviation": "SNV",
                "place": "Sơn Hải",
                "served": True,
                "seal_key": "snv.seal",
            },
            {"organ_id": "G98", "name": "Bộ", "abbreviation": "B", "place": "Hà Nội"},
        ],
        "people": [
            {
                "id": "snv.leader",
                "organ_id": "H99.02",
                "full_name": "Phan Vân",
                "position": "Giám đốc",
                "role": "leader",
                "signing_key": "snv.leader",
            },
        ],
    }
    path.write_text(json.dumps(facts | changed), "utf-8")
    return path


def test_init_makes_a_world_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = tmp_path / "moi", organisation(tmp_path / "nguoi.json")
    words = ("init", folder, "--name", "snv", "--organisation", file)
    assert call(capsys, *words).code == 0
    people = call(capsys, "show", "--people", "--json", "--data", folder).json
    assert [person["id"] for person in people] == ["snv.leader"]
    assert call(capsys, *words).code == 0  # entered once more
    again = call(capsys, "init", folder, "--name", "snv")
    assert (again.code, "[world.exists]" in again.err.replace("\n", "")) == (1, True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agencies": 5}, "organisation.invalid"),
        ({"agencies": [{"organ_id": "H99"}]}, "organisation.invalid"),
        ({"agencies": [5]}, "organisation.invalid"),
        (
            {
                "people": [
                    {
                        "id": "x",
                        "organ_id": "H77",
                        "full_name": "A",
                        "position": "B",
                        "role": "clerk",
                    }
                ]
            },
            "organisation.invalid",
        ),
        (
            {
                "people": [
                    {"id": "x", "organ_id": "G98", "full_name": "A", "position": "B", "role": "vua"}
                ]
            },
            "organisation.invalid",
        ),
        (
            {
                "agencies": [{"organ_id": "??", "name": "A", "abbreviation": "A", "place": "A"}],
                "people": [],
            },
            "agency.code_invalid",
        ),
    ],
)
def test_init_makes_nothing_from_a_wrong_organisation(
    changed: dict[str, Any], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / "moi", organisation(tmp_path / "nguoi.json", **changed)
    said = call(capsys, "init", folder, "--organisation", file)
    assert (said.code, f"[{code}]" in said.err.replace("\n", "")) == (1, True), said.err
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../ngoai", "Có Dấu", "", "x" * 41])
def test_init_makes_nothing_under_a_wrong_name(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "init", tmp_path / "moi", "--name", name)
    assert (said.code, "[settings.invalid]" in said.err.replace("\n", "")) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("inbox",), ("show", "x"), ("ledger", "verify")])
def test_a_folder_without_a_world_is_said_as_json(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, *words, "--json", "--data", tmp_path)
    assert (said.code, said.error) == (1, "world.missing")


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_every_command_explains_itself(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        call(capsys, *words, "--help")
    assert caught.value.code == 0
    assert "usage: congvan" in capsys.readouterr().out


def test_wrong_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        call(capsys, "send")
    assert caught.value.code == 2


@pytest.mark.parametrize("command", ["init", "demo"])
def test_a_folder_that_cannot_be_made_is_said_and_no_traceback(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tep"
    file.write_bytes(b"")
    inside = str(file / "trong")
    said = call(capsys, command, *(("--data", inside) if command == "demo" else (inside,)))
    assert said.code == 1
    assert "[path.unusable]" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_hubs_options_are_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(capsys, "hub", "serve", "--port", "nhiều", "--data", str(tmp_path))
    assert ended.value.code == 2
    assert "invalid int value: 'nhiều'" in capsys.readouterr().err


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workflows", "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


# --- one whole send -----------------------------------------------------------------------------


def run(*words: str | Path, seconds: float = 250) -> Any:
    """Run the command as people do and return its JSON."""
    command = [sys.executable, "-m", "workflows", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout


@pytest.mark.timeout(400)
def test_a_users_own_pdf_goes_the_whole_way(tmp_path: Path) -> None:
    world, draft = tmp_path / "demo", tmp_path / "du-thao.pdf"
    run("init", world, "--demo")
    draft.write_bytes(letter_of(PROVINCE).pdf)
    order = (
        "--from",
        PROVINCE,
        "--to",
        OFFICE,
        MINISTRY,
        "--signer",
        leader_of(PROVINCE).full_name,
    )
    words = ("--subject", "Về việc kiểm tra", "--type", "Quyết định", "--data", world, "--json")
    facts = run("send", draft, *order, *words)
    assert facts["ok"]
    assert facts["code"] == "01/QĐ-UBND"
    assert set(facts["deliveries"]) == {OFFICE, MINISTRY}
    assert set(facts["deliveries"].values()) <= {"arrived", "accepted"}
    rows = run("inbox", "--data", world, "--json")
    assert sorted(row["agency"] for row in rows) == sorted([OFFICE, MINISTRY])
    assert run("ledger", "verify", "--data", world, "--json")["ok"]
    (shown,) = run("show", facts["id"], "--data", world, "--json")
    sealed = Path(shown["revisions"][-1]["file"])
    (result,) = run("verify", sealed, "--data", world, "--json")
    assert result["verdict"] == "TOTAL-PASSED"
