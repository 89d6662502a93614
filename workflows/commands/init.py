"""`congvan init`: set up a world, or enter agencies and people into one."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from workflows import demo_logins, equipment, installation
from workflows.cabinet import cabinets
from workflows.commands.console import console
from workflows.installation import Wishes
from workflows.organisation import enter_organisation, read_organisation
from workflows.world import FILE_NAME, World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("init", help="tạo hệ thống mới / set up a new world")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="coquan", help="tên bản cài đặt / installation's name")
    parser.add_argument(
        "--organisation",
        type=Path,
        metavar="FILE.json",
        help="cơ quan, nhân sự; cập nhật nếu đã có / agencies, people; updates a world that exists",
    )
    parser.add_argument("--database", default="", metavar="URL", help="postgresql+psycopg://…")
    parser.add_argument("--database-password", type=Path, metavar="FILE", help="0600")
    parser.add_argument("--blobs", type=Path, metavar="FOLDER", help="kho tệp / the blob folder")
    parser.add_argument("--axis", default="", metavar="URL", help="trục ở nơi khác / not our hub")
    parser.add_argument("--trust", type=Path, metavar="ROOTS.pem", help="gốc tin cậy / roots")
    parser.add_argument("--crl", type=Path, action="append", default=[], metavar="FILE.crl")
    parser.add_argument("--demo", action="store_true", help="dựng tỉnh Sơn Hải / the demo's world")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the folder with its databases, keys' folders and settings; say what it lacks."""
    if arguments.demo:
        world = installation.make_demo_world(arguments.folder)
        demo_logins.give_logins(world)
    else:
        path = arguments.organisation
        organisation = read_organisation(path) if path else None
        if organisation and (arguments.folder / FILE_NAME).exists():
            world = World.load(arguments.folder)
        else:
            world = installation.make_world(arguments.folder, [arguments.name], _wishes(arguments))
        if organisation:
            enter_organisation(world, organisation)
    console.print(f"Hệ thống / world: {world.folder}", soft_wrap=True)
    _say_lacking(world)
    for line in demo_logins.told(world):
        console.print(line, soft_wrap=True)
    console.print(f"Chạy / serve:  congvan up --data '{world.folder}'", soft_wrap=True)
    return 0


def _wishes(arguments: argparse.Namespace) -> Wishes:
    return Wishes(
        database=arguments.database,
        database_password=arguments.database_password,
        blobs=arguments.blobs,
        axis=arguments.axis,
        trust=arguments.trust,
        crls=tuple(arguments.crl),
    )


def _say_lacking(world: World) -> None:
    with cabinets(world.homes) as opened:
        for name, cabinet in opened.items():
            for lack in equipment.lacking(cabinet.settings, cabinet.database, datetime.now(UTC)):
                console.print(f"  ! {name}: {lack}", markup=False, soft_wrap=True)
