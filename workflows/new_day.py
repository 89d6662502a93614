"""What a new day brings to people: posts begin and end without anybody's doing.

Rights need none of this: they are asked of the day. Renewed are the copies of main posts that
lists show, and the clerks of documents that are on their way. Forms that nobody went on with for
a month go, and who had documents open.
"""

from datetime import date

from documents import appointments, kept_forms, presence
from documents.numbering import local_day
from workflows.office import Office

_renewed: dict[str, date] = {}
"""Last day renewed by this process, by database."""


def renew(office: Office) -> bool:
    """Renew once a day and process; returns whether anything differed. Repeated, it is nothing."""
    at = office.now()
    name = str(office.settings.home)
    if _renewed.get(name) == local_day(at):
        return False
    with office.database.writing() as session:
        differed = appointments.renew(session, at)
        kept_forms.sweep(session, at)
        presence.sweep(session, at)
    _renewed[name] = local_day(at)
    return differed > 0
