"""Looking where number, date, signature and seal would go in a file; nothing of it is kept.

The same reading as handing it in, in a worker process with the same limits.
"""

from dataclasses import dataclass
from pathlib import Path

from documents.placement import Box
from documents.secrecy import SecretRefused
from drafting import intake
from drafting.preview import Preview, preview
from drafting.secrecy import secrecy_mark
from workflows.handover import handed_in


@dataclass(frozen=True, slots=True)
class Show:
    """Show the places of a file from outside."""

    path: Path
    signer_name: str
    notation: str
    boxes: tuple[tuple[str, Box], ...] = ()


def shown(job: Show) -> Preview:
    """Return the places and pictures of their pages.

    Raises:
        FileUnreadable, SecretRefused, DraftRefused: as they say; a place that is missing is an
            answer.
    """
    taken = intake.take_in(handed_in(job.path), job.path.name)
    if mark := secrecy_mark(taken.pdf):
        raise SecretRefused(mark)
    return preview(
        taken.pdf, signer_name=job.signer_name, notation=job.notation, boxes=dict(job.boxes)
    )
