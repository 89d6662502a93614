"""`congvan ledger verify`: every chain, every register, every document, every file."""

import argparse
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from documents import audit, ledger, register, reports
from documents.blobs import BlobDamaged, BlobMissing, BlobStore
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("ledger", help="nhật ký chuỗi băm / the ledger")
    actions = parser.add_subparsers(required=True, metavar="verify")
    verify = actions.add_parser("verify", help="kiểm tra chuỗi băm, số / verify chains, numbers")
    add_data(verify)
    add_json(verify)
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify; 0 only if chains, registers, documents and files are as they were written."""
    results: list[dict[str, Any]] = []
    with cabinets(World.load(arguments.data).homes) as opened:
        for name, cabinet in opened.items():
            with cabinet.database.snapshot() as session:
                breaks = [
                    {"agency": b.organ_id, "row": b.sequence, "why": b.reason}
                    for b in (*ledger.verify(session), *audit.contradictions(session))
                ]
                rows = ledger.length(session)
                gaps = [
                    {"agency": agency, "series": series, "year": year, "numbers": numbers}
                    for agency, series, year, numbers in register.gaps(session)
                ]
                files = _spoilt(session, cabinet.blobs)
            results.append(
                {
                    "installation": name,
                    "rows": rows,
                    "breaks": breaks,
                    "gaps": gaps,
                    "files": files,
                }
            )
    well = not any(r["breaks"] or r["gaps"] or r["files"] for r in results)
    if arguments.json:
        print_json({"ok": well, "installations": results})
    else:
        for result in results:
            console.print(
                f"{result['installation']}: {result['rows']} rows, "
                f"breaks {result['breaks'] or 0}, gaps {result['gaps'] or 0}, "
                f"files {result['files'] or 0}",
            )
        console.print("ĐẠT / holds" if well else "KHÔNG ĐẠT / broken")
    return 0 if well else 1


def _spoilt(session: Session, blobs: BlobStore) -> list[dict[str, str]]:
    """Return the files that are missing or not what they were."""
    found = []
    for sha256 in chain(audit.blobs(session), _evidence(session, blobs)):
        try:
            blobs.sound(sha256)
        except (BlobMissing, BlobDamaged) as error:
            found.append({"sha256": sha256, "why": error.code})
    return found


def _evidence(session: Session, blobs: BlobStore) -> Iterator[str]:
    """Yield the digests of certificates and revocation data that verdicts rest on, each once."""
    from signing.errors import EvidenceUnreadable
    from signing.evidence import listed

    seen: set[str] = set()
    for sha256 in reports.listings(session):
        try:
            listing = listed(blobs.get(sha256))
        except (BlobMissing, BlobDamaged, EvidenceUnreadable):
            continue  # told of as a file
        new = {digest for digests in listing.values() for digest in digests} - seen
        seen |= new
        yield from sorted(new)
