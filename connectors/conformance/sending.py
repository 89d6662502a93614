"""Cases: documents of all kinds go out, arrive once and unharmed (axis.md §4, §6, §10)."""

import unicodedata
from contextlib import suppress

from connectors.conformance.case import ALL, Chapter, Face, NotApplicable, NotDecided, ensure
from connectors.conformance.letter import PDF, File, Letter, edxml, pdf_of
from connectors.conformance.peer import Got, TurnedAway, refused
from connectors.conformance.session import Session

CHAPTER = Chapter("send", ALL, "axis.md §10.3")
TEXT = "Về việc kiểm tra dấu tiếng Việt: Ế ộ ữ ẵ Đ đ — «nghiêm túc»"
_KINDS = {1: "recall", 2: "update", 3: "replace"}
_WORDS = {1: "Thu hồi", 2: "Cập nhật", 3: "Thay thế"}


@CHAPTER.must(
    "new",
    "Văn bản mới đến nơi nhận nguyên vẹn, đúng một lần",
    "A new document arrives whole and once",
)
def _new(s: Session) -> None:
    letter = s.letter()
    got = s.passed_on(letter)
    ensure(got.subject == letter.subject, f"trích yếu / subject: {got.subject!r}")
    ensure(got.business in ("0", ""), f"BussinessDocType {got.business!r}")


def _kind(business: int) -> None:
    @CHAPTER.must(
        _KINDS[business],
        f"{_WORDS[business]}: loại nghiệp vụ và mã văn bản liên quan được giữ nguyên",
        f"{_KINDS[business].capitalize()}: business type and the id it speaks of are kept",
        "axis.md §6",
    )
    def _(s: Session) -> None:
        first = s.letter()
        s.passed_on(first)
        got = s.passed_on(s.letter(business=business, about=first.document_id))
        ensure(got.business == str(business), f"BussinessDocType {got.business!r}")
        ensure(got.about == first.document_id, f"DocumentId liên quan / about: {got.about!r}")


for _business in _KINDS:
    _kind(_business)


@CHAPTER.must(
    "many",
    "Gửi nhiều nơi: mỗi nơi nhận đúng một bản",
    "To many: each recipient gets one copy",
)
def _many(s: Session) -> None:
    receivers = s.two_receivers()
    letter = s.letter(to=receivers)
    s.peer.send(letter)
    for agency in receivers:
        s.take(agency, letter)


@CHAPTER.must(
    "unknown_recipient",
    "Nơi nhận không có trong danh mục: bị từ chối bằng mã lỗi",
    "A recipient that is not in the catalogue is refused with a code",
    "axis.md §11.1 (18)",
)
def _unknown_recipient(s: Session) -> None:
    letter = s.letter(to=("X99.98.97.96",))
    refused(lambda: s.peer.send(letter), "nơi nhận lạ / unknown recipient")


@CHAPTER.should(
    "unknown_among_known",
    "Một nơi nhận lạ: không nơi nào nhận được, người gửi được báo lỗi",
    "One unknown recipient among known ones: nobody gets it and the sender is told",
    "congvan: connectors/axis.py",
)
def _unknown_among_known(s: Session) -> None:
    letter = s.letter(to=(s.receiver, "X99.98.97.96"))
    refused(lambda: s.peer.send(letter), "một nơi nhận lạ / one unknown recipient")
    s.ensure_absent(letter, "đã nhận dù bị từ chối / it came though it was refused")


@CHAPTER.must(
    "repeat",
    "Gửi lại y nguyên: nơi nhận vẫn chỉ có một bản",
    "The same message again: the recipient still has one copy",
    "axis.md §10.4; DHX: duplicate check",
)
def _repeat(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    _again(s, letter)
    s.take(s.receiver, letter)
    _again(s, letter)
    s.ensure_absent(letter, "bản thứ hai sau khi đã nhận / a second copy after confirmation")


def _again(s: Session, letter: Letter) -> None:
    # a refusal doubles nothing: `repeat_same_answer` speaks of it
    with suppress(TurnedAway):
        s.peer.send(letter)


@CHAPTER.should(
    "repeat_same_answer",
    "Gửi lại y nguyên: trả lời như lần đầu, cùng mã",
    "The same message again gets the first answer, with the same id",
    "congvan: docs/hub.md",
)
def _repeat_same_answer(s: Session) -> None:
    letter = s.letter()
    first = s.peer.send(letter)
    second = s.peer.send(letter)
    s.take(s.receiver, letter)
    ensure(first == second, f"{first} ≠ {second}")


@CHAPTER.must(
    "repeat_different",
    "Cùng mã văn bản, nội dung khác: bị từ chối, bản đầu còn nguyên",
    "The same id with other content is refused, and the first one stays as it was",
    "axis.md §9 (M.Exist), §6",
)
def _repeat_different(s: Session) -> None:
    letter = s.letter()
    s.peer.send(letter)
    files = (File("khác.pdf", pdf_of(500)),)
    other = s.letter("khác", document_id=letter.document_id, files=files)
    refused(lambda: s.peer.send(other), "nội dung khác / other content")
    got = s.take(s.receiver, letter)
    ensure(got.subject == letter.subject, f"trích yếu / subject: {got.subject!r}")


@CHAPTER.must(
    "vietnamese_nfc",
    "Chữ Việt dựng sẵn (NFC) đến đúng từng ký tự",
    "Vietnamese in composed form (NFC) arrives letter by letter",
    "TCVN 6909:2001; UAX #15",
)
def _vietnamese_nfc(s: Session) -> None:
    text = unicodedata.normalize("NFC", TEXT)
    got = s.passed_on(s.letter(text))
    ensure(got.subject.endswith(text), f"{got.subject!r}")


@CHAPTER.must(
    "vietnamese_nfd",
    "Chữ Việt tổ hợp (NFD) không mất dấu",
    "Vietnamese in decomposed form (NFD) loses no mark",
    "TCVN 6909:2001; UAX #15",
)
def _vietnamese_nfd(s: Session) -> None:
    text = unicodedata.normalize("NFD", TEXT)
    got = s.passed_on(s.letter(text))
    ensure(unicodedata.normalize("NFD", got.subject).endswith(text), f"{got.subject!r}")


@CHAPTER.must(
    "special_characters",
    "Ký tự đặc biệt của XML trong trích yếu và tên tệp được giữ nguyên",
    "What XML escapes, in subject and file name, is kept",
    "XML 1.0 §2.4",
)
def _special_characters(s: Session) -> None:
    text = "A & B < C > D \"E\" 'F' ]]> &amp;"
    got = s.passed_on(s.letter(text, files=(File("A & B <1>.pdf", PDF),)))
    ensure(got.subject.endswith(text), f"{got.subject!r}")


@CHAPTER.must(
    "files",
    "Nhiều tệp kèm theo, mọi byte giữ nguyên",
    "Several files, every byte kept",
    "axis.md §4.4",
)
def _files(s: Session) -> None:
    every = bytes(range(256)) * 5
    boundary = b"\r\n--=_conform.9f3d--\r\n\r\n--B\r\n" + every
    s.passed_on(
        s.letter(
            files=(
                File("Quyết định.pdf", PDF + every),
                File("Phụ lục 1.docx", b"PK\x03\x04" + every[::-1], "application/docx"),
                File("dữ liệu.bin", boundary, "application/octet-stream"),
                File("một.txt", b"x", "text/plain"),
            )
        )
    )


@CHAPTER.must(
    "large",
    "Văn bản 2 MB được chuyển nguyên vẹn",
    "A document of 2 MB is carried whole",
    "axis.md §15",
)
def _large(s: Session) -> None:
    s.passed_on(s.letter(files=(File("lớn.pdf", pdf_of(2 << 20)),)))


def _sized(s: Session, size: int, over: int) -> None:
    """Send a message of about *size* + *over* bytes as the wire counts them."""
    letter = s.letter(files=(File("lớn.pdf", b""),))
    around = len(edxml(letter)) if s.subject.face is not Face.EDOC else 4096
    room = (size - around) * 3 // 4 // 3 * 3 + over
    letter = s.letter(files=(File("lớn.pdf", pdf_of(room)),))
    if over <= 0:
        # taken out unread: a tree of it would cost more than the suite may
        before = {entry.handle for entry in s.peer.waiting(s.receiver)}
        s.peer.send(letter)
        new = [e.handle for e in s.peer.waiting(s.receiver) if e.handle not in before]
        ensure(len(new) == 1, f"{len(new)} bản / copies")
        s.peer.confirm(s.receiver, new[0], Got("", "", "", "", (), raw=edxml(letter)))
        return
    refused(lambda: s.peer.send(letter), f"> {size} bytes")
    s.ensure_absent(letter, "đã nhận dù quá giới hạn / it came though it is too large")


def _limit(s: Session) -> int:
    if not s.subject.max_size:
        raise NotApplicable("chưa biết giới hạn / the limit is not known (--max-size)")
    if s.subject.max_size > 128 << 20:
        raise NotDecided("giới hạn quá lớn để thử / the limit is too large to be tried")
    return s.subject.max_size


@CHAPTER.should(
    "at_limit",
    "Gói tin vừa bằng giới hạn đã công bố được nhận",
    "A message just within the published limit is taken",
    "axis.md §15",
)
def _at_limit(s: Session) -> None:
    _sized(s, _limit(s) - 8192, 0)


@CHAPTER.must(
    "over_limit",
    "Gói tin vượt giới hạn bị từ chối bằng mã lỗi, không treo",
    "A message over the limit is refused with a code, without hanging",
    "axis.md §15",
)
def _over_limit(s: Session) -> None:
    _sized(s, _limit(s), 65536)


@CHAPTER.must(
    "old_code",
    "Gửi tới mã cũ của cơ quan: vào đúng hàng đợi của mã mới",
    "To an agency's old code: it comes into the same queue as to the new one",
    "axis.md §3.4",
)
def _old_code(s: Session) -> None:
    pairs = {entry.code: entry.old for entry in s.peer.agencies() if entry.old}
    known = next((code for code in s.subject.receivers if code in pairs), None)
    if known is None:
        raise NotApplicable("danh mục không nêu mã cũ / the catalogue names no old code")
    letter = s.letter(to=(pairs[known],))
    s.peer.send(letter)
    s.take(known, letter)


@CHAPTER.should(
    "same_bytes",
    "Gói tin đến y nguyên từng byte (trừ dấu vết do trục thêm)",
    "The message arrives byte for byte (but for a trace that an axis adds)",
    "axis.md §4.3",
)
def _same_bytes(s: Session) -> None:
    letter = s.letter()
    got = s.passed_on(letter)
    if not got.raw:
        raise NotApplicable("mạng này gói lại gói tin / this wire dresses the message anew")
    if got.raw.count(b"TraceHeader>") > edxml(letter).count(b"TraceHeader>"):
        raise NotDecided("trục đã thêm TraceHeader / the axis added a TraceHeader")
    ensure(got.raw == edxml(letter), "khác byte / the bytes differ")
