"""From `AttachmentEncoded` to files: matched with the manifest, unwrapped, named, labelled."""

from collections.abc import Mapping

from lxml import etree

from connectors.edxml.archive import ZIP_BASED, ArchiveDamaged, unwrapped
from connectors.edxml.content import Base64Content
from connectors.edxml.deviation import Deviations
from connectors.edxml.fields import Fields
from connectors.edxml.filename import MEDIA_TYPES, extension, safe_name, unused_name
from connectors.edxml.incoming import ReadLimits, ReceivedFile
from connectors.edxml.spool import Spool
from connectors.errors import AttachmentCorrupt, EnvelopeTooLarge
from schemas.edxml import Reference

CONTENT = "ContentTransferEncoded"

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

    def read(self, root: etree._Element) -> tuple[ReceivedFile, ...]:
        """Return the files of the message.

        Raises:
            AttachmentCorrupt: a ZIP around a file cannot be read.
            EnvelopeTooLarge: too many files, or ZIPs give more than the limits allow.
        """
        references: dict[str, Reference] = {}
        for number, element in enumerate(root.iter("{*}Reference"), start=1):
            if len(element) and element.find("{*}ContentId") is not None:
                reference = _reference(Fields(element, f"Reference[{number}]", self._log))
                references.setdefault(reference.content_id, reference)
        elements = list(root.iter("{*}Attachment"))
        if len(elements) > self._limits.files:
            raise EnvelopeTooLarge(f"> {self._limits.files} tệp / files")
        files = tuple(
            self._file(element, number, references)
            for number, element in enumerate(elements, start=1)
        )
        for missing in references.values():
            self._log.add(
                "attachment.missing",
                f"Reference/{missing.content_id}",
                f"không có nội dung / no content: {missing.attachment_name!r}",
            )
        return files

    def _file(
        self, element: etree._Element, number: int, references: dict[str, Reference]
    ) -> ReceivedFile:
        fields = Fields(element, f"Attachment[{number}]", self._log)
        own = _reference(fields)
        listed = references.pop(own.content_id, None)
        self._compare(own, listed, fields.path)
        said = own.attachment_name or (listed.attachment_name if listed else "")
        name = self._name(said, number, fields.path)
        encoded = fields.one(CONTENT)
        content = self._contents.get(encoded) if encoded is not None else None
        if content is None:
            self._log.add("attachment.empty", fields.path, "không có nội dung / no content")
        spool = content.spool if content is not None else Spool(0)
        spool = self._unwrapped(spool, name, fields.path)
        self._left -= spool.size
        if self._left < 0:
            raise EnvelopeTooLarge(f"các tệp / files > {self._limits.total} bytes")
        if spool.damaged:
            self._log.add(
                "attachment.damaged",
                fields.path,
                "PDF bị hỏng trên đường truyền (đã bị đọc như văn bản) / damaged in transit",
            )
        return ReceivedFile(
            name=name,
            content_type=self._content_type(spool, name, own.content_type, fields.path),
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
            raise AttachmentCorrupt(name, f"ZIP: {error}") from None
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


def _reference(fields: Fields) -> Reference:
    return Reference.model_construct(
        content_id=fields.raw("ContentId").strip("<> ").removeprefix("cid:"),
        content_type=fields.raw("ContentType"),
        description=fields.text("Description"),
        attachment_name=fields.text("AttachmentName"),
    )
