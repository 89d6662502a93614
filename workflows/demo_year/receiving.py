"""The year's arrivals: kept, entered, verified, registered; what is wrong with some of them."""

from dataclasses import replace

from sqlalchemy.orm import Session

from connectors.axis import MessageKind
from documents import casefile, change_decisions, changes, incoming
from documents.arrival import Arrival
from documents.document import Attachment, DocumentCode, document_key
from documents.incoming import Finding
from documents.lifecycle import State
from documents.numbering import local_day, written_number
from documents.tables import DocumentRow
from workflows.demo_data import phrases, seasons
from workflows.demo_data.agencies import OUTSIDE_SIGNERS
from workflows.demo_data.letters import Defect, Handling, Letter
from workflows.demo_year import handling, reporting
from workflows.demo_year.filling import DemoIncomplete, Filling
from workflows.jobs import Open, Verify

_PDF = "application/pdf"
_NUMBERS = 97
"""Numbers of letters from outside step by this, so that none is there twice."""


def plan_outside(filling: Filling, letter: Letter) -> None:
    """Enter a letter from outside where it arrives."""
    for each in letter.handlings:
        plan(filling, letter, each)


def plan(filling: Filling, letter: Letter, made: Handling) -> None:
    """Enter an arrival in the agenda."""
    if letter.ordinal in filling.pages or letter.defect is Defect.EXPIRED:
        filling.agenda.put_alone(made.arrived, lambda: _arrive_signed(filling, letter, made))
    else:
        filling.agenda.put(made.arrived, lambda session: _arrive(filling, letter, made, session))


def _arrive(filling: Filling, letter: Letter, made: Handling, session: Session) -> None:
    """Let the sample page arrive; that it is not signed was found once, for all of them."""
    arrival = _described(filling, letter, made, session)
    _enter(filling, letter, made, session, arrival, filling.unsigned)
    if letter.defect is Defect.DUPLICATE:
        minutes = 50
        again = seasons.after(made.arrived, minutes)
        filling.agenda.put(again, lambda s: _again(filling, letter, made, s, arrival))


def _again(
    filling: Filling, letter: Letter, made: Handling, session: Session, first: Arrival
) -> None:
    """Let the same code come once more with another content."""
    other = _message(filling, f"{first.document_key} again")
    arrival = replace(
        first,
        axis_id=f"{first.axis_id}-2",
        message_sha256=other,
        subject=f"{first.subject} (bản thay)"[:500],
    )
    document_id = _entered(filling, session, arrival, filling.unsigned, other)
    filling.note(session, letter, Defect.DUPLICATE, document_id)
    why = "Trùng số, ký hiệu với văn bản đã nhận; đề nghị nơi gửi kiểm tra"
    _refuse_later(filling, made, document_id, why)


def _arrive_signed(filling: Filling, letter: Letter, made: Handling) -> None:
    """Let a signed file arrive: its message is opened and its signatures are verified here."""
    office, database = filling.office, filling.office.database
    axis_id = filling.axis_id(letter)
    if letter.own:
        with database.reading() as session:
            sent = session.get_one(DocumentRow, filling.documents[letter.ordinal])
        message = sent.message_sha256 or ""
        (opened,) = office.workshop.run([Open(made.organ_id, axis_id, message)])
        if not isinstance(opened, Arrival):
            raise DemoIncomplete(letter.subject, str(opened))
        arrival = _broken(filling, opened) if letter.defect is Defect.BROKEN else opened
    else:
        with database.reading() as session:
            described = _described(filling, letter, made, session)
        arrival = _with_file(described, filling.expired_sha256, filling.expired_size)
    job = Verify(arrival.main_sha256, (), False, False, arrival.signer_name)
    (found,) = office.workshop.run([job])
    assert isinstance(found, Finding)  # noqa: S101  (the file is there)
    with database.writing() as session:
        _enter(filling, letter, made, session, arrival, found)


def _broken(filling: Filling, arrival: Arrival) -> Arrival:
    """Return the arrival with one byte of its file changed, as a bad disk would."""
    content = bytearray(filling.office.blobs.get(arrival.main_sha256))
    place = content.find(b"/MediaBox")
    content[place + 11] = ord("1") if content[place + 11 : place + 12] != b"1" else ord("2")
    sha256 = filling.office.blobs.put(bytes(content))
    other = _message(filling, f"{arrival.document_key} broken")
    return replace(_with_file(arrival, sha256, len(content)), message_sha256=other)


def _message(filling: Filling, words: str) -> str:
    """Keep what stands for a message of its own content, and return its digest."""
    return filling.office.blobs.put(f"Gói tin mẫu, không đi qua trục: {words}\n".encode())


def _with_file(arrival: Arrival, sha256: str, size: int) -> Arrival:
    name = arrival.attachments[0].name if arrival.attachments else "vanban.pdf"
    return replace(
        arrival,
        main_sha256=sha256,
        main_size=size,
        attachments=(Attachment(name, _PDF, sha256, size),),
    )


def _described(filling: Filling, letter: Letter, made: Handling, session: Session) -> Arrival:
    """Return an arrival as its message would describe it; its file is the sample page."""
    agency, page = filling.agency(letter.sender), filling.sample
    if letter.own:
        sent = session.get_one(DocumentRow, filling.documents[letter.ordinal])
        number, notation = sent.code_number or "", sent.code_notation
        signer = (sent.signer_name, sent.signer_position, sent.signer_competence)
        day = sent.promulgated
    else:
        number = written_number(letter.ordinal * _NUMBERS % 100_003 % 9_000 + 1 + letter.ordinal)
        short = letter.type.abbreviation
        notation = f"{short}-{agency.abbreviation}" if short else f"{agency.abbreviation}-VP"
        name, position = OUTSIDE_SIGNERS[letter.sender]
        signer, day = (name, position, ""), local_day(letter.issued)
    assert day is not None  # noqa: S101  (it was dispatched)
    arrival = Arrival(
        organ_id=made.organ_id,
        axis_id=filling.axis_id(letter),
        message_sha256=filling.message_sha256,
        sender_organ_id=letter.sender,
        sender_name=agency.name,
        document_key=document_key(letter.sender, day, DocumentCode(number, notation)),
        business_type=0,
        type_name=letter.type.value,
        subject=letter.subject,
        code_number=number,
        code_notation=notation,
        place=agency.place,
        promulgated=day,
        signer_name=signer[0],
        signer_position=signer[1],
        signer_competence=signer[2],
        urgency=int(letter.urgency),
        due_date=letter.due,
        to_places=tuple(filling.agency(each).name for each in letter.recipients),
        attachments=(Attachment("van-ban-mau.pdf", _PDF, page.sha256, page.size),),
        main_sha256=page.sha256,
        main_size=page.size,
        warnings=(phrases.UNSIGNED_WARNING,),
    )
    if letter.defect is Defect.FIELD_MISSING:
        missing = "edxml.missing: gói tin thiếu loại văn bản và nơi ban hành / fields are missing"
        return replace(arrival, type_name="", place="", warnings=(*arrival.warnings, missing))
    if letter.defect is Defect.EXPIRED:
        return replace(arrival, warnings=())
    return arrival


def _enter(
    filling: Filling,
    letter: Letter,
    made: Handling,
    session: Session,
    arrival: Arrival,
    found: Finding,
) -> None:
    """Enter an arrival; then as it is: quarantined, returned, or registered and handled."""
    at = filling.now()
    document_id = _entered(filling, session, arrival, found, arrival.message_sha256)
    filling.arrivals[letter.ordinal, made.organ_id] = document_id
    row = casefile.known(session, document_id)
    if letter.defect in {Defect.MISDIRECTED, Defect.BROKEN, Defect.EXPIRED}:
        filling.note(session, letter, letter.defect, document_id)
        _refuse_later(filling, made, document_id, _WHY[letter.defect])
        return
    if row.state != State.VERIFIED:
        _release_later(filling, letter, made, document_id)
        return
    incoming.registered(session, document_id, at)
    reporting.report(filling, session, document_id, at)
    if letter.defect is Defect.FIELD_MISSING:
        filling.note(session, letter, letter.defect, document_id)
    if letter.defect is not Defect.RECALLED:
        handling.plan(filling, letter, made, document_id)


_WHY = {
    Defect.MISDIRECTED: "Văn bản gửi nhầm, không thuộc thẩm quyền giải quyết của cơ quan",
    Defect.BROKEN: "Chữ ký số không còn nguyên vẹn, đề nghị gửi lại",
    Defect.EXPIRED: "Chứng thư số của người ký đã hết hạn, đề nghị ký lại",
}


def _entered(
    filling: Filling, session: Session, arrival: Arrival, found: Finding, sha256: str
) -> str:
    """Keep, enter and verify; what was found of a file of ours is warned of like any other's."""
    at, organ = filling.now(), arrival.organ_id
    kind, sender = MessageKind.EDOC, arrival.sender_organ_id
    reporting.keep(filling, session, organ, arrival.axis_id, sender, kind, at, sha256)
    document_id = incoming.arrived(session, arrival, at)
    incoming.verified(session, document_id, found, at)
    incoming.confirmed(session, organ, arrival.axis_id, at)
    reporting.report(filling, session, document_id, at)
    return document_id


def _refuse_later(filling: Filling, made: Handling, document_id: str, why: str) -> None:
    clerk = filling.bureau(made.organ_id).clerk

    def refuse(session: Session) -> None:
        incoming.refused(session, document_id, clerk, filling.now(), why)
        reporting.report(filling, session, document_id, filling.now())

    filling.agenda.put(seasons.after(filling.now(), 25), refuse)


def _release_later(filling: Filling, letter: Letter, made: Handling, document_id: str) -> None:
    """Let the clerk accept what was held for another reason than the plan's."""
    clerk = filling.bureau(made.organ_id).clerk

    def release(session: Session) -> None:
        at = filling.now()
        why = "Đã đối chiếu với nơi gửi qua điện thoại"
        incoming.released(session, document_id, clerk, at, why)
        incoming.registered(session, document_id, at)
        reporting.report(filling, session, document_id, at)
        handling.plan(filling, letter, made, document_id)

    filling.agenda.put(seasons.after(filling.now(), 30), release)


def plan_recall(filling: Filling, letter: Letter) -> None:
    """Let the sender ask for the letter back on the next working day, and recipients agree."""
    bureau, document_id = filling.bureau(letter.sender), filling.documents[letter.ordinal]

    def ask(session: Session) -> None:
        at = filling.now()
        why = "Văn bản có sai sót về số liệu, thu hồi để ban hành lại"
        changes.ask(session, document_id, bureau.clerk, at, why)
        reporting.changes(filling, session, at)
        filling.note(session, letter, Defect.RECALLED, document_id)

    def agree(session: Session) -> None:
        at = filling.now()
        for made in letter.handlings:
            arrival = filling.arrivals[letter.ordinal, made.organ_id]
            clerk = filling.bureau(made.organ_id).clerk
            change_decisions.answer(session, arrival, clerk, at, agree=True)
        reporting.changes(filling, session, at)

    filling.agenda.put(seasons.after(letter.issued, 415), ask)
    filling.agenda.put(seasons.after(letter.issued, 600), agree)
