"""Who a document may be addressed to: known, still there, each once, whatever its codes.

Source: axis.md §3.4 (two codes, one recipient), §10.4 (exchange centres are no recipients).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from documents import catalogue, catalogue_codes, catalogue_search, directory
from documents.catalogue import Standing
from documents.catalogue_codes import Form
from documents.directory import AgencyUnknown
from documents.errors import OfficeError, Refused
from documents.tables import AgencyRow


class RecipientUnknown(AgencyUnknown):
    """Nobody has this code; details: the code, who may be meant."""

    code = "recipient.unknown"
    vietnamese = "Không có cơ quan nào mang mã «{0}». Gần nhất: {1}"
    english = "no agency has the code «{0}». Nearest: {1}"
    remedy = "Tìm: `congvan catalogue search TÊN` / search the catalogue"


class RecipientAbolished(Refused):
    """The recipient is no more; details: code, name, since when, who came after it."""

    code = "recipient.abolished"
    vietnamese = "Cơ quan nhận {0} «{1}» đã chấm dứt hoạt động {2}; kế thừa: {3}"
    english = "the recipient {0} «{1}» is no more {2}; its successors: {3}"
    remedy = (
        "Dự thảo: ghi cơ quan kế thừa làm nơi nhận. Văn bản đã trình: văn thư đổi bằng `congvan"
        " catalogue readdress VĂN-BẢN --from {0} --to MÃ --by VĂN-THƯ` / a draft: name a successor"
        " as its recipient; a document that was handed in: the clerk's command"
    )

    @classmethod
    def of(cls, standing: Standing) -> "RecipientAbolished":
        """Return the refusal for an agency that ended."""
        since = f"từ {standing.on:%d/%m/%Y} / since {standing.on:%d/%m/%Y}" if standing.on else ""
        heirs = ", ".join(f"{heir.code} {heir.name}".strip() for heir in standing.heirs)
        name = standing.entry.name if standing.entry else ""
        return cls(standing.code, name, since, heirs or "chưa rõ / not known")


class RecipientNotYet(Refused):
    """The recipient is not there yet; details: code, name, its first day."""

    code = "recipient.not_yet"
    vietnamese = "Cơ quan nhận {0} «{1}» chỉ hoạt động từ {2}"
    english = "the recipient {0} «{1}» begins on {2}"
    remedy = (
        "Gửi cơ quan hiện nay, hoặc chờ đến ngày đó / write to who is there now, or wait until then"
    )


class RecipientIsExchange(Refused):
    """Exchange centres pass documents on and receive none."""

    code = "recipient.exchange_centre"
    vietnamese = "«{0}» là trung tâm trao đổi (W00), không nhận văn bản"
    english = "«{0}» is an exchange centre (W00), which receives no documents"
    remedy = "Chọn cơ quan nhận / choose an agency"


def checked(session: Session, codes: Iterable[str], day: date) -> list[AgencyRow]:
    """Return the agencies of *codes*, each once, in order.

    Raises:
        RecipientUnknown: nobody has a code; the nearest are named.
        RecipientAbolished: one is no more on *day*; who came after it is named.
        RecipientNotYet: one begins after *day*.
        RecipientIsExchange: one is an exchange centre.
    """
    wanted = list(codes)
    for code in wanted:
        if catalogue_codes.read(code).form is Form.EXCHANGE:
            raise RecipientIsExchange(code)
    found = directory.agency_rows(session, wanted)
    for code in wanted:
        if code not in found:
            raise RecipientUnknown(code, _suggested(session, code, day))
    if refusal := next(iter(abolished(session, wanted, day).values()), None):
        raise refusal
    _ensure_begun(session, wanted, day)
    rows = [found[code] for code in wanted]
    known_by = catalogue.canonical(session, [row.organ_id for row in rows])
    return list({known_by[row.organ_id]: row for row in reversed(rows)}.values())[::-1]


def _ensure_begun(session: Session, codes: Sequence[str], day: date) -> None:
    for code, entry in catalogue.entries(session, codes).items():
        if entry.valid_from is not None and entry.valid_from > day:
            raise RecipientNotYet(code, entry.name, f"{entry.valid_from:%d/%m/%Y}")


def _suggested(session: Session, code: str, day: date) -> str:
    near = catalogue_search.nearest(session, code, day)
    return ", ".join(f"{entry.code} {entry.name}" for entry in near) or "không có / none"


def abolished(session: Session, codes: Sequence[str], day: date) -> dict[str, OfficeError]:
    """Return those of *codes* whose agencies are no more on *day*, each with its refusal."""
    standings = catalogue.standings(session, codes, day)
    return {
        code: RecipientAbolished.of(standings[code]) for code in codes if standings[code].abolished
    }
