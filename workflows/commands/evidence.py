"""`congvan evidence DOC -o bundle.zip`: everything that proves one document, in one file."""

import argparse
from pathlib import Path

from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("evidence", help="gói chứng cứ / evidence of one document")
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("-o", "--output", type=Path, metavar="BUNDLE.zip")
    parser.add_argument("--force", action="store_true", help="ghi đè / replace an older one")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the bundle; 0 when it is there."""
    from workflows.evidence import gathered

    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document)
        target = arguments.output or Path(f"{row.id}.zip")
        manifest = gathered(cabinet, row.id, target, force=arguments.force)
    newest = [r for r in manifest.reports if r.of_sha256 == manifest.document.current_sha256]
    facts = {
        "file": str(target),
        "document": manifest.document.id,
        "files": len(manifest.files),
        "bytes": target.stat().st_size,
        "verdict": newest[-1].verdict.value if newest else None,
    }
    if arguments.json:
        print_json(facts)
    else:
        console.print(f"{target}: {facts['files']} tệp / files, {facts['bytes']} bytes")
        console.print(f"  kiểm tra / check it: congvan verify {target}", soft_wrap=True)
    return 0
