"""A remote signing service on disk: several processes may ask it, and its person says yes or no.

It is behind the port itself; the real protocols have tests of their own.
"""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.memory_axis import InMemoryAxis
from connectors.remote.errors import (
    CredentialMissing,
    RemoteOutcomeUnknown,
    RemoteUnavailable,
    SigningDeclined,
    SigningExpired,
    TransactionUnknown,
)
from connectors.remote.record import order_of, order_text
from connectors.remote.service import (
    NO_ACTIVATION,
    WAITING,
    Activation,
    Progress,
    RemoteCredential,
    SigningOrder,
    State,
    Transaction,
)
from signing.pkcs12 import Pkcs12Key
from tests.workflows.hubs import catalogue
from tests.workflows.processes import started
from workflows import backlog, issuance, remote_signing
from workflows.office import Office, open_office
from workflows.sweep import sweep

NAME = "dien-thoai"


@dataclass
class Phone:
    """The service and the phone of one user, in a folder."""

    folder: Path
    key: Pkcs12Key
    at_once: bool = False
    """Whether start() waits for the person."""
    forgetful: bool = False
    """Whether nobody can ask by our id."""
    most: int = 9
    """Hashes in one order."""

    name = NAME

    def _file(self, what: str) -> Path:
        return self.folder / what

    def say(self, what: str, value: str = "1") -> None:
        """Decide, or break: decision = yes | no | expired; down; silent."""
        self._file(what).write_text(value)

    def unsay(self, what: str) -> None:
        self._file(what).unlink()

    @property
    def started(self) -> list[str]:
        """The ids of all orders that came, in order."""
        log = self._file("started")
        return log.read_text().split() if log.exists() else []

    def credentials(self, user: str) -> tuple[RemoteCredential, ...]:
        self._answer()
        if user != "079000000001":
            raise CredentialMissing(self.name, "credential", user)
        name = self.key.algorithm.value
        certificates = self.key.certificate, self.key.chain
        return (RemoteCredential(user, "c-1", *certificates, (), (name,), self.most),)

    def challenge(self, credential: RemoteCredential) -> None: ...

    def start(self, order: SigningOrder, activation: Activation = NO_ACTIVATION) -> Transaction:
        self._answer()
        with self._file("started").open("a") as log:
            log.write(f"{order.order_id}\n")
        self._file(order.order_id).write_text(order_text(order))
        if self._file("silent").exists():
            raise RemoteOutcomeUnknown(self.name, "sign", "timeout")
        transaction = Transaction(order, order.order_id)
        return self.progress(transaction) if self.at_once else transaction

    def progress(self, transaction: Transaction) -> Transaction:
        self._answer()
        order = transaction.order
        if not self._file(transaction.reference).exists():
            fault = TransactionUnknown(self.name, "status", transaction.reference)
            return Transaction(order, transaction.reference, Progress(State.FAILED, fault=fault))
        decision = self._file("decision")
        said = decision.read_text() if decision.exists() else ""
        progress = WAITING
        if said == "yes":
            kept = order_of(self._file(transaction.reference).read_text())
            progress = Progress(State.SIGNED, tuple(map(self.key.sign, kept.hashes)))
        elif said == "no":
            fault_no = SigningDeclined(self.name, "4002", "reject")
            progress = Progress(State.REFUSED, fault=fault_no)
        elif said == "expired":
            progress = Progress(State.EXPIRED, fault=SigningExpired(self.name, "4001", "timeout"))
        return Transaction(order, transaction.reference, progress)

    def resume(self, order: SigningOrder) -> Transaction | None:
        return None if self.forgetful else Transaction(order, order.order_id)

    def _answer(self) -> None:
        if self._file("down").exists():
            raise RemoteUnavailable(self.name, "connect", "refused")


def describe(keys: Path, stem: str, kind: str, key: Any = None) -> None:
    """Write a descriptor; with *key* its certificate too."""
    keys.mkdir(parents=True, exist_ok=True)
    remote = f'service = "{NAME}"\nuser = "079000000001"\n' if kind == "remote" else ""
    (keys / f"{stem}.toml").write_text(f'kind = "{kind}"\n{remote}')
    (keys / f"{stem}.toml").chmod(0o600)
    if key is not None:
        (keys / f"{stem}.pem").write_bytes(pem_of(key))


def pem_of(key: Any) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    ders = (key.certificate, *key.chain)
    return b"".join(x509.load_der_x509_certificate(d).public_bytes(Encoding.PEM) for d in ders)


def later(office: Office, **spans: float) -> None:
    """Set the office's clock ahead of now by *spans* (hours, minutes…)."""
    office.now = lambda: datetime.now(UTC) + timedelta(**spans)


def carry(office: Office) -> None:
    """Do what the flow does, while anything is due."""
    for _ in range(10):
        if not backlog.requests_due(office) or not remote_signing.go_on(office):
            return


def carry_in_a_process(
    home: str, phone_folder: str, key: str, minutes: int, environment: dict[str, str]
) -> None:
    """What a worker does with an installation, for a process that may die of it."""
    os.environ |= environment
    office = open_office(Path(home))
    office.services[NAME] = _phone(phone_folder, key)
    later(office, minutes=minutes)
    try:
        issuance.sign(office, backlog.outgoing_due(office))
        carry(office)
    finally:
        office.close()


async def sweep_in_a_process(home: str, phone_folder: str, key: str) -> None:
    """Sweep twice, minutes apart, as the schedule does; the person agrees at once."""
    async with started(home) as office:
        office.services[NAME] = phone = _phone(phone_folder, key)
        phone.at_once = True
        office.axis = InMemoryAxis(catalogue())
        for minutes in (0, 5):
            later(office, minutes=minutes)
            await sweep()


def _phone(folder: str, key: str) -> Phone:
    path = Path(key)
    return Phone(Path(folder), Pkcs12Key.load(path, path.with_suffix(".pass").read_bytes()))


def counted(steps: list[str]) -> Counter[str]:
    """Return how often each step of a deferred signature was taken."""
    return Counter(step for step in steps if step.startswith("signature_") or step == "sign")
