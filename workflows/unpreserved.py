"""Archive copies that wait for a higher level, and why: for people to see."""

from collections.abc import Mapping
from typing import Any

from documents import preservation
from workflows.cabinet import Cabinet

MOST = 200


def facts(opened: Mapping[str, Cabinet]) -> list[dict[str, Any]]:
    """Return what each waiting copy wants, has, and is waiting for; the oldest first."""
    found: list[dict[str, Any]] = []
    for name, cabinet in opened.items():
        with cabinet.database.reading() as session:
            for row, document in preservation.unfinished(session, MOST):
                code = f"{document.code_number}/{document.code_notation}"
                found.append(
                    {
                        "installation": name,
                        "id": document.id,
                        "code": code if document.code_number else None,
                        "wanted": row.wanted,
                        "reached": row.reached,
                        "since": row.created_at,
                        "next_attempt": row.next_attempt_at,
                        "attempts": row.attempts,
                        "error": row.error_code,
                        "why": row.error_text,
                    }
                )
    return sorted(found, key=lambda one: one["since"])
