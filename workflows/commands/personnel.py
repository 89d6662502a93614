"""What `congvan people` does: each action reads or writes one agency's people."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    absences,
    appointments,
    casefile,
    delegations,
    directory,
    entitled,
    holdings,
    stand_ins,
    stead,
    tenure,
    units,
)
from documents.appointments import Appointment, span
from documents.document import Competence, Person, Role
from documents.entitled import Entitled
from documents.errors import Refused
from documents.ledger import Actor
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.stand_ins import Scope, WorkDelegation
from documents.step_words import ROLES
from documents.tables import PersonRow
from workflows.calendar_days import moment_after, read_day
from workflows.commands.console import console, local, print_json, print_table
from workflows.commands.desk import cabinet_of

_INSTANT = timedelta(microseconds=1)


class CompetenceUnknown(Refused):
    """The competence is none of the law's."""

    code = "post.competence_unknown"
    vietnamese = "Không có quyền hạn ký «{0}»"
    english = "there is no capacity «{0}»"
    remedy = "Dùng TM., Q., KT., TL., TUQ. hoặc để trống / use one of these, or none"


@contextmanager
def _writing(
    arguments: argparse.Namespace, holder: str = ""
) -> Iterator[tuple[Session, str, Actor, datetime]]:
    """Give a writing transaction, the agency's code, who records, and the moment.

    What is *holder*'s own they may record too.
    """
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        organ = directory.served_agency(session, arguments.agency).organ_id
        if holder:
            by = stand_ins.recorder(session, arguments.by, organ, holder, at)
        else:
            by = delegations.recorder(session, arguments.by, organ, at)
        yield session, organ, by, at


def _said(arguments: argparse.Namespace, value: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(value)
    else:
        console.print(text)
    return 0


def listed(arguments: argparse.Namespace) -> int:
    """Show posts, delegations of handling and absences of the agency."""
    at = datetime.now(UTC)
    day = local_day(at)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        organ = arguments.agency
        names = {unit.id: unit.name for unit in units.every(session, organ)}
        posts = [
            {
                "post": post.id,
                "person": person.id,
                "full_name": person.full_name,
                "position": post.position,
                "role": post.role,
                "unit": names.get(post.unit_id or "", ""),
                "days": span(post),
                "basis": "; ".join(filter(None, (post.basis, post.end_basis))),
                "main": bool(post.main),
            }
            for person, post in appointments.of_agency(session, organ)
            if arguments.history or tenure.in_force(post, day)
        ]
        rows = stand_ins.given_in(session, organ)
        behind = stead.posts_behind(session, rows)
        given = [
            {
                "id": row.id,
                "from": row.from_id,
                "to": row.to_id,
                "days": span(row),
                "scope": "; ".join(
                    ", ".join(part) for part in (row.roles, row.steps, row.types) if part
                ),
                "reason": row.reason,
                "standing": stead.fault(row, *behind[row.id], at) or "có hiệu lực / in force",
            }
            for row in rows
            if arguments.history or not stead.fault(row, *behind[row.id], at)
        ]
        away = [
            {"id": row.id, "person": row.person_id, "days": span(row), "reason": row.reason}
            for row in absences.away(session, organ, day)
        ]
    if arguments.json:
        print_json({"posts": posts, "delegations": given, "absences": away})
        return 0
    columns = ("Mã chức vụ", "Người", "Họ tên", "Chức vụ", "Vai trò", "Đơn vị", "Từ – đến")
    worded = [post | {"role": ROLES[str(post["role"])]} for post in posts]
    _table("Chức vụ / posts", (*columns, "Quyết định", "Chính"), worded)
    titles = ("Mã", "Người ủy quyền", "Người được ủy quyền", "Từ – đến", "Phạm vi", "Lý do", "Nay")
    _table("Ủy quyền xử lý / delegations of handling", titles, given)
    _table("Vắng mặt / absences", ("Mã", "Người", "Từ – đến", "Lý do"), away)
    return 0


def _table(title: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        print_table(title, columns, [tuple(map(_cell, row.values())) for row in rows])


def _cell(value: object) -> object:
    return ("", "có")[value] if isinstance(value, bool) else value


def given(arguments: argparse.Namespace) -> int:
    """Record a post; of a new person with the name, that too."""
    with _writing(arguments) as (session, organ, by, at):
        wanted = _appointment(arguments, organ)
        if arguments.name:
            _enter(session, arguments, wanted, at)
        made = appointments.begin(session, wanted, by, at)
    return _said(arguments, {"post": made}, f"Đã ghi nhận / recorded: {made}")


def _enter(
    session: Session, arguments: argparse.Namespace, wanted: Appointment, at: datetime
) -> None:
    """Write down who is new here; the post comes by its decision."""
    if session.get(PersonRow, arguments.person) is not None:
        return
    person = Person(
        arguments.person,
        wanted.organ_id,
        units.words(arguments.name, 255, appointments.PostInvalid, "họ tên / name"),
        wanted.position,
        wanted.role,
    )
    directory.put_newcomer(session, person, signing_key=arguments.key)


def _appointment(arguments: argparse.Namespace, organ_id: str) -> Appointment:
    if arguments.competence not in list(Competence):
        raise CompetenceUnknown(arguments.competence[:20])
    return Appointment(
        person=arguments.person,
        organ_id=organ_id,
        position=arguments.position,
        role=Role(arguments.role),
        since=read_day(arguments.since),
        basis=arguments.basis,
        unit=arguments.unit,
        competence=Competence(arguments.competence),
        competence_line=arguments.line,
        main=arguments.main,
        in_charge=arguments.in_charge,
        until=read_day(arguments.until) if arguments.until else None,
    )


def moved(arguments: argparse.Namespace) -> int:
    """End one post and begin another."""
    with _writing(arguments) as (session, organ, by, at):
        _ensure_here(session, arguments.post, organ)
        made = appointments.move(session, arguments.post, _appointment(arguments, organ), by, at)
    return _said(arguments, {"post": made}, f"Đã ghi nhận / recorded: {made}")


def _ensure_here(session: Session, post_id: str, organ_id: str) -> None:
    if post_id not in {post.id for _, post in appointments.of_agency(session, organ_id)}:
        raise appointments.PostUnknown(post_id)


def ended(arguments: argparse.Namespace) -> int:
    """End a post; shows what its holder is still to hand over."""
    with _writing(arguments) as (session, organ, by, at):
        _ensure_here(session, arguments.post, organ)
        last = read_day(arguments.last)
        appointments.end(session, arguments.post, last, arguments.basis, by, at)
        person = next(
            person
            for person, post in appointments.of_agency(session, organ)
            if post.id == arguments.post
        )
        kept = holdings.held_by(session, organ, person.id)
    return _shown(arguments, kept, f"Còn phải bàn giao / to hand over: {len(kept)}")


def held(arguments: argparse.Namespace) -> int:
    """Show what a person still holds."""
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        organ = arguments.agency
        person, _ = directory.holder(session, organ, arguments.who, local_day(at))
        kept = holdings.held_by(session, organ, person.id)
    return _shown(arguments, kept, f"{person.full_name}: {len(kept)}")


def _shown(arguments: argparse.Namespace, kept: Sequence[holdings.Holding], text: str) -> int:
    if arguments.json:
        print_json([asdict(each) for each in kept])
        return 0
    console.print(text)
    _table("Việc còn giữ / held", ("Loại", "Mã", "Văn bản", "Nội dung"), [*map(asdict, kept)])
    return 0


def unit(arguments: argparse.Namespace) -> int:
    """List units, open one, or end one."""
    if not arguments.name:
        return _units(arguments)
    with _writing(arguments) as (session, organ, by, at):
        if arguments.last:
            last, to = read_day(arguments.last), arguments.to
            units.ended(session, organ, arguments.name, last, by, at, basis=arguments.basis, to=to)
            return _said(arguments, {"unit": arguments.name}, f"Giải thể / ends: {arguments.name}")
        above = units.of(session, organ, arguments.above).id if arguments.above else None
        made = units.opened(
            session,
            organ,
            arguments.name,
            read_day(arguments.since) if arguments.since else local_day(at),
            by,
            at,
            abbreviation=arguments.abbreviation,
            parent_id=above,
            advisory=arguments.advisory,
            basis=arguments.basis,
        )
    return _said(arguments, {"unit": made}, f"Đã ghi nhận / recorded: {made}")


def _units(arguments: argparse.Namespace) -> int:
    day = read_day(arguments.on) if arguments.on else local_day(datetime.now(UTC))
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        found = units.on(session, arguments.agency, day)
        names = {each.id: each.name for each in found}
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "abbreviation": each.abbreviation,
            "above": names.get(each.parent_id or "", ""),
            "advisory": each.advisory,
            "days": span(each),
        }
        for each in found
    ]
    if arguments.json:
        print_json(rows)
        return 0
    columns = ("Mã", "Tên", "Viết tắt", "Trực thuộc", "Tư vấn", "Từ – đến")
    _table(f"Đơn vị ngày / units on {day:%d/%m/%Y}", columns, rows)
    return 0


def delegated(arguments: argparse.Namespace) -> int:
    """Record a delegation of handling."""
    with _writing(arguments, arguments.grantor) as (session, organ, by, at):
        wanted = WorkDelegation(
            organ,
            arguments.grantor,
            arguments.grantee,
            read_day(arguments.since),
            read_day(arguments.until),
            Scope(
                tuple(Role(role) for role in arguments.role),
                tuple(arguments.step),
                tuple(arguments.type),
                tuple(arguments.unit),
            ),
            arguments.reason,
            arguments.basis,
        )
        made = stand_ins.delegate(session, wanted, by, at)
    return _said(arguments, {"id": made}, f"Đã ghi nhận / recorded: {made}")


def withdrawn(arguments: argparse.Namespace) -> int:
    """Take back a delegation of handling, or an absence."""
    with _writing(arguments) as (session, organ, by, at):
        stand_ins.withdraw(session, organ, arguments.id, by, at, arguments.reason)
    return _said(arguments, {"id": arguments.id}, f"Đã thu hồi / withdrawn: {arguments.id}")


def absent(arguments: argparse.Namespace) -> int:
    """Record an absence, with its stand-in."""
    with _writing(arguments, arguments.who) as (session, organ, by, at):
        made = absences.absent(
            session,
            organ,
            arguments.who,
            read_day(arguments.since),
            read_day(arguments.until),
            by,
            at,
            reason=arguments.reason,
            stand_in=arguments.stand_in,
        )
    return _said(arguments, {"id": made}, f"Đã ghi nhận / recorded: {made}")


def could(arguments: argparse.Namespace) -> int:
    """Show who could do what on a day, or all days of one person."""
    now = datetime.now(UTC)
    at = _end_of(read_day(arguments.on), now) if arguments.on else now
    known = moment_after(arguments.known) - _INSTANT if arguments.known else None
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        organ = arguments.agency
        if arguments.person:
            person, _ = directory.holder(session, organ, arguments.person, local_day(at))
            found = entitled.of_person(session, person)
            if arguments.on:
                day = local_day(at)
                found = [each for each in found if _covers(each, day)]
        elif arguments.document and arguments.step:
            row = casefile.known(session, arguments.document)
            found = entitled.could_take(session, row, Step(arguments.step), at)
        else:
            found = entitled.on(session, organ, at, known)
    if arguments.step:
        ends = f".{arguments.step}"
        found = [each for each in found if any(step.endswith(ends) for step in each.steps)]
        if arguments.step == Step.SIGN:
            found = [each for each in found if each.capacities]
    if arguments.json:
        print_json([_plain(each) for each in found])
        return 0
    columns = ("Người", "Họ tên", "Chức vụ", "Đơn vị", "Vai trò", "Ký", "Thay cho", "Từ – đến")
    rows = [
        (
            each.person_id,
            each.full_name + (" (vắng / away)" if each.away else ""),
            each.position,
            each.unit,
            ROLES.get(each.role, each.role),
            "; ".join(map(_capacity, each.capacities)),
            each.in_stead_of,
            _days(each),
        )
        for each in found
    ]
    print_table(f"Ai có quyền gì / who could do what: {local(at)}", columns, rows)
    return 0


def _covers(each: Entitled, day: date) -> bool:
    return (each.since is None or each.since <= day) and (each.until is None or day <= each.until)


def _end_of(day: date, now: datetime) -> datetime:
    """Return the last moment of *day*; of today, now."""
    if day == local_day(now):
        return now
    return moment_after(f"{day:%d/%m/%Y}") - _INSTANT


def _capacity(each: entitled.Capacity) -> str:
    said = (each.prefixes or "cấp trưởng / head", ", ".join(each.evidence), ", ".join(each.types))
    return " · ".join(filter(None, said))


def _days(each: Entitled) -> str:
    if each.since is None:
        return ""
    first = "" if each.since == tenure.EVER else f"{each.since:%d/%m/%Y}"
    return f"{first} – {each.until:%d/%m/%Y}" if each.until else f"{first} –"


def _plain(each: Entitled) -> dict[str, Any]:
    value = asdict(each)
    for name in ("since", "until"):
        value[name] = value[name].isoformat() if value[name] else None
    return value
