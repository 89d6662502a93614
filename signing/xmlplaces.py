"""Where an XML signature may stand, what it must cover, and of what it may be made.

Standards: W3C XML Signature 1.1; its Best Practices, 2 and 3 (what is signed, not who signed,
is what attackers change); WS-Security 1.1, 8. A signature that holds says nothing about the
element a program goes on to read: so every covered element is found by its position, and the
signature's references must lead to exactly these elements.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = DS + "enveloped-signature"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_MORE, _MGF = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
METHODS = {
    **{f"{_MORE}rsa-{digest}": f"{digest}_rsa" for digest in DIGESTS.values()},
    **{f"{_MGF}{digest}-rsa-MGF1": f"{digest}_pss" for digest in DIGESTS.values()},
    **{f"{_MORE}ecdsa-{digest}": f"{digest}_ecdsa" for digest in DIGESTS.values()},
}
"""Algorithms by their identifier, named as in `signing.algorithm`. What is not here is refused:
SHA-1, HMAC (a secret that anybody may choose to be a public key), DSA."""

MOST_REFERENCES = 12
MOST_CERTIFICATES = 8
_LONGEST_CERTIFICATE = 32 * 1024  # characters
_LONGEST_VALUE = 8 * 1024
_MOST_PREFIXES = 32
_MOST_OF_SIGNATURE = 128
"""Elements in one signature."""

Path = tuple[str, ...]
"""Names in Clark's notation, the root's own first; each names the only child of that name."""


class Misplaced(ValueError):
    """The argument says what is not where, or not what, it must be."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the signature stands in a message, and what it covers."""

    signature: Path
    """The element whose child the signature is."""
    covered: tuple[Path, ...]
    """Each of them must be covered, and nothing else may be."""


def enveloped(root: str, parent: Path = ()) -> Places:
    """Return the places of a signature over the whole message, in the root or in *parent*."""
    return Places(parent or (root,), ((root,),))


@dataclass(frozen=True, slots=True)
class Placed:
    """A signature that is where it must be, and not judged yet."""

    signature: etree._Element
    algorithm: str
    """One of METHODS' values."""
    covered: tuple[int, ...]
    """For each of the places, the position of its reference."""
    certificates: tuple[bytes, ...] = field(repr=False)
    """What came with it, DER; may be empty."""


def placed(root: etree._Element, places: Places) -> Placed:
    """Return *root*'s signature if it stands where and covers what *places* say.

    Raises:
        Misplaced: otherwise.
    """
    holder = _at(root, places.signature)
    signature = _only(holder, _ds("Signature"))
    if sum(1 for _ in root.iter(_ds("Signature"))) != 1:
        raise Misplaced("more than one signature")
    if sum(1 for _ in signature.iter()) > _MOST_OF_SIGNATURE:
        raise Misplaced("too much in the signature")
    info, key_info = _parts(signature)
    references = list(info)[2:]
    if not 1 <= len(references) <= MOST_REFERENCES:
        raise Misplaced(f"{len(references)} references")
    leads = [_target(root, reference, signature) for reference in references]
    wanted = [_at(root, path) for path in places.covered]
    if len(leads) != len(wanted) or {*map(id, leads)} != {*map(id, wanted)}:
        raise Misplaced("it does not cover what it must, and only that")
    order = tuple(next(i for i, lead in enumerate(leads) if lead is w) for w in wanted)
    return Placed(signature, METHODS[_algorithm(info[1])], order, _certificates(key_info))


def _at(root: etree._Element, path: Path) -> etree._Element:
    """Return the element at *path*, where each step must have one answer."""
    if not path or root.tag != path[0]:
        raise Misplaced(f"the root is {str(root.tag)[:200]}")
    found = root
    for name in path[1:]:
        found = _only(found, name)
    return found


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = [child for child in parent if child.tag == name]
    if len(found) != 1:
        raise Misplaced(f"{len(found)} × {name}")
    return found[0]


def _ds(name: str) -> str:
    return f"{{{DS}}}{name}"


def _parts(signature: etree._Element) -> tuple[etree._Element, etree._Element | None]:
    """Return SignedInfo and KeyInfo; the standard's order, and nothing else."""
    names = [child.tag for child in signature]
    expected = [_ds("SignedInfo"), _ds("SignatureValue"), _ds("KeyInfo")]
    if names not in (expected[:2], expected):
        raise Misplaced("the signature has other parts")
    if len(signature[1].text or "") > _LONGEST_VALUE or len(signature[1]):
        raise Misplaced("the signature's value")
    info = signature[0]
    heads = [child.tag for child in list(info)[:2]]
    if heads != [_ds("CanonicalizationMethod"), _ds("SignatureMethod")]:
        raise Misplaced("SignedInfo")
    if _algorithm(info[0]) not in (EXCLUSIVE, INCLUSIVE):
        raise Misplaced(f"canonicalization {_algorithm(info[0])[:200]}")
    _check_prefixes(info[0])
    if _algorithm(info[1]) not in METHODS or len(info[1]):
        raise Misplaced(f"algorithm {_algorithm(info[1])[:200]}")
    return info, signature[2] if len(signature) > 2 else None


def _algorithm(element: etree._Element) -> str:
    return str(element.get("Algorithm", ""))


def _check_prefixes(element: etree._Element) -> None:
    """Refuse anything in a canonicalization method but a short list of prefixes."""
    for child in element:
        names = child.get("PrefixList", "").split()
        if child.tag != f"{{{EXCLUSIVE}}}InclusiveNamespaces" or len(child):
            raise Misplaced("canonicalization with parameters")
        if len(element) > 1 or len(names) > _MOST_PREFIXES or _algorithm(element) != EXCLUSIVE:
            raise Misplaced("canonicalization with many prefixes")


def _target(
    root: etree._Element, reference: etree._Element, signature: etree._Element
) -> etree._Element:
    """Return the element that *reference* leads to."""
    if reference.tag != _ds("Reference") or set(reference.attrib) - {"URI", "Id"}:
        raise Misplaced("a reference of another kind")
    parts = list(reference)
    names = [part.tag for part in parts]
    transforms = list(parts[0]) if names[:1] == [_ds("Transforms")] else []
    if names[-2:] != [_ds("DigestMethod"), _ds("DigestValue")] or len(names) > 3:
        raise Misplaced("a reference with other parts")
    if len(names) == 3 and not transforms:
        raise Misplaced("no transforms")
    if _algorithm(parts[-2]) not in DIGESTS or len(parts[-2]) or len(parts[-1]):
        raise Misplaced(f"digest {_algorithm(parts[-2])[:200]}")
    target = _pointed(root, reference.get("URI"))
    around = any(ancestor is target for ancestor in signature.iterancestors())
    _check_transforms(transforms, around=around, whole=target is root)
    return target


def _check_transforms(transforms: list[etree._Element], *, around: bool, whole: bool) -> None:
    """Refuse all but taking out the signature from what is *around* it, then canonicalizing."""
    if any(transform.tag != _ds("Transform") for transform in transforms):
        raise Misplaced("transforms")
    names = [_algorithm(transform) for transform in transforms]
    canonical = names[1:] if around else names
    if around and names[:1] != [ENVELOPED]:
        raise Misplaced("the signature covers itself")
    # without a name it is inclusive: of the whole document that says the same
    if canonical != [EXCLUSIVE] and not (whole and canonical in ([], [INCLUSIVE])):
        raise Misplaced(f"transforms {' '.join(names)[:200]}")
    for transform in transforms:
        _check_prefixes(transform)


def _pointed(root: etree._Element, uri: str | None) -> etree._Element:
    """Return the one element with the id, or the root for the empty reference."""
    if uri == "":
        return root
    if not uri or not uri.startswith("#") or uri[1:] != uri[1:].strip() or "(" in uri:
        raise Misplaced(f"reference {str(uri)[:200]}")
    found = [element for element, value in _ids(root) if value == uri[1:]]
    if len(found) != 1:
        raise Misplaced(f"{len(found)} × {uri[:200]}")
    return found[0]


def _ids(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield every attribute that some program may take for an id, with its element."""
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            local = str(name).rpartition("}")[2].lower()
            if local.endswith("id"):
                yield element, str(value)


def _certificates(key_info: etree._Element | None) -> tuple[bytes, ...]:
    if key_info is None:
        return ()
    found = list(key_info.iter(_ds("X509Certificate")))
    if len(found) > MOST_CERTIFICATES:
        raise Misplaced("too many certificates")
    return tuple(_decoded(element.text or "") for element in found)


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST_CERTIFICATE:
        raise Misplaced("a certificate is too long")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Misplaced("a certificate is not base64") from None
