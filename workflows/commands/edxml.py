"""`congvan edxml read | write`: edXML messages as files."""

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from connectors import envelope
from connectors.edxml import reader
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.partners import named_style
from connectors.edxml.summary import summarise
from connectors.edxml.writer import write_edoc, write_status
from documents.departure import Departure, StatusDeparture
from documents.document import Agency, DocumentCode, Urgency, document_key
from documents.errors import Refused
from workflows.commands.console import add_json, console, one_line, print_json
from workflows.handover import handed_in


class DescriptionInvalid(Refused):
    """The JSON that describes the message lacks something or has a wrong value."""

    code = "edxml.description_invalid"
    vietnamese = "Mô tả gói tin không hợp lệ: {0}"
    english = "the message's description is not valid: {0}"
    remedy = "Xem docs/edxml.md / see docs/edxml.md"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    parser = subparsers.add_parser("edxml", help="đọc, ghi edXML / read and write edXML")
    actions = parser.add_subparsers(required=True, metavar="read|write")
    read = actions.add_parser("read", help="đọc một gói tin / read a message")
    read.add_argument("file", type=Path)
    read.add_argument(
        "--extract", type=Path, metavar="FOLDER", help="lưu tệp đính kèm / save files"
    )
    add_json(read)
    read.set_defaults(run=run_read)
    write = actions.add_parser("write", help="ghi một gói tin / write a message")
    write.add_argument("description", type=Path, metavar="FILE.json")
    write.add_argument("--attach", type=Path, action="append", default=[], metavar="FILE")
    write.add_argument(
        "--style", default="java", help="java, dotnet, FILE.toml, FILE.toml:TABLE (docs/edxml.md)"
    )
    write.add_argument("-o", "--output", type=Path, required=True)
    write.set_defaults(run=run_write, json=False)


def run_read(arguments: argparse.Namespace) -> int:
    """Read a message and say what is in it."""
    with reader.read(handed_in(arguments.file)) as message:
        facts = summarise(message)
        if arguments.extract:
            arguments.extract.mkdir(parents=True, exist_ok=True)
            for file in message.attachments:
                file.save_to(arguments.extract / file.name)
    if arguments.json:
        print_json(facts)
        return 0
    for name, value in facts.items():
        if value not in (None, [], ""):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            console.print(f"{name}: {one_line(shown)}", soft_wrap=True)
    return 0


def run_write(arguments: argparse.Namespace) -> int:
    """Write the message that a JSON file describes, in the form `edxml read --json` gives."""
    style = named_style(arguments.style, Path())
    try:
        facts = json.loads(handed_in(arguments.description))
        if facts["kind"] == "status":
            content = write_status(envelope.status(_status(facts)), style=style)
        else:
            files = [OutgoingFile(path.name, data=handed_in(path)) for path in arguments.attach]
            content = write_edoc(envelope.edoc(_departure(facts)), files, style=style)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DescriptionInvalid(f"{type(error).__name__}: {error}") from error
    arguments.output.write_bytes(content)
    sys.stderr.write(f"{arguments.output}: {len(content)} bytes\n")
    return 0


def _agency(facts: dict[str, Any]) -> Agency:
    return Agency(facts["organ_id"], facts.get("name") or "", "", "")


def _departure(facts: dict[str, Any]) -> Departure:
    code = DocumentCode(facts["code_number"], facts["code_notation"])
    day = date.fromisoformat(facts["promulgation_date"])
    sender = _agency(facts["from"])
    return Departure(
        sender=sender,
        recipients=tuple(_agency(recipient) for recipient in facts["to"]),
        document_key=facts.get("document_id") or document_key(sender.organ_id, day, code),
        code=code,
        place=facts.get("promulgation_place") or "",
        promulgated=day,
        type_name=facts["type_name"],
        subject=facts["subject"],
        signer_name=facts.get("signer") or "",
        signer_position=facts.get("signer_position") or "",
        signer_competence=facts.get("signer_competence") or "",
        urgency=Urgency(facts.get("urgency") or 0),
        pages=int(facts.get("pages") or 0),
        due_date=date.fromisoformat(facts["due_date"]) if facts.get("due_date") else None,
        to_places=tuple(facts.get("to_places") or ()),
        at=datetime.now(UTC),
    )


def _status(facts: dict[str, Any]) -> StatusDeparture:
    answered = facts["response_for"]
    number, _, notation = (answered.get("code") or "").partition("/")
    day = answered.get("promulgation_date")
    return StatusDeparture(
        reporter=_agency(facts["from"]),
        recipient_organ_id=answered["organ_id"],
        document_key=answered["document_id"],
        code_number=number,
        code_notation=notation,
        promulgated=date.fromisoformat(day) if day else None,
        staff=facts.get("staff") or "",
        code=facts["status_code"],
        note=facts.get("description") or "",
        at=datetime.now(UTC),
    )
