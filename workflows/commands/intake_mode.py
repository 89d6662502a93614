"""`congvan intake mode`: whether the clerk registers what comes by the axis, or the system does.

Legal source: Decree 30/2020/ND-CP, Art. 21.2c, 22.
"""

import argparse
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import awaited, clerk_registers, intakes
from documents.awaited import Awaited
from workflows.commands.intake_ground import Word, add_agency, desk, opened, written


def _fill_mode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("who_registers", nargs="?", choices=["clerk", "automatic"])
    add_agency(parser, required=True)
    parser.add_argument("--by", default="", help="lãnh đạo, quản trị / who decides")
    parser.set_defaults(parser=parser)


def _mode(arguments: argparse.Namespace) -> Any:
    if arguments.who_registers and not arguments.by:
        arguments.parser.error("--by")
    with opened(arguments) as found:
        cabinet, organ_id = desk(found, arguments.agency)

        def write(session: Session, at: datetime) -> bool:
            clerk = arguments.who_registers == "clerk"
            return clerk_registers.decide(session, organ_id, arguments.by, at, clerk=clerk)

        if arguments.who_registers:
            written(cabinet, organ_id, write)
        with cabinet.database.reading() as session:
            by_clerk = awaited.wanted(session, organ_id, Awaited.REGISTER)
            waiting = len(intakes.awaiting(session, organ_id))
    return {"mode": "clerk" if by_clerk else "automatic", "waiting": waiting}


WORDS: tuple[Word, ...] = (
    ("mode", "văn thư vào sổ, hay tự động / who registers", _fill_mode, _mode),
)
