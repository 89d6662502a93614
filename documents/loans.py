"""The use of archived copies (bản lưu): lent with permission, returned, one user at a time.

Legal source: Decree 30/2020/ND-CP, Art. 19; Appendix IV (Sổ sử dụng bản lưu). Each loan, return
and crossing out is a row of the document's ledger.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, crossing_out, posts
from documents.crossing_out import NOTE_LENGTH, Entry
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.numbering import local_day
from documents.tables import DocumentRow, LoanRow
from documents.transfers import issued_code

MAY_PERMIT = (Role.LEADER, Role.UNIT_HEAD)
NAME_LENGTH = 255
FILE_LENGTH = 64
_STEP = "ghi sổ sử dụng bản lưu / enter the use of archived copies"


class LoanInvalid(Refused):
    """A field of the entry is missing or out of range. ({0} the field, {1} why)."""

    code = "loan.invalid"
    vietnamese = "Không ghi được vào sổ sử dụng bản lưu: {0} {1}"
    english = "the loan cannot be entered: {0} {1}"
    remedy = "Sửa lại rồi ghi / mend it and enter again"


class CopyOut(Refused):
    """The archived copy is with somebody already."""

    code = "loan.copy_out"
    vietnamese = "Bản lưu của «{0}» đang do «{1}» sử dụng từ ngày {2}"
    english = "the archived copy of «{0}» is with «{1}» since {2}"
    remedy = "Ghi ngày trả trước: `congvan loan return` / enter its return first"


class LoanUnknown(Refused):
    """Nobody has the archived copy, or no entry has this id."""

    code = "loan.unknown"
    vietnamese = "Không có lần sử dụng bản lưu «{0}» nào đang mở"
    english = "there is no open loan «{0}»"
    remedy = "Xem `congvan loan list` / see `congvan loan list`"


@dataclass(frozen=True, slots=True)
class Use:
    """One use, as the clerk says it."""

    user_name: str
    used_on: date
    """In Vietnam."""
    permitted_by: str
    """Id or full name."""
    file_notation: str = ""
    """Số và ký hiệu hồ sơ."""
    note: str = ""


def lend(session: Session, document_id: str, use: Use, who: str, at: datetime) -> str:
    """Enter that somebody uses the archived copy; returns the entry's id.

    Raises:
        DocumentUnknown, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say;
            leaders and unit heads permit, the clerk enters.
        TransferNotIssued: the agency has no archived copy of such a document.
        LoanInvalid: no user, a day in the future or before the document's date.
        CopyOut: somebody has it.
    """
    row = casefile.locked(session, document_id)
    by = posts.acting(session, row.organ_id, who, [Role.CLERK], at, _STEP)
    code = issued_code(row)
    what = "cho phép sử dụng bản lưu / permit the use of archived copies"
    permits = posts.acting(session, row.organ_id, use.permitted_by, MAY_PERMIT, at, what)
    user = _checked(row, use, at)
    if (out := _out(session, row.id)) is not None:
        raise CopyOut(code, out.user_name, f"{out.used_on:%d/%m/%Y}")
    made = LoanRow(
        id=new_id(),
        organ_id=row.organ_id,
        document_id=row.id,
        used_on=use.used_on,
        user_name=user,
        file_notation=storable(use.file_notation).strip()[:FILE_LENGTH],
        permitted_by=permits.person.id,
        permitted_name=permits.person.full_name,
        note=storable(use.note)[:NOTE_LENGTH],
        clerk_id=by.person.id,
        recorded_at=at,
    )
    session.add(made)
    session.flush()
    detail = {
        "loan": made.id,
        "user": user,
        "used_on": use.used_on,
        "permitted_by": permits.person.id,
        **by.detail(),
    }
    casefile.note(session, row, "loan", by.actor, at, detail=detail)
    return made.id


def give_back(session: Session, document_id: str, day: date, who: str, at: datetime) -> str:
    """Enter that the archived copy came back on *day*; returns the entry's id.

    Raises:
        DocumentUnknown, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
        LoanUnknown: nobody has it.
        LoanInvalid: a day in the future, or before it was taken.
    """
    row = casefile.locked(session, document_id)
    by = posts.acting(session, row.organ_id, who, [Role.CLERK], at, _STEP)
    made = _out(session, row.id)
    if made is None:
        raise LoanUnknown(row.id)
    if day < made.used_on:
        raise LoanInvalid("ngày trả / day", "trước ngày sử dụng / before it was taken")
    if day > local_day(at):
        raise LoanInvalid("ngày trả / day", "ở tương lai / in the future")
    made.returned_on, made.returned_at = day, at
    detail = {"loan": made.id, "returned_on": day, **by.detail()}
    casefile.note(session, row, "loan_return", by.actor, at, detail=detail)
    return made.id


def cross_out(session: Session, loan_id: str, reason: str, who: str, at: datetime) -> None:
    """Cross an entry out; it stays legible, with the reason.

    Raises:
        LoanUnknown: there is none, or it is crossed out already.
        LoanInvalid: no reason of ten characters.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    made = session.get(LoanRow, loan_id, with_for_update=True)
    if made is None or made.void_reason is not None:
        raise LoanUnknown(loan_id)
    entry = Entry("loan", _STEP, LoanInvalid)
    crossing_out.cross_out(session, made, entry, reason, who, at)


def _out(session: Session, document_id: str) -> LoanRow | None:
    wanted = select(LoanRow).where(
        LoanRow.document_id == document_id,
        LoanRow.returned_on.is_(None),
        LoanRow.void_reason.is_(None),
    )
    return session.scalars(wanted).one_or_none()


def _checked(row: DocumentRow, use: Use, at: datetime) -> str:
    """Return the user's name as it is kept."""
    user = " ".join(storable(use.user_name).split())
    if not 1 <= len(user) <= NAME_LENGTH:
        raise LoanInvalid("họ tên người sử dụng / user", f"1…{NAME_LENGTH}")
    if use.used_on > local_day(at):
        raise LoanInvalid("ngày sử dụng / day", "ở tương lai / in the future")
    if row.promulgated is not None and use.used_on < row.promulgated:
        raise LoanInvalid("ngày sử dụng / day", "trước ngày văn bản / before its date")
    return user
