"""Cases through our own connector: what an installation of congvan needs of this axis.

The claims are those of `connectors.axis`; a wire that has no such call makes them not applicable.
"""

from connectors.axis import MessageKind
from connectors.conformance.case import ALL, Chapter, ensure
from connectors.conformance.letter import contents
from connectors.conformance.peer import refused
from connectors.conformance.port_peer import PortPeer, outgoing, translated
from connectors.conformance.session import Session

CHAPTER = Chapter("port", ALL, "congvan: connectors/axis.py")


@CHAPTER.must(
    "round_trip",
    "Qua trình kết nối: gửi, thấy trong hàng đợi, tải về, xác nhận",
    "Through the connector: sent, seen in the queue, fetched, confirmed",
)
def _round_trip(s: Session) -> None:
    peer = PortPeer(s.connector())
    letter = s.letter()
    before = {entry.handle for entry in peer.waiting(s.receiver)}
    peer.send(letter)
    found = []
    for entry in peer.waiting(s.receiver):
        if entry.handle in before:
            continue
        got = peer.fetch(s.receiver, entry.handle)
        if got.document_id == letter.document_id:
            found.append(got)
            peer.confirm(s.receiver, entry.handle, got)
    ensure(len(found) == 1, f"{len(found)} bản / copies")
    ensure(sorted(found[0].files) == contents(letter.files), "tệp khác / the files differ")
    s.ensure_absent(letter, "vẫn còn sau khi xác nhận / still there after confirmation")


@CHAPTER.must(
    "send_twice",
    "Qua trình kết nối: gửi lại y nguyên được nhận là gói cũ",
    "Through the connector: the same message again is known as the first",
)
def _send_twice(s: Session) -> None:
    axis = s.connector()
    letter = s.letter()
    with translated():
        first = axis.send(outgoing(letter))
        second = axis.send(outgoing(letter))
    s.take(s.receiver, letter)
    ensure(first.axis_id == second.axis_id, f"{first.axis_id} ≠ {second.axis_id}")


@CHAPTER.must(
    "settle_sent",
    "Sau khi mất trả lời: hỏi lại biết được gói đã tới trục",
    "After a lost answer: asking tells that the axis has the message",
)
def _settle_sent(s: Session) -> None:
    axis = s.connector()
    letter = s.letter()
    with translated():
        axis.send(outgoing(letter))
        s.take(s.receiver, letter)
        found = axis.settle(outgoing(letter))
    ensure(found is not None, "trục nói không có / the axis says that it has not")


@CHAPTER.should(
    "settle_never_sent",
    "Gói chưa từng gửi: hỏi lại biết là chưa có",
    "A message that was never sent: asking tells that the axis has it not",
)
def _settle_never_sent(s: Session) -> None:
    axis = s.connector()
    with translated():
        found = axis.settle(outgoing(s.letter()))
    ensure(found is None, f"{found}")


@CHAPTER.must(
    "unknown_recipient",
    "Qua trình kết nối: nơi nhận lạ được báo đúng loại lỗi",
    "Through the connector: an unknown recipient is told as a refusal",
)
def _unknown_recipient(s: Session) -> None:
    peer = PortPeer(s.connector())
    refused(lambda: peer.send(s.letter(to=("X99.98.97.96",))), "nơi nhận lạ / unknown recipient")


@CHAPTER.must(
    "report",
    "Qua trình kết nối: trạng thái 03 tới người gửi văn bản",
    "Through the connector: status 03 reaches the document's sender",
)
def _report(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    PortPeer(s.connector()).tell(s.status(letter, "03"))
    codes = [got.status_code for got in s.peer.statuses(s.sender, letter.document_id)]
    ensure(codes.count("03") == 1, f"{codes}")


@CHAPTER.must(
    "catalogue",
    "Qua trình kết nối: danh mục có các cơ quan đang thử",
    "Through the connector: the catalogue has the agencies under test",
)
def _catalogue(s: Session) -> None:
    with translated():
        entries = s.connector().agencies()
    codes = {entry.organ_id for entry in entries} | {entry.old_organ_id for entry in entries}
    missing = [code for code in s.subject.agencies if code not in codes]
    ensure(not missing, f"thiếu / missing: {missing}")


@CHAPTER.should(
    "lists",
    "Qua trình kết nối: danh sách đã gửi và đã nhận khớp nhau",
    "Through the connector: the lists of what was sent and received agree",
)
def _lists(s: Session) -> None:
    peer = PortPeer(s.connector())
    letter = s.letter()
    axis_id = peer.send(letter)
    s.take(s.receiver, letter)
    rows = peer.deliveries(s.sender, axis_id)
    ensure([row.state for row in rows] == ["done"], f"{[row.state for row in rows]}")


@CHAPTER.must(
    "limit",
    "Qua trình kết nối: danh sách chờ tôn trọng giới hạn số dòng",
    "Through the connector: the queue's list heeds its limit",
)
def _limit(s: Session) -> None:
    letters = [s.letter() for _ in range(3)]
    for letter in letters:
        s.peer.send(letter)
    with translated():
        found = s.connector().pending([s.receiver], MessageKind.EDOC, 2)
    for letter in letters:
        s.take(s.receiver, letter)
    ensure(len(found) == 2, f"{len(found)} dòng / rows")
