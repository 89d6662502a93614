"""The record of certificates: which were seen, and whose they are by an administrator's word.

Legal source: Decree 30/2020/ND-CP, Art. 32, 33; TT 15/2025/TT-BKHCN, Art. 5. A certificate seen
for the first time is not trusted for that: it fits by the names in it, or somebody says whose
it is. Rows are only added; the newest word about a holder counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents import directory, ledger
from documents.credential import Binding, Credential
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.tables import BindingRow, CertificateRow

REASON_LENGTH = 1000
SHORTEST = 8
"""Hex digits of a certificate's SHA-256 that people must give."""


class CertificateNotSeen(Refused):
    """No certificate on record begins so, or several do."""

    code = "authority.certificate_not_seen"
    vietnamese = "Không có đúng một chứng thư có mã băm bắt đầu bằng «{0}»"
    english = "there is not exactly one certificate whose SHA-256 begins with «{0}»"
    remedy = "Xem `congvan authority certificates list` / see the list; at least 8 digits"


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate on record, with every holder it has."""

    credential: Credential
    seen_at: datetime
    seen_from: str
    bindings: tuple[Binding, ...]


_CERTIFICATES = cast("Table", CertificateRow.__table__)
_BINDINGS = cast("Table", BindingRow.__table__)
_SEE: dict[str, Any] = {
    # two workers may see the same certificate at the same moment
    name: upsert(_CERTIFICATES).on_conflict_do_nothing()
    for name, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}
# built once: building a statement takes longer than the database takes to run it
_OF_CERTIFICATES = (
    select(
        _CERTIFICATES.c.sha256,
        _BINDINGS.c.organ_id,
        _BINDINGS.c.person_id,
        _BINDINGS.c.since,
        _BINDINGS.c.bound,
    )
    .outerjoin(_BINDINGS, _BINDINGS.c.sha256 == _CERTIFICATES.c.sha256)
    .where(_CERTIFICATES.c.sha256.in_(bindparam("wanted", expanding=True)))
    .order_by(_BINDINGS.c.recorded_at, _BINDINGS.c.id)
)


def bindings(session: Session, sha256s: Iterable[str]) -> dict[str, list[Binding]]:
    """Return, for those of *sha256s* that are on record, whose they are."""
    wanted = sorted(set(sha256s))
    if not wanted:
        return {}
    found: dict[str, dict[tuple[str, str], Binding]] = {}
    for sha256, organ, person, since, bound in session.connection().execute(
        _OF_CERTIFICATES, {"wanted": wanted}
    ):
        mine = found.setdefault(sha256, {})
        if organ is not None:
            mine[organ, person or ""] = Binding(sha256, organ, person or "", since, bound)
    return {sha256: list(each.values()) for sha256, each in found.items()}


def see(session: Session, credential: Credential, seen_from: str, at: datetime) -> None:
    """Put a certificate on record, once."""
    connection = session.connection()
    values = {
        "sha256": credential.sha256,
        "name": credential.name,
        "organisations": list(credential.organisations),
        "serial": credential.serial,
        "issuer": credential.issuer,
        "not_before": credential.not_before,
        "not_after": credential.not_after,
        "seen_at": at,
        "seen_from": seen_from,
    }
    connection.execute(_SEE[connection.dialect.name], values)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a certificate is said to be."""

    sha256: str
    organ_id: str
    """New or old code."""
    person: str = ""
    """Id or full name; empty: the agency's seal."""
    since: datetime | None = None
    """From when on; from the beginning of its validity where None."""
    bound: bool = True
    reason: str = ""


def bind(session: Session, claim: Claim, by: Actor, of: str, at: datetime) -> Binding:
    """Record whose a certificate is, or no longer is; the ledger of the agency *of* tells of it.

    Raises:
        CertificateNotSeen: it is not on record.
        AgencyUnknown, PersonUnknown, PersonAmbiguous: as they say.
    """
    certificate = session.get(CertificateRow, claim.sha256)
    if certificate is None:
        raise CertificateNotSeen(claim.sha256)
    agency = directory.agency_row(session, claim.organ_id)
    person = (
        directory.person_row(session, agency.organ_id, claim.person).id if claim.person else None
    )
    row = BindingRow(
        id=new_id(),
        sha256=certificate.sha256,
        organ_id=agency.organ_id,
        person_id=person,
        since=claim.since or certificate.not_before,
        bound=claim.bound,
        reason=storable(claim.reason)[:REASON_LENGTH],
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    detail = {
        "name": certificate.name,
        "agency": row.organ_id,
        "person": row.person_id,
        "since": row.since.isoformat(),
        "reason": row.reason,
    }
    step = "bind_certificate" if claim.bound else "unbind_certificate"
    fact = Fact("", step, "", by, row.sha256, tuple(detail.items()))
    ledger.append(session, of, fact, at)
    return Binding(row.sha256, row.organ_id, row.person_id or "", row.since, row.bound)


def beginning(session: Session, digits: str) -> CertificateRow:
    """Return the one certificate whose SHA-256 begins with *digits*.

    Raises:
        CertificateNotSeen: none does, or several do, or too few digits are given.
    """
    wanted = digits.strip().lower().replace(":", "")
    if len(wanted) < SHORTEST or not set(wanted) <= set("0123456789abcdef"):
        raise CertificateNotSeen(digits[:64])
    query = select(CertificateRow).where(CertificateRow.sha256.startswith(wanted)).limit(2)
    found = session.scalars(query).all()
    if len(found) != 1:
        raise CertificateNotSeen(digits[:64])
    return found[0]


def listed(session: Session, limit: int, *, unbound: bool = False) -> list[Known]:
    """Return the certificates on record, the newest first; *unbound*: those that are nobody's."""
    query = select(CertificateRow).order_by(CertificateRow.seen_at.desc(), CertificateRow.sha256)
    if unbound:
        mine = select(BindingRow.sha256).where(BindingRow.sha256 == CertificateRow.sha256)
        query = query.where(~mine.exists())
    rows = session.scalars(query.limit(limit)).all()
    bound = bindings(session, [row.sha256 for row in rows])
    return [
        Known(as_credential(row), row.seen_at, row.seen_from, tuple(bound.get(row.sha256, ())))
        for row in rows
    ]


def as_credential(row: CertificateRow) -> Credential:
    """Return the row as a value."""
    return Credential(
        sha256=row.sha256,
        name=row.name,
        organisations=tuple(row.organisations),
        serial=row.serial,
        issuer=row.issuer,
        not_before=row.not_before,
        not_after=row.not_after,
    )
