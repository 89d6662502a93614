"""Delegations: the writings that give a capacity to sign, and when one of them suffices.

Legal source: Decree 30/2020/ND-CP, Art. 13: assignment of fields to a deputy (KT., 13.1),
authorisation in writing, limited in time and content, not passed on (TUQ., 13.3), by order of
the head as the agency's regulations say, passed on to the unit's own deputy at most (TL., 13.4);
a decision that makes someone acting head (Q.; Appendix I, Part I, II.7a).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from documents.document import VIETNAM, Competence
from documents.objections import DelegationNotInForce, DelegationRevoked, Objection, OutOfScope


@dataclass(frozen=True, slots=True)
class Delegation:
    """One writing that gives a capacity to a person."""

    id: str
    organ_id: str
    """In whose name is signed; for TUQ. also whose form and seal it is (Art. 13.3)."""
    capacity: Competence
    """KT., Q., TL. or TUQ."""
    grantor_id: str
    """Empty for Q.: a higher authority's decision."""
    grantee_id: str
    types: tuple[str, ...]
    """Names of the document types it covers; empty: all within `scope`."""
    scope: str
    """The fields or matters, as people read them."""
    basis: str
    """Code of the writing: decision, assignment, regulation, authorisation."""
    valid_from: datetime
    valid_until: datetime | None
    """First moment it no longer holds."""
    revoked_at: datetime | None = None

    def revoked(self, at: datetime) -> bool:
        """Return whether it was taken back by *at*."""
        return self.revoked_at is not None and self.revoked_at <= at

    def in_force(self, at: datetime) -> bool:
        """Return whether it holds at *at*."""
        begun = self.valid_from <= at
        return (
            begun and not self.revoked(at) and (self.valid_until is None or at < self.valid_until)
        )

    def gives(self, capacity: Competence, grantee_id: str) -> bool:
        """Return whether it is about this capacity of this person, at any time."""
        return self.capacity is capacity and self.grantee_id == grantee_id

    def fault(self, type_name: str, at: datetime) -> Objection | None:
        """Return why it does not suffice for a document of this type at *at*, if so."""
        if self.revoked_at is not None and self.revoked(at):
            return DelegationRevoked(self.capacity, self.basis, day(self.revoked_at))
        if not self.in_force(at):
            return DelegationNotInForce(self.capacity, self.basis, self.period)
        if self.types and type_name not in self.types:
            return OutOfScope(self.capacity, self.basis, type_name)
        return None

    @property
    def period(self) -> str:
        """How long it holds, as people read it; the last day is within it."""
        start = day(self.valid_from)
        return (
            f"{start} – {day(self.valid_until, -1)}" if self.valid_until else f"từ / from {start}"
        )


def day(at: datetime, microseconds: int = 0) -> str:
    """Return the day of *at* in Vietnam, as people read it."""
    return (at + timedelta(microseconds=microseconds)).astimezone(VIETNAM).strftime("%d/%m/%Y")
