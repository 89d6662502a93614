"""Words of `congvan intake` about paper: documents entered by hand, envelopes.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 22 (law.md §1.7, E1).
"""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from documents import envelopes, intake
from documents.document import Urgency
from documents.envelope import Anomaly, EnvelopeState
from documents.envelopes import Envelope, EnvelopeUnknown
from documents.numbering import local_day
from documents.tables import EnvelopeRow
from documents.transfer import Means
from workflows.cabinet import Cabinet
from workflows.commands.draft_ground import day_of
from workflows.commands.intake_ground import (
    Word,
    add_agency,
    add_by,
    add_facts,
    desk,
    desks,
    facts,
    found_document,
    opened,
    written,
)
from workflows.intake_view import envelope_of, facts_of

_DAYS = timedelta(days=30)
"""How far back envelopes are listed unless it is said."""


def _fill_hand(parser: argparse.ArgumentParser) -> None:
    add_agency(parser, required=True)
    add_by(parser)
    add_facts(parser)
    parser.add_argument("--despite", default="", help="lý do vào sổ dù trùng / why though double")
    parser.add_argument(
        "--same-as", default="", metavar="DOCUMENT", help="bản giấy của văn bản nào / paper of"
    )
    parser.add_argument("--envelope", default="", metavar="ID", help="trong bì thư nào / came in")
    _add_anomalies(parser)


def _add_anomalies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anomaly",
        action="append",
        default=[],
        type=_anomaly,
        metavar="KIND[=TEXT]",
        help=f"bất thường / what is wrong: {', '.join(Anomaly)}",
    )


def _anomaly(text: str) -> tuple[Anomaly, str]:
    kind, _, seen = text.partition("=")
    return Anomaly(kind), seen


def _hand(arguments: argparse.Namespace) -> Any:
    said = facts(arguments)
    with opened(arguments) as found:
        cabinet, organ_id = desk(found, arguments.agency)
        same_as = ""
        if arguments.same_as:
            _, same_as, _ = found_document(found, arguments, arguments.same_as)

        def write(session: Session, at: datetime) -> str:
            given = (session, organ_id, said, arguments.by, at)
            row = intake.enter(*given, despite=arguments.despite, same_as=same_as)
            if arguments.envelope:
                wrong = dict(arguments.anomaly)
                envelopes.open_envelope(
                    session, arguments.envelope, row.id, arguments.by, at, wrong
                )
            return row.id

        document_id = written(cabinet, organ_id, write)
        with cabinet.database.reading() as session:
            return facts_of(session, document_id)


def _fill_envelope(parser: argparse.ArgumentParser) -> None:
    add_agency(parser, required=True)
    add_by(parser)
    parser.add_argument("--sender", required=True, help="nơi gửi ghi ngoài bì / as written on it")
    parser.add_argument("--addressee", required=True, help="nơi nhận ghi ngoài bì / addressee")
    parser.add_argument("--codes", default="", help="số ghi ngoài bì / numbers on it")
    parser.add_argument("--means", choices=[str(each) for each in Means], default=str(Means.POST))
    parser.add_argument("--came", default="", metavar="DD/MM/YYYY", help="ngày đến / came on")
    parser.add_argument("--urgency", type=int, choices=[each.value for each in Urgency], default=0)
    parser.add_argument("--secrecy", default="", help="dấu độ mật ngoài bì / its mark")
    _add_anomalies(parser)


def _envelope(arguments: argparse.Namespace) -> Any:
    came = day_of(arguments.came) or local_day(datetime.now(UTC))
    with opened(arguments) as found:
        cabinet, organ_id = desk(found, arguments.agency)
        envelope = Envelope(
            organ_id,
            arguments.sender,
            arguments.addressee,
            came,
            codes=arguments.codes,
            means=Means(arguments.means),
            urgency=Urgency(arguments.urgency),
            anomalies=dict(arguments.anomaly),
            confidentiality=arguments.secrecy,
        )
        made = written(
            cabinet,
            organ_id,
            lambda session, at: envelopes.receive(session, envelope, arguments.by, at),
        )
        return envelope_of(made)


def _fill_envelopes(parser: argparse.ArgumentParser) -> None:
    add_agency(parser)
    parser.add_argument("--since", default="", metavar="DD/MM/YYYY", help="từ ngày / from")
    parser.add_argument("--state", choices=[str(each) for each in EnvelopeState])


def _envelopes(arguments: argparse.Namespace) -> Any:
    today = local_day(datetime.now(UTC))
    since: date = day_of(arguments.since) or today - _DAYS
    state = EnvelopeState(arguments.state) if arguments.state else None
    rows: list[dict[str, Any]] = []
    with opened(arguments) as found:
        for cabinet, organ_id in desks(found, arguments.agency):
            with cabinet.database.reading() as session:
                these = envelopes.listed(session, organ_id, since, today, state)
                rows += [envelope_of(row) for row in these]
    return rows


def _treated(arguments: argparse.Namespace, treat: Callable[[Session, str, datetime], None]) -> Any:
    with opened(arguments) as found:
        cabinet, row = _holding(found, arguments.envelope)
        written(cabinet, row.organ_id, lambda session, at: treat(session, row.id, at))
        with cabinet.database.reading() as session:
            return envelope_of(session.get_one(EnvelopeRow, row.id))


def _holding(found: dict[str, Cabinet], envelope_id: str) -> tuple[Cabinet, EnvelopeRow]:
    for cabinet in found.values():
        with cabinet.database.reading() as session:
            row = session.get(EnvelopeRow, envelope_id)
            if row is not None:
                return cabinet, row
    raise EnvelopeUnknown(envelope_id)


def _fill_forward(parser: argparse.ArgumentParser) -> None:
    _fill_one(parser)
    parser.add_argument("--to", required=True, help="người, tổ chức / a person or union")


def _fill_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("envelope", help="mã bì thư / its id")
    add_by(parser)


def _fill_return(parser: argparse.ArgumentParser) -> None:
    _fill_one(parser)
    parser.add_argument("--reason", required=True, help="lý do / why")


def _forward(arguments: argparse.Namespace) -> Any:
    return _treated(
        arguments,
        lambda session, one, at: envelopes.forward(session, one, arguments.to, arguments.by, at),
    )


def _bring_back(arguments: argparse.Namespace) -> Any:
    return _treated(
        arguments,
        lambda session, one, at: envelopes.bring_back(session, one, arguments.by, at),
    )


def _return(arguments: argparse.Namespace) -> Any:
    return _treated(
        arguments,
        lambda session, one, at: envelopes.send_back(
            session, one, arguments.by, at, arguments.reason
        ),
    )


WORDS: tuple[Word, ...] = (
    ("hand", "vào sổ văn bản giấy / enter and register paper", _fill_hand, _hand),
    ("envelope", "nhận bì thư / receive an envelope", _fill_envelope, _envelope),
    ("envelopes", "các bì thư / envelopes", _fill_envelopes, _envelopes),
    ("forward", "chuyển bì thư không bóc / pass on unopened", _fill_forward, _forward),
    ("bring-back", "người nhận trả lại để vào sổ / it was official", _fill_one, _bring_back),
    ("return", "trả lại bì thư / give it back", _fill_return, _return),
)
