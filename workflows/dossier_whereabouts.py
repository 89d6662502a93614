"""Which installation has a dossier that somebody names by id or by code."""

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from documents import dossiers
from documents.dossier import FileCode
from documents.dossiers import DossierUnknown
from documents.tables import DossierRow
from workflows.cabinet import Cabinet


def found(opened: Mapping[str, Cabinet], wanted: str) -> tuple[Cabinet, DossierRow]:
    """Return the dossier with the id or code *wanted* (`H99.01.2026.01.TCCB`), and who has it.

    Raises:
        DossierUnknown: nobody has it.
    """
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            row = session.get(DossierRow, wanted) or _by_code(session, wanted)
            if row is not None:
                return cabinet, row
    raise DossierUnknown(wanted[:80])


def _by_code(session: Session, wanted: str) -> DossierRow | None:
    # a year is looked for from the left: an agency's code may end in digits, a symbol may too
    for match in re.finditer(r"(?=\.([12][0-9]{3})\.)", wanted[:80]):
        organ_id, rest = wanted[: match.start()], wanted[match.start() + 6 :]
        row = dossiers.found(session, FileCode(organ_id, int(match[1]), rest))
        if row is not None:
            return row
    return None
