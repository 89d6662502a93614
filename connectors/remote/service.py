"""The port to remote signing: the key stays with a provider, the person agrees on a device.

Behind `RemoteSigner` stand the CSC API (`csc`), VNPT SmartCA (`smartca`) and Viettel MySign
(`mysign`). A SIM PKI operator would be one more; no public protocol of one was found.

The promise: nothing is kept here. A `SigningOrder` and the `Transaction` made of it say all
there is to know, so that whoever waits may write them down (`record`), die, and go on in
another process, days later. Every value that comes back was checked against the order's
certificate and hash before it is given out.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from connectors.remote.errors import RemoteRefused

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class RemoteCredential:
    """A certificate whose key a service keeps for one user."""

    user: str
    """Who they are at the service: an account, citizen or tax number."""
    credential_id: str
    """What the service calls key and certificate."""
    certificate: bytes
    """DER."""
    chain: tuple[bytes, ...]
    """Intermediate certificates as the service gives them, DER, without self-signed ones."""
    key_oids: tuple[str, ...]
    """Dotted OIDs of the key or signature algorithms the service offers for it."""
    algorithms: tuple[str, ...]
    """The same as names of `signing.algorithm.Algorithm`, e.g. sha256_rsa; never empty."""
    most: int = 1
    """Most hashes in one order."""
    status: str = ""
    """The service's own word for its state, to be shown; empty when it says none."""
    typed: tuple[str, ...] = ()
    """What the person types at `start`: `pin`, `otp`; empty where they agree on a device."""
    sends: bool = False
    """Whether `challenge` has the one-time code sent."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """One document's hash."""

    document_id: str
    """Shown on the phone by some services and matched in the answer; letters, digits, . _ -"""
    name: str
    """Shown on the phone, any text; cut to what the service takes."""
    digest: bytes
    """Made with the order's digest, over the signed attributes."""


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """What is asked of a service: made once, written down, then started."""

    order_id: str
    """Made once and kept over every attempt, unique for ever; letters, digits, . _ -"""
    credential: RemoteCredential
    algorithm: str
    """One of the credential's `algorithms`."""
    items: tuple[ToSign, ...]
    """At least one, at most the credential's `most`, document ids all different."""
    description: str
    """What the person reads on the device before agreeing."""
    placed_at: datetime
    """Aware."""

    def __post_init__(self) -> None:
        """Refuse what no service can take.

        Raises:
            ValueError: ids, digests or times are not of the form above.
        """
        ids = [item.document_id for item in self.items]
        if not all(map(_ID.fullmatch, [self.order_id, *ids])):
            raise ValueError("order and document ids are letters, digits, . _ -, at most 64")
        if not ids or len(set(ids)) != len(ids):
            raise ValueError("an order has documents, all with ids of their own")
        size = _DIGEST_SIZES[self.digest]
        if any(len(item.digest) != size for item in self.items):
            raise ValueError(f"{self.digest} makes {size} bytes")
        if self.placed_at.tzinfo is None:
            raise ValueError("placed_at is aware")

    @property
    def user(self) -> str:
        """Who is asked."""
        return self.credential.user

    @property
    def digest(self) -> str:
        """The digest's name, as `hashlib` knows it.

        Raises:
            ValueError: the algorithm has none that is allowed.
        """
        name = self.algorithm.partition("_")[0]
        if name not in _DIGEST_SIZES:
            raise ValueError(f"no such algorithm: {self.algorithm}")
        return name

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The digests, in order."""
        return tuple(item.digest for item in self.items)


_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True, slots=True)
class Activation:
    """What the person typed to let their key sign, once; never written down, never shown."""

    pin: str = field(default="", repr=False)
    """The PIN of the key (CSC) or the account's password (SmartCA with OTP)."""
    otp: str = field(default="", repr=False)
    """The one-time code, where the service wants one."""
    sad: str = field(default="", repr=False)
    """CSC: signature activation data, or an access token of scope "credential", had elsewhere."""


NO_ACTIVATION = Activation()
"""The person agrees on a device, and types nothing here."""


class State(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    """The person has not answered, or the service is at work."""
    SIGNED = "signed"
    REFUSED = "refused"
    """The person said no."""
    EXPIRED = "expired"
    """Nobody answered in time."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an order stands, with what came of it."""

    state: State
    signatures: tuple[bytes, ...] = ()
    """Raw values in the order's sequence, checked; only when SIGNED. ECDSA: DER (RFC 3279)."""
    fault: RemoteRefused | None = None
    """Why nothing will come: set when REFUSED, EXPIRED or FAILED."""

    @property
    def over(self) -> bool:
        """Whether asking again is useless."""
        return self.state is not State.WAITING


WAITING = Progress(State.WAITING)


@dataclass(frozen=True, slots=True)
class Transaction:
    """An order that a service has; progress() gives the next one, to be written down instead."""

    order: SigningOrder
    reference: str = field(repr=False)
    """What the service is asked by; opaque, and no secret, but whoever has it may ask."""
    progress: Progress = WAITING
    """SIGNED already after start() where the service answers at once."""


class RemoteSigner(Protocol):
    """A remote signing service. Build one per process; threads may share it.

    Every call may raise `RemoteUnavailable` (certainly nothing was ordered; try again),
    `AccessDenied`, `ServiceUnsuitable` or `ServiceSettingsInvalid` (retrying cannot help).
    """

    @property
    def name(self) -> str:
        """The service's name in the settings."""
        ...

    def credentials(self, user: str) -> tuple[RemoteCredential, ...]:
        """Return the certificates with which *user* could sign now.

        Raises:
            CredentialMissing: no such user, or none that can sign.
        """
        ...

    def challenge(self, credential: RemoteCredential) -> None:
        """Have a one-time code sent to the person; does nothing where the service has no such call.

        Raises:
            RemoteRefused: the service sends none.
        """
        ...

    def start(self, order: SigningOrder, activation: Activation = NO_ACTIVATION) -> Transaction:
        """Hand *order* over. Write the order down before, and the transaction after.

        Raises:
            RemoteOutcomeUnknown: no answer came; go on with `resume`.
            RemoteRefused: the service will not take it, or the person said no or nothing
                (`SigningDeclined`, `SigningExpired`) where it answers only after them.
            SignatureForeign: a value came back that is not the signature that was ordered.
        """
        ...

    def progress(self, transaction: Transaction) -> Transaction:
        """Return *transaction* as the service knows it now; may be repeated at will.

        A service may say WAITING for ever: whoever ordered sets the end.

        Raises:
            RemoteOutcomeUnknown: the person agreed and then no answer came (CSC v2 only);
                go on with `resume`.
            SignatureForeign: a value came back that is not the signature that was ordered.
        """
        ...

    def resume(self, order: SigningOrder) -> Transaction | None:
        """Return the transaction of an *order* whose start() gave no answer; sends nothing.

        A FAILED `TransactionUnknown` from progress() then says that the order never arrived:
        start() it again. None: the service cannot be asked by our id. Whoever ordered then
        decides to order again under a new id: the hash is the same, so the worst is that the
        person is asked twice and one signature of the same document stays unused.
        """
        ...
