"""`congvan up`: serve a world until stopped."""

import argparse
import os
from datetime import datetime
from typing import NoReturn

from documents.document import VIETNAM
from documents.errors import Refused
from workflows import demo_logins
from workflows.commands.console import add_data, console
from workflows.health import Health
from workflows.supervisor import Supervisor
from workflows.worker_health import worker_line
from workflows.world import World


class PartUnknown(Refused):
    """The world has no such process."""

    code = "world.part_unknown"
    vietnamese = "Không có tiến trình «{0}»; có: {1}"
    english = "there is no process «{0}»; there are: {1}"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("up", help="chạy hệ thống / serve until ctrl-C")
    add_data(parser)
    parser.add_argument(
        "--every",
        type=float,
        default=30,
        metavar="SECONDS",
        help="chu kỳ in tình trạng / pause between health lines",
    )
    parser.add_argument(
        "--part",
        metavar="PART",
        help="chỉ một tiến trình / one process: prefect, hub, worker-NAME, web-NAME (systemd)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Start Prefect's server, the hub and the workers; health lines until ctrl-C."""
    world = World.load(arguments.data)
    if arguments.part:
        _become(world, arguments.part)
    world = world.with_free_ports()
    urls = {"prefect": world.prefect_url}
    supervisor = Supervisor(world.folder, world.children(), urls=urls, report=_say)
    with supervisor:
        for line in demo_logins.told(world):
            console.print(line, soft_wrap=True)
        console.print(f"Sẵn sàng / ready. Prefect: {world.prefect_url}", soft_wrap=True)
        if world.hub_port:
            console.print(f"Hub (SOAP): {world.hub_url}?wsdl", soft_wrap=True)
        console.print("Dừng bằng ctrl-C / ctrl-C ends all of it")
        _watch(supervisor, world, arguments.every)
    console.print("Đã dừng / stopped")
    return 0


def _become(world: World, part: str) -> NoReturn:
    """Go on as one of the world's processes, on the ports that `world.json` names."""
    world = world.with_web_port(part.removeprefix("web-"))
    children = {child.name: child for child in world.children()}
    if part not in children:
        raise PartUnknown(part, ", ".join(children))
    child = children[part]
    os.execve(child.argv[0], list(child.argv), dict(child.env))  # noqa: S606


def _say(health: Health) -> None:
    console.print(f"{_clock()} {health.line()}", markup=False, soft_wrap=True)


def _clock() -> str:
    """Return the time of day in Vietnam, with the date: these lines are kept for days."""
    return datetime.now(VIETNAM).strftime("%d/%m %H:%M:%S")


def _watch(supervisor: Supervisor, world: World, every: float) -> None:
    """Print a line for each process now and then, and what each worker last did."""
    while not supervisor.wait(every):
        for health in supervisor.health():
            _say(health)
        for home in world.homes:
            console.print(worker_line(home), markup=False, soft_wrap=True)
