"""Who may sign and seal what: the last look before a signature, and the first at one that came.

Legal source: Decree 30/2020/ND-CP, Art. 13, 32.2; TT 15/2025/TT-BKHCN, Art. 5. The block is
read from the very bytes that will be signed, the certificate is the key's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import signatory
from documents.authority import Standing, assess, refuse
from documents.credential import Binding, Credential, assess_seal
from documents.document import Agency
from documents.placement import Box, Placement
from documents.provenance import Signs
from documents.spelling import same_person
from documents.tables import DocumentRow
from drafting.contents import read_contents
from drafting.signature_block import read_signature_block
from signing import fields
from signing.credentials import credential
from signing.errors import CertificateRefused
from signing.keys import Identity, ensure_valid
from signing.report import Indication, Report, SignatureReport


@dataclass(frozen=True, slots=True)
class Warrant:
    """What a leader's signature on one document is checked against."""

    standing: Standing
    type_name: str
    box: Box | None
    """Where the signature goes."""


@dataclass(frozen=True, slots=True)
class SealWarrant:
    """What an agency's seal is checked against."""

    agency: Agency
    bindings: tuple[Binding, ...]


def warrants(session: Session, rows: Sequence[DocumentRow], at: datetime) -> dict[str, Warrant]:
    """Return, for each document by its id, what is on record about its signer at *at*."""
    known = signatory.standings(session, rows, at)
    found = {}
    for row in rows:
        box = Placement.from_dict(row.placement).signature if row.placement else None
        found[row.id] = Warrant(known[row.organ_id, row.signer_id or ""], row.type_name, box)
    return found


def ensure_may_sign(pdf: bytes, warrant: Warrant, identity: Identity, at: datetime) -> None:
    """Return if *identity* may sign *pdf* in the capacity it prints, at *at*.

    A file without a readable block, as a scan, is judged by the directory alone.

    Raises:
        CertificateRefused: the certificate is expired, not yet valid, or not for signing.
        Objection: capacity, name, position, delegation or certificate do not fit.
    """
    ensure_valid(identity, at)
    printed = read_signature_block(pdf, box=warrant.box) if warrant.box else None
    holder = credential(identity.certificate)
    refuse(assess(printed, warrant.standing, holder, warrant.type_name, at))


def ensure_may_seal(warrant: SealWarrant, identity: Identity, at: datetime) -> None:
    """Return if *identity* is the agency's seal at *at*.

    Raises:
        CertificateRefused: the certificate is expired, not yet valid, or not for signing.
        Objection: it is not this agency's.
    """
    ensure_valid(identity, at)
    holder = credential(identity.certificate)
    refuse(assess_seal(holder, warrant.agency, warrant.bindings, at))


def signs(pdf: bytes, report: Report, signer_name: str) -> Signs:
    """Return who signed and sealed an incoming document, as far as its signatures hold.

    Args:
        pdf: the document's own file.
        report: its verification.
        signer_name: as the message says; may be empty or wrong.
    """
    held = [each for each in report.signatures if each.indication is Indication.TOTAL_PASSED]
    people = (signer_name, *(each.signer for each in held))
    contents = read_contents(pdf, names=people)
    printed = contents.signer
    name = printed.name if printed else signer_name
    by_field = {each.field: each for each in held}
    named = (each for each in held if same_person(each.signer, name))
    leader = by_field.get(fields.LEADER_FIELD) or next(named, None)
    others = [each for each in held if each is not leader]
    seal = by_field.get(fields.SEAL_FIELD) or (others[-1] if others else None)
    if leader is None and seal is not None:
        # who signed is not who is named: whoever signed first, if not the seal itself
        strangers = (each for each in held if each.certificate != seal.certificate)
        leader = next(strangers, None)
    return Signs(printed, _read(leader), _read(seal), contents)


def _read(signature: SignatureReport | None) -> Credential | None:
    if signature is None or not signature.certificate:
        return None
    try:
        return credential(signature.certificate)
    except CertificateRefused:
        return None
