"""`congvan copy`: a certified copy (sao y, sao lục, trích sao) of a file or a document."""

import argparse
from pathlib import Path

from documents import copies, directory
from documents.blobs import write_durably
from documents.casefile import DocumentUnknown
from documents.copying import CopyKind, CopyRequest, Medium
from documents.errors import Refused
from documents.tables import CertifiedCopyRow
from workflows import whereabouts
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.copying import CopyOrder, make_copy
from workflows.demonstration import offices
from workflows.office import Office
from workflows.world import World


class CopyTargetTaken(Refused):
    """The file to write exists already."""

    code = "copy.target_taken"
    vietnamese = "Tệp «{0}» đã có, không ghi đè"
    english = "the file {0} exists and is not overwritten"
    remedy = "Chọn tên khác với -o / choose another name with -o"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("copy", help="sao y, sao lục, trích sao / certified copies")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", help="tệp PDF; hoặc mã, số, ký hiệu / a PDF, id or code")
    what.add_argument(
        "--allow",
        metavar="WHO",
        help="lãnh đạo cho phép WHO ký bản sao / a leader lets WHO sign copies",
    )
    media = [str(medium) for medium in Medium]
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên văn thư / the clerk")
    parser.add_argument("--kind", choices=[str(kind) for kind in CopyKind], default="sao-y")
    parser.add_argument("--made-from", choices=media, help="tệp: paper; văn bản: electronic")
    parser.add_argument("--made-to", choices=media, help="tệp: electronic; văn bản: paper")
    parser.add_argument("--signer", default="", help="người ký bản sao / who signs the copy")
    parser.add_argument("--original", default="", help="số, ký hiệu bản gốc / the original's code")
    parser.add_argument("--of", default="", metavar="05/SY-UBND", help="sao lục: số bản sao y")
    parser.add_argument("--to-place", action="append", default=[], help="nơi nhận / a recipient")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.pdf")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the copy and write its file, or let somebody sign copies."""
    with offices(World.load(arguments.data)) as opened:
        office = _office_of(opened, arguments.agency)
        if arguments.allow:
            with office.database.writing() as session:
                who, by = arguments.allow, arguments.by
                copies.allow(session, arguments.agency, who, by, office.now())
            console.print(f"{arguments.allow}: được ký bản sao / may sign copies")
            return 0
        if arguments.output and arguments.output.exists():
            raise CopyTargetTaken(str(arguments.output))
        if arguments.output:
            # before the copy has its number: a wrong path must not use one up
            arguments.output.resolve().parent.mkdir(parents=True, exist_ok=True)
        row = _made(office, arguments)
        target = arguments.output or Path(f"{row.code.replace('/', '_')}.pdf")
        if target.exists():
            raise CopyTargetTaken(str(target))
        content = office.blobs.get(row.sha256)
        write_durably(target.resolve(), lambda file: file.write(content))
    _say(row, target, as_json=arguments.json)
    return 0


def _made(office: Office, arguments: argparse.Namespace) -> CertifiedCopyRow:
    path, original = Path(arguments.file), arguments.original
    usual = (Medium.PAPER, Medium.ELECTRONIC)
    if not path.is_file():
        path, original = _document(office, arguments.file, arguments.agency)
        usual = (Medium.ELECTRONIC, Medium.PAPER)
    request = CopyRequest(
        CopyKind(arguments.kind),
        Medium(arguments.made_from or usual[0]),
        Medium(arguments.made_to or usual[1]),
        original or path.name,
        arguments.of,
    )
    signer = arguments.signer or arguments.by
    places = tuple(arguments.to_place)
    order = CopyOrder(arguments.agency, request, arguments.by, signer, places)
    return make_copy(office, order, path)


def _document(office: Office, name: str, organ_id: str) -> tuple[Path, str]:
    """Return the file of one of our documents and its code."""
    _, row = whereabouts.found({"": office}, name, organ_id)
    if row.current_sha256 is None:
        raise DocumentUnknown(name)
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
    return office.blobs.sound(row.current_sha256), code


def _office_of(opened: dict[str, Office], organ_id: str) -> Office:
    for office in opened.values():
        with office.database.reading() as session:
            if organ_id in {agency.organ_id for agency in directory.served(session)}:
                return office
    raise directory.AgencyNotServed(organ_id)


def _say(row: CertifiedCopyRow, target: Path, *, as_json: bool) -> None:
    facts = {
        "code": row.code,
        "kind": row.kind,
        "original": row.original,
        "file": str(target),
        "sha256": row.sha256,
        "warnings": row.warnings,
    }
    if as_json:
        print_json(facts)
        return
    console.print(f"{row.code}: {row.original} → {target}")
    for warning in row.warnings:
        console.print(f"! {warning}")
