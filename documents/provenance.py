"""Whether an incoming document is what its message says: its head, its block, signer and seal.

Legal source: Decree 30/2020/ND-CP, Art. 13, 21.2, 32.2. A seal on record as another agency's
contradicts the sender, and a clerk decides. Everything else is a warning: the recipient cannot
know the sender's posts and regulations. A certificate seen for the first time fits by the names
in it, or is flagged with both names until somebody says whose it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from documents import authority, certificates, concordance, directory
from documents.capacity import Printed
from documents.concordance import Difference, Facts, Field
from documents.contents import NOTHING_READ, Contents
from documents.credential import Binding, Credential, assess_person, assess_seal, owners
from documents.document import Agency, Person, Role
from documents.objections import (
    CertificateNotInForce,
    CertificateOfAnother,
    CertificateUnknown,
    Objection,
)
from documents.spelling import same_agency_name
from documents.tables import DocumentRow

WARNING_LENGTH = 300
"""Characters."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Who signed and sealed a document, by signatures that hold."""

    printed: Printed | None = None
    """The signature block; None: none was found."""
    signer: Credential | None = None
    seal: Credential | None = None
    contents: Contents = NOTHING_READ
    """What else it says of itself."""


NOTHING = Signs()


class Flag(NamedTuple):
    """One thing that people are warned of."""

    code: str
    warning: str


@dataclass(frozen=True, slots=True)
class Doubts:
    """What speaks against a document."""

    quarantine: str
    """Why a clerk must decide; empty when nothing contradicts the sender."""
    flags: tuple[Flag, ...]


def doubts(session: Session, row: DocumentRow, signs: Signs, at: datetime) -> Doubts:
    """Return what does not fit in an incoming document; puts new certificates on record."""
    seen = {each.sha256: each for each in (signs.signer, signs.seal) if each is not None}
    known = certificates.bindings(session, seen)
    for sha256, each in seen.items():
        if sha256 not in known:
            certificates.see(session, each, row.sender_organ_id, at)
    known_agencies = directory.correspondents(session, row.sender_organ_id)
    found = known_agencies.get(row.sender_organ_id)
    sender = (
        directory.as_agency(found)
        if found is not None
        else Agency(row.sender_organ_id, row.sender_name, "", "")
    )
    collective = found.collective if found is not None else None
    bound = [binding for mine in known.values() for binding in mine]
    flags = [
        *_against_form(signs.printed, sender, collective=collective),
        *_against_signer(signs, row, sender, bound, at),
    ]
    against_seal = list(assess_seal(signs.seal, sender, bound, at)) if signs.seal else []
    strange = [each for each in against_seal if isinstance(each, CertificateOfAnother)]
    # verification has judged the time of signing; now is another moment
    flags += [each for each in against_seal if isinstance(each, CertificateUnknown)]
    differences = _against_message(signs, row, sender, known=found is not None)
    return Doubts(
        str(strange[0]) if strange else "",
        (
            *(Flag(each.code, each.warning[:WARNING_LENGTH]) for each in differences),
            *(Flag(each.code, _warning(each)) for each in flags),
        ),
    )


def _warning(objection: Objection) -> str:
    """Return an objection as a document's warning."""
    said = objection.as_dict()
    return f"{said['code']}: {said['vi']} / {said['en']}"[:WARNING_LENGTH]


def _against_form(
    printed: Printed | None, sender: Agency, *, collective: bool | None
) -> Iterable[Objection]:
    if printed is None:
        return []
    if collective is None and authority.collective_by_name(sender.name):
        collective = True
    return authority.form(printed, sender.name, collective=collective)


def _against_message(
    signs: Signs, row: DocumentRow, sender: Agency, *, known: bool
) -> Iterable[Difference]:
    """Compare the message with the document, and the sender's name with our catalogue."""
    named = row.sender_name or sender.name
    if known and not (
        same_agency_name(named, sender.name, sender.parent_name)
        or same_agency_name(sender.name, named)
    ):
        said = f"{row.sender_organ_id} {named}"
        yield Difference(Field.ORGAN_ID, said, sender.name, ("danh mục ghi", "the catalogue"))
    yield from concordance.compare(
        facts(row, sender), replace(signs.contents, signer=signs.printed)
    )


def facts(row: DocumentRow, sender: Agency) -> Facts:
    """Return what the message of *row* says, or will say, of its document."""
    return Facts(
        organ_id=row.sender_organ_id,
        agency=row.sender_name or sender.name,
        parent=sender.parent_name,
        number=row.code_number or "",
        notation=row.code_notation,
        promulgated=row.promulgated,
        type_name=row.type_name,
        subject=row.subject,
        signer_name=row.signer_name,
        signer_position=row.signer_position,
        signer_competence=row.signer_competence,
        document_key=row.document_key or "",
        old_organ_id=sender.old_organ_id,
    )


def _against_signer(
    signs: Signs, row: DocumentRow, sender: Agency, bound: list[Binding], at: datetime
) -> Iterable[Objection]:
    name = signs.printed.name if signs.printed else row.signer_name
    if signs.signer is None or not name:
        return []
    owned = owners(signs.signer.sha256, bound, at)
    if any(organ == sender.organ_id for organ, _ in owned):
        return []  # somebody said that it is the sender's; its people are not in our directory
    person = Person("", sender.organ_id, name, "", Role.LEADER)
    found = assess_person(signs.signer, person, sender, bound, at)
    return [each for each in found if not isinstance(each, CertificateNotInForce)]
