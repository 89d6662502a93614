"""Words of `congvan draft`: ties to other documents, copies inside, on paper, of paper."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    correction_letters,
    internal_copies,
    paper_issues,
)
from documents.correction import Fault
from documents.relation import RelationKind
from documents.tables import DocumentRow
from workflows import draft_facts, whereabouts
from workflows.cabinet import Cabinet
from workflows.commands.draft_ground import (
    Word,
    add_by,
    add_document,
    in_office,
    looked_at,
    written,
)

_TIES = (RelationKind.ANSWERS, RelationKind.AMENDS, RelationKind.CORRECTS, RelationKind.CONCERNS)


def _fill_inform(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--of", action="append", default=[], help="người / a person")
    parser.add_argument("--unit", action="append", default=[], help="mã đơn vị / a unit's id")
    parser.add_argument("--read", action="store_true", help="đã xem / has read it")


def _inform(arguments: argparse.Namespace) -> Any:
    def write(session: Session, document_id: str, at: datetime) -> None:
        if arguments.read:
            internal_copies.read(session, document_id, arguments.by, at)
            return
        people, units = arguments.of, arguments.unit
        internal_copies.inform(session, document_id, arguments.by, at, people=people, units=units)

    return written(arguments, write)


def _fill_tie(parser: argparse.ArgumentParser) -> None:
    add_document(parser)
    parser.add_argument("kind", choices=[str(kind) for kind in _TIES])
    parser.add_argument("other", help="văn bản kia / the other document")
    parser.add_argument("--fault", choices=[str(fault) for fault in Fault])
    parser.add_argument("--reason", default="", help="sai sót / what was wrong")


def _tie(arguments: argparse.Namespace) -> Any:
    def work(cabinet: Cabinet, row: DocumentRow) -> Any:
        _, about = whereabouts.found({"": cabinet}, arguments.other, row.organ_id)
        with cabinet.database.writing() as session:
            correction_letters.tie(
                session,
                row.id,
                RelationKind(arguments.kind),
                about.id,
                datetime.now(UTC),
                fault=Fault(arguments.fault) if arguments.fault else None,
                reason=arguments.reason,
            )
        with cabinet.database.reading() as session:
            return draft_facts.facts(session, row.id)

    return looked_at(arguments, work)


def _fill_print(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--purpose", default="", help="gửi ai, để làm gì / what for")


def _print_paper(arguments: argparse.Namespace) -> Any:
    return written(
        arguments,
        lambda session, one, at: paper_issues.printed(
            session, one, arguments.copies, arguments.by, at, arguments.purpose
        ),
    )


def _fill_scan(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--file", type=Path, required=True, help="bản quét PDF / the scan")
    parser.add_argument("--signer", required=True, help="người ký bản sao / who signs the copy")


def _scan(arguments: argparse.Namespace) -> Any:
    from workflows import redrafting

    given = (arguments.file, arguments.by, arguments.signer)
    return in_office(arguments, lambda office, one: redrafting.add_scan(office, one, *given))


WORDS: tuple[Word, ...] = (
    ("inform", "chuyển nội bộ để biết / pass on inside", _fill_inform, _inform),
    ("tie", "trả lời, sửa đổi, đính chính văn bản nào / about which", _fill_tie, _tie),
    ("print", "in, đóng dấu bản giấy / printed and stamped", _fill_print, _print_paper),
    ("scan", "bản sao điện tử của văn bản giấy / scan of paper", _fill_scan, _scan),
)
