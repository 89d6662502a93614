"""`congvan dossier`: the plan of files, dossiers and what is in them, closing, submission."""

import argparse
import mimetypes
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import (
    access_rights,
    accesses,
    dossier_closing,
    dossier_forms,
    dossier_listing,
    dossiers,
    filings,
    posts,
)
from documents.access import AccessKind, TargetKind
from documents.access_rights import AccessDenied
from documents.document import Attachment
from documents.dossier import DossierState, MaterialKind
from documents.dossiers import KEEPERS, Opening
from documents.fields import LANGUAGE
from documents.posts import Acting
from documents.retention import Retention
from documents.tables import DossierRow
from workflows import dossier_whereabouts, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.calendar_days import read_day
from workflows.commands import dossier_duty, dossier_plan, dossier_rule
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.handover import handed_in
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("dossier", help="hồ sơ công việc / dossiers")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    dossier_plan.add_actions(actions.add_parser("plan", help="danh mục hồ sơ / the plan of files"))
    _add_open(actions)
    for name, run, text in (
        ("file", _file, "đưa văn bản vào hồ sơ / file a document"),
        ("unfile", _unfile, "đưa văn bản ra khỏi hồ sơ / take a document out"),
    ):
        each = action(actions, name, run, text)
        each.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
        each.add_argument("--reason" if name == "unfile" else "--note", default="")
    put = action(actions, "add", _add_material, "ảnh, ghi âm, bản thảo … / other materials")
    put.add_argument("file", type=Path)
    put.add_argument("--kind", choices=[str(kind) for kind in MaterialKind], default="other")
    put.add_argument("--note", default="")
    gone = action(actions, "drop", _drop_material, "bỏ tài liệu khác / take a material out")
    gone.add_argument("material", help="mã tài liệu / its id")
    gone.add_argument("--reason", default="")
    _add_looking(actions)
    mend = action(actions, "mend", _mend, "sửa tiêu đề, ký hiệu, thời hạn / mend its fields")
    for name in ("--title", "--notation", "--retention", "--note"):
        mend.add_argument(name)
    close = action(actions, "close", _close, "kết thúc hồ sơ / close")
    close.add_argument("--note", default="", help="chứng từ kết thúc / closing note")
    close.add_argument("--end", default="", metavar="NGÀY")
    reopen = action(actions, "reopen", _reopen, "người đứng đầu cho mở lại / the head reopens")
    reopen.add_argument("--reason", default="")
    dossier_duty.add_actions(actions)
    dossier_rule.add_actions(actions)


def action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    """Add an action that somebody takes on one dossier."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("dossier", help="mã hồ sơ / id or code: H99.01.2026.01.TCCB")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _add_open(actions: Any) -> None:
    parser: argparse.ArgumentParser = actions.add_parser("open", help="mở hồ sơ / open a dossier")
    parser.add_argument("notation", help="số và ký hiệu: 01.TCCB")
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    parser.add_argument("--outside", action="store_true", help="ngoài danh mục / not in the plan")
    parser.add_argument("--year", type=int, default=0)
    parser.add_argument("--title", default="")
    parser.add_argument("--retention", default="", metavar="20 năm")
    parser.add_argument("--compiler", default="", metavar="WHO")
    parser.add_argument("--start", default="", metavar="NGÀY")
    parser.add_argument("--language", default=LANGUAGE)
    parser.add_argument("--note", default="")
    parser.add_argument("--construction", action="store_true", help="xây dựng cơ bản")
    parser.add_argument("--restricted", action="store_true", help="chỉ người được cấp quyền xem")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=_open)


def _add_looking(actions: Any) -> None:
    listed: argparse.ArgumentParser = actions.add_parser("list", help="danh sách / lists")
    listed.add_argument("--agency", required=True, metavar="ORGANID")
    listed.add_argument("--of", default="", metavar="WHO", help="của một người / of one account")
    listed.add_argument("--year", type=int)
    listed.add_argument("--state", choices=[str(state) for state in DossierState])
    listed.add_argument("--limit", type=int, default=100)
    listed.add_argument("-o", "--output", type=Path, help=".pdf .xlsx")
    add_data(listed)
    add_json(listed)
    listed.set_defaults(run=_list)
    show = action(actions, "show", _show, "mục lục văn bản trong hồ sơ / what it holds")
    show.add_argument("-o", "--output", type=Path, help=".pdf .xlsx")
    action(actions, "check", _check, "những gì phải sửa trước khi kết thúc / what is to be mended")
    out = action(actions, "export", _export, "toàn bộ hồ sơ, ZIP / the whole dossier")
    out.add_argument("-o", "--output", type=Path, required=True, metavar="HỒ-SƠ.zip")
    out.add_argument("--force", action="store_true")


def told(row: DossierRow, arguments: argparse.Namespace, said: str, **facts: object) -> int:
    """Say what became of a dossier."""
    code = dossiers.code_of(row)
    if arguments.json:
        print_json({"dossier": row.id, "code": str(code), "state": row.state, **facts})
    else:
        console.print(f"{code}: {said}", soft_wrap=True)
    return 0


def _open(arguments: argparse.Namespace) -> int:
    """Open a dossier, from the plan or outside it."""
    opening = Opening(
        arguments.agency,
        arguments.notation,
        outside=arguments.outside,
        year=arguments.year,
        title=arguments.title,
        retention=Retention.read(arguments.retention) if arguments.retention else None,
        compiler=arguments.compiler,
        start=read_day(arguments.start) if arguments.start else None,
        language=arguments.language,
        description=arguments.note,
        construction=arguments.construction,
        restricted=arguments.restricted,
    )
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            row = dossiers.open_(session, opening, arguments.by, datetime.now(UTC))
    return told(row, arguments, f"đã mở / opened: {row.title}")


def _file(arguments: argparse.Namespace) -> int:
    """File a document in a dossier."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        _, document = whereabouts.found({"": cabinet}, arguments.document, row.organ_id)
        with cabinet.database.writing() as session:
            at = datetime.now(UTC)
            done = filings.file_in(
                session, row.id, document.id, arguments.by, at, note=arguments.note
            )
    if not arguments.json:
        for warning in done.warnings:
            console.print(f"Lưu ý / note: {warning}", soft_wrap=True)
    said = "đã đưa vào hồ sơ / filed" if done.new else "đã có trong hồ sơ / there already"
    return told(row, arguments, said, filing=done.filing.id, new=done.new, warnings=done.warnings)


def _unfile(arguments: argparse.Namespace) -> int:
    """Take a document out of a dossier."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        _, document = whereabouts.found({"": cabinet}, arguments.document, row.organ_id)
        with cabinet.database.writing() as session:
            at, reason = datetime.now(UTC), arguments.reason
            filings.take_out(session, row.id, document.id, arguments.by, at, reason)
    return told(row, arguments, "đã đưa ra / taken out", document=document.id)


def _add_material(arguments: argparse.Namespace) -> int:
    """Put another material into a dossier."""
    content = handed_in(arguments.file)
    kind = mimetypes.guess_type(arguments.file.name)[0] or "application/octet-stream"
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        sha256 = cabinet.blobs.put(content)
        file = Attachment(arguments.file.name, kind, sha256, len(content))
        with cabinet.database.writing() as session:
            material = filings.add_material(
                session,
                row.id,
                MaterialKind(arguments.kind),
                file,
                arguments.by,
                datetime.now(UTC),
                arguments.note,
            )
    said = f"đã đưa vào / added: {material.id} {material.name}"
    return told(row, arguments, said, material=material.id)


def _drop_material(arguments: argparse.Namespace) -> int:
    """Take another material out of a dossier."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            at, reason = datetime.now(UTC), arguments.reason
            filings.drop_material(session, row.id, arguments.material, arguments.by, at, reason)
    return told(row, arguments, "đã đưa ra / taken out", material=arguments.material)


def looking(cabinet: Cabinet, row: DossierRow, who: str) -> Acting:
    """Return who looks at a dossier; the access is counted.

    Raises:
        AccessDenied: they may not.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    at = datetime.now(UTC)
    with cabinet.database.writing() as session:
        acting = posts.acting(session, row.organ_id, who, KEEPERS, at, "xem hồ sơ / look")
        if not access_rights.may_see(session, acting, dossiers.known(session, row.id)):
            raise AccessDenied(acting.person.full_name, dossiers.code_of(row))
        accesses.accessed(session, acting, TargetKind.DOSSIER, row.id, AccessKind.VIEW, at)
    return acting


def write_form(form: dossier_forms.Form, target: Path) -> None:
    """Write a form as PDF or as a workbook, by the file's name."""
    from workflows import dossier_files

    if target.suffix.lower() == ".xlsx":
        target.write_bytes(dossier_files.xlsx(form))
    else:
        target.write_bytes(dossier_files.pdf(form, datetime.now(UTC)))
    console.print(f"{target}: {len(form.rows)} dòng / lines")


def _list(arguments: argparse.Namespace) -> int:
    """List the dossiers of an agency, or of one account."""
    state = DossierState(arguments.state) if arguments.state else None
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            if arguments.of:
                now = datetime.now(UTC)
                person = posts.acting(session, arguments.agency, arguments.of, KEEPERS, now).person
                rows = dossier_listing.of_person(session, person.id, state=state)
                title = f"DANH SÁCH HỒ SƠ CỦA {person.full_name.upper()}"
            else:
                limit = max(1, arguments.limit)
                rows = dossier_listing.listed(
                    session, arguments.agency, year=arguments.year, state=state, limit=limit
                )
                title = "DANH SÁCH HỒ SƠ"
            form = dossier_forms.dossier_list(session, arguments.agency, rows, title)
    if arguments.output:
        write_form(form, arguments.output)
    elif arguments.json:
        print_json([dossiers.record(row) | {"id": row.id, "state": row.state} for row in rows])
    else:
        print_table(form.title, [name for name, _ in form.columns], form.rows)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Show what a dossier holds."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        looking(cabinet, row, arguments.by)
        with cabinet.database.reading() as session:
            form = dossier_forms.contents(session, row)
            facts = dossier_forms.summary(session, row)
            counted = accesses.counts(session, [row.id])[row.id]
            others = filings.materials(session, row.id)
    if arguments.output:
        write_form(form, arguments.output)
        return 0
    listed = [{"id": each.id, "kind": each.kind, "name": each.name} for each in others]
    if arguments.json:
        names = ("DocOrdinal", "Code", "IssuedDate", "Subject", "OrganName", "Pages", "Note")
        lines = [dict(zip(names, line, strict=True)) for line in form.rows]
        more = {"documents": lines, "materials": listed, "accesses": counted}
        print_json({"id": row.id, "state": row.state, **facts, **more})
        return 0
    title = f"{dossiers.code_of(row)} {row.title}"
    print_table(title, [name for name, _ in form.columns], form.rows)
    state = dossier_forms.STATES[DossierState(row.state)]
    console.print(f"{state}; {facts['DocTotal']} văn bản, {facts['PageTotal']} trang")
    for each in listed:
        console.print(f"  {each['kind']} {each['name']} ({each['id']})", soft_wrap=True)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    """Show what is to be mended before a dossier is closed; 1 where something blocks."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        looking(cabinet, row, arguments.by)
        with cabinet.database.reading() as session:
            found = dossier_closing.findings(session, row, datetime.now(UTC))
    if arguments.json:
        print_json([{"kind": f.kind, "blocking": f.blocking, "text": f.text} for f in found])
    for finding in () if arguments.json else found:
        said = "phải sửa / blocks" if finding.blocking else "lưu ý / note"
        console.print(f"{said}: {finding.text}", soft_wrap=True)
    if not arguments.json and not found:
        console.print("Không có gì phải sửa / nothing is to be mended")
    return 1 if any(finding.blocking for finding in found) else 0


def _mend(arguments: argparse.Namespace) -> int:
    """Change what is said of an open dossier."""
    retention = Retention.read(arguments.retention) if arguments.retention else None
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            row = dossiers.mend(
                session,
                row.id,
                arguments.by,
                datetime.now(UTC),
                title=arguments.title,
                notation=arguments.notation,
                retention=retention,
                description=arguments.note,
            )
    return told(row, arguments, "đã sửa / mended")


def _close(arguments: argparse.Namespace) -> int:
    """Close a dossier."""
    end = read_day(arguments.end) if arguments.end else None
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            at, note = datetime.now(UTC), arguments.note
            row = dossier_closing.close(session, row.id, arguments.by, at, note=note, end=end)
    due = f"; nộp lưu đến / due {row.due_on:%d/%m/%Y}" if row.due_on else ""
    said = f"đã kết thúc / closed. {row.closing_note}{due}"
    return told(row, arguments, said, DocTotal=row.doc_total, due_on=row.due_on)


def _reopen(arguments: argparse.Namespace) -> int:
    """Let the head reopen a closed dossier."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            at, reason = datetime.now(UTC), arguments.reason
            row = dossier_closing.reopen(session, row.id, arguments.by, at, reason)
    return told(row, arguments, "đã mở lại / reopened")


def _export(arguments: argparse.Namespace) -> int:
    """Write the whole dossier to a ZIP."""
    from workflows import dossier_bundle

    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        acting = looking(cabinet, row, arguments.by)
        at, force = datetime.now(UTC), arguments.force
        files = dossier_bundle.export(cabinet, row.id, acting, arguments.output, at, force=force)
    return told(row, arguments, f"{arguments.output}: {files} tệp / files", files=files)
