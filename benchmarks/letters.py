"""Many approved documents for the journey: the demo's letters, composed once and varied."""

import time
from datetime import UTC, datetime

from documents import outgoing
from documents.kinds import BY_NAME
from documents.lifecycle import Step
from documents.notation import written
from documents.numbering import local_day
from drafting import composer
from drafting.composer import Composed
from drafting.composition import Composition
from workflows import drafts
from workflows.demo_letters import LETTERS, Letter
from workflows.demo_people import DESKS
from workflows.drafts import Order
from workflows.office import Office

RECIPIENT = DESKS[-1].agency.organ_id
"""The ministry: in the other installation, with a database of its own."""
_SENDER = DESKS[0]
_LEADER, _SPECIALIST = _SENDER.people[0].id, _SENDER.people[2].id


class Drafter:
    """Hands in one draft after the other, each a file of its own."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._letters = [(letter, _composed(letter)) for letter in LETTERS]
        self._next = 0

    def submitted(self, count: int) -> list[str]:
        """Return the ids of *count* drafts that wait for the leader, each to one recipient."""
        return [self._hand_in() for _ in range(count)]

    def approve(self, document_id: str) -> None:
        """Take the leader's decision: from here on flows carry the document."""
        with self._office.database.writing() as session:
            outgoing.decide(session, document_id, Step.APPROVE, _LEADER, self._office.now())

    def approved(self, count: int) -> list[str]:
        """Return the ids of *count* approved drafts."""
        ids = self.submitted(count)
        for document_id in ids:
            self.approve(document_id)
        return ids

    def _hand_in(self) -> str:
        letter, composed = self._letters[self._next % len(self._letters)]
        self._next += 1
        order = Order(
            sender=_SENDER.agency.organ_id,
            type=letter.type,
            subject=letter.subject,
            recipients=(RECIPIENT,),
            signer=_LEADER,
            unit=letter.unit,
        )
        # a comment after its end makes each file another one
        pdf = composed.pdf + f"% {self._next} {time.monotonic_ns()}\n".encode()
        copy = Composed(pdf, composed.placement, composed.pages)
        document_id = drafts.hand_in_composed(self._office, order, copy)
        with self._office.database.writing() as session:
            outgoing.decide(session, document_id, Step.SUBMIT, _SPECIALIST, self._office.now())
        return document_id


def _composed(letter: Letter) -> Composed:
    return composer.compose(
        Composition(
            type=letter.type,
            agency=_SENDER.agency,
            notation=written(BY_NAME[letter.type], _SENDER.agency.abbreviation, letter.unit),
            subject=letter.subject,
            year=local_day(datetime.now(UTC)).year,
            signer=_SENDER.people[0],
            legal_bases=letter.bases,
            body=letter.body,
            to_places=tuple(desk.agency.name for desk in DESKS),
        )
    )
