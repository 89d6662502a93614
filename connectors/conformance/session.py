"""One run of the suite against one system: its peer, its messages, what it has left behind."""

import itertools
import secrets
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.axis import Axis
from connectors.conformance.case import Face, Failed, NotApplicable, ensure
from connectors.conformance.edoc_peer import EdocPeer
from connectors.conformance.exchange import Exchange
from connectors.conformance.letter import MARK, Letter, Status, contents, date_of
from connectors.conformance.peer import Broken, Got, Peer
from connectors.conformance.port_peer import PortPeer
from connectors.conformance.soap_peer import SoapPeer
from connectors.conformance.subject import Access, Subject
from connectors.conformance.trace import Trace
from connectors.conformance.vxp_peer import VxpPeer

_OPEN = Access("00.00.W00", "khong-can-khoa-bi-mat")
"""For a system that asks for no credential."""


class Session:
    """What the cases work with; not for threads but through its peer."""

    def __init__(
        self,
        subject: Subject,
        tls: ssl.SSLContext | None = None,
        seconds: float = 30.0,
        axis: Axis | None = None,
        burst: int = 200,
    ) -> None:
        """Nothing is asked yet.

        Args:
            subject: what is tested.
            tls: what https trusts; None: what this machine does.
            seconds: the longest pause within an exchange.
            axis: the system through a connector; needed for wires that are not written by hand.
            burst: documents that are sent at once.

        Raises:
            ValueError: the url is none.
        """
        self.subject = subject
        self.began = datetime.now(UTC)
        self.trace = Trace(subject.secrets)
        self.exchange = Exchange(subject.url, self.trace, tls, seconds)
        self.tag = f"KT{secrets.token_hex(4).upper()}"
        """Stands in every DocumentId of this run."""
        self.axis = axis
        self.burst = burst
        self.peer = self.peer_for(subject.access)
        self._numbers = itertools.count(1)
        self._before: dict[str, set[str]] = {}
        self._got: dict[tuple[str, str], Got] = {}
        self._unreadable: dict[tuple[str, str], Broken] = {}

    def peer_for(self, access: Access | None) -> Peer:
        """Return the system as another credential sees it."""
        if self.subject.face is Face.VXP:
            return VxpPeer(self.exchange, access or _OPEN)
        if self.subject.face is Face.SOAP:
            return SoapPeer(self.exchange, access)
        if self.subject.face is Face.EDOC:
            return EdocPeer(self.exchange, access, self.began, self.subject.sender)
        if access is not self.subject.access:
            raise NotApplicable("chỉ thử qua trình kết nối / only tried through a connector")
        return PortPeer(self.connector())

    def connector(self) -> Axis:
        """Return the system through our own connector.

        Raises:
            NotApplicable: it was not given.
        """
        if self.axis is None:
            raise NotApplicable("không có trình kết nối / without a connector")
        return self.axis

    @property
    def vxp(self) -> VxpPeer:
        """The peer of VXP cases."""
        assert isinstance(self.peer, VxpPeer)  # noqa: S101
        return self.peer

    @property
    def soap(self) -> SoapPeer:
        """The peer of SOAP cases."""
        assert isinstance(self.peer, SoapPeer)  # noqa: S101
        return self.peer

    @property
    def edoc(self) -> EdocPeer:
        """The peer of eDoc cases."""
        assert isinstance(self.peer, EdocPeer)  # noqa: S101
        return self.peer

    @property
    def sender(self) -> str:
        """The agency that sends."""
        return self.subject.sender

    @property
    def receiver(self) -> str:
        """The first agency that receives."""
        return self.subject.receivers[0]

    def two_receivers(self) -> tuple[str, str]:
        """Return two agencies that receive.

        Raises:
            NotApplicable: there is one.
        """
        if len(self.subject.receivers) < 2:
            raise NotApplicable("cần hai cơ quan nhận / needs two receivers (--agency)")
        first, second = self.subject.receivers[:2]
        return first, second

    def guarded(self) -> Access:
        """Return our credential.

        Raises:
            NotApplicable: the system is said to ask for none.
        """
        if self.subject.access is None:
            raise NotApplicable("trục không đòi thông tin xác thực / no credential is asked for")
        return self.subject.access

    def letter(self, subject: str = "", **changes: Any) -> Letter:
        """Return a document of this run that was never sent."""
        number = f"{next(self._numbers):04d}{self.tag}/TN"
        fields: dict[str, Any] = {
            "document_id": f"{self.sender},{date_of(self.began)},{number}",
            "sender": self.sender,
            "to": (self.receiver,),
            "subject": f"{MARK} {subject or 'Kiểm tra kết nối'}",
            "at": self.began,
        }
        return Letter(**(fields | changes))

    def status(self, letter: Letter, code: str, note: str = "", **changes: Any) -> Status:
        """Return a status of the receiver's about *letter*."""
        fields: dict[str, Any] = {
            "sender": letter.to[0],
            "organ": letter.sender,
            "document_id": letter.document_id,
            "code": code,
            "note": note or f"{MARK} {code}",
            "at": datetime.now(UTC),
        }
        return Status(**(fields | changes))

    def remember_queues(self) -> None:
        """Note what waits before the run: it is never fetched."""
        for agency in self.subject.agencies:
            self._before[agency] = {entry.handle for entry in self.peer.waiting(agency)}

    def ours(self, agency: str) -> list[tuple[str, Got]]:
        """Return this run's documents in a queue, in its order."""
        found = []
        for entry in self.peer.waiting(agency):
            if entry.handle in self._before.get(agency, ()):
                continue
            if entry.sender and entry.sender not in self.subject.agencies:
                continue
            got = self._fetched(agency, entry.handle)
            if got is not None and self.tag in got.document_id:
                found.append((entry.handle, got))
        return found

    def _fetched(self, agency: str, handle: str) -> Got | None:
        """Return a document, None when it cannot be read: a later case must not stumble on it."""
        place = agency, handle
        if place not in self._got and place not in self._unreadable:
            try:
                self._got[place] = self.peer.fetch(agency, handle)
            except Broken as broken:
                self._unreadable[place] = broken
        return self._got.get(place)

    def copies(self, agency: str, letter: Letter) -> list[tuple[str, Got]]:
        """Return *letter* as it waits for *agency*: once, it is hoped."""
        return [pair for pair in self.ours(agency) if pair[1].document_id == letter.document_id]

    def one(self, agency: str, letter: Letter) -> tuple[str, Got]:
        """Return *letter* as it waits for *agency*.

        Raises:
            Failed: it does not, or more than once.
        """
        found = self.copies(agency, letter)
        ensure(found, f"{agency}: văn bản không đến / the document did not come")
        ensure(len(found) == 1, f"{agency}: {len(found)} bản / copies")
        return found[0]

    def take(self, agency: str, letter: Letter) -> Got:
        """Return *letter* from the queue of *agency*, whole, and confirm it.

        Raises:
            Failed: it does not wait there once, or its files are others.
        """
        handle, got = self.one(agency, letter)
        self.peer.confirm(agency, handle, got)
        ensure(
            sorted(got.files) == contents(letter.files),
            f"{agency}: tệp kèm theo khác lúc gửi / the files are not those that were sent",
        )
        return got

    def passed_on(self, letter: Letter) -> Got:
        """Send *letter*, take it at its first receiver, and return it."""
        self.peer.send(letter)
        return self.take(letter.to[0], letter)

    def ensure_absent(self, letter: Letter, why: str) -> None:
        """Return if *letter* waits for none of our agencies.

        Raises:
            Failed: it does.
        """
        for agency in self.subject.receivers:
            ensure(not self.copies(agency, letter), f"{agency}: {why}")

    def cleaned_up(self) -> list[str]:
        """Take what is left of this run out of the queues; return what could not be, and why."""
        left = []
        for agency in self.subject.agencies:
            left += self._cleaned(agency, "văn bản / documents", self._confirm_rest)
            left += self._cleaned(agency, "trạng thái / statuses", self._confirm_statuses)
        for (agency, handle), broken in self._unreadable.items():
            said = f"{agency}, {handle}: không đọc được / cannot be read: {broken}"
            if self.tag.encode() not in broken.raw:  # it may be somebody's real letter
                left.append(said)
            else:
                left += self._cleaned(agency, said, partial(self._reject, handle))
        return left

    def _reject(self, handle: str, agency: str) -> None:
        self.peer.reject(agency, handle, "goi tin thu nghiem / a test message")

    def _cleaned(self, agency: str, what: str, clean: Callable[[str], object]) -> list[str]:
        try:
            clean(agency)
        except Exception as why:
            return [f"{agency}, {what}: {type(why).__name__}: {why}"]
        return []

    def _confirm_rest(self, agency: str) -> None:
        for handle, got in self.ours(agency):
            self.peer.confirm(agency, handle, got)
        rest = len(self.ours(agency))
        if rest:
            raise Failed(f"còn {rest} / {rest} are left")

    def _confirm_statuses(self, agency: str) -> None:
        found = self.peer.statuses(agency, self.tag)
        if found and self.subject.face is Face.EDOC:
            raise Failed(f"{len(found)} ở lại: eDoc không xác nhận trạng thái / traces stay")
