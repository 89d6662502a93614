"""Timestamps from a TSA (dấu thời gian): asked for, checked, and done without when late.

Standard: RFC 3161. What comes back is used only when it stamps our digest, answers our own
question (nonce), holds by a TSA's certificate that leads to a trusted root, and names a time
near ours. A TSA that is down or slow costs a signature its level, never its being made.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import core

from documents.errors import OfficeError, Unavailable
from documents.level import Level
from signing import der
from signing.chains import trusted_path
from signing.der import Malformed, element, elements, object_identifier, whole
from signing.exchange import Exchange, NotAnswered, Request
from signing.timestamp_token import Token, not_after
from signing.trust import TrustStore

FIRST_ROOM = 12 * 1024
"""Bytes that are left for a token before the TSA's first one was seen."""
SPARE_ROOM = 256
"""Bytes: serial numbers and ECDSA values vary a little."""
SLOW_SECONDS = 0.5
"""A TSA that takes longer is not asked for every signature: the archive asks it in peace."""
RESTS = 3
"""How many times as long as it took it is left alone: signing waits a quarter of its time."""
SKEW = timedelta(minutes=5)
"""How far a TSA's clock and ours may be apart, besides the time it took to answer."""
_GRANTED = (b"\x00", b"\x01")
_SHA256 = der.sequence(object_identifier("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
_TRUE = b"\x01\x01\xff"
_VERSION_1 = b"\x02\x01\x01"


class TimestampUnavailable(Unavailable):
    """The TSA gave no token that can be used."""

    code = "timestamp.unavailable"
    vietnamese = "Không lấy được dấu thời gian từ {0}: {1}"
    english = "no timestamp could be had from {0}: {1}"
    remedy = "Hệ thống sẽ tự lấy lại sau / it is asked again later by itself"


@dataclass(slots=True)
class Timestamper:
    """One TSA, as one process knows it."""

    url: str
    trust: TrustStore
    exchange: Exchange = field(default_factory=Exchange)
    room: int = FIRST_ROOM
    """Bytes that its tokens need; learned from them."""
    newest: Token | None = None
    _trusted: dict[bytes, datetime] = field(default_factory=dict)
    """Until when the chains of TSA certificates are known to be good."""

    def stamp(self, message: bytes, at: datetime, seconds: float) -> Token:
        """Return a token over the SHA-256 of *message*, had within *seconds*, at about *at*."""
        return self.stamp_digest(hashlib.sha256(message).digest(), at, seconds)

    def stamp_digest(self, digest: bytes, at: datetime, seconds: float) -> Token:
        """Return a token over the SHA-256 *digest*.

        Raises:
            TimestampUnavailable: the TSA does not answer, refuses, or what it sent is no use.
        """
        nonce: bytes = core.Integer(secrets.randbits(63) | 1 << 62).dump()
        imprint = der.sequence(_SHA256, der.octet_string(digest))
        body = der.sequence(_VERSION_1, imprint, nonce, _TRUE)
        request = Request(self.url, body, "application/timestamp-query")
        try:
            answer = self.exchange.ask(request, seconds)
        except NotAnswered as fault:
            raise TimestampUnavailable(self.url, fault) from fault
        try:
            token = self._checked(answer, digest, nonce, at, seconds)
        except (Malformed, OfficeError) as fault:
            self.exchange.failed(self.url, str(fault))
            raise TimestampUnavailable(self.url, fault) from fault
        self.learn(token)
        return token

    def learn(self, token: Token) -> None:
        """Remember who stamps here, and how much room it takes."""
        self.room = max(len(token.encoded) + SPARE_ROOM, self.room if self.newest else 0)
        self.newest = token

    def _checked(
        self, answer: bytes, digest: bytes, nonce: bytes, at: datetime, seconds: float
    ) -> Token:
        """Return the token in *answer* if it is the one that was asked for.

        Raises:
            Malformed: the answer is something else.
            ChainUntrusted, CertificateRevoked: the TSA is not trusted.
        """
        status, *rest = _parts(answer)
        if status not in _GRANTED or not rest:
            raise Malformed(f"TSA từ chối / the TSA refuses: status {status.hex() or '?'}")
        token = Token.read(rest[0])
        if token.digest != "sha256" or token.imprint != digest:
            raise Malformed("dấu của dữ liệu khác / it stamps something else")
        if token.nonce != nonce:
            raise Malformed("trả lời cho câu hỏi khác / it answers another question")
        if not -SKEW <= token.at - at <= SKEW + timedelta(seconds=seconds):
            raise Malformed(f"lệch giờ / clocks differ: {token.at:%d/%m/%Y %H:%M:%S} UTC")
        self._ensure_trusted(token, at)
        return token

    def _ensure_trusted(self, token: Token, at: datetime) -> None:
        if self._trusted.get(token.certificate, datetime.min.replace(tzinfo=UTC)) > at:
            return
        path = trusted_path(
            token.certificate, token.others, self.trust, at, crls=self.trust.crls, timestamping=True
        )
        # looked at again now and then: a list may say by then that the TSA is revoked
        again = at + timedelta(hours=1)
        self._trusted[token.certificate] = min(again, *(not_after(each) for each in path))


def _parts(answer: bytes) -> tuple[bytes, ...]:
    """Return the status number and, where there is one, the token of a TimeStampResp."""
    status, *token = elements(answer, whole(answer))
    number = element(answer, status.body, status.end)
    if number.tag != der.INTEGER:
        raise Malformed("status")
    said = answer[number.body : number.end]
    return (said, *(answer[each.start : each.end] for each in token[:1]))


@dataclass(slots=True)
class Stamping:
    """One signature's timestamp: asked for once, within a deadline, and done without if need be."""

    timestamper: Timestamper
    at: datetime
    seconds: float
    fault: OfficeError | None = None
    """Why there is none."""
    token: bytes = field(default=b"", repr=False)

    @property
    def room(self) -> int:
        """Bytes to leave for it; 0 when the TSA failed a moment ago and is not asked."""
        resting = self.timestamper.exchange.rests(self.timestamper.url)
        return 0 if resting else self.timestamper.room

    def over(self, signature: bytes, room: int) -> bytes:
        """Return the token over a signature's value, of *room* bytes at most; empty without one."""
        exchange, begun = self.timestamper.exchange, self.timestamper.exchange.clock()
        try:
            token = self.timestamper.stamp(signature, self.at, self.seconds).encoded
        except OfficeError as fault:
            self.fault = fault
            return b""
        took = exchange.clock() - begun
        if took > SLOW_SECONDS:
            exchange.rest(self.timestamper.url, RESTS * took, f"{took:.1f} s")
        if len(token) > room:
            self.fault = TimestampUnavailable(self.timestamper.url, f"{len(token)} > {room} bytes")
            return b""
        self.token = token
        return token

    @property
    def level(self) -> Level:
        """What the signature became with it."""
        return Level.B_T if self.token else Level.B_B
