"""`congvan place`: where number, date, signature and seal would go in a file."""

import argparse
import tempfile
from pathlib import Path

from documents.blobs import write_durably
from documents.errors import OfficeError, Refused
from drafting.finder import read_box
from drafting.preview import Preview
from workflows.commands.console import add_json, console, one_line, print_json
from workflows.placing import Show
from workflows.settings import Settings
from workflows.workshop import Workshop

_WRITERS = {".png": Preview.png, ".pdf": Preview.pdf}
_SECONDS = 60
"""For one file; Word files are converted meanwhile."""


class PreviewNotWritten(Refused):
    """The preview has no file name that says what it is, or the file exists."""

    code = "placement.preview_not_written"
    vietnamese = "Không ghi được hình xem trước vào «{0}»: {1}"
    english = "the preview is not written to «{0}»: {1}"
    remedy = "Chọn tên khác, đuôi .png hoặc .pdf / choose another name, ending in .png or .pdf"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("place", help="xem các ô sẽ điền / show where things go")
    parser.add_argument("file", type=Path)
    parser.add_argument("--signer", required=True, metavar="NAME", help="họ tên / full name")
    parser.add_argument("--notation", default="", help="ký hiệu / notation")
    parser.add_argument("--box", action="append", default=[], metavar="NAME=PAGE,X0,Y0,X1,Y1")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="PREVIEW.png|.pdf", help="hình xem trước / a picture"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the places; 0 only if every one is known."""
    if arguments.output is not None:
        _refuse_output(arguments.output)
    boxes = tuple(dict(read_box(text) for text in arguments.box).items())
    job = Show(arguments.file.resolve(), arguments.signer, arguments.notation, boxes)
    preview = _preview(job)
    if arguments.output is not None:
        content = _WRITERS[arguments.output.suffix.lower()](preview)
        _write(arguments.output, content)
    if arguments.json:
        print_json({"file": str(arguments.file), **preview.as_dict()})
    else:
        _print(preview)
    return 0 if preview.complete else 1


def _preview(job: Show) -> Preview:
    """Return the preview, made in a worker process that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="congvan-place-") as folder:
        workshop = Workshop(
            Settings(home=Path(folder), name="place", processes=1, file_seconds=_SECONDS)
        )
        try:
            (answer,) = workshop.run([job])
        finally:
            workshop.close()
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, Preview)  # noqa: S101  (Show gives Preview)
    return answer


def _refuse_output(path: Path) -> None:
    if path.suffix.lower() not in _WRITERS:
        raise PreviewNotWritten(path.name, "đuôi tệp lạ / unknown ending")
    if path.exists():
        raise PreviewNotWritten(path.name, "đã có / exists")


def _write(path: Path, content: bytes) -> None:
    try:
        write_durably(path.resolve(), lambda file: file.write(content))
    except OSError as error:
        raise PreviewNotWritten(path.name, error.strerror or "?") from error


def _print(preview: Preview) -> None:
    for place in preview.places:
        if place.box is not None:
            note = "  (đã cho / by hand)" if place.origin == "by hand" else ""
            console.print(f"--box {place.lines()[0]}{note}", soft_wrap=True)
        else:
            console.print(f"{place.name}: {one_line(place.why)}", soft_wrap=True)
            for index, line in enumerate(place.lines(), 1):
                console.print(f"  {place.name}? {index}: --box {line}", soft_wrap=True)
