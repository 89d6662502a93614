"""Revocation data (dữ liệu thu hồi): fetched once for a chain, checked, kept while it is valid.

Standards: RFC 5280, 4.2.1.13 and 6.3 (revocation lists), RFC 6960 (OCSP), ETSI EN 319 142-1,
5.4 (what a document's security store holds). Only certificates that lead to a trusted root
are asked about, at the addresses that they name or that the settings name instead. What is
kept on disk is judged anew by its own times and signatures when it is read.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from documents.errors import OfficeError, Unavailable
from signing.chains import TOLERANCE, CertificateRevoked, ChainUntrusted, trusted_path
from signing.exchange import Exchange, NotAnswered, Request
from signing.signed_data import parsed
from signing.trust import TrustStore

LARGEST_LIST = 32 * 1024 * 1024
"""Bytes of a revocation list; national ones have a few million."""
REFRESH = timedelta(days=1)
"""Data is fetched anew after this long, even where its issuer lets it stand longer."""
WITHOUT_END = timedelta(minutes=10)
"""How long an OCSP response is good that does not say until when."""

_EVER = datetime.max.replace(tzinfo=UTC)


class RevocationUnavailable(Unavailable):
    """Whether a certificate is revoked cannot be proved now."""

    code = "revocation.unavailable"
    vietnamese = "Không lấy được dữ liệu thu hồi của «{0}»: {1}"
    english = "no revocation data could be had for {0}: {1}"
    remedy = "Hệ thống sẽ tự lấy lại sau / it is asked again later by itself"


@dataclass(frozen=True, slots=True)
class Proof:
    """That chains were good: certificates and what says that none of them is revoked, DER."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    until: datetime = _EVER
    """When newer data is to be asked for."""
    ends: datetime = _EVER
    """When the first of the certificates ends."""

    def __add__(self, other: "Proof") -> "Proof":
        """Return both, each item once."""
        return Proof(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            tuple(dict.fromkeys((*self.crls, *other.crls))),
            tuple(dict.fromkeys((*self.ocsps, *other.ocsps))),
            min(self.until, other.until),
            min(self.ends, other.ends),
        )


@dataclass(slots=True)
class Revocations:
    """What one installation knows of revocation, in a folder, and fetches."""

    folder: Path
    trust: TrustStore
    exchange: Exchange | None = field(default_factory=Exchange)
    """None fetches nothing: only the lists in *trust* and what was kept are used."""
    responder: str = ""
    """An OCSP responder that is asked instead of those that certificates name."""
    seconds: float = 15.0
    """How long one answer may take."""
    _proved: dict[bytes, Proof] = field(default_factory=dict)

    def prove(
        self,
        certificate: bytes,
        others: Sequence[bytes],
        at: datetime,
        *,
        seen: datetime | None = None,
        timestamping: bool = False,
    ) -> Proof:
        """Return proof that the chain of *certificate* is good at *at*, which is now.

        Where it is good no more, proof is taken that it was when it was *seen* (at the time of
        a timestamp over what it signed).

        Raises:
            ChainUntrusted: it does not lead to a trusted root.
            CertificateRevoked: it, or an issuer of it, is revoked.
            RevocationUnavailable: that cannot be proved now.
        """
        known = self._proved.get(certificate)
        if known is not None and at < known.until:
            return known
        try:
            proof = self._proof(_Question(at, at, timestamping), certificate, others)
        except (ChainUntrusted, CertificateRevoked):
            if seen is None:
                raise
            return self._proof(_Question(at, seen, timestamping), certificate, others)
        self._proved[certificate] = proof
        return proof

    def _proof(self, asked: "_Question", certificate: bytes, others: Sequence[bytes]) -> Proof:
        path = trusted_path(
            certificate, others, self.trust, asked.moment, timestamping=asked.timestamping
        )
        proof = Proof(path, ends=min(parsed(each).not_valid_after_utc for each in path))
        # from the root down: an answer's own signer must be proved good too
        for place in range(len(path) - 2, -1, -1):
            proof += self._link(asked, path[place:], proof)
        return proof

    def _link(self, asked: "_Question", path: Sequence[bytes], above: Proof) -> Proof:
        """Return proof for the first certificate of *path*; its issuers are proved *above*."""
        why: list[str] = []
        for found in self._candidates(path[0], path[1], asked.at, why):
            try:
                trusted_path(
                    path[0],
                    path[1:],
                    self.trust,
                    asked.moment,
                    crls=above.crls + found.crls,
                    ocsps=above.ocsps + found.ocsps,
                    revocation="require",
                    retroactive=asked.moment < asked.at,
                    timestamping=asked.timestamping,
                )
            except ChainUntrusted as fault:
                why.append(str(fault.args[-1]))
                continue
            return found
        subject = parsed(path[0]).subject.rfc4514_string()
        raise RevocationUnavailable(subject, "; ".join(why) or "không có nguồn / no source")

    def _candidates(
        self, certificate: bytes, issuer: bytes, at: datetime, why: list[str]
    ) -> Iterator[Proof]:
        """Yield what may prove *certificate* unrevoked, the smallest first."""
        for url in self._responders(certificate):
            key = f"ocsp {url} {hashlib.sha256(certificate + issuer).hexdigest()}"
            request = Request(url, _question(certificate, issuer), "application/ocsp-request")
            yield from self._had(key, request, at, why)
        for held in self.trust.crls:
            if _issuer_of_list(held) == parsed(certificate).issuer and _fresh(held, b"", at):
                yield Proof(crls=(held,), until=min(_times(held)[1], at + REFRESH))
        for url in _lists(certificate):
            yield from self._had(f"crl {url}", Request(url, largest=LARGEST_LIST), at, why)

    def _had(self, key: str, request: Request, at: datetime, why: list[str]) -> Iterator[Proof]:
        """Yield what is kept under *key*, or what *request* brings, then kept."""
        path = self.folder / hashlib.sha256(key.encode()).hexdigest()
        with self._alone(path):
            kept = path.read_bytes() if path.exists() else b""
            young = bool(kept) and path.stat().st_mtime + REFRESH.total_seconds() > at.timestamp()
            if not (young and _fresh(kept, request.body, at)):
                kept = self._fetched(path, request, at, why) or kept
        if kept and _fresh(kept, request.body, at):
            until = min(_times(kept)[1], at + REFRESH)
            yield (
                Proof(ocsps=(kept,), until=until)
                if request.body
                else Proof(crls=(kept,), until=until)
            )

    def _fetched(self, path: Path, request: Request, at: datetime, why: list[str]) -> bytes:
        """Return and keep a new answer; nothing where there is none that can be used."""
        if self.exchange is None:
            return b""
        if not (self.exchange.allows(request.url) or request.url == self.responder):
            why.append(f"{request.url}: máy chủ không được phép / host not allowed")
            return b""
        if self.exchange.rests(path.name):
            why.append(f"{request.url}: vừa trả lời vô ích / its last answer was useless")
            return b""
        try:
            answer = self.exchange.ask(request, self.seconds)
        except NotAnswered as fault:
            why.append(f"{request.url}: {fault}")
            return b""
        if not _fresh(answer, request.body, at):
            self.exchange.failed(path.name, "")
            why.append(f"{request.url}: trả lời không dùng được / a useless answer")
            return b""
        temporary = path.with_name(f"{path.name}.new")
        temporary.write_bytes(answer)
        os.utime(temporary, (at.timestamp(), at.timestamp()))
        temporary.replace(path)
        return answer

    @contextmanager
    def _alone(self, path: Path) -> Iterator[None]:
        """Let one process at a time ask for the same: the others find the answer."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.with_name(f"{path.name}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _responders(self, certificate: bytes) -> list[str]:
        if self.responder:
            return [self.responder]
        try:
            access = parsed(certificate).extensions.get_extension_for_class(
                x509.AuthorityInformationAccess
            )
        except (x509.ExtensionNotFound, ValueError):
            return []
        return [
            one.access_location.value
            for one in access.value
            if one.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(one.access_location, x509.UniformResourceIdentifier)
        ][:_MOST_ADDRESSES]


_MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class _Question:
    at: datetime
    """Now."""
    moment: datetime
    """When the chain must have been good."""
    timestamping: bool


def _lists(certificate: bytes) -> list[str]:
    """Return the http addresses of the lists that cover *certificate*."""
    try:
        points = parsed(certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = [name for point in points.value for name in point.full_name or ()]
    urls = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return [url for url in urls if url.startswith("http")][:_MOST_ADDRESSES]


def _question(certificate: bytes, issuer: bytes) -> bytes:
    # responders know certificates by SHA-1 (RFC 5019, 2.1.1): a name, nothing is proved by it
    asked = ocsp.OCSPRequestBuilder().add_certificate(
        parsed(certificate),
        parsed(issuer),
        hashes.SHA1(),  # noqa: S303
    )
    return asked.build().public_bytes(Encoding.DER)


def _fresh(data: bytes, question: bytes, at: datetime) -> bool:
    """Return whether *data* is an answer or a list that is valid at *at*."""
    try:
        since, until = _response_times(data) if question else _times(data)
    except (ValueError, OfficeError):
        return False
    return since <= at + TOLERANCE and at <= until


def _times(data: bytes) -> tuple[datetime, datetime]:
    """Return from when until when a list, or a response, is valid."""
    try:
        found = x509.load_der_x509_crl(data)
    except ValueError:
        return _response_times(data)
    since = found.last_update_utc
    return since, found.next_update_utc or since + REFRESH


def _response_times(data: bytes) -> tuple[datetime, datetime]:
    found = ocsp.load_der_ocsp_response(data)
    if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(found.response_status.name)
    one = next(iter(found.responses))
    since = one.this_update_utc
    return since, one.next_update_utc or since + WITHOUT_END


def _issuer_of_list(data: bytes) -> x509.Name:
    return x509.load_der_x509_crl(data).issuer
