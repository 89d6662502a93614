"""Digests by e-mail: each claimed, handed to the mail server, settled; never twice.

Practice: ux.md §1.5 (one digest). A letter has codes, deadlines and ids; subjects only where the
installation says so. Standards: RFC 5322, RFC 2047, RFC 3834 (Auto-Submitted).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from connectors import mail
from connectors.mail import MailOutcomeUnknown, MailRefused, MailSettings, MailUnavailable
from documents import digests
from documents.database import Database
from documents.digest import DigestState
from documents.digests import Claimed
from documents.document import VIETNAM
from documents.errors import storable
from documents.obligation import DUTIES, Duty
from documents.time_limit import shown_end
from workflows.faultpoint import passing
from workflows.settings import Settings

_STANDING = {"late": "QUÁ HẠN", "today": "HÔM NAY", "ahead": "SẮP ĐẾN HẠN"}


def carry(settings: Settings, database: Database, now: Callable[[], datetime]) -> dict[str, int]:
    """Send the digests that are due; returns how many ended how.

    While the server takes none, the rest wait for the next run.

    Raises:
        SettingsInvalid: the password's file cannot be read.
        DatabaseUnavailable: what was claimed then is settled as unknown by a later run.
    """
    counts: Counter[str] = Counter()
    if settings.mail is None:
        return {}
    password = settings.mail_password()
    with database.reading() as session:
        waiting = digests.due(session, now())
    for digest_id in waiting:
        with database.writing() as session:
            claimed = digests.claim(session, digest_id, now())
        if claimed is None:
            continue
        passing("mail.claimed")
        state, why, away = _sent(settings, settings.mail, password, claimed)
        passing("mail.sent")
        with database.writing() as session:
            digests.settle(session, claimed, state, now(), why)
        passing("mail.recorded")
        counts[state.value] += 1
        if away:
            break
    return dict(counts)


def _sent(
    settings: Settings, by: MailSettings, password: str, claimed: Claimed
) -> tuple[DigestState, str, bool]:
    """Return what became of it, why, and whether the server takes nothing at all now."""
    try:
        mail.send(by, settings.home, password, claimed.address, letter(by, claimed))
    except MailUnavailable as error:
        return DigestState.PENDING, str(error), True
    except MailRefused as error:
        return DigestState.REFUSED, str(error), False
    except MailOutcomeUnknown as error:
        return DigestState.UNKNOWN, str(error), False
    return DigestState.SENT, "", False


def letter(by: MailSettings, claimed: Claimed) -> bytes:
    """Return the digest as RFC 5322 bytes: the same digest, the same bytes, over every retry."""
    counts = claimed.counts
    made = EmailMessage(policy=SMTP)
    made["From"] = Address("Văn bản điều hành", addr_spec=by.sender)
    made["To"] = Address(_one_line(claimed.full_name), addr_spec=claimed.address)
    made["Subject"] = (
        f"Việc đến hạn ngày {claimed.day:%d/%m/%Y}: {counts['late']} quá hạn, "
        f"{counts['today']} hôm nay, {counts['ahead']} sắp đến hạn"
    )
    made["Date"] = claimed.created_at.astimezone(VIETNAM)
    made["Message-ID"] = f"<{claimed.id}@{by.sender.partition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_text(claimed, subjects=by.subjects), charset="utf-8", cte="base64")
    return bytes(made)


def _text(claimed: Claimed, *, subjects: bool) -> str:
    lines = [f"Việc của ông/bà {_one_line(claimed.full_name)}, ngày {claimed.day:%d/%m/%Y}:", ""]
    for standing, heading in _STANDING.items():
        these = [each for each in claimed.entries if each["standing"] == standing]
        if these:
            lines += [f"{heading} ({claimed.counts[standing]})"]
            lines += [_line(each, subjects=subjects) for each in these]
            lines += [""]
    if (more := sum(claimed.counts.values()) - len(claimed.entries)) > 0:
        lines += [f"… và {more} việc khác.", ""]
    lines += ["Xem chi tiết trong hệ thống: `congvan deadlines`, `congvan notices`."]
    return "\n".join(lines) + "\n"


def _line(entry: Mapping[str, Any], *, subjects: bool) -> str:
    when = shown_end(date.fromisoformat(entry["on"]), datetime.fromisoformat(entry["until"]))
    said = f"- {DUTIES[Duty(entry['duty'])].name}: {_one_line(entry['code'])}, hạn {when}"
    if subjects and entry["title"]:
        said += f": {_one_line(entry['title'])}"
    return f"{said} [{entry['document'] or entry['subject']}]"


def _one_line(text: str) -> str:
    return " ".join(storable(text).split())
