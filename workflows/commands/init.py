"""`congvan init`: set up a world."""

import argparse
from pathlib import Path

from workflows import installation
from workflows.commands.console import console


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("init", help="tạo hệ thống mới / set up a new world")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="coquan", help="tên bản cài đặt / installation's name")
    parser.add_argument(
        "--organisation", type=Path, metavar="FILE.json", help="cơ quan, nhân sự / agencies, people"
    )
    parser.add_argument("--demo", action="store_true", help="dựng tỉnh Sơn Hải / the demo's world")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the folder with its databases, keys' folders and settings."""
    if arguments.demo:
        world = installation.make_demo_world(arguments.folder)
    else:
        path = arguments.organisation
        organisation = installation.read_organisation(path) if path else None
        world = installation.make_world(arguments.folder, [arguments.name])
        if organisation:
            installation.enter_organisation(world, organisation)
    console.print(f"Đã tạo / made: {world.folder}", soft_wrap=True)
    console.print(f"Chạy / serve:  congvan up --data '{world.folder}'", soft_wrap=True)
    return 0
