"""The year's outgoing letters: drafted, submitted, approved, issued, each step at its time.

A letter with real signatures is signed, numbered and sealed by the same steps as any other
(`workflows.issuance`), at its moment of the past. Every other one has the sample page and says
in its note and warnings that it is not signed.
"""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from documents import casefile, correction_letters, draft_opinions, outgoing
from documents.document import Urgency
from documents.draft import Draft
from documents.lifecycle import State, Step
from documents.relation import RelationKind
from documents.tables import DocumentRow
from workflows import issuance, messages
from workflows.carrying import Pouch
from workflows.demo_data import phrases, seasons
from workflows.demo_data.letters import Defect, Letter
from workflows.demo_year import receiving, reporting
from workflows.demo_year.filling import DemoIncomplete, Filling

_ANSWERABLE = {State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS}
_UNSENT = "Không ban hành nữa: nội dung đã có văn bản khác thay thế"
_MINUTE = timedelta(minutes=1)


def plan(filling: Filling, letter: Letter) -> None:
    """Enter the letter's first step in the agenda; the others follow from it."""
    filling.agenda.put(letter.drafted, lambda session: _draft(filling, letter, session))


def _draft(filling: Filling, letter: Letter, session: Session) -> None:
    at, page = filling.now(), filling.pages.get(letter.ordinal, filling.sample)
    real = letter.ordinal in filling.pages
    draft = Draft(
        organ_id=letter.sender,
        type=letter.type.value,
        subject=letter.subject,
        recipients=letter.recipients,
        signer_id=letter.signer,
        drafter_id=letter.drafter,
        source_sha256=page.source_sha256,
        source_size=page.source_size,
        pdf_sha256=page.sha256,
        pdf_size=page.size,
        pages=page.pages,
        placement=page.placement,
        unit=letter.unit,
        urgency=Urgency(letter.urgency),
        due_date=letter.due,
        to_places=tuple(filling.agency(each).name for each in letter.recipients),
        description="" if real else phrases.UNSIGNED,
    )
    row = outgoing.create(session, draft, at)
    filling.documents[letter.ordinal] = row.id
    if not real:
        warning = ("demo.unsigned", phrases.UNSIGNED_WARNING)
        casefile.warn(session, row, [warning], at)
    _answer(filling, letter, session, row, at)
    agenda = filling.agenda
    if letter.asked:
        agenda.put(letter.drafted + 2 * _MINUTE, lambda s: _ask(filling, letter, s))
    agenda.put(letter.submitted, lambda s: _decide(filling, letter, s, Step.SUBMIT))
    _send_back(filling, letter)
    if letter.issued > agenda.until:
        return  # lies before its signer: the year ends first
    agenda.put(letter.approved, lambda s: _decide(filling, letter, s, Step.APPROVE))
    if real:
        agenda.put_alone(letter.issued, lambda: _issue_signed(filling, letter))
    else:
        agenda.put(letter.issued, lambda s: _issue(filling, letter, s))


def _answer(
    filling: Filling, letter: Letter, session: Session, row: DocumentRow, at: datetime
) -> None:
    """Tie the letter to the arrival that it answers, if that may still be answered."""
    if letter.answers is None:
        return
    about = filling.arrivals.get(letter.answers)
    if about is not None and casefile.known(session, about).state in _ANSWERABLE:
        correction_letters.tie(session, row.id, RelationKind.ANSWERS, about, at)


def _ask(filling: Filling, letter: Letter, session: Session) -> None:
    """Ask the unit's head for an opinion on the draft, and have it given."""
    section = next(
        (
            each
            for each in filling.bureau(letter.sender).sections
            if letter.drafter in each.staff and each.head != letter.drafter
        ),
        None,
    )
    if section is None:
        return
    document_id, at = filling.documents[letter.ordinal], filling.now()
    draft_opinions.ask(session, document_id, letter.drafter, at, people=[section.head])
    words = phrases.OPINIONS[letter.ordinal % len(phrases.OPINIONS)]
    draft_opinions.give(session, document_id, section.head, at + _MINUTE, words)


def _send_back(filling: Filling, letter: Letter) -> None:
    """Let the signer return the draft once, and the drafter submit it again."""
    back, again = (seasons.after(letter.submitted, minutes) for minutes in (6, 14))
    if not letter.returned or again >= letter.approved:
        return
    agenda = filling.agenda
    agenda.put(back, lambda s: _decide(filling, letter, s, Step.RETURN, letter.returned))
    agenda.put(again, lambda s: _decide(filling, letter, s, Step.SUBMIT))


def _decide(
    filling: Filling, letter: Letter, session: Session, step: Step, reason: str = ""
) -> None:
    who = letter.drafter if step is Step.SUBMIT else letter.signer
    outgoing.decide(session, filling.documents[letter.ordinal], step, who, filling.now(), reason)


def _issue(filling: Filling, letter: Letter, session: Session) -> None:
    """Issue a letter that has the sample page: every step is taken, nothing is signed."""
    document_id, at, page = filling.documents[letter.ordinal], filling.now(), filling.sample
    outgoing.signed(session, document_id, page.sha256, page.size, at)
    outgoing.numbered(session, document_id, at)
    if letter.defect is Defect.VOID:
        clerk = filling.bureau(letter.sender).clerk
        outgoing.decide(session, document_id, Step.VOID, clerk, at, _UNSENT)
        filling.note(session, letter, Defect.VOID, document_id)
        return
    outgoing.sealed(session, document_id, page.sha256, page.size, at)
    outgoing.prepared(session, document_id, filling.message_sha256, at)
    _dispatched(filling, letter, session)
    _left(filling, letter)


def _issue_signed(filling: Filling, letter: Letter) -> None:
    """Issue a letter with real signatures; its message is real too."""
    office, document_id = filling.office, filling.documents[letter.ordinal]
    for step in (issuance.sign, issuance.number, issuance.seal):
        _ensure(letter, step(office, [document_id]), document_id)
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
    (dossier,) = messages.dossiers(office, [row])
    message = messages.written(office, dossier)
    with office.database.writing() as session:
        outgoing.prepared(session, document_id, message, filling.now())
        _dispatched(filling, letter, session)
    filling.signed.add(document_id)
    _left(filling, letter)


def _dispatched(filling: Filling, letter: Letter, session: Session) -> None:
    """Record that it left; what it answers is completed by that, and its sender told (06)."""
    document_id, at = filling.documents[letter.ordinal], filling.now()
    outgoing.dispatched(session, document_id, filling.axis_id(letter), at)
    if letter.answers in filling.arrivals:
        reporting.report(filling, session, filling.arrivals[letter.answers], at)


def _ensure(letter: Letter, pouch: Pouch, document_id: str) -> None:
    if document_id not in pouch.done:
        why = pouch.left.get(document_id, "?")
        raise DemoIncomplete(letter.subject, str(why))


def _left(filling: Filling, letter: Letter) -> None:
    """Let the letter arrive: here where the desk is here, else by what its recipient reports."""
    for each in letter.handlings:
        receiving.plan(filling, letter, each)
    document_id = filling.documents[letter.ordinal]
    if letter.defect is None and letter.ordinal % 3:
        later = seasons.after(filling.now(), 900)
        filling.agenda.put(later, partial(_file, filling, letter, document_id))
    for organ in letter.recipients:
        if not filling.serves(organ):
            _reported(filling, letter, organ)
    if letter.defect is Defect.RECALLED:
        receiving.plan_recall(filling, letter)


def _file(filling: Filling, letter: Letter, document_id: str, session: Session) -> None:
    """File what was issued in a dossier of the agency, where it keeps some."""
    if casefile.known(session, document_id).state == State.DISPATCHED:
        filling.file(session, document_id, letter.sender, filling.now())


def _reported(filling: Filling, letter: Letter, organ_id: str) -> None:
    def tell(code: str, session: Session) -> None:
        row = session.get_one(DocumentRow, filling.documents[letter.ordinal])
        reporting.tell(filling, session, row, organ_id, code, "", filling.now(), letter.sender)

    for code, minutes in (("01", 3), ("03", 70)):
        filling.agenda.put(seasons.after(letter.issued, minutes), partial(tell, code))
