"""`congvan demo`: the main job on the embedded default; with `--documents` a year of letters."""

import argparse
import contextlib
import time
from collections.abc import Iterator

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from documents.delivery import DeliveryState
from documents.document import Role
from workflows import demo_desk, demo_logins, demonstration, installation
from workflows.commands import demo_year
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.demo_people import desk_of
from workflows.demonstration import Counts, Line
from workflows.supervisor import Supervisor
from workflows.world import FILE_NAME, World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("demo", help="chạy thử toàn bộ hành trình / the whole journey")
    add_data(parser)
    add_json(parser)
    demo_year.add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build the world, carry twelve letters, count; 0 only if all is well."""
    if arguments.documents is not None:
        return demo_year.run(arguments)
    quiet = arguments.json
    started = time.monotonic()
    with _progress(quiet) as progress:
        task = progress.add_task("Dựng tỉnh Sơn Hải / building the world", total=None)
        if (arguments.data / FILE_NAME).exists():
            world = World.load(arguments.data)
        else:
            world = installation.make_demo_world(arguments.data)
            demo_logins.give_logins(world)
        progress.update(task, description="Khởi động / starting Prefect, hub, workers")
        with serving(world), demonstration.offices(world) as opened:
            world = World.load(arguments.data)
            demo_desk.by_itself(opened)
            progress.update(task, description="Soạn, trình, duyệt / drafting", total=12)
            lines = demonstration.hand_in(world, opened, lambda _: progress.advance(task))
            progress.update(task, description="Ký, cấp số, đóng dấu, gửi / carrying", completed=0)
            complete = demonstration.follow(
                opened,
                lines,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
            progress.update(task, description="Xác minh / verifying")
            demonstration.collect(world, opened, lines)
            counts = demonstration.count(opened, lines)
            if complete:
                progress.update(task, description="Để lại việc cho văn thư / the clerk's queue")
                demo_desk.leave_waiting(world, opened, lines)
    well = complete and _is_well(lines, counts)
    if quiet:
        print_json(_as_dict(world, lines, counts, well))
    else:
        _show(world, lines, counts, well, time.monotonic() - started)
    return 0 if well else 1


@contextlib.contextmanager
def serving(world: World) -> Iterator[None]:
    """Have the world served: by whoever serves it already, or by a supervisor for this block."""
    if world.is_served():
        yield
        return
    world = world.with_free_ports()
    with Supervisor(world.folder, world.children(), urls={"prefect": world.prefect_url}):
        yield


def _progress(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        disable=quiet,
    )


def _is_well(lines: list[Line], counts: Counts) -> bool:
    passed = all((line.leader, line.seal) == ("TOTAL-PASSED",) * 2 for line in lines)
    return passed and counts.lost == 0 and counts.doubled == 0


def _as_dict(world: World, lines: list[Line], counts: Counts, well: bool) -> dict[str, object]:
    return {
        "ok": well,
        "counts": counts.as_dict(),
        "documents": [
            {
                "id": line.document_id,
                "code": line.code,
                "subject": line.letter.subject,
                "leader": line.leader,
                "seal": line.seal,
                "deliveries": dict(line.deliveries),
                "file": str(line.file) if line.file else None,
            }
            for line in lines
        ],
        "folder": str(world.folder),
    }


def _show(world: World, lines: list[Line], counts: Counts, well: bool, seconds: float) -> None:
    rows = [
        (
            line.letter.sender,
            line.code,
            line.letter.subject[:48],
            _mark(line.leader),
            _mark(line.seal),
            _states(line),
        )
        for line in lines
    ]
    columns = ("Cơ quan", "Số, ký hiệu", "Trích yếu", "Lãnh đạo", "Dấu", "Nơi nhận")
    print_table("Văn bản / documents", columns, rows)
    names = counts.as_dict().items()
    console.print(" / ".join(f"{name} {value}" for name, value in names))
    out, trust = world.folder / "out", world.folder / "pki" / "root.pem"
    console.print(f"\nTệp / files: {out}", soft_wrap=True)
    if lines and lines[0].file:
        file = lines[0].file
        console.print(f"Mở / open:    xdg-open '{file}'", soft_wrap=True)
        console.print(
            f"Xác minh / verify: .venv/bin/congvan verify '{file}' --trust '{trust}'",
            soft_wrap=True,
        )
    console.print(
        f"Xem / show:   .venv/bin/congvan show '{lines[0].code}' --data '{world.folder}'\n"
        f"Chạy tiếp / serve: .venv/bin/congvan up --data '{world.folder}'",
        soft_wrap=True,
    )
    for line in demo_logins.told(world):
        console.print(line, soft_wrap=True)
    waits = desk_of(demo_desk.WAITING_AT).people
    clerk = next(each.id for each in waits if each.role is Role.CLERK)
    console.print(f"Văn bản chờ vào sổ / letters to register: {clerk}", soft_wrap=True)
    console.print(f"\n{'ĐẠT / all is well' if well else 'CHƯA ĐẠT / not well'} ({seconds:.0f} s)")


def _mark(indication: str) -> str:
    return "✓" if indication == "TOTAL-PASSED" else indication or "–"


def _states(line: Line) -> str:
    states = [state for _, state in line.deliveries]
    if all(state == DeliveryState.ACCEPTED for state in states):
        return f"{len(states)} × 03 accepted"
    return ", ".join(f"{organ}: {state}" for organ, state in line.deliveries)
