"""One document as whoever signs it has it before them: facts, objections, opinions, what waits.

Legal source: Decree 30/2020/ND-CP, Art. 11 to 13. The capacity line (TM., KT., TL., TUQ.) is judged
by the same function that judges the signature. Source of the screen: ux.md §1.4, §1.5.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    authority,
    casefile,
    checks,
    directory,
    draft_opinions,
    ledger,
    requests,
    signatory,
    versions,
)
from documents.batch import SeenMoved
from documents.capacity import Printed
from documents.document import Attachment
from documents.errors import OfficeError
from documents.lifecycle import Direction, State, Step
from documents.right import Right
from documents.right_holder import Who
from documents.rights import may, see
from documents.sign_session import SessionState
from documents.signature_request import OPEN
from documents.step_words import STATES
from documents.tables import (
    DocumentRow,
    DraftCheckRow,
    DraftOpinionRow,
    PersonRow,
    SignatureRequestRow,
    SignSessionRow,
    UnitRow,
)
from documents.versions import Version
from workflows.decisions import decide
from workflows.key_cards import KeyKind, kind_of
from workflows.office import Office


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of the document, for the reader."""

    step: str
    who: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class SignCase:
    """Everything beside the file."""

    row: DocumentRow
    names: Mapping[str, str]
    """Of people and units, by id."""
    versions: tuple[Version, ...]
    opinions: tuple[DraftOpinionRow, ...]
    checks: tuple[DraftCheckRow, ...]
    """That stand for the current version."""
    happened: tuple[Happening, ...]
    attachments: tuple[Attachment, ...]
    objections: tuple[OfficeError, ...]
    """Why the signature could not be made as things are."""
    key: KeyKind
    request: SignatureRequestRow | None
    """The newest request for a signature that comes later."""
    session: SignSessionRow | None
    """The newest round with the token tool."""
    may_initial: bool
    """Whether the reader's initials may be put on it."""

    @property
    def waits(self) -> bool:
        """Whether a request is open: somebody is to sign elsewhere."""
        return self.request is not None and self.request.state in OPEN

    @property
    def submitted(self) -> Happening | None:
        """Who submitted it last."""
        return next((h for h in reversed(self.happened) if h.step == Step.SUBMIT), None)

    def round_open(self, at: datetime) -> bool:
        """Return whether a round with the token tool is open at *at*."""
        last = self.session
        return last is not None and last.state == SessionState.OPEN and at <= last.until


_TOLD = frozenset({"draft", "revise", "submit", "return", "approve", "initial", "sign"})


def read_case(office: Office, session: Session, who: Who, document_id: str) -> SignCase:
    """Return the document as *who*, who may see it, has it before them.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or not theirs to see.
    """
    at = office.now()
    row = see(session, who, session.get(DocumentRow, document_id), at)
    if row.direction != Direction.OUTGOING:
        raise casefile.DocumentUnknown(row.id)
    happened = [each for each in ledger.history(session, row.id) if each.step in _TOLD]
    opinions = draft_opinions.of_document(session, row.id)
    standing = tuple(checks.standing(session, row.id).values())
    asked = requests.of_document(session, row.id)
    signer = session.get(PersonRow, row.signer_id or "")
    ids = {
        *(each.actor for each in happened),
        *(each.given_by or each.person_id or each.unit_id or "" for each in opinions),
        *(each.checked_by for each in standing),
        *(row.drafter_id or "", row.unit_id or ""),
    }
    names = _names(session, ids)
    return SignCase(
        row=row,
        names=names,
        versions=tuple(versions.versions_of(session, row.id)),
        opinions=tuple(opinions),
        checks=standing,
        happened=tuple(
            Happening(
                each.step,
                names.get(each.actor, each.actor),
                datetime.fromisoformat(each.at),
                _reason(each.detail),
            )
            for each in happened
        ),
        attachments=tuple(casefile.attachments_of(session, row.id)),
        objections=_objections(session, row, at),
        key=_kind(office, signer),
        request=asked[-1] if asked else None,
        session=session.scalar(
            select(SignSessionRow)
            .where(SignSessionRow.document_id == row.id)
            .order_by(SignSessionRow.created_at.desc())
            .limit(1)
        ),
        may_initial=may(session, who, Right.INITIAL, row, at),
    )


def _names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    wanted = [each for each in ids if each]
    people = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(wanted))
    units = select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(wanted))
    return {key: name for query in (units, people) for key, name in session.execute(query).all()}


def _reason(detail: str) -> str:
    said = json.loads(detail)
    return str(said.get("reason", "")) if isinstance(said, dict) else ""


def _objections(session: Session, row: DocumentRow, at: datetime) -> tuple[OfficeError, ...]:
    """Return what stands against approval: the capacity line, the post, checks that lack."""
    found: list[OfficeError] = []
    standing = signatory.standings(session, [row], at).get((row.organ_id, row.signer_id or ""))
    if standing is not None:
        lines = row.signer_competence.splitlines()
        drafted = Printed.of(lines, row.signer_name, row.signer_position)
        found += authority.assess(drafted, standing, None, row.type_name, at)
    if row.state == State.SUBMITTED:
        try:
            checks.ensure_passed(session, row)
        except OfficeError as error:
            found.append(error)
    return tuple(found)


def _kind(office: Office, signer: PersonRow | None) -> KeyKind:
    try:
        return kind_of(office, signer.signing_key if signer else "")
    except OfficeError:
        return KeyKind.NONE


def approve(office: Office, document_id: str, who: Who, seen_state: str, seen_sha256: str) -> None:
    """Let *who* approve what they had before them; a repeat of the same decision changes nothing.

    Raises:
        DocumentUnknown: there is none that *who* may see.
        SeenMoved: it stands elsewhere now.
        What `decide` refuses; VersionMoved where it is another file.
    """
    at = office.now()
    with office.database.writing() as session:
        row = locked_for(session, who, document_id, at)
        if row.state == State.APPROVED and row.approved_sha256 == seen_sha256:
            if row.signer_id != who.person_id:
                person = session.get_one(PersonRow, who.person_id)
                what = "ký / sign this"
                raise directory.RightMissing(person.full_name, person.position, what)
            return
        if row.state != seen_state:
            now, then = (STATES.get(each, each) for each in (row.state, seen_state))
            raise SeenMoved(now, then)
        decide(session, row, Step.APPROVE, who.person_id, at, "", seen_sha256)


def locked_for(session: Session, who: Who, document_id: str, at: datetime) -> DocumentRow:
    """Return the document, locked, that *who* may see.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or not theirs to see.
    """
    return see(session, who, casefile.locked(session, document_id), at)
