"""`congvan reminders`: run now, see what was told and mailed, set who is told when.

Legal source: Decree 30/2020/ND-CP, Art. 24.1; law.md §9.
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from documents import digests, directory, incidents, reminder_rules, reminders
from documents.digest import DIGEST_NAMES
from documents.numbering import local_day
from documents.obligation import DUTIES, INCIDENTS, Duty
from documents.reminder import STAGE_NAMES, Rule
from documents.tables import NoticeRow, PersonRow
from documents.time_limit import LIMIT_NAMES, shown_end
from workflows.cabinet import cabinets
from workflows.calendar_days import first_moment, read_day
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.commands.desk import cabinet_of
from workflows.world import World

_MOST = 500
_DAYS = "số ngày, cách nhau dấu phẩy; không: '' / days, by commas; none: ''"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("reminders", help="nhắc việc, đôn đốc / reminders")
    actions = parser.add_subparsers(
        required=True, metavar="run|list|show|rules|address|incident|answered"
    )
    running = actions.add_parser("run", help="nhắc ngay bây giờ / remind now")
    running.add_argument(
        "--whole", action="store_true", help="mọi việc, bất kể giờ / all, any hour"
    )
    add_data(running)
    add_json(running)
    running.set_defaults(run=_run)
    listing = actions.add_parser(
        "list", help="đã nhắc ai, theo mốc trong ngày / who was told, by the stage's day"
    )
    listing.add_argument("--on", default="", metavar="DAY")
    _finish(listing, _list)
    showing = actions.add_parser("show", help="bản tổng hợp buổi sáng, thư, chỗ thiếu / digests")
    showing.add_argument("--on", default="", metavar="DAY")
    showing.add_argument("--of", default="", metavar="WHO")
    _finish(showing, _show)
    rules = actions.add_parser("rules", help="xem, đặt quy tắc / see or set the rules")
    rules.add_argument("--duty", default="", choices=["", *map(str, Duty)], metavar="DUTY")
    rules.add_argument("--ahead", default=None, metavar="DAYS", help=_DAYS)
    rules.add_argument("--late", default=None, metavar="DAYS", help=_DAYS)
    rules.add_argument("--head", default=None, metavar="DAYS", help="0: không báo / never")
    rules.add_argument("--leader", default=None, metavar="DAYS", help="0: không báo / never")
    rules.add_argument("--days", default=None, metavar="DAYS", help="thời hạn / the limit itself")
    rules.add_argument("--on-day", choices=["yes", "no"], default=None)
    rules.add_argument("--by", default="", metavar="WHO")
    _finish(rules, _rules)
    address = actions.add_parser("address", help="thư điện tử của một người / where digests go")
    address.add_argument("who", metavar="WHO")
    address.add_argument("address", metavar="ADDRESS", help="'': chỉ trong hệ thống / none")
    address.add_argument("--by", required=True, metavar="WHO")
    _finish(address, _address)
    incident = actions.add_parser("incident", help="ghi sự cố, yêu cầu có hạn / record an incident")
    incident.add_argument("duty", choices=sorted(INCIDENTS), metavar="DUTY")
    incident.add_argument("words", metavar="WORDS")
    incident.add_argument("--owner", required=True, metavar="WHO")
    incident.add_argument("--began", default="", metavar="DAY", help="bây giờ / now")
    incident.add_argument("--by", required=True, metavar="WHO")
    _finish(incident, _incident)
    answered = actions.add_parser("answered", help="sự việc đã xử lý / an incident is answered")
    answered.add_argument("incident", metavar="ID")
    answered.add_argument("--by", required=True, metavar="WHO")
    _finish(answered, _answered)


def _finish(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _run(arguments: argparse.Namespace) -> int:
    """Remind in every installation of the world; 1 where something could not be done."""
    from workflows.reminding import remind  # Prefect takes a second to import

    done: dict[str, Any] = {}
    with cabinets(World.load(arguments.data).homes) as opened:
        for name, cabinet in opened.items():
            whole = True if arguments.whole else None
            at = datetime.now(UTC)
            run = remind(
                cabinet.settings, cabinet.database, at, whole=whole, now=lambda: datetime.now(UTC)
            )
            done[name] = asdict(run)
    if arguments.json:
        print_json(done)
    else:
        for name, run_facts in done.items():
            mail = ", ".join(f"{DIGEST_NAMES[key]} {n}" for key, n in run_facts["mail"].items())
            console.print(
                f"{name}: thông báo mới / told {run_facts['told']}; bản tổng hợp / digests "
                f"{run_facts['digests']}; thư / mail: {mail or '-'}"
            )
            for code, count in run_facts["gaps"].items():
                console.print(f"  ! {code} × {count}")
            for failed in run_facts["failed"]:
                console.print(f"  ! {failed}", soft_wrap=True)
    return 1 if any(each["failed"] for each in done.values()) else 0


def _list(arguments: argparse.Namespace) -> int:
    """List what the agency's people were told on a day."""
    day = arguments.on or f"{local_day(datetime.now(UTC)):%d/%m/%Y}"
    wanted = (
        select(NoticeRow, PersonRow.full_name)
        .join(PersonRow, PersonRow.id == NoticeRow.person_id)
        .where(NoticeRow.organ_id == arguments.agency, NoticeRow.day == read_day(day))
        .order_by(NoticeRow.created_at.desc(), NoticeRow.id)
        .limit(_MOST)
    )
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        found = session.execute(wanted).all()
    facts: list[dict[str, Any]] = [
        {
            "id": row.id,
            "person": row.person_id,
            "name": name,
            "duty": row.duty,
            "stage": row.stage,
            "code": row.code,
            "until_shown": shown_end(row.due_on, row.due_at),
            "in_stead_of": row.in_stead_of,
            "created_at": row.created_at,
            "read_at": row.read_at,
        }
        for row, name in found
    ]
    if arguments.json:
        print_json(facts)
        return 0
    rows = [
        (
            local(each["created_at"]),
            each["name"],
            DUTIES[Duty(each["duty"])].name,
            STAGE_NAMES[each["stage"]],
            each["code"],
            each["until_shown"],
            local(each["read_at"]),
        )
        for each in facts
    ]
    heads = ("Lúc", "Người", "Việc", "", "Văn bản, hồ sơ", "Hạn", "Đã đọc")
    print_table(f"Đã nhắc ngày {day} / told", heads, rows)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Show a morning's digests, one person's in full, and what could not be reckoned."""
    at = datetime.now(UTC)
    day = read_day(arguments.on) if arguments.on else local_day(at)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        organ = directory.served_agency(session, arguments.agency).organ_id
        whose = {row.id for row in directory.people(session, [organ], at)}
        if arguments.of:
            whose = {directory.person_row(session, organ, arguments.of, at).id}
        found = [each for each in digests.of_day(session, day) if each[0].person_id in whose]
        gaps = [(row.words, row.count) for row in reminders.gaps_of(session, organ)]
    facts: list[dict[str, Any]] = [
        {
            "id": row.id,
            "person": row.person_id,
            "name": name,
            "state": row.state,
            "counts": row.counts,
            "attempts": row.attempts,
            "error": row.error,
            "entries": row.entries if arguments.of else [],
        }
        for row, name in found
    ]
    if arguments.json:
        print_json({"day": day, "digests": facts, "gaps": gaps})
        return 0
    rows = [
        (each["name"], *_counted(each["counts"]), DIGEST_NAMES[each["state"]], each["error"])
        for each in facts
    ]
    heads = ("Người", "Quá hạn", "Hôm nay", "Sắp đến hạn", "Thư", "Lỗi")
    print_table(f"Bản tổng hợp sáng {day:%d/%m/%Y} / digests", heads, rows)
    for each in facts:
        for entry in each["entries"]:
            console.print(f"  {entry['standing']}: {entry['duty']} {entry['code']} {entry['on']}")
    for words, count in gaps:
        console.print(f"! {words} (× {count})", soft_wrap=True)
    return 0


def _counted(counts: dict[str, int]) -> tuple[int, int, int]:
    return counts["late"], counts["today"], counts["ahead"]


def _rules(arguments: argparse.Namespace) -> int:
    """Show the agency's rules, or set one."""
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet:
        if arguments.by:
            with cabinet.database.writing() as session:
                organ = directory.served_agency(session, arguments.agency).organ_id
                duty = Duty(arguments.duty or Duty.TASK)
                rule = _wanted(reminder_rules.of_agency(session, organ)[duty], arguments)
                reminder_rules.set_rule(session, organ, duty, rule, arguments.by, at)
        with cabinet.database.reading() as session:
            rules = reminder_rules.of_agency(session, arguments.agency)
    shown = {duty: rule for duty, rule in rules.items() if arguments.duty in {"", duty}}
    if arguments.json:
        print_json({duty.value: asdict(rule) for duty, rule in shown.items()})
        return 0
    rows = [
        (
            duty,
            DUTIES[duty].name,
            LIMIT_NAMES[DUTIES[duty].limit],
            DUTIES[duty].article,
            ", ".join(map(str, rule.ahead)),
            "có" if rule.on_day else "",
            ", ".join(map(str, rule.late)),
            rule.head_after,
            rule.leader_after,
        )
        for duty, rule in shown.items()
    ]
    heads = ("", "Việc", "Thời hạn", "Căn cứ", "Trước", "Đúng ngày", "Sau", "Trưởng ĐV", "Lãnh đạo")
    print_table("Quy tắc nhắc việc (ngày) / rules of reminders (days)", heads, rows)
    return 0


def _wanted(known: Rule, arguments: argparse.Namespace) -> Rule:
    on_day = known.on_day if arguments.on_day is None else arguments.on_day == "yes"
    return Rule(
        known.ahead if arguments.ahead is None else _days(arguments.ahead),
        on_day,
        known.late if arguments.late is None else _days(arguments.late),
        known.head_after if arguments.head is None else _day(arguments.head),
        known.leader_after if arguments.leader is None else _day(arguments.leader),
        known.days if arguments.days is None else _day(arguments.days),
    )


def _days(text: str) -> tuple[int, ...]:
    return tuple(_number(each) for each in text.split(",") if each.strip())


def _day(text: str) -> int | None:
    return _number(text) or None


def _number(text: str) -> int:
    """Return a number of days; what is none is out of the range that a rule allows."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 10_000


def _address(arguments: argparse.Namespace) -> int:
    """Set where a person's digests go."""
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        digests.put_address(
            session,
            arguments.agency,
            arguments.who,
            arguments.address,
            arguments.by,
            datetime.now(UTC),
        )
    return _said({"address": arguments.address}, as_json=arguments.json)


def _incident(arguments: argparse.Namespace) -> int:
    """Record an incident or a request."""
    at = datetime.now(UTC)
    began = first_moment(arguments.began) if arguments.began else at
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        made = incidents.begin(
            session,
            arguments.agency,
            Duty(arguments.duty),
            arguments.words,
            began,
            arguments.owner,
            arguments.by,
            at,
        )
    return _said({"id": made}, as_json=arguments.json)


def _answered(arguments: argparse.Namespace) -> int:
    """Record that an incident was answered."""
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        incidents.done(
            session, arguments.agency, arguments.incident, arguments.by, datetime.now(UTC)
        )
    return _said({"id": arguments.incident}, as_json=arguments.json)


def _said(facts: dict[str, str], *, as_json: bool) -> int:
    if as_json:
        print_json(facts)
    else:
        console.print(f"Đã ghi / recorded: {next(iter(facts.values())) or '-'}")
    return 0
