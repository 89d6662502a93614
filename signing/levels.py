"""Which PAdES level a signature has reached: what is proven, not what is claimed.

Standard: ETSI EN 319 142-1, 6 (baseline levels B-B, B-T, B-LT, B-LTA).
"""

from collections.abc import Iterable
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr

from signing.certificates import certificate, revocation_list
from signing.ground import answer_for
from signing.material import Item, Material
from signing.paths import PathVerdict

TEXTS = {
    "": "không theo mức PAdES nào / of no PAdES baseline level",
    "B-B": "PAdES B-B: chữ ký cơ bản / basic signature",
    "B-T": "PAdES B-T: có dấu thời gian tin cậy / with a trusted time",
    "B-LT": "PAdES B-LT: kèm dữ liệu xác minh dài hạn / with long-term validation data",
    "B-LTA": "PAdES B-LTA: lưu trữ lâu dài / with archive timestamps",
}
"""Vietnamese and English, by level (EN 319 142-1, 6.1)."""


def level(
    signature: EmbeddedPdfSignature,
    verdict: PathVerdict,
    proven: datetime | None,
    material: Material,
    stamps: Iterable[tuple[int, datetime]],
) -> str:
    """Return the level of *signature*; *stamps*: revisions of trusted document timestamps."""
    attributes = signature.signer_info["signed_attrs"]
    if signature.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        return ""
    if get_signing_cert_attr(attributes) is None:
        return ""
    if proven is None:
        return "B-B"
    known = _revision_of_proofs(verdict, material)
    if known is None:
        return "B-T"
    since = max(known, signature.signed_revision + 1)
    return "B-LTA" if any(revision >= since for revision, _ in stamps) else "B-LT"


def _revision_of_proofs(verdict: PathVerdict, material: Material) -> int | None:
    """Return the revision by which the file has revocation data about the whole chain."""
    if verdict.path is None:
        return None
    revisions = []
    for der in verdict.chain[:-1]:
        one = certificate(der)
        found = [item.revision for item in material.crls if _lists(item, one)]
        found += [i.revision for i in material.ocsps if answer_for(i.der, one.serial_number)]
        if not found:
            return None
        revisions.append(min(found))
    return max(revisions, default=None)


def _lists(item: Item, one: x509.Certificate) -> bool:
    return bool(revocation_list(item.der).issuer == one.issuer)
