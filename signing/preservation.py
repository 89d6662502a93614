"""Makes a signed document last (bảo quản lâu dài): levels B-T, B-LT and B-LTA, after the seal.

Standards: ETSI EN 319 142-1, 5.4 and 6.3 (security store, document timestamps, levels), ISO
32000-2, 12.8.4.3 and 12.8.5; Circular 15/2025/TT-BKHCN (long-term preservation). A revision
with certificates and revocation data, then one with a timestamp over all of it; both are
permitted after a seal that locks everything. Before a timestamp's own certificate ends the
same is done again, over it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    PdfObject,
    StreamObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

from documents.errors import OfficeError, Refused
from documents.level import Level
from signing.der import Malformed
from signing.fields import PADES_EXTENSION
from signing.objects import dictionary, entry, name
from signing.revision import open_revision, reading, written
from signing.revocation import Proof, Revocations
from signing.signed_data import SignedData
from signing.timestamp_token import Token, not_after
from signing.timestamps import Timestamper, TimestampUnavailable

_COMPRESSED_FROM = 4096
"""Bytes: of a long list of serial numbers a third can be saved, of a certificate nothing."""
_FIELD = "DauThoiGian"


class NothingToPreserve(Refused):
    """The file has no signature, or one that cannot be read."""

    code = "pdf.nothing_to_preserve"
    vietnamese = "Tệp không có chữ ký đọc được để bảo quản: {0}"
    english = "there is no readable signature to preserve: {0}"
    remedy = "Kiểm tra tệp / check the file"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature or document timestamp in a file."""

    field: str
    data: SignedData = dataclass_field(repr=False)
    token: Token | None = dataclass_field(repr=False)
    """Its timestamp; for a document timestamp, itself."""
    is_document_timestamp: bool
    end: int
    """Where the revision that it covers ends (bytes)."""


@dataclass(frozen=True, slots=True)
class Preserved:
    """What came of it."""

    pdf: bytes = dataclass_field(repr=False)
    level: Level
    """What every signature in it reaches now."""
    renew_before: datetime | None
    """When the certificates of the new document timestamp end; None without one."""
    fault: OfficeError | None = None
    """Why it is not the level that was wanted."""


@dataclass(frozen=True, slots=True)
class Preserver:
    """What preserving needs of the world."""

    timestamper: Timestamper
    revocations: Revocations
    seconds: float
    """How long a timestamp may take."""

    def preserve(self, pdf: bytes, wanted: Level, at: datetime) -> Preserved:
        """Return *pdf* raised to *wanted*; one that is under an archive timestamp, renewed.

        Where revocation data is not to be had, what has no timestamp gets one at least.

        Raises:
            PdfUnreadable, PdfEncrypted, NothingToPreserve: not a file to preserve.
            TimestampUnavailable, RevocationUnavailable: nothing more can be had now.
            ChainUntrusted, CertificateRevoked: a certificate does not hold.
        """
        writer = open_revision(pdf)
        with reading():
            found = signatures(writer)
            standing = _level(writer, found, len(pdf))
        stamped, fault = standing.reaches(Level.B_T), None
        if wanted.reaches(Level.B_LT):
            try:
                pdf = self._with_store(writer, self._proof(found, standing, at))
            except OfficeError as error:
                if stamped:
                    raise
                wanted, fault = Level.B_T, error
        if stamped and not wanted.reaches(Level.B_LTA):
            return Preserved(pdf, max(wanted, standing, key=lambda level: level.rank), None)
        pdf, ends = self._stamped(pdf, f"{_FIELD}{len(found)}", at)
        # a timestamp over the store makes an archive timestamp of it
        reached = Level.B_LTA if wanted.reaches(Level.B_LT) else Level.B_T
        return Preserved(pdf, reached, ends, fault)

    def _proof(self, found: Sequence[Signature], standing: Level, at: datetime) -> Proof:
        """Return proof of the chains that no archive timestamp covers yet, and of the TSA's."""
        open_ones = found[-1:] if standing is Level.B_LTA else found
        tokens = [one.token for one in open_ones if one.token is not None]
        for token in tokens:
            self.timestamper.learn(token)
        if self.timestamper.newest is None:
            self.timestamper.stamp(b"", at, self.seconds)  # to know whose chain to prove
        assert self.timestamper.newest is not None  # noqa: S101  (learned just now)
        proof = Proof()
        for token in (*tokens, self.timestamper.newest):
            proof += self.revocations.prove(
                token.certificate, token.others, at, seen=token.at, timestamping=True
            )
        later = [one.token.at for one in found if one.is_document_timestamp and one.token]
        for one in open_ones:
            if not one.is_document_timestamp:
                seen = one.token.at if one.token is not None else next(iter(later), None)
                signed = one.data
                proof += self.revocations.prove(signed.signer, signed.certificates, at, seen=seen)
        return proof

    def _with_store(self, writer: IncrementalPdfFileWriter, proof: Proof) -> bytes:
        with reading():
            _store(writer, proof)
            writer.register_extension(PADES_EXTENSION)
            return written(writer)

    def _stamped(self, pdf: bytes, field: str, at: datetime) -> tuple[bytes, datetime]:
        """Return *pdf* with a document timestamp, and when its certificates end."""
        for _ in range(2):
            writer = open_revision(pdf)
            room = self.timestamper.room
            with reading():
                embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(field))
                steps = embedder.write_cms(field, writer, existing_fields_only=False)
                next(steps)
                placeholder = DocumentTimestamp(bytes_reserved=2 * room)  # hexadecimal digits
                steps.send(SigObjSetup(sig_placeholder=placeholder))
                prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", in_place=True))
            token = self.timestamper.stamp_digest(prepared.document_digest, at, self.seconds)
            if len(token.encoded) <= room:  # else the room that tokens need is known now
                steps.send(token.encoded)
                ends = min(not_after(each) for each in (token.certificate, *token.others))
                return bytes(output.getvalue()), ends
        raise TimestampUnavailable(self.timestamper.url, f"> {room} bytes")


def level_of(pdf: bytes) -> Level:
    """Return the level that every signature in a file of ours reaches.

    Read from what is there; whether it holds is `validation`'s to say.

    Raises:
        PdfUnreadable, PdfEncrypted, NothingToPreserve: there is none to be read.
    """
    writer = open_revision(pdf)
    with reading():
        return _level(writer, signatures(writer), len(pdf))


def signatures(writer: IncrementalPdfFileWriter) -> list[Signature]:
    """Return the signatures and document timestamps, in the order in which they were made.

    Raises:
        NothingToPreserve: there is no signature, or one cannot be read.
    """
    found = []
    for field, value, _ in enumerate_sig_fields(writer, filled_status=True):
        try:
            signed = value.get_object()
            found.append(_signature(str(field), signed))
        except (Malformed, ValueError, TypeError, LookupError, AttributeError) as fault:
            raise NothingToPreserve(f"{field}: {fault}") from fault
    if all(one.is_document_timestamp for one in found):
        raise NothingToPreserve("0")
    return sorted(found, key=lambda one: one.end)


def _signature(field: str, value: DictionaryObject) -> Signature:
    contents = bytes(value["/Contents"])
    data = SignedData.read(contents)
    _, _, start, length = (int(number) for number in value["/ByteRange"])
    is_timestamp = str(entry(value, "Type")) == "/DocTimeStamp"
    token = Token.read(contents) if is_timestamp else _token(data)
    return Signature(field, data, token, is_timestamp, start + length)


def _token(data: SignedData) -> Token | None:
    """Return the signature's timestamp, if it has one that stamps it."""
    for encoded in data.timestamps():
        try:
            token = Token.read(encoded)
        except Malformed:
            continue
        if token.imprint == hashlib.new(token.digest, data.signature).digest():
            return token
    return None


def _level(writer: IncrementalPdfFileWriter, found: Sequence[Signature], size: int) -> Level:
    last = max((one.end for one in found if one.is_document_timestamp), default=0)
    if any(one.token is None and one.end > last for one in found):
        return Level.B_B
    if not isinstance(entry(writer.root, "DSS"), DictionaryObject):
        return Level.B_T
    return Level.B_LTA if last == size else Level.B_LT


def _store(writer: IncrementalPdfFileWriter, proof: Proof) -> None:
    """Add what is not there yet to the document's security store (ISO 32000-2, 12.8.4.3)."""
    store = entry(writer.root, "DSS")
    if not isinstance(store, DictionaryObject):
        store = dictionary({"Type": "/DSS"})
        writer.root[name("DSS")] = writer.add_object(store)
        writer.update_root()
    for key, items in (
        ("Certs", proof.certificates),
        ("CRLs", proof.crls),
        ("OCSPs", proof.ocsps),
    ):
        held = entry(store, key)
        if not isinstance(held, ArrayObject):
            held = ArrayObject()
        there = {hashlib.sha256(_content(each)).digest() for each in held}
        new = [each for each in items if hashlib.sha256(each).digest() not in there]
        if new:
            references = [writer.add_object(_stream(each)) for each in new]
            store[name(key)] = ArrayObject([*held, *references])
    writer.update_container(store)


def _content(held: PdfObject) -> bytes:
    stream = held.get_object()
    return bytes(stream.data) if isinstance(stream, StreamObject) else b""


def _stream(content: bytes) -> StreamObject:
    stream = StreamObject(stream_data=content)
    if len(content) > _COMPRESSED_FROM:
        stream.compress()
    return stream
