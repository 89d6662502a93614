"""Forgeries of signed XML messages: each changes a parsed message in place."""

import copy
from collections.abc import Callable

from lxml import etree

from signing.xmlplaces import DS
from tests.signing.test_xmldsig import (
    BODY,
    HEADER,
    ID,
    SECURITY,
    WSU,
)

Forge = Callable[[etree._Element], None]


def one(root: etree._Element, name: str) -> etree._Element:
    (found,) = root.iter(name)
    return found


def evil(body: etree._Element) -> etree._Element:
    """Return a copy of the body that pays somebody else."""
    other = copy.deepcopy(body)
    one(other, "{urn:pay}to").text = "MALLORY"
    return other


def moved(root: etree._Element, id_of_new: str | None) -> None:
    """Move the signed body under Header/Wrapper; a new one takes its place."""
    body = one(root, BODY)
    new = evil(body)
    del new.attrib[ID]
    if id_of_new is not None:
        new.set(ID, id_of_new)
    root.replace(body, new)
    etree.SubElement(one(root, HEADER), "{urn:x}Wrapper").append(body)


def moved_without_id(root: etree._Element) -> None:
    moved(root, None)


def moved_with_other_id(root: etree._Element) -> None:
    moved(root, "another")


def moved_with_same_id(root: etree._Element) -> None:
    moved(root, one(root, BODY).get(ID))


def moved_with_id_of_other_spelling(root: etree._Element) -> None:
    value = str(one(root, BODY).get(ID))
    moved(root, None)
    body = next(child for child in root if child.tag == BODY)
    body.set("ID", value)


def moved_into_security(root: etree._Element) -> None:
    body = one(root, BODY)
    root.replace(body, evil(body))
    one(root, SECURITY).append(body)


def moved_into_signature(root: etree._Element) -> None:
    body = one(root, BODY)
    new = evil(body)
    new.set(ID, "another")
    root.replace(body, new)
    etree.SubElement(one(root, f"{{{DS}}}Signature"), f"{{{DS}}}Object").append(body)


def moved_into_key_info(root: etree._Element) -> None:
    body = one(root, BODY)
    new = evil(body)
    new.set(ID, "another")
    root.replace(body, new)
    one(root, f"{{{DS}}}KeyInfo").append(body)


def second_body_after(root: etree._Element) -> None:
    root.append(evil(one(root, BODY)))


def second_body_before(root: etree._Element) -> None:
    new = evil(one(root, BODY))
    del new.attrib[ID]
    root.insert(0, new)


def no_body(root: etree._Element) -> None:
    root.remove(one(root, BODY))


def second_header(root: etree._Element) -> None:
    root.insert(0, copy.deepcopy(one(root, HEADER)))


def second_security(root: etree._Element) -> None:
    one(root, HEADER).append(etree.Element(SECURITY))


def second_signature(root: etree._Element) -> None:
    one(root, SECURITY).append(copy.deepcopy(one(root, f"{{{DS}}}Signature")))


def signature_in_body(root: etree._Element) -> None:
    one(root, BODY).append(one(root, f"{{{DS}}}Signature"))


def no_signature(root: etree._Element) -> None:
    one(root, SECURITY).remove(one(root, f"{{{DS}}}Signature"))


def no_security(root: etree._Element) -> None:
    one(root, HEADER).remove(one(root, SECURITY))


def no_header(root: etree._Element) -> None:
    root.remove(one(root, HEADER))


def changed(root: etree._Element) -> None:
    one(root, "{urn:pay}to").text = "MALLORY"


def timestamp_changed(root: etree._Element) -> None:
    one(root, f"{{{WSU}}}Created").text = "2030-01-01T00:00:00Z"


def unsigned_timestamp(root: etree._Element) -> None:
    stamp = one(root, f"{{{WSU}}}Timestamp")
    new = copy.deepcopy(stamp)
    del new.attrib[ID]
    one(root, SECURITY).replace(stamp, new)
    etree.SubElement(one(root, HEADER), "{urn:x}Wrapper").append(stamp)


def reference_dropped(root: etree._Element) -> None:
    info = one(root, f"{{{DS}}}SignedInfo")
    info.remove(info[2])


def reference_to_elsewhere(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "http://127.0.0.1:9/secret")


def reference_to_file(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "file:///etc/passwd")


def reference_by_xpointer(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "#xpointer(/)")


def reference_without_uri(root: etree._Element) -> None:
    del next(root.iter(f"{{{DS}}}Reference")).attrib["URI"]


def reference_to_whole(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "")


def transform(root: etree._Element, algorithm: str) -> etree._Element:
    found = next(root.iter(f"{{{DS}}}Transform"))
    found.set("Algorithm", algorithm)
    return found


def transformed_by_xslt(root: etree._Element) -> None:
    transform(root, "http://www.w3.org/TR/1999/REC-xslt-19991116")


def transformed_by_xpath(root: etree._Element) -> None:
    found = transform(root, "http://www.w3.org/TR/1999/REC-xpath-19991116")
    etree.SubElement(found, f"{{{DS}}}XPath").text = "not(ancestor-or-self::to)"


def transformed_by_base64(root: etree._Element) -> None:
    transform(root, f"{DS}base64")


def comments_kept(root: etree._Element) -> None:
    transform(root, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments")


def a_thousand_transforms(root: etree._Element) -> None:
    first = next(root.iter(f"{{{DS}}}Transform"))
    parent = first.getparent()
    assert parent is not None
    parent.extend(copy.deepcopy(first) for _ in range(1000))


def a_thousand_references(root: etree._Element) -> None:
    info = one(root, f"{{{DS}}}SignedInfo")
    info.extend(copy.deepcopy(info[2]) for _ in range(1000))


def method(root: etree._Element, name: str) -> None:
    one(root, f"{{{DS}}}SignatureMethod").set("Algorithm", name)


def rsa_sha1(root: etree._Element) -> None:
    method(root, f"{DS}rsa-sha1")


def dsa(root: etree._Element) -> None:
    method(root, "http://www.w3.org/2009/xmldsig11#dsa-sha256")


def no_method(root: etree._Element) -> None:
    method(root, "none")


def ecdsa_for_rsa_key(root: etree._Element) -> None:
    method(root, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")


def digest_sha1(root: etree._Element) -> None:
    for digest in root.iter(f"{{{DS}}}DigestMethod"):
        digest.set("Algorithm", f"{DS}sha1")


def truncated_output(root: etree._Element) -> None:
    etree.SubElement(one(root, f"{{{DS}}}SignatureMethod"), f"{{{DS}}}HMACOutputLength").text = "0"


def no_value(root: etree._Element) -> None:
    one(root, f"{{{DS}}}SignatureValue").text = None


def endless_value(root: etree._Element) -> None:
    one(root, f"{{{DS}}}SignatureValue").text = "A" * 1_000_000


def no_certificate(root: etree._Element) -> None:
    one(root, f"{{{DS}}}KeyInfo").clear()


def broken_certificate(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}X509Certificate")).text = "AAAA"


def hundreds_of_certificates(root: etree._Element) -> None:
    data = one(root, f"{{{DS}}}X509Data")
    data.extend(copy.deepcopy(data[0]) for _ in range(300))


def other_root(root: etree._Element) -> None:
    root.tag = "{urn:x}Envelope"


FORGERIES: tuple[Forge, ...] = (
    *(moved_without_id, moved_with_other_id, moved_with_same_id, moved_with_id_of_other_spelling),
    *(moved_into_security, moved_into_signature, moved_into_key_info, second_body_after),
    *(second_body_before, no_body, second_header, second_security, second_signature),
    *(signature_in_body, no_signature, no_security, no_header, changed, timestamp_changed),
    *(unsigned_timestamp, reference_dropped, reference_to_elsewhere, reference_to_file),
    *(reference_by_xpointer, reference_without_uri, reference_to_whole, transformed_by_xslt),
    *(transformed_by_xpath, transformed_by_base64, comments_kept, a_thousand_transforms),
    *(a_thousand_references, rsa_sha1, dsa, no_method, ecdsa_for_rsa_key, digest_sha1),
    *(truncated_output, no_value, endless_value, no_certificate, broken_certificate),
    *(hundreds_of_certificates, other_root),
)
