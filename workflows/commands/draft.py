"""`congvan draft`: a draft's versions, edits, opinions, checks, and what is wanted of it.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 12, 18.3 to 18.6; law.md §1.2.
"""

import argparse
from pathlib import Path
from typing import Any

from documents.document import Urgency
from documents.draft_edits import Edit
from documents.tables import DocumentRow
from drafting.finder import read_box
from workflows import draft_facts, draft_review
from workflows.cabinet import Cabinet
from workflows.commands import draft_issuing, draft_judging
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    one_line,
    print_json,
    print_table,
)
from workflows.commands.draft_ground import (
    Word,
    add_by,
    add_document,
    day_of,
    in_office,
    looked_at,
)

_CLEARABLE = ("due_date", "issue_by", "description", "issued_amount")


_UNSEEN = ("sha256", "bytes", "approved")
"""For programs only."""
_TITLES = {
    "id": "Mã",
    "state": "Trạng thái",
    "type": "Loại",
    "notation": "Ký hiệu",
    "subject": "Trích yếu",
    "signer": "Người ký",
    "urgency": "Độ khẩn",
    "proposed_urgency": "Độ khẩn đề xuất",
    "urgency_by": "Người quyết định độ khẩn",
    "due": "Hạn",
    "issue_by": "Hạn ban hành",
    "fault": "Sai sót",
    "required": "Phải kiểm tra",
    "versions": "Các bản dự thảo / versions",
    "checks": "Kiểm tra / checks",
    "opinions": "Ý kiến / opinions",
    "relations": "Liên quan / relations",
    "informed": "Nhận để biết / informed",
    "paper": "Bản giấy / paper copies",
    "late": "Chậm ban hành / late",
    "number": "Bản",
    "at": "Lúc",
    "by": "Ai",
    "reason": "Lý do",
    "kind": "Việc",
    "version": "Bản",
    "passed": "Đạt",
    "stands": "Còn giá trị",
    "note": "Ghi chú",
    "findings": "Thể thức",
    "of": "Hỏi ai",
    "asked_by": "Người hỏi",
    "question": "Nội dung hỏi",
    "words": "Ý kiến",
    "file": "Tệp",
    "taken": "Tiếp thu",
    "answer": "Giải trình",
    "document": "Văn bản",
    "to": "Nơi nhận",
    "unit": "Là đơn vị",
    "read": "Đã xem",
    "copies": "Số bản",
    "agency": "Cơ quan",
    "form_checker": "Người kiểm tra thể thức",
}
_WORDS = {
    "content": "nội dung",
    "form": "thể thức",
    "answers": "trả lời",
    "amends": "sửa đổi, bổ sung",
    "corrects": "đính chính",
    "concerns": "liên quan",
    "replaces": "thay thế",
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("draft", help="dự thảo: bản, góp ý, kiểm tra / drafts")
    words = parser.add_subparsers(required=True, metavar="WHAT")
    for name, said, fill, work in (*WORDS, *draft_judging.WORDS, *draft_issuing.WORDS):
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
    else:
        _print(answer)
    return 0


def _fill_revise(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--file", type=Path, required=True, help="PDF, Word")
    parser.add_argument("--reason", default="", help="đã sửa gì / what was changed")
    parser.add_argument("--box", action="append", default=[], metavar="NAME=PAGE,X0,Y0,X1,Y1")


def _revise(arguments: argparse.Namespace) -> Any:
    # pyHanko and the workshop take a second to import, and other words need none of them
    from workflows import redrafting

    boxes = dict(read_box(text) for text in arguments.box)
    given = (arguments.file, arguments.by, arguments.reason, boxes)
    return in_office(arguments, lambda office, one: redrafting.revise(office, one, *given))


def _fill_edit(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    for name in ("subject", "type", "notation", "signer", "description", "language"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--unit", default="", help="đơn vị, để lập ký hiệu / for the notation")
    parser.add_argument("--to", dest="recipients", action="append", nargs="+", metavar="ORGANID")
    parser.add_argument("--places", action="append", help="nơi nhận như in / as printed")
    parser.add_argument("--urgency", type=int, choices=range(5))
    parser.add_argument(
        "--due", default="", metavar="DD/MM/YYYY", help="hạn trả lời / answer wanted by"
    )
    parser.add_argument(
        "--issue-by", default="", metavar="DD/MM/YYYY", help="hạn ban hành / issue by"
    )
    parser.add_argument("--copies", type=int, help="số lượng bản / number of copies")
    parser.add_argument("--attach", action="append", type=Path, metavar="FILE")
    parser.add_argument("--no-attachments", action="store_true")
    parser.add_argument("--clear", action="append", default=[], choices=_CLEARABLE)
    parser.add_argument("--reason", default="")


def _edit(arguments: argparse.Namespace) -> Any:
    from workflows import redrafting

    groups, attach = arguments.recipients, arguments.attach
    wanted = Edit(
        subject=arguments.subject,
        type=arguments.type,
        notation=arguments.notation,
        unit=arguments.unit,
        signer=arguments.signer,
        recipients=None if groups is None else tuple(code for group in groups for code in group),
        to_places=None if arguments.places is None else tuple(arguments.places),
        urgency=None if arguments.urgency is None else Urgency(arguments.urgency),
        due_date=day_of(arguments.due),
        issue_by=day_of(arguments.issue_by),
        language=arguments.language,
        description=arguments.description,
        issued_amount=arguments.copies,
        clear=frozenset(arguments.clear),
    )
    files = [] if arguments.no_attachments else attach
    return in_office(
        arguments,
        lambda office, one: redrafting.edit(
            office, one, wanted, arguments.by, arguments.reason, files
        ),
    )


def _versions(arguments: argparse.Namespace) -> Any:
    def look(cabinet: Cabinet, row: DocumentRow) -> Any:
        with cabinet.database.reading() as session:
            return draft_facts.facts(session, row.id)

    return looked_at(arguments, look)


def _fill_compare(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    parser.add_argument("before", type=int, help="số của bản cũ / number of the older version")
    parser.add_argument("after", type=int, help="số của bản mới / number of the newer version")


def _compare(arguments: argparse.Namespace) -> Any:
    def look(cabinet: Cabinet, row: DocumentRow) -> Any:
        before, after = arguments.before, arguments.after
        return {"lines": draft_review.compared(cabinet, row.id, before, after)}

    return looked_at(arguments, look)


WORDS: tuple[Word, ...] = (
    ("revise", "nộp bản dự thảo mới / hand it in again", _fill_revise, _revise),
    ("edit", "sửa thông tin / change what is recorded", _fill_edit, _edit),
    ("versions", "các bản, ý kiến, kiểm tra / all versions", add_document, _versions),
    ("compare", "hai bản khác nhau chỗ nào / what differs", _fill_compare, _compare),
)


def _print(answer: Any) -> None:
    """Print facts: plain lines, and a table for each list of rows."""
    for name, value in answer.items():
        title = _TITLES.get(name, name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            shown = [key for key in value[0] if key not in _UNSEEN]
            rows = [[_said(row[key]) for key in shown] for row in value]
            print_table(title, [_TITLES.get(key, key) for key in shown], rows)
        elif isinstance(value, list) and name == "lines":
            for line in value:
                console.print(one_line(line), soft_wrap=True)
        elif value not in (None, [], "") and name not in _UNSEEN:
            said = ", ".join(map(_said, value)) if isinstance(value, list) else _said(value)
            console.print(f"{title}: {one_line(said)}", soft_wrap=True)


def _said(value: Any) -> Any:
    """Return a fact as people read it."""
    if isinstance(value, list):
        return "; ".join(map(str, map(_said, value)))
    return _WORDS.get(value, value) if isinstance(value, str) else value
