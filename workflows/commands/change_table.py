"""Recalls, updates and replacements as commands print them: facts for JSON, a table for people.

Source: Decree 30/2020/ND-CP, Art. 18.3, 18.4.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import change_listing
from documents.change_listing import Linked
from documents.tables import ChangeRow
from workflows.commands.console import console, local, one_line, print_table
from workflows.plain_words import CHANGE, CHANGE_KIND, DOCUMENT, named

_WAYS = {"by": "bởi / by", "of": "của / of"}


def facts_of(session: Session, change: ChangeRow) -> dict[str, Any]:
    """Return one question as JSON has it; its moments as people read them."""
    facts = change_listing.facts(session, change, datetime.now(UTC))
    return {name: local(each) if isinstance(each, datetime) else each for name, each in facts}


def link_of(linked: Linked) -> dict[str, Any]:
    """Return one link between the old document and the new as JSON has it."""
    return {
        "kind": linked.kind,
        "way": linked.way,
        "document": linked.document_id,
        "code": linked.code,
        "state": linked.state,
    }


def print_changes(found: Iterable[dict[str, Any]]) -> None:
    """Print questions, who asks before who answers."""
    rows = [
        (
            f"{each['agency']} → {each['partner']}"
            if each["side"] == "sender"
            else f"{each['partner']} → {each['agency']}",
            f"{named(CHANGE_KIND, each['kind'])} {each['target']} {each['by_letter']}".strip(),
            "; ".join(filter(None, (each["asked_at"], each["reason"]))),
            "; ".join(filter(None, (named(CHANGE, each["state"]), each["waits"]))),
            "; ".join(
                filter(None, (each["answered_at"], each["note"], each["conflict"], each["error"]))
            ),
            each["id"],
        )
        for each in found
    ]
    columns = ("Hỏi → trả lời", "Việc", "Lúc, lý do", "Trạng thái", "Trả lời", "Mã")
    print_table("Thu hồi, cập nhật, thay thế / recalls and changes", columns, rows)


def print_life(changes: Sequence[dict[str, Any]], links: Iterable[dict[str, Any]]) -> None:
    """Print what was asked about one document, if anything, and what it leads to."""
    if changes:
        print_changes(changes)
    for link in links:
        text = (
            f"{named(CHANGE_KIND, link['kind'])} {_WAYS[link['way']]} {link['code']}"
            f" ({link['document']}): {named(DOCUMENT, link['state'])}"
        )
        console.print(f"  ↔ {one_line(text)}", soft_wrap=True)
