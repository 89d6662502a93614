"""The house keeps its shape: rooms, names, sizes, locks, and what the README says of it."""

import ast
import importlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from documents.lifecycle import Direction, diagram

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
LONGEST = 400
"""Lines of a file."""


def tracked(*patterns: str) -> list[Path]:
    """Return the repository's files; from a copy without git, what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = {ROOT / name for name in listed.stdout.decode().split("\0") if name}
        return sorted(path for path in found if path.is_file())
    wanted = patterns or ("*",)
    found = {path for room in [*ROOMS, "tests"] for p in wanted for path in (ROOT / room).rglob(p)}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def sources() -> list[Path]:
    return tracked("*.py")


def test_arrows_only_point_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "0 broken" in done.stdout


def test_no_module_is_named_like_a_room_or_like_nothing() -> None:
    names = set(ROOMS) | FORBIDDEN_NAMES
    wrong = [
        path.relative_to(ROOT)
        for path in sources()
        if path.relative_to(ROOT).parts[0] in ROOMS
        and (path.stem in names or set(path.relative_to(ROOT).parts[1:-1]) & names)
    ]
    assert wrong == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in sources()}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in sources()
        if (text := path.read_text()).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_the_rooms_of_the_wheel_are_the_rooms_that_are_checked() -> None:
    tools = PYPROJECT["tool"]
    assert set(ROOMS) == set(tools["importlinter"]["root_packages"])
    assert set(ROOMS) <= set(tools["mypy"]["packages"])
    for room in ROOMS:
        assert (ROOT / room / "__init__.py").exists()


def test_no_installed_package_has_a_name_of_a_room() -> None:
    owners = importlib.metadata.packages_distributions()
    for room in ROOMS:
        assert set(owners.get(room, [])) <= {PYPROJECT["project"]["name"]}, room


def test_a_program_elsewhere_finds_the_rooms_of_this_distribution(tmp_path: Path) -> None:
    ask = (
        "import importlib.util, json, sys;"
        "print(json.dumps({n: importlib.util.find_spec(n).origin for n in sys.argv[1:]}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", ask, *ROOMS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {name: Path(origin).resolve() for name, origin in json.loads(done.stdout).items()}
    assert found == {room: (ROOT / room / "__init__.py").resolve() for room in ROOMS}


def test_the_distribution_names_its_command() -> None:
    (command,) = [
        entry
        for entry in importlib.metadata.distribution("congvan").entry_points
        if entry.group == "console_scripts"
    ]
    assert (command.name, command.value) == ("congvan", "workflows.__main__:main")
    assert callable(command.load())


def _flows() -> list[tuple[str, str]]:
    """Return (module, function) of everything decorated as a flow."""
    found = []
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] != "workflows" or "@flow" not in path.read_text():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
                if any(isinstance(m, ast.Name) and m.id == "flow" for m in marks):
                    found.append((".".join(parts), node.name))
    return found


@pytest.mark.parametrize(("module", "name"), _flows())
def test_a_flow_is_found_by_its_module_entrypoint(module: str, name: str) -> None:
    from prefect import Flow

    flow = getattr(importlib.import_module(module), name)
    assert isinstance(flow, Flow)
    assert (flow.fn.__module__, flow.fn.__qualname__) == (module, name)
    assert flow.isasync  # a sync flow waits a second for its heartbeat thread


def test_the_flows_are_these() -> None:
    assert {name for _, name in _flows()} >= {"outgoing", "incoming", "statuses", "sweep"}


@pytest.mark.parametrize("direction", Direction)
def test_the_readme_draws_the_lifecycle_as_it_is(direction: Direction) -> None:
    readme = (ROOT / "README.md").read_text()
    drawn = re.findall(
        rf"<!-- lifecycle:{direction} -->\s*```mermaid\n(.*?)\n```\s*<!-- /lifecycle -->",
        readme,
        re.DOTALL,
    )
    assert drawn == [diagram(direction)]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_requirement_is_exact_and_has_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line.split(" # ")[0].strip() for line in text.splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    assert len(entries) > 20
    for entry in entries:
        requirement, *hashes = re.split(r"\s+--hash=", entry)
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^\s;]+(\s*;.*)?$", requirement), (
            entry
        )
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value.strip()) for value in hashes), entry


def test_what_is_locked_is_what_is_installed() -> None:
    text = (ROOT / "requirements.lock").read_text()
    pinned = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.MULTILINE))
    for name in ("prefect", "sqlalchemy", "pyhanko", "zeep", "lxml", "pikepdf"):
        assert importlib.metadata.version(name) == pinned[name], name


def test_no_secret_and_no_registry_of_someone_s_own_is_in_the_tree() -> None:
    # written in parts, so that this file is not found
    marks = ["-----BEGIN " + kind for kind in ("PRIVATE", "RSA PRIVATE", "EC PRIVATE", "ENCRYPTED")]
    marks += ["AKIA" + "[0-9A-Z]{16}", "--index" + "-url", "--extra-index" + "-url"]
    pattern = re.compile("|".join(marks).encode())
    found = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.stat().st_size < 5_000_000 and pattern.search(path.read_bytes())
    ]
    assert found == []


def test_no_key_store_and_no_database_is_in_the_tree() -> None:
    kinds = {".p12", ".pfx", ".key", ".jks", ".db", ".sqlite", ".sqlite3"}
    assert [path for path in tracked() if path.suffix in kinds] == []


def test_no_path_of_one_machine_is_in_the_tree() -> None:
    pattern = re.compile(rb"/(?:home|Users)/[a-z]+/|/" + b"work/(?:main|shared)")
    found = [
        path.relative_to(ROOT)
        for path in tracked("*.py", "*.toml", "*.md", "*.lock", "Makefile", "*.sh")
        if pattern.search(path.read_bytes())
    ]
    assert found == []
