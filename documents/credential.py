"""Certificates: what one says of its holder, and whether that is who should hold it.

Source: RFC 5280, 4.1.2; TT 15/2025/TT-BKHCN, Art. 5 (the signer is checked by the certificate,
which must be in force); Decree 30/2020/ND-CP, Art. 32.2, 33.2 (a seal is one agency's). An
administrator's word about a certificate goes before the names in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from documents.delegation import day
from documents.document import Agency, Person
from documents.objections import (
    CertificateNotInForce,
    CertificateOfAnother,
    CertificateUnknown,
    Objection,
)
from documents.spelling import same_agency_name, same_person


@dataclass(frozen=True, slots=True)
class Credential:
    """One certificate's facts; nothing here says that it is trusted."""

    sha256: str
    """Of the DER, lowercase hex."""
    name: str
    """Common name, else the organisation."""
    organisations: tuple[str, ...]
    """Organisation and organisational units."""
    serial: str
    """Hex."""
    issuer: str
    not_before: datetime
    not_after: datetime

    @property
    def names(self) -> str:
        """All its names, for people."""
        return ", ".join(dict.fromkeys((self.name, *self.organisations)))

    def fits_seal(self, agency: Agency) -> bool:
        """Return whether it is in the agency's own name: its people's name it besides."""
        return same_agency_name(self.name, agency.name, agency.parent_name)

    def fits_person(self, person: Person, agency: Agency) -> bool:
        """Return whether it names the person, and no organisation but the person's."""
        if not same_person(self.name, person.full_name):
            return False
        return not self.organisations or any(
            same_agency_name(name, agency.name, agency.parent_name) for name in self.organisations
        )


@dataclass(frozen=True, slots=True)
class Binding:
    """Whose a certificate is, as an administrator said last of this holder."""

    sha256: str
    organ_id: str
    person_id: str
    """Empty: the agency's seal."""
    since: datetime
    bound: bool
    """False once it was taken back."""


def owners(sha256: str, bindings: Iterable[Binding], at: datetime) -> set[tuple[str, str]]:
    """Return whose the certificate is on record: (agency, person or nothing for its seal)."""
    return {
        (each.organ_id, each.person_id)
        for each in bindings
        if each.sha256 == sha256 and each.bound and each.since <= at
    }


def assess_person(
    credential: Credential,
    person: Person,
    agency: Agency,
    bindings: Iterable[Binding],
    at: datetime,
) -> tuple[Objection, ...]:
    """Return what speaks against *person* of *agency* signing with the certificate."""
    holder = (person.organ_id, person.id)
    wanted = f"{person.full_name}, {agency.name}"
    fits = credential.fits_person(person, agency)
    return tuple(_assess(credential, holder, wanted, tuple(bindings), at, fits=fits))


def assess_seal(
    credential: Credential, agency: Agency, bindings: Iterable[Binding], at: datetime
) -> tuple[Objection, ...]:
    """Return why a certificate is not the seal of *agency* (Art. 32.2, 33.2)."""
    holder = (agency.organ_id, "")
    fits = credential.fits_seal(agency)
    return tuple(_assess(credential, holder, agency.name, tuple(bindings), at, fits=fits))


def _assess(
    credential: Credential,
    holder: tuple[str, str],
    wanted: str,
    bindings: tuple[Binding, ...],
    at: datetime,
    *,
    fits: bool,
) -> Iterable[Objection]:
    if not credential.not_before <= at <= credential.not_after:
        span = f"{day(credential.not_before)} – {day(credential.not_after)}"
        yield CertificateNotInForce(credential.name, span)
    owned = owners(credential.sha256, bindings, at)
    if holder in owned:
        return
    if owned:
        others = ", ".join(sorted(person or organ for organ, person in owned))
        yield CertificateOfAnother(credential.names, others, wanted)
    elif not fits or _disowned(credential.sha256, holder, bindings):
        yield CertificateUnknown(credential.names, wanted)


def _disowned(sha256: str, holder: tuple[str, str], bindings: tuple[Binding, ...]) -> bool:
    """Return whether the certificate was the holder's and was taken back."""
    return any(
        each.sha256 == sha256 and (each.organ_id, each.person_id) == holder and not each.bound
        for each in bindings
    )
