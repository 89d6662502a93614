"""From `AttachmentEncoded` to files: matched with the manifest, unwrapped, named, labelled."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from lxml import etree

from connectors.edxml.archive import ZIP_BASED, ArchiveDamaged, unwrapped
from connectors.edxml.content import Base64Content
from connectors.edxml.deviation import Deviations
from connectors.edxml.fields import Fields, local_name, plain_text
from connectors.edxml.filename import MEDIA_TYPES, extension, safe_name, unused_name
from connectors.edxml.incoming import ReadLimits, ReceivedFile
from connectors.edxml.spool import Spool
from connectors.errors import EnvelopeTooLarge
from schemas.edxml import Reference
from schemas.edxml.validity import XLINK

CONTENT = "ContentTransferEncoded"
_HREF = f"{{{XLINK}}}href"
_CHUNK = 1 << 18

_MAGIC = (
    (b"%PDF", "application/pdf", {"pdf"}),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
        {"doc", "xls", "ppt", "msg"},
    ),
    (b"\x89PNG", "image/png", {"png"}),
    (b"\xff\xd8\xff", "image/jpeg", {"jpg", "jpeg"}),
    (b"{\\rtf", "application/rtf", {"rtf", "doc"}),
    (b"Rar!", "application/vnd.rar", {"rar"}),
    (b"7z\xbc\xaf", "application/x-7z-compressed", {"7z"}),
    (b"<?xml", "application/xml", {"xml", "edxml", "svg", "html", "xhtml"}),
    (b"PK\x03\x04", "application/zip", ZIP_BASED),
)
"""How a content begins, what it is then, and the extensions that agree with it."""


class Attachments:
    """Builds the message's files in the order they come."""

    def __init__(
        self,
        contents: Mapping[etree._Element, Base64Content],
        limits: ReadLimits,
        log: Deviations,
    ) -> None:
        self._contents, self._limits, self._log = contents, limits, log
        self._names: set[str] = set()
        self._left = limits.total

    def read(
        self, root: etree._Element, parts: Mapping[str, bytes | Path]
    ) -> tuple[ReceivedFile, ...]:
        """Return the files of the message, those in *parts* after those inside it.

        Raises:
            EnvelopeTooLarge: too many files, or ZIPs give more than the limits allow.
        """
        references: dict[str, Reference] = {}
        for number, element in enumerate(root.iter("{*}Reference"), start=1):
            reference = _reference(Fields(element, f"Reference[{number}]", self._log), element)
            if reference.content_id:
                references.setdefault(reference.content_id, reference)
        elements = [e for e in root.iter("{*}Attachment", "{*}AttachmentData") if not _holds(e)]
        beside = [reference for name, reference in references.items() if name in parts]
        if len(elements) + len(beside) > self._limits.files:
            raise EnvelopeTooLarge(f"> {self._limits.files} tệp / files")
        files = [
            self._inside(element, number, references)
            for number, element in enumerate(elements, start=1)
        ]
        for reference in beside:
            if references.pop(reference.content_id, None) is not None:
                spool = self._part(parts[reference.content_id])
                path = f"Reference/{reference.content_id}"
                files.append(self._file(spool, reference, len(files) + 1, path))
        for missing in references.values():
            self._log.add(
                "attachment.missing",
                f"Reference/{missing.content_id}",
                f"không có nội dung / no content: {missing.attachment_name!r}",
            )
        return tuple(files)

    def _inside(
        self, element: etree._Element, number: int, references: dict[str, Reference]
    ) -> ReceivedFile:
        fields = Fields(element, f"{local_name(element)}[{number}]", self._log)
        own = _reference(fields, element)
        listed = references.pop(own.content_id, None)
        self._compare(own, listed, fields.path)
        if listed is not None and not own.attachment_name:
            own = own.model_copy(update={"attachment_name": listed.attachment_name})
        return self._file(self._content(element, fields), own, number, fields.path)

    def _content(self, element: etree._Element, fields: Fields) -> Spool:
        encoded = fields.one(CONTENT)
        content = self._contents.get(encoded) if encoded is not None else None
        if content is None and encoded is None:
            content = self._foreign(element, fields)
        if content is None:
            self._log.add("attachment.empty", fields.path, "không có nội dung / no content")
            return Spool(0)
        if content.fault:
            self._log.add("attachment.damaged", fields.path, f"base64: {content.fault}")
        return content.spool

    def _foreign(self, element: etree._Element, fields: Fields) -> Base64Content | None:
        """Decode what other builders put elsewhere: `AttachmentData`, or `value` before 2016.

        It came as plain text, so it is small (`Limits.text`).
        """
        holder = fields.one("Content", "Data", "Value") if len(element) else element
        text = plain_text(holder)
        if not text:
            return None
        self._log.add("attachment.form", fields.path, f"không có / without {CONTENT}")
        content = Base64Content(Spool(self._limits.file))
        content.write(text.encode())
        content.close()
        return content

    def _part(self, part: bytes | Path) -> Spool:
        spool = Spool(self._limits.file)
        with part.open("rb") if isinstance(part, Path) else BytesIO(part) as source:
            while piece := source.read(_CHUNK):
                spool.write(piece)
        return spool

    def _file(self, spool: Spool, own: Reference, number: int, path: str) -> ReceivedFile:
        name = self._name(own.attachment_name, number, path)
        spool = self._unwrapped(spool, name, path)
        self._left -= spool.size
        if self._left < 0:
            raise EnvelopeTooLarge(f"các tệp / files > {self._limits.total} bytes")
        if spool.damaged:
            self._log.add(
                "attachment.damaged",
                path,
                "PDF bị hỏng trên đường truyền (đã bị đọc như văn bản) / damaged in transit",
            )
        return ReceivedFile(
            name=name,
            content_type=self._content_type(spool, name, own.content_type, path),
            size=spool.size,
            sha256=spool.sha256(),
            description=own.description,
            spool=spool,
        )

    def _compare(self, own: Reference, listed: Reference | None, path: str) -> None:
        if listed is None:
            self._log.add(
                "attachment.unlisted", path, f"không có Reference / none: {own.content_id!r}"
            )
            return
        for code, ours, theirs in (
            ("attachment.type_differs", own.content_type, listed.content_type),
            ("attachment.name_differs", own.attachment_name, listed.attachment_name),
        ):
            if ours and theirs and ours != theirs:
                self._log.add(code, path, f"{ours!r}; Reference: {theirs!r}")

    def _name(self, said: str, number: int, path: str) -> str:
        name = unused_name(safe_name(said, f"tep-dinh-kem-{number}"), self._names)
        self._names.add(name.lower())
        if name != said:
            self._log.add("attachment.renamed", path, f"{said!r} → {name!r}")
        return name

    def _unwrapped(self, spool: Spool, name: str, path: str) -> Spool:
        if not spool.is_zip:
            return spool
        try:
            inner = unwrapped(spool, name, min(self._limits.file, self._left))
        except ArchiveDamaged as error:
            self._log.add("attachment.damaged", path, f"{name!r}: ZIP: {error}")
            return spool
        if inner is None:
            return spool
        spool.close()
        return inner

    def _content_type(self, spool: Spool, name: str, said: str, path: str) -> str:
        kind = extension(name)
        for head, found, agreeing in _MAGIC:
            if spool.head.startswith(head):
                if kind in agreeing:
                    return MEDIA_TYPES.get(kind, found)
                self._log.add("attachment.content_differs", path, f"{name!r}: {found}")
                return found
        if kind == "pdf" and spool.size:
            self._log.add("attachment.content_differs", path, f"{name!r}: không phải PDF / no PDF")
            return "application/octet-stream"
        return MEDIA_TYPES.get(kind) or said or "application/octet-stream"


def _reference(fields: Fields, element: etree._Element) -> Reference:
    content_id = fields.raw("ContentId") or element.get("ContentId") or element.get(_HREF) or ""
    return Reference.model_construct(
        content_id=content_id.strip("<> ").removeprefix("cid:"),
        content_type=fields.raw("ContentType"),
        description=fields.text("Description"),
        attachment_name=fields.text("AttachmentName", "FileName", "Name"),
    )


def _holds(element: etree._Element) -> bool:
    """Return whether *element* only holds the attachments below it, under their own names."""
    return any(local_name(child) in ("Attachment", "AttachmentData") for child in element)
