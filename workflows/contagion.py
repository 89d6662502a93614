"""Whether files that came by the axis are infected, where a virus scanner is configured."""

from collections.abc import Mapping, Sequence

from connectors.antivirus import FileInfected
from documents.document import Attachment
from documents.errors import Unavailable
from documents.tables import DocumentRow
from workflows import uploads
from workflows.carrying import Pouch, put_off
from workflows.office import Office


def infected(
    office: Office,
    pouch: Pouch,
    rows: Sequence[DocumentRow],
    attachments: Mapping[str, Sequence[Attachment]],
) -> dict[str, FileInfected | None]:
    """Return what the files of each are infected with; what cannot be judged now is put off.

    What people handed over, or a scanner put down, was shown before it was taken in.
    """
    if not uploads.scanned(office):
        return dict.fromkeys(row.id for row in rows)
    found: dict[str, FileInfected | None] = {}
    for row in rows:
        names = {each.sha256: each.name for each in attachments[row.id]}
        if row.current_sha256:
            names.setdefault(row.current_sha256, "văn bản / document")
        try:
            found[row.id] = _first_infected(office, names if row.channel is None else {})
        except Unavailable as error:
            put_off(office, pouch, row.id, error)
    return found


def _first_infected(office: Office, names: Mapping[str, str]) -> FileInfected | None:
    for sha256, name in names.items():
        try:
            with office.blobs.path(sha256).open("rb") as file:
                virus = uploads.infection(office, file)
        except OSError:
            continue  # what is not there harms nobody; verification says that it is not
        if virus:
            return FileInfected(name[:120], virus)
    return None
