"""The tables of authority: delegations and whose certificates are whose. Rows are only added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from documents.document import Competence
from documents.tables.foundation import Base, among

DELEGATED = (
    Competence.DEPUTY,
    Competence.ACTING,
    Competence.BY_ORDER,
    Competence.AUTHORISED,
)
"""Capacities that a writing gives; TM. comes with the head's post."""


class DelegationRow(Base):
    """One writing that gives a person a capacity to sign; never changed."""

    __tablename__ = "delegation"
    __table_args__ = (CheckConstraint(among("capacity", sorted(DELEGATED)), name="capacity"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    capacity: Mapped[str] = mapped_column(String(10))
    grantor_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    grantee_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    types: Mapped[list[str]]
    scope: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(String(100))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    recorded_at: Mapped[datetime]


class RevocationRow(Base):
    """That a delegation was taken back; never changed."""

    __tablename__ = "delegation_revocation"

    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), primary_key=True)
    revoked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]


class CertificateRow(Base):
    """A certificate that was seen or entered once; never changed."""

    __tablename__ = "certificate"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    organisations: Mapped[list[str]]
    serial: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(300))
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    seen_at: Mapped[datetime]
    seen_from: Mapped[str] = mapped_column(String(35), default="")
    """Code of the agency whose document first carried it; empty where it was entered."""


class BindingRow(Base):
    """That a certificate is, or no longer is, someone's; the newest of a holder counts."""

    __tablename__ = "certificate_binding"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("certificate.sha256"), index=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Empty: the agency's seal."""
    since: Mapped[datetime]
    bound: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
