"""`congvan phrases`: stock phrases, abbreviations and presets of those who direct.

Practice: ux.md §1.4, §3.5, §5.4.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from documents import phrases, presets, staff
from documents.assignee import Share
from documents.numbering import local_day
from documents.phrase import KIND_NAMES, USUAL, PhraseKind
from documents.presets import Preset, Shown
from documents.task import PART_NAMES, TaskPart
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.commands.desk import cabinet_of

USAGE = """\
congvan phrases list --by WHO --agency ORGANID
       congvan phrases add opinion|return WORDS --by WHO --agency ORGANID [--shared]
       congvan phrases add abbreviation WORDS --short LETTERS --by WHO …
       congvan phrases preset NAME --lead UNIT|PERSON [--cooperate …] [--inform …] [--days N]
               [--opinion WORDS] --by WHO --agency ORGANID [--shared]
       congvan phrases drop ID --by WHO --agency ORGANID"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser(
        "phrases", usage=USAGE, help="câu mẫu, gõ tắt, gửi nhanh / phrases, presets"
    )
    actions = parser.add_subparsers(required=True, metavar="list|add|preset|drop")
    _finish(actions.add_parser("list", help="xem / list"), listed)
    adding = actions.add_parser("add", help="lưu câu mẫu / keep a phrase")
    adding.add_argument("kind", choices=[kind.value for kind in PhraseKind])
    adding.add_argument("words", help="câu mẫu / the phrase")
    adding.add_argument("--short", default="", metavar="LETTERS", help="chữ gõ tắt")
    adding.add_argument("--shared", action="store_true", help="dùng chung / the agency's")
    _finish(adding, added)
    preset = actions.add_parser("preset", help="lưu mẫu gửi nhanh / keep a preset")
    preset.add_argument("name")
    preset.add_argument("--lead", default="", metavar="UNIT|PERSON", help="chủ trì")
    for name, told in (("cooperate", "phối hợp"), ("inform", "nhận để biết")):
        preset.add_argument(f"--{name}", nargs="+", default=[], metavar="UNIT|PERSON", help=told)
    preset.add_argument("--days", type=int, default=None, help="ngày làm việc / working days")
    preset.add_argument("--opinion", default="", help="ý kiến kèm theo / its opinion")
    preset.add_argument("--shared", action="store_true", help="dùng chung / the agency's")
    _finish(preset, set_up)
    dropping = actions.add_parser("drop", help="bỏ / forget")
    dropping.add_argument("id", metavar="ID")
    _finish(dropping, dropped)


def _finish(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--by", required=True, metavar="WHO", help="mã hoặc họ tên / id or name")
    parser.add_argument("--agency", required=True, metavar="ORGANID", help="cơ quan / agency")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


@contextmanager
def _writing(arguments: argparse.Namespace) -> Iterator[tuple[Session, datetime]]:
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        yield session, at


def listed(arguments: argparse.Namespace) -> int:
    """Show what the person may use."""
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        person = staff.person_row(session, arguments.agency, arguments.by, at)
        rows = phrases.kept(session, arguments.agency, person.id)
        ready = presets.offered(session, arguments.agency, person.id, local_day(at))
        words = [
            {"id": row.id, "kind": row.kind, "short": row.short, "words": row.words}
            | {"shared": row.owner_id is None}
            for row in rows
        ]
    if arguments.json:
        usual = {kind.value: list(each) for kind, each in USUAL.items()}
        print_json({"phrases": words, "presets": [_facts(each) for each in ready], "usual": usual})
        return 0
    print_table(
        "Câu mẫu / phrases",
        ("Mã", "Loại", "Gõ tắt", "Nội dung", "Dùng chung"),
        [
            (row["id"], KIND_NAMES[str(row["kind"])], row["short"], row["words"], row["shared"])
            for row in words
        ],
    )
    print_table(
        "Gửi nhanh / presets",
        ("Mã", "Tên", "Dùng chung", "Nơi nhận", "Ngày làm việc", "Ý kiến"),
        [
            (each.id, each.name, each.shared, "; ".join(_told(each)), each.days, each.opinion)
            for each in ready
        ],
    )
    return 0


def _told(preset: Shown) -> list[str]:
    return [f"{PART_NAMES[part]}: {name}" for part, _, name in preset.people]


def _facts(preset: Shown) -> dict[str, object]:
    return {
        "id": preset.id,
        "name": preset.name,
        "shared": preset.shared,
        "to": _told(preset),
        "days": preset.days,
        "opinion": preset.opinion,
        "gone": list(preset.gone),
    }


def added(arguments: argparse.Namespace) -> int:
    """Keep a phrase."""
    with _writing(arguments) as (session, at):
        made = phrases.keep(
            session,
            arguments.agency,
            PhraseKind(arguments.kind),
            arguments.words,
            arguments.by,
            at,
            short=arguments.short,
            shared=arguments.shared,
        )
    return _said(arguments, made)


def set_up(arguments: argparse.Namespace) -> int:
    """Keep a preset."""
    parts = (
        (TaskPart.LEAD, [arguments.lead] if arguments.lead else []),
        (TaskPart.COOPERATE, arguments.cooperate),
        (TaskPart.INFORM, arguments.inform),
    )
    shares = tuple(Share(name, part) for part, names in parts for name in names)
    wanted = Preset(arguments.name, shares, arguments.days, arguments.opinion)
    with _writing(arguments) as (session, at):
        made = presets.keep(
            session, arguments.agency, wanted, arguments.by, at, shared=arguments.shared
        )
    return _said(arguments, made)


def dropped(arguments: argparse.Namespace) -> int:
    """Forget a phrase or a preset."""
    with _writing(arguments) as (session, at):
        try:
            presets.drop(session, arguments.agency, arguments.id, arguments.by, at)
        except phrases.PhraseUnknown:
            phrases.drop(session, arguments.agency, arguments.id, arguments.by, at)
    return _said(arguments, arguments.id)


def _said(arguments: argparse.Namespace, made: str) -> int:
    if arguments.json:
        print_json({"id": made})
    else:
        console.print(f"Đã ghi nhận / recorded: {made}")
    return 0
