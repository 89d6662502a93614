"""The leader's signature: certifies the document, visible and blue.

Standards: ETSI EN 319 142-1 (PAdES B-B), ISO 32000-1, 12.8.2.2 (DocMDP: P=2
lets the clerk fill the reserved fields and seal, nothing else).
Legal source: Decree 30/2020/ND-CP, Art. 13; Appendix I, Part I, II.7.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from signing import cms
from signing.appearance import Stamp, draw_stamp
from signing.fields import LEADER_FIELD, LOCK_ALL_BUT_ISSUING, initialled
from signing.keys import Identity, KeyHolder, ensure_valid
from signing.revision import (
    field_named,
    frame_of,
    open_revision,
    reading,
    set_appearance,
    top_fields,
    unfinished,
)
from signing.timestamps import Stamping

CERTIFY = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.FILL_FORMS)
APPROVE_AND_LOCK = SigMDPSetup(
    md_algorithm="sha256", field_lock=LOCK_ALL_BUT_ISSUING, docmdp_perms=MDPPerm.FILL_FORMS
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signature's dictionary says beside the signature (ISO 32000-1, table 252)."""

    at: datetime
    """The claimed time of signing, aware; /M."""
    name: str = ""
    reason: str = ""
    location: str = ""


def sign(
    pdf: bytes,
    key: KeyHolder,
    stamp: Stamp | None,
    *,
    at: datetime,
    name: str = "",
    reason: str = "",
    location: str = "",
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* certified by the leader's *key*; *stamp* shows in the signature's place.

    The first and only certification (an approval that locks as much, where initials came
    first): afterwards only the reserved fields may be
    filled and the seal may be set. *at* is the time of signing (aware). With *stamping* the
    signature gets a timestamp (level B-T), or none where the TSA is down or slow.

    Raises:
        PdfUnreadable, PdfEncrypted: the file cannot be signed as it is.
        PdfAlreadySigned: it has a signature that is no initials (`initials`).
        PdfFieldsMissing: its fields were not reserved.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
    """
    writer, permissions = certification(pdf, key, stamp, at)
    with reading():
        statement = Statement(at, name, reason, location)
        return embed(writer, LEADER_FIELD, key, permissions, statement, stamping)


def certification(
    pdf: bytes, identity: Identity, stamp: Stamp | None, at: datetime
) -> tuple[IncrementalPdfFileWriter, SigMDPSetup]:
    """Return the revision of *pdf* in which *identity* certifies: all of it but the signature.

    With it what the signature will permit: after initials it approves and locks, for only
    a document's first signature can certify.

    Raises:
        PdfUnreadable, PdfEncrypted, PdfAlreadySigned, PdfFieldsMissing, CertificateRefused:
            as `sign` says.
    """
    ensure_valid(identity, at)
    writer = open_revision(pdf)
    with reading():
        signed = initialled(writer)
        field = field_named(top_fields(writer), LEADER_FIELD)
        if stamp is not None:
            set_appearance(writer, field, draw_stamp(writer, frame_of(field), stamp))
    return writer, APPROVE_AND_LOCK if signed else CERTIFY


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file whose newest revision lacks nothing but its signature: frozen until it comes."""

    pdf: bytes = field(repr=False)
    """The whole file, zeros where the signature will be."""
    digest: bytes
    """Of everything but the signature's place, by the identity's digest algorithm."""
    start: int
    """Where the signature's hexadecimal string begins, with its `<` (bytes)."""
    end: int
    """Where it ends, after its `>` (bytes)."""

    def filled(self, signature: bytes) -> bytes:
        """Return the whole file with the CMS *signature* (DER) in its place.

        Raises:
            ValueError: it is longer than what was reserved.
        """
        digits = signature.hex().encode("ascii")
        room = self.end - self.start - 2
        if len(digits) > room:
            raise ValueError(f"{len(digits)} > {room}")
        padded, whole = digits.ljust(room, b"0"), memoryview(self.pdf)  # slices, not copies
        return b"".join((whole[: self.start], b"<", padded, b">", whole[self.end :]))


def embed(
    writer: IncrementalPdfFileWriter,
    field: str,
    key: KeyHolder,
    permissions: SigMDPSetup,
    statement: Statement,
    stamping: Stamping | None = None,
) -> bytes:
    """Write the revision with a signature by *key* in the empty *field*; return the whole file."""
    room = stamping.room if stamping is not None else 0
    before, revision = _begun(writer, field, key, permissions, statement, room)
    return before + revision.filled(cms.signed_data(key, revision.digest, stamping, room))


def prepare_revision(
    writer: IncrementalPdfFileWriter,
    field: str,
    identity: Identity,
    permissions: SigMDPSetup,
    statement: Statement,
    *,
    timestamp: int = 0,
) -> Prepared:
    """Write the revision that a signature by *identity* in the empty *field* will complete.

    *timestamp* is the room (bytes) for a token beside the signature.
    """
    before, revision = _begun(writer, field, identity, permissions, statement, timestamp)
    start, end = len(before) + revision.start, len(before) + revision.end
    return Prepared(before + revision.pdf, revision.digest, start, end)


def _begun(
    writer: IncrementalPdfFileWriter,
    field: str,
    identity: Identity,
    permissions: SigMDPSetup,
    statement: Statement,
    timestamp: int,
) -> tuple[bytes, Prepared]:
    """Return the file as it was, and what is appended: its positions count from itself.

    The same steps as pyHanko's `PdfSigner`, without its second signature for the estimate of
    the size: the size is known.
    """
    steps = PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
    next(steps)
    placeholder = SignatureObject(
        timestamp=statement.at,
        subfilter=SigSeedSubFilter.PADES,
        name=statement.name or None,
        reason=statement.reason or None,
        location=statement.location or None,
        bytes_reserved=2 * cms.longest(identity, timestamp),  # hexadecimal digits
    )
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=permissions))
    writer.digest_aware_write = True
    before, added = unfinished(writer)
    end_of_file = added.tell()
    start, end = placeholder.contents.offsets
    placeholder.byte_range.fill_offsets(added, start, end, end_of_file)
    revision, size = added.getvalue(), len(before)
    digest = hashlib.new(identity.algorithm.digest, before)
    digest.update(revision[: start - size])
    digest.update(revision[end - size :])
    return before, Prepared(revision, digest.digest(), start - size, end - size)
