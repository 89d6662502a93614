"""What a PDF brings along to prove its signatures: the document security store and the like.

Standards: ISO 32000-2, 12.8.4.3 (DSS), ETSI EN 319 142-1, 5.4 (PAdES), RFC 5652, 10.2.1
(revocation data inside CMS). Nothing here is believed before its own signature was checked.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing.certificates import certificate, ocsp_response, revocation_list
from signing.policy import Limits


@dataclass(frozen=True, slots=True)
class Item:
    """One certificate, list or response in the file."""

    der: bytes = field(repr=False)
    revision: int
    """The revision that brought it; a document timestamp after it proves that it existed."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of use that the file brings."""

    certificates: tuple[Item, ...] = ()
    crls: tuple[Item, ...] = ()
    ocsps: tuple[Item, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the file brings nothing."""
        return not (self.certificates or self.crls or self.ocsps)

    @property
    def ders(self) -> tuple[bytes, ...]:
        """All DER values."""
        return tuple(item.der for item in (*self.certificates, *self.crls, *self.ocsps))

    def issuer_end(self, der: bytes, candidates: Iterable[x509.Certificate]) -> datetime | None:
        """Return until when whoever signed a list or response holds a certificate, if known."""
        ends = [one.not_valid_after for one in candidates if _may_have_signed(one, der)]
        return max(ends, default=None)


def _may_have_signed(one: x509.Certificate, der: bytes) -> bool:
    try:
        return bool(revocation_list(der).issuer == one.subject)
    except (ValueError, TypeError, KeyError):
        pass
    try:
        responder = ocsp_response(der).response_data["responder_id"]
        if responder.name == "by_name":
            return bool(responder.chosen == one.subject)
        return bool(responder.chosen.native == one.public_key.sha1)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def material_of(
    reader: PdfFileReader, signatures: Iterable[EmbeddedPdfSignature], limits: Limits
) -> Material:
    """Return what *reader*'s file brings; what cannot be read is left out."""
    store = _dictionary(reader.root, "/DSS")
    return Material(
        tuple(_unique(_streams(reader, store, "/Certs", certificate, limits))),
        tuple(
            _unique(
                [
                    *_streams(reader, store, "/CRLs", revocation_list, limits),
                    *_attached(signatures, "crl", revocation_list),
                ]
            )
        ),
        tuple(
            _unique(
                [
                    *_streams(reader, store, "/OCSPs", ocsp_response, limits),
                    *_attached(signatures, "ocsp", ocsp_response),
                ]
            )
        ),
    )


def _dictionary(of: DictionaryObject, key: str) -> DictionaryObject | None:
    try:
        found = of[key]
    except KeyError:
        return None
    return found if isinstance(found, DictionaryObject) else None


def _streams(
    reader: PdfFileReader,
    store: DictionaryObject | None,
    key: str,
    load: Callable[[bytes], Any],
    limits: Limits,
) -> Iterator[Item]:
    try:
        listed = store[key] if store is not None else None
    except KeyError:
        return
    if not isinstance(listed, ArrayObject):
        return
    for raw in list(listed)[: limits.most_dss_items]:
        try:
            stream = raw.get_object()
            if not isinstance(raw, IndirectObject) or not isinstance(stream, StreamObject):
                continue
            der = bytes(stream.data)
            if len(der) > limits.most_crl_bytes:
                continue
            _ = load(der).native
            yield Item(der, reader.xrefs.get_last_change(raw.reference))
        except Exception:  # noqa: S112  # whatever cannot be read proves nothing
            continue


def _attached(
    signatures: Iterable[EmbeddedPdfSignature], kind: str, load: Callable[[bytes], Any]
) -> Iterator[Item]:
    """Yield revocation data from the signed attribute that Adobe's programs put there."""
    for signature in signatures:
        try:
            attributes = signature.signer_info["signed_attrs"]
            archive = find_unique_cms_attribute(attributes, "adobe_revocation_info_archival")
            for value in archive[kind] or ():
                der = value.dump()
                load(der)
                yield Item(der, signature.signed_revision)
        except Exception:  # noqa: S112  # none, or one that cannot be read
            continue


def _unique(items: Iterable[Item]) -> Iterator[Item]:
    seen: dict[bytes, Item] = {}
    for item in items:
        known = seen.get(item.der)
        if known is None or item.revision < known.revision:
            seen[item.der] = item
    yield from seen.values()
