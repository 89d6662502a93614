"""Cases: a queue keeps what is not confirmed, gives it in order, and tells the sender (§10.4)."""

from connectors.conformance.case import ALL, Chapter, Failed, NotApplicable, ensure
from connectors.conformance.letter import Letter
from connectors.conformance.peer import Delivery, Got, refused
from connectors.conformance.session import Session

CHAPTER = Chapter("queue", ALL, "axis.md §10.4")


@CHAPTER.must(
    "kept_until_confirmed",
    "Tải về mà chưa xác nhận: văn bản vẫn nằm trong hàng đợi và tải lại được",
    "Fetched and not confirmed: the document stays in the queue and can be fetched again",
)
def _kept_until_confirmed(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, got = s.one(s.receiver, letter)
    again = s.peer.fetch(s.receiver, handle)
    ensure(again.files == got.files, "lần tải sau khác lần đầu / the second fetch differs")
    ensure(s.copies(s.receiver, letter), "không còn trong hàng đợi / no longer in the queue")
    s.take(s.receiver, letter)


@CHAPTER.must(
    "gone_after_confirm",
    "Xác nhận xong: văn bản ra khỏi hàng đợi",
    "Confirmed: the document is out of the queue",
)
def _gone_after_confirm(s: Session) -> None:
    letter = s.letter()
    s.passed_on(letter)
    s.ensure_absent(letter, "vẫn còn sau khi xác nhận / still there after confirmation")


@CHAPTER.must(
    "confirm_twice",
    "Xác nhận hai lần không gây lỗi và không đổi gì",
    "Confirming twice is no error and changes nothing",
)
def _confirm_twice(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    handle, got = s.one(s.receiver, letter)
    s.peer.confirm(s.receiver, handle, got)
    s.peer.confirm(s.receiver, handle, got)
    s.ensure_absent(letter, "trở lại hàng đợi / it came back")


@CHAPTER.must(
    "get_unknown",
    "Tải mã không tồn tại: trả lời bằng mã lỗi",
    "Fetching an id that does not exist is answered with a code",
)
def _get_unknown(s: Session) -> None:
    refused(lambda: s.peer.fetch(s.receiver, "99999999999"), "mã lạ / unknown id")


@CHAPTER.must(
    "confirm_unknown",
    "Xác nhận mã không tồn tại: trả lời bằng mã lỗi",
    "Confirming an id that does not exist is answered with a code",
)
def _confirm_unknown(s: Session) -> None:
    nothing = Got("", "", "", "", (), raw=b"x")
    refused(lambda: s.peer.confirm(s.receiver, "99999999999", nothing), "mã lạ / unknown id")


@CHAPTER.must(
    "per_recipient",
    "Nơi này xác nhận không lấy mất văn bản của nơi khác",
    "What one recipient confirms is not taken from another",
)
def _per_recipient(s: Session) -> None:
    first, second = s.two_receivers()
    letter = s.letter(to=(first, second))
    s.peer.send(letter)
    s.take(first, letter)
    s.take(second, letter)


def _in_order(s: Session, letters: list[Letter], expected: list[Letter]) -> None:
    for letter in letters:
        s.peer.send(letter)
    wanted = [letter.document_id for letter in expected]
    found = [got.document_id for _, got in s.ours(s.receiver) if got.document_id in wanted]
    for letter in letters:
        s.take(s.receiver, letter)
    ensure(found == wanted, f"thứ tự / order: {found}, phải là / should be {wanted}")


@CHAPTER.should(
    "oldest_first",
    "Cùng độ khẩn: văn bản gửi trước đứng trước",
    "Of the same urgency, the older one comes first",
    "congvan: docs/hub.md",
)
def _oldest_first(s: Session) -> None:
    letters = [s.letter() for _ in range(5)]
    _in_order(s, letters, letters)


@CHAPTER.should(
    "urgent_first",
    "Văn bản khẩn gửi sau vẫn đứng trước văn bản thường",
    "An urgent document that was sent later stands before an ordinary one",
    "NĐ 30/2020/NĐ-CP Điều 18; congvan: docs/hub.md",
)
def _urgent_first(s: Session) -> None:
    plain, urgent, most = s.letter(), s.letter(priority=1), s.letter(priority=3)
    _in_order(s, [plain, urgent, most], [most, urgent, plain])


def _deliveries(s: Session, axis_id: str) -> dict[str, Delivery]:
    return {row.recipient: row for row in s.peer.deliveries(s.sender, axis_id)}


@CHAPTER.must(
    "sent_per_recipient",
    "Danh sách đã gửi có một dòng cho mỗi nơi nhận",
    "The list of what was sent has an entry for each recipient",
    "axis.md §10.3 getSentEdocList",
)
def _sent_per_recipient(s: Session) -> None:
    receivers = s.two_receivers()
    letter = s.letter(to=receivers)
    axis_id = s.peer.send(letter)
    rows = s.peer.deliveries(s.sender, axis_id)
    for agency in receivers:
        s.take(agency, letter)
    recipients = sorted(row.recipient for row in rows)
    ensure(recipients == sorted(receivers), f"các nơi nhận / recipients: {recipients}")


@CHAPTER.must(
    "states",
    "Trạng thái gói tin đi từ initial (hoặc processing) tới done",
    "A packet's state goes from initial, or processing, to done",
)
def _states(s: Session) -> None:
    letter = s.letter()
    axis_id = s.peer.send(letter)
    before = _deliveries(s, axis_id).get(s.receiver)
    ensure(before, "không có trong danh sách đã gửi / not in the list of what was sent")
    handle, got = s.one(s.receiver, letter)
    fetched = _deliveries(s, axis_id)[s.receiver].state
    s.peer.confirm(s.receiver, handle, got)
    after = _deliveries(s, axis_id)[s.receiver].state
    states = [before.state if before else "", fetched, after]
    good = states[0] == "initial" and states[1] in ("initial", "processing")
    ensure(good and states[2] == "done", f"{' → '.join(states)}")


@CHAPTER.must(
    "fail_with_reason",
    "Nơi nhận báo không đọc được: người gửi thấy fail, gói tin ra khỏi hàng đợi",
    "A recipient says that it cannot read: the sender sees fail, and the queue is free of it",
)
def _fail_with_reason(s: Session) -> None:
    row, letter = _rejected(s)
    ensure(row.state == "fail", f"trạng thái / state: {row.state}")
    s.ensure_absent(letter, "vẫn còn sau khi từ chối / still there after it was rejected")


@CHAPTER.should(
    "reason_is_told",
    "Lý do nơi nhận nêu tới được người gửi",
    "The recipient's reason comes to the sender",
    "axis.md §10.3 receiveStatusDesc",
)
def _reason_is_told(s: Session) -> None:
    row, _ = _rejected(s)
    ensure("khong doc duoc 7" in row.note, f"lý do / reason: {row.note!r}")


def _rejected(s: Session) -> tuple[Delivery, Letter]:
    letter = s.letter()
    axis_id = s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    s.peer.reject(s.receiver, handle, "khong doc duoc 7")
    row = _deliveries(s, axis_id).get(s.receiver)
    if row is None:
        raise Failed("không có trong danh sách đã gửi / not in the list of what was sent")
    return row, letter


@CHAPTER.must(
    "another_agencys_message",
    "Hệ thống khác không tải được văn bản không gửi cho mình",
    "Another system cannot fetch a document that is not for it",
    "QĐ 28/2018/QĐ-TTg Điều 6; axis.md §10.2",
)
def _another_agencys_message(s: Session) -> None:
    if s.subject.other is None or not s.subject.other_agency:
        raise NotApplicable("cần hệ thống thứ hai / needs a second system (--other-system)")
    other = s.peer_for(s.subject.other)
    letter = s.letter()
    s.peer.send(letter)
    handle, _ = s.one(s.receiver, letter)
    try:
        own = s.subject.other_agency
        refused(lambda: other.fetch(own, handle), "văn bản của người khác / another's document")
        refused(lambda: other.fetch(s.receiver, handle), "nhân danh cơ quan khác / in its name")
        _, got = s.one(s.receiver, letter)
        refused(lambda: other.confirm(s.receiver, handle, got), "xác nhận hộ / confirming for it")
    finally:
        s.take(s.receiver, letter)


@CHAPTER.must(
    "another_agencys_name",
    "Không được gửi nhân danh cơ quan mà hệ thống không đại diện",
    "Nobody sends in the name of an agency that its system does not speak for",
    "axis.md §11.1 (19)",
)
def _another_agencys_name(s: Session) -> None:
    s.guarded()
    if not s.subject.other_agency:
        raise NotApplicable("cần cơ quan của hệ thống khác / needs --other-agency")
    letter = s.letter(sender=s.subject.other_agency)
    refused(lambda: s.peer.send(letter), "nhân danh cơ quan khác / in another's name")
    s.ensure_absent(letter, "đã đến dù bị từ chối / it came though it was refused")
