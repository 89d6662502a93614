"""`congvan copy`: a certified copy (sao y, sao lục, trích sao) of a file or a document."""

import argparse
import os
import tempfile
from itertools import chain, count
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


class CopyUnwritten(Refused):
    """The copy is entered, and its file could not be written where it was to be."""

    code = "copy.unwritten"
    vietnamese = "Bản sao {0} đã vào sổ nhưng không ghi được «{1}»: {2}"
    english = "the copy {0} is entered, but {1} could not be written: {2}"
    remedy = (
        "Ghi lại: `congvan copy --again {0} --agency … --by … -o TỆP.pdf`"
        " / write it again: `congvan copy --again {0} --agency … --by … -o FILE.pdf`"
    )


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
    what.add_argument(
        "--again",
        metavar="03/SY-UBND",
        help="ghi lại tệp của bản sao đã vào sổ / write the file of an entered copy again",
    )
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
    """Make the copy and write its file, write one again, or let somebody sign copies."""
    with offices(World.load(arguments.data)) as opened:
        office = _office_of(opened, arguments.agency)
        if arguments.allow:
            with office.database.writing() as session:
                who, by = arguments.allow, arguments.by
                copies.allow(session, arguments.agency, who, by, office.now())
            console.print(f"{arguments.allow}: được ký bản sao / may sign copies")
            return 0
        # before the copy has its number: a wrong path must not use one up
        _ensure_writable(arguments.output or Path("copy.pdf"), named=bool(arguments.output))
        row = _entered(office, arguments) if arguments.again else _made(office, arguments)
        target = arguments.output or _free_name(row.code)
        content = office.blobs.get(row.sha256)
        try:
            write_durably(target.resolve(), lambda file: file.write(content))
        except OSError as error:
            raise CopyUnwritten(row.code, target, error.strerror) from None
    _say(row, target, as_json=arguments.json)
    return 0


def _ensure_writable(target: Path, *, named: bool) -> None:
    """Return if a file can be made at *target*; that it is free counts where it was *named*.

    Raises:
        CopyTargetTaken: something is there.
        OSError: its folder cannot be made or written in.
    """
    if named and os.path.lexists(target):
        raise CopyTargetTaken(str(target))
    folder = target.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f"{target.name}."):
        pass


def _free_name(code: str) -> Path:
    """Return a name for the copy *code* in this folder: last year's may lie there."""
    stem = code.replace("/", "_")
    names = (Path(f"{stem}{again}.pdf") for again in chain([""], (f"-{n}" for n in count(2))))
    return next(name for name in names if not os.path.lexists(name))


def _entered(office: Office, arguments: argparse.Namespace) -> CertifiedCopyRow:
    """Return the copy of which the file is wanted again; a person of the agency asks for it."""
    with office.database.reading() as session:
        agency = directory.served_agency(session, arguments.agency)
        directory.person_row(session, agency.organ_id, arguments.by, office.now())
        return copies.newest(session, agency.organ_id, arguments.again)


def _made(office: Office, arguments: argparse.Namespace) -> CertifiedCopyRow:
    path, original, document_id = Path(arguments.file), arguments.original, ""
    usual = (Medium.PAPER, Medium.ELECTRONIC)
    if not path.is_file():
        path, original, document_id = _document(office, arguments.file, arguments.agency)
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
    order = CopyOrder(arguments.agency, request, arguments.by, signer, places, document_id)
    return make_copy(office, order, path)


def _document(office: Office, name: str, organ_id: str) -> tuple[Path, str, str]:
    """Return the file of one of our documents, its code and its id."""
    _, row = whereabouts.found({"": office}, name, organ_id)
    if row.current_sha256 is None:
        raise DocumentUnknown(name)
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
    return office.blobs.sound(row.current_sha256), code, row.id


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
