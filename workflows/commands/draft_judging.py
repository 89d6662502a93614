"""Words of `congvan draft`: opinions, checks, urgency; what an agency requires, what waits."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import (
    checks,
    directory,
    draft_opinions,
    draft_terms,
    numbering,
)
from documents.check import CheckKind, Rule
from documents.document import Urgency
from documents.tables import DocumentRow
from workflows import draft_facts, draft_review, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.draft_ground import (
    Word,
    add_by,
    day_of,
    in_office,
    looked_at,
    written,
)
from workflows.world import World


def _fill_ask(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--of", action="append", default=[], help="người / a person")
    parser.add_argument("--unit", action="append", default=[], help="mã đơn vị / a unit's id")
    parser.add_argument("--text", default="", help="nội dung xin ý kiến / the question")
    parser.add_argument("--due", default="", metavar="DD/MM/YYYY", help="dd/mm/yyyy")


def _ask(arguments: argparse.Namespace) -> Any:
    return written(
        arguments,
        lambda session, one, at: draft_opinions.ask(
            session,
            one,
            arguments.by,
            at,
            people=arguments.of,
            units=arguments.unit,
            question=arguments.text,
            due=day_of(arguments.due),
        ),
    )


def _fill_say(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("--text", required=True, help="ý kiến / the opinion")
    parser.add_argument("--file", type=Path, help="tệp ghi chú / an annotated file")


def _say(arguments: argparse.Namespace) -> Any:
    from workflows import redrafting

    given = (arguments.by, arguments.text, arguments.file)
    return in_office(arguments, lambda office, one: redrafting.say(office, one, *given))


def _fill_settle(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("opinion", help="mã ý kiến / the opinion's id")
    parser.add_argument("answer", choices=("taken", "not-taken"), help="tiếp thu, không tiếp thu")
    parser.add_argument("--text", default="", help="giải trình / why not")


def _settle(arguments: argparse.Namespace) -> Any:
    taken = arguments.answer == "taken"
    return written(
        arguments,
        lambda session, _one, at: draft_opinions.settle(
            session, arguments.opinion, arguments.by, at, taken=taken, answer=arguments.text
        ),
    )


def _fill_check(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("kind", choices=[str(kind) for kind in CheckKind])
    parser.add_argument("--fail", action="store_true", help="không đạt / not passed")
    parser.add_argument("--text", default="")


def _check(arguments: argparse.Namespace) -> Any:
    kind = CheckKind(arguments.kind)

    def work(cabinet: Cabinet, row: DocumentRow) -> Any:
        form = kind is CheckKind.FORM
        seen, found = draft_review.form_of(cabinet, row.id) if form else ("", [])
        with cabinet.database.writing() as session:
            checks.record(
                session,
                row.id,
                kind,
                arguments.by,
                datetime.now(UTC),
                passed=not arguments.fail,
                words=arguments.text,
                findings=found,
                seen=seen,
            )
        with cabinet.database.reading() as session:
            return draft_facts.facts(session, row.id)

    return looked_at(arguments, work)


def _fill_urgency(parser: argparse.ArgumentParser) -> None:
    add_by(parser)
    parser.add_argument("urgency", type=int, choices=range(5))


def _urgency(arguments: argparse.Namespace) -> Any:
    urgency = Urgency(arguments.urgency)
    return written(
        arguments,
        lambda session, one, at: draft_terms.decide_urgency(
            session, one, urgency, arguments.by, at
        ),
    )


def _fill_rule(parser: argparse.ArgumentParser) -> None:
    add_by(parser, "agency")
    parser.add_argument("--content", action="store_true", help="phải kiểm tra nội dung")
    parser.add_argument("--form", action="store_true", help="phải kiểm tra thể thức")
    parser.add_argument("--checker", default="", help="người kiểm tra thể thức / who checks form")


def _rule(arguments: argparse.Namespace) -> Any:
    wanted = Rule(arguments.content, arguments.form, arguments.checker)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            agency, at = arguments.agency, datetime.now(UTC)
            checks.require(session, agency, wanted, arguments.by, at)
            organ_id = directory.served_agency(session, agency).organ_id
            rule = checks.rule_of(session, organ_id)
    required = [str(kind) for kind in rule.required]
    return {"agency": organ_id, "required": required, "form_checker": rule.form_checker_id}


def _fill_waiting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", metavar="ORGANID")


def _waiting(arguments: argparse.Namespace) -> Any:
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            organ_id = directory.served_agency(session, arguments.agency).organ_id
            day = numbering.local_day(datetime.now(UTC))
            return draft_facts.waiting(session, organ_id, day)


WORDS: tuple[Word, ...] = (
    ("ask", "xin ý kiến / ask for opinions", _fill_ask, _ask),
    ("say", "góp ý / give an opinion", _fill_say, _say),
    ("settle", "tiếp thu, giải trình / take up, or say why not", _fill_settle, _settle),
    ("check", "kiểm tra nội dung, thể thức / check", _fill_check, _check),
    ("urgency", "người ký quyết định độ khẩn / the signer decides", _fill_urgency, _urgency),
    ("rule", "cơ quan yêu cầu kiểm tra gì / what an agency requires", _fill_rule, _rule),
    ("waiting", "ý kiến chờ, văn bản chậm ban hành / what waits", _fill_waiting, _waiting),
)
