"""A message's header, read into the models as the reader does, without the files behind it."""

from pathlib import Path
from typing import IO

from connectors.edxml.deviation import Deviations
from connectors.edxml.fields import local_name
from connectors.edxml.header import read_edoc, read_status
from connectors.edxml.incoming import Received
from connectors.edxml.routing import header_of


def heading(data: bytes | Path | IO[bytes]) -> Received:
    """Return what the header of the message in *data* says; it has no files, whatever it lists.

    Raises:
        EnvelopeInvalid: it cannot be understood; the subclass says why. Nothing else is raised,
            but for OSError when the file cannot be read.
    """
    message, trace = header_of(data)
    log = Deviations()
    if any(local_name(child) == "StatusCode" for child in message):
        return Received("status", None, read_status(message, log), (), log.taken())
    return Received("edoc", read_edoc(message, trace, log), None, (), log.taken())
