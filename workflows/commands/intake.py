"""`congvan intake`: what comes by scan, file or on paper; doubles, edits, envelopes.

Legal source: Decree 30/2020/ND-CP, Art. 21, 22; Appendix VI, Part I, III.1h; law.md §1.7.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    acknowledgement,
    arrival_edits,
    casefile,
    intake,
    intakes,
    joining,
    renumbering,
)
from documents.channel import Channel
from documents.numbering import local_day
from workflows.commands import intake_mode, intake_paper
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    one_line,
    print_json,
    print_table,
)
from workflows.commands.draft_ground import day_of
from workflows.commands.intake_ground import (
    Word,
    add_agency,
    add_by,
    add_document,
    add_facts,
    changed,
    desk,
    desks,
    facts,
    found_document,
    opened,
)
from workflows.intake_view import facts_of
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "intake", help="văn bản đến bằng giấy, bản quét, tệp / arrivals on paper, by scan or file"
    )
    words = parser.add_subparsers(required=True, metavar="WHAT")
    for name, said, fill, work in (*WORDS, *intake_paper.WORDS, *intake_mode.WORDS):
        word = words.add_parser(name, help=said)
        fill(word)
        add_data(word)
        add_json(word)
        word.set_defaults(run=run, work=work)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; say what became of it."""
    answer = arguments.work(arguments)
    if arguments.json:
        print_json(answer)
    elif isinstance(answer, list):
        _print_rows("", answer)
    else:
        _print(answer)
    return 0


def _print(answer: dict[str, Any]) -> None:
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _print_rows(name, value)
        elif value not in (None, [], "", {}):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            console.print(f"{name}: {one_line(shown)}", soft_wrap=True)


def _print_rows(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        console.print("không có / none")
        return
    shown = [[_cell(value) for value in row.values()] for row in rows]
    print_table(title, list(rows[0]), shown)


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _list(arguments: argparse.Namespace) -> Any:
    rows = []
    with opened(arguments) as found:
        for cabinet, organ_id in desks(found, arguments.agency):
            with cabinet.database.reading() as session:
                brought = [each.document_id for each in intakes.waiting(session, organ_id)]
                for one_id in dict.fromkeys([*brought, *intakes.awaiting(session, organ_id)]):
                    known = facts_of(session, one_id)
                    read = {one["field"]: one["value"] for one in known.get("proposals", ())}
                    rows.append(
                        {
                            "id": known["id"],
                            "agency": organ_id,
                            "state": known["state"],
                            "channel": known["channel"],
                            "file": known.get("file", ""),
                            "pages": known["pages"],
                            "read": [f"{name}={value}" for name, value in read.items()],
                            "verdict": known["verdict"],
                            "twins": [twin["id"] for twin in known["twins"]],
                            "note": known.get("note", ""),
                        }
                    )
    return rows


def _fill_scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="+", help="PDF")
    add_agency(parser, required=True)
    add_by(parser)
    channels = [str(each) for each in (Channel.SCAN, Channel.FILE, Channel.EMAIL)]
    parser.add_argument("--channel", choices=channels, default=str(Channel.SCAN))


def _scan(arguments: argparse.Namespace) -> Any:
    # pyHanko and the workshop take a second to import, and other words need none of them
    from workflows import intake as taking
    from workflows.demonstration import offices

    made = []
    with offices(World.load(arguments.data)) as found:
        office, _ = desk(found, arguments.agency)
        for path in arguments.file:
            channel = Channel(arguments.channel)
            document = taking.take_in(office, arguments.agency, path, channel, arguments.by)
            with office.database.reading() as session:
                made.append(facts_of(session, document))
    return made[0] if len(made) == 1 else made


def _fill_folder(parser: argparse.ArgumentParser) -> None:
    add_agency(parser)
    parser.add_argument("--make", action="store_true", help="tạo thư mục / make the folder")


def _folder(arguments: argparse.Namespace) -> Any:
    from workflows import reception, scan_folder
    from workflows.demonstration import offices

    rows = []
    with offices(World.load(arguments.data)) as found:
        for office, organ_id in desks(found, arguments.agency):
            if arguments.make:
                scan_folder.make(office, organ_id)
            looked = scan_folder.look(office, organ_id)
            reception.verify(office, looked.taken)
            rows.append(
                {
                    "agency": organ_id,
                    "folder": str(scan_folder.folder_of(office, organ_id)),
                    "taken": looked.taken,
                    "moved": looked.moved,
                    "left": looked.left,
                    "bad": [f"{name}: {why}" for name, why in looked.bad.items()],
                }
            )
    return rows


def _fill_register(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    add_by(parser)
    add_facts(parser)
    parser.add_argument(
        "--accept", default="", metavar="FIELDS", help="nhận đề xuất: all, code,subject,…"
    )
    parser.add_argument("--despite", default="", help="lý do vào sổ dù trùng / why though double")


def _register(arguments: argparse.Namespace) -> Any:
    said = facts(arguments)
    return changed(
        arguments,
        lambda session, one, at: intake.register_waiting(
            session,
            one,
            arguments.by,
            at,
            said,
            despite=arguments.despite,
            accept=arguments.accept,
        ),
    )


def _fill_edit(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    add_by(parser)
    add_facts(parser)
    parser.add_argument("--reason", default="", help="lý do / why")


def _edit(arguments: argparse.Namespace) -> Any:
    said = facts(arguments)
    return changed(
        arguments,
        lambda session, one, at: arrival_edits.edit(
            session, one, said, arguments.by, at, arguments.reason
        ),
    )


def _fill_same(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    parser.add_argument("other", help="văn bản đã có số đến / the one that has the number")
    add_by(parser)
    parser.add_argument(
        "--reason", default="", help="lý do nhận bản điện tử đang giữ / why it is released"
    )


def _same(arguments: argparse.Namespace) -> Any:
    by, reason = arguments.by, arguments.reason
    with opened(arguments) as found:
        _, other, organ_id = found_document(found, arguments, arguments.other)
        arguments.agency = organ_id

    def write(session: Session, one: str, at: datetime) -> None:
        if casefile.known(session, one).channel is None:
            joining.take_over(session, one, other, by, at, reason)
        else:
            joining.join(session, one, other, by, at)

    return changed(arguments, write)


def _fill_renumber(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    add_by(parser)
    parser.add_argument("--reason", required=True, help="lý do / why")


def _renumber(arguments: argparse.Namespace) -> Any:
    return changed(
        arguments,
        lambda session, one, at: renumbering.renumber(
            session, one, arguments.by, at, arguments.reason
        ),
    )


def _fill_back(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    add_by(parser)
    parser.add_argument("--reason", required=True, help="lý do / why")
    parser.add_argument("--how", default="", help="báo nơi gửi bằng cách nào / how it was told")


def _back(arguments: argparse.Namespace) -> Any:
    return changed(
        arguments,
        lambda session, one, at: joining.send_back(
            session, one, arguments.by, at, arguments.reason, arguments.how
        ),
    )


def _duplicates(arguments: argparse.Namespace) -> Any:
    with opened(arguments) as found:
        cabinet, document_id, _ = found_document(found, arguments)
        with cabinet.database.reading() as session:
            return facts_of(session, document_id)["twins"]


def _fill_late(parser: argparse.ArgumentParser) -> None:
    add_agency(parser)
    parser.add_argument("--on", default="", metavar="DD/MM/YYYY", help="ngày đến / day")


def _late(arguments: argparse.Namespace) -> Any:
    day = day_of(arguments.on) or local_day(datetime.now(UTC))
    rows = []
    with opened(arguments) as found:
        for cabinet, organ_id in desks(found, arguments.agency):
            with cabinet.database.reading() as session:
                rows += [
                    {
                        "id": late.document_id,
                        "agency": organ_id,
                        "arrived_at": late.arrived_at,
                        "sender": late.sender,
                        "code": late.code,
                        "state": late.state,
                        "lacking": list(late.lacking),
                    }
                    for late in acknowledgement.not_told(session, organ_id, day)
                ]
    return rows


WORDS: tuple[Word, ...] = (
    ("list", "chờ văn thư vào sổ / what waits for the clerk", add_agency, _list),
    ("scan", "nhận bản quét, tệp PDF / take PDFs in", _fill_scan, _scan),
    ("folder", "thư mục quét / look into the watched folder", _fill_folder, _folder),
    ("register", "vào sổ / register what was taken in", _fill_register, _register),
    ("same", "là bản giấy, bản quét của văn bản đã có / one document", _fill_same, _same),
    ("back", "trả lại, bỏ, có lý do / send back or discard", _fill_back, _back),
    ("edit", "sửa thông tin đã vào sổ / mend what is registered", _fill_edit, _edit),
    ("renumber", "hủy số đến, lấy số tiếp theo / void and next number", _fill_renumber, _renumber),
    ("duplicates", "văn bản có thể trùng / what looks the same", add_document, _duplicates),
    ("late", "chưa báo nhận trong ngày / not acknowledged that day", _fill_late, _late),
)
