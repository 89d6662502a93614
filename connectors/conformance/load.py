"""Cases: nothing is lost or doubled when many call, and who is slow holds nobody."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from connectors.conformance.case import ALL, Chapter, Face, Failed, NotApplicable, ensure
from connectors.conformance.edoc_peer import EdocPeer
from connectors.conformance.exchange import NoAnswer
from connectors.conformance.letter import File, Letter, pdf_of
from connectors.conformance.peer import Broken, TurnedAway
from connectors.conformance.session import Session
from connectors.conformance.soap_peer import SoapPeer
from connectors.conformance.vxp_peer import VxpPeer

CHAPTER = Chapter("load", ALL, "congvan: docs/hub.md")
_CALLERS = 8
_STALLED = 40
_READERS = 12
PATIENCE = 10.0
"""Seconds within which a call is answered while others dawdle."""


@CHAPTER.must(
    "burst",
    "200 văn bản gửi dồn: không mất, không trùng",
    "200 documents at once: none lost, none doubled",
)
def _burst(s: Session) -> None:
    letters = [s.letter(files=(File("t.pdf", pdf_of(2000, str(n))),)) for n in range(s.burst)]
    with ThreadPoolExecutor(_CALLERS) as pool:
        taken = list(pool.map(partial(_sent, s), letters))
        accepted = {one.document_id for one, yes in zip(letters, taken, strict=True) if yes}
        counted = _emptied(s, pool)
    lost = len(accepted - set(counted))
    doubled = sum(1 for document_id in accepted if counted[document_id] > 1)
    ensure(len(accepted) == s.burst, f"{s.burst - len(accepted)} không được nhận / were not taken")
    ensure(not lost, f"mất / lost: {lost}")
    ensure(not doubled, f"trùng / doubled: {doubled}")


def _sent(s: Session, letter: Letter) -> bool:
    try:
        s.peer.send(letter)
    except (TurnedAway, Broken, NoAnswer):
        return False
    return True


def _emptied(s: Session, pool: ThreadPoolExecutor) -> Counter[str]:
    """Take this run's documents out of the queue, page by page; return how often each came."""
    taken: dict[str, str] = {}
    while batch := [pair for pair in s.ours(s.receiver) if pair[0] not in taken]:
        taken |= {handle: got.document_id for handle, got in batch}
        list(pool.map(lambda pair: s.peer.confirm(s.receiver, *pair), batch))
    return Counter(taken.values())


@CHAPTER.must(
    "slow_senders",
    f"{_STALLED} kết nối gửi dở dang không làm chậm người khác",
    f"{_STALLED} connections that stop half-way slow nobody else down",
)
def _slow_senders(s: Session) -> None:
    path = s.exchange.path + ("/sendEdoc" if s.subject.face is Face.VXP else "")
    headers = [("Content-Type", "text/xml"), ("Content-Length", "100000")]
    with _stalled(s, s.exchange.head("POST", path or "/", headers) + b"<edXML", _STALLED):
        _answers_in_time(s)


@CHAPTER.must(
    "slow_reader",
    f"{_READERS} người nhận không đọc văn bản 2 MB mình đã hỏi: người khác vẫn được phục vụ",
    f"{_READERS} recipients do not read the 2 MB that they asked for: others are served",
)
def _slow_reader(s: Session) -> None:
    if not isinstance(s.peer, VxpPeer | SoapPeer | EdocPeer):
        raise NotApplicable("chỉ thử qua trình kết nối / only tried through a connector")
    letter = s.letter(files=(File("lớn.pdf", pdf_of(2 << 20)),))
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    request = s.peer.fetching(s.receiver, handle)
    with _stalled(s, s.exchange.octets(request), _READERS, window=4096):
        _answers_in_time(s)
    s.take(s.receiver, letter)


@contextmanager
def _stalled(s: Session, data: bytes, count: int, window: int = 0) -> Iterator[None]:
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            held.append(s.exchange.connected(window))
            held[-1].sendall(data)
        yield
    except OSError as why:
        raise Failed(f"kết nối bị đóng / a connection was closed: {why}") from None
    finally:
        for connection in held:
            connection.close()


def _answers_in_time(s: Session) -> None:
    letter = s.letter()
    began = time.perf_counter()
    s.peer.send(letter)
    seconds = time.perf_counter() - began
    s.take(s.receiver, letter)
    ensure(seconds < PATIENCE, f"{seconds:.1f} s")
