"""What pages, the government's token tool (VGCA Sign Service) and we say to each other.

The page sends the tool one JSON string over a WebSocket on the tool's own machine, path by
operation; the tool fetches `FileName`, posts the signed file to `FileUploadHandler` as the
multipart field `uploadfile`, and relays our answer to the page. Keys are case-sensitive; our
`Status` is a boolean, the tool's own a number with 0 for success (ux.md §4.1).
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from documents.document import VIETNAM

PORT = 8987
"""Of the tool on the loopback address."""
UPLOAD_FIELD = "uploadfile"
NAME_LENGTH = 100
"""Sites have seen longer ones cut at 170."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ToolOperation(StrEnum):
    """The tool's operations on files that we know, by their WebSocket path."""

    SIGN_APPROVED = "SignApproved"
    """lãnh đạo ký phê duyệt."""
    SIGN_ISSUED = "SignIssued"
    """thêm số, ngày, đóng dấu phát hành."""
    SIGN_APPENDIX = "SignAppendix"
    """phụ lục, tài liệu đính kèm."""
    SIGN_COPY = "SignCopy"
    """sao văn bản điện tử."""
    COMMENT = "Comment"
    """thêm ý kiến, bút phê."""


@dataclass(frozen=True, slots=True)
class Round:
    """What the page hands to the tool for one file."""

    operation: ToolOperation
    download: str = field(repr=False)
    """URL of the file; it holds the token."""
    upload: str = field(repr=False)
    number: str = ""
    """số, as the tool prints it."""
    day: date | None = None
    """Of issue."""
    facts: tuple[tuple[str, str], ...] = ()
    """`MetaData`: free keys and values."""

    @property
    def path(self) -> str:
        """The WebSocket's path."""
        return f"/{self.operation}"

    def payload(self) -> str:
        """Return the one JSON string that the tool is sent."""
        values: dict[str, object] = {
            "FileUploadHandler": self.upload,
            # the tool has no login here: the token in the URLs is all that it needs
            "SessionId": "",
            "JWTToken": "",
            "FileName": self.download,
            "DocNumber": self.number,
            "IssuedDate": issued_date(self.day),
            "MetaData": [{"Key": key, "Value": value} for key, value in self.facts],
        }
        return json.dumps(values, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class BatchFile:
    """One file of `SignFiles`."""

    file_id: str
    name: str
    download: str = field(repr=False)


def batch_payload(upload: str, files: Iterable[BatchFile]) -> str:
    """Return the one JSON string for `SignFiles`, which signs a list of files."""
    values = {
        "FileUploadHandler": upload,
        "SessionId": "",
        "JWTToken": "",
        "Files": [
            {"FileID": each.file_id, "FileName": each.name, "URL": each.download} for each in files
        ],
    }
    return json.dumps(values, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an upload is answered with."""

    taken: bool
    message: str = ""
    file_name: str = ""
    file_server: str = ""
    """Where the signed file is now, in words of ours; the page gets it from the tool."""
    number: str = ""
    day: date | None = None

    def as_json(self) -> str:
        """Return the body of the answer; a refusal names no file."""
        values: dict[str, object] = {
            "Status": self.taken,
            "Message": self.message,
            "FileName": self.file_name if self.taken else "",
            "FileServer": self.file_server if self.taken else "",
        }
        if self.taken and self.number:
            values |= {"DocumentNumber": self.number, "DocumentDate": issued_date(self.day)}
        return json.dumps(values, ensure_ascii=False)


def issued_date(day: date | None) -> str:
    """Return a day as the tool reads it: ISO 8601 with Vietnam's zone; empty for none."""
    return datetime.combine(day, time(), VIETNAM).isoformat() if day else ""


def ascii_name(stem: str) -> str:
    """Return a file name the tool can live with: ASCII, no quotes, no blanks, `.pdf`."""
    letters = unicodedata.normalize("NFD", stem.replace("Đ", "D").replace("đ", "d"))
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    plain = _UNSAFE.sub("-", bare).strip("-.")[:NAME_LENGTH]
    return f"{plain or 'van-ban'}.pdf"
