"""Messages as other systems would have written them, made from our golden ones."""

import re
from pathlib import Path

from connectors.edxml import Received

GOLDEN = Path(__file__).parent / "golden"
NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
OLD = "http://www.e-doc.vn/Schema/"
NEW = (GOLDEN / "new.edxml").read_bytes().decode()
STATUS = (GOLDEN / "status.edxml").read_bytes().decode()
PDF = b"%PDF-1.7\n%%EOF\n"


def codes(received: Received) -> set[str]:
    return {warning.code for warning in received.warnings}


def replaced(old: str, new: str, source: str = NEW) -> str:
    assert old in source
    return source.replace(old, new)


def without(name: str, source: str = NEW) -> str:
    cut = re.sub(rf"\s*<edXML:{name}>.*?</edXML:{name}>", "", source, flags=re.DOTALL)
    assert cut != source
    return cut


def emptied(name: str, source: str = NEW) -> str:
    cut = re.sub(rf"<edXML:{name}>.*?</edXML:{name}>", f"<edXML:{name}/>", source, flags=re.DOTALL)
    assert cut != source
    return cut


def swapped(source: str) -> str:
    hop = re.search(r"\s*<edXML:TraceHeader>.*?</edXML:TraceHeader>", source, re.DOTALL)
    assert hop
    end = "</edXML:TraceHeaderList>"
    return source.replace(hop.group(), "").replace(end, hop.group() + end)


def soap(source: str) -> str:
    header = re.search(r"<edXML:MessageHeader>.*</edXML:TraceHeaderList>", source, re.DOTALL)
    assert header
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<s:Header xmlns:edXML="{OLD}">{header.group()}</s:Header><s:Body xmlns:e="{OLD}">'
        '<e:Manifest><e:Reference xlink:href="cid:7"><e:AttachmentName>a.pdf</e:AttachmentName>'
        "</e:Reference></e:Manifest></s:Body></s:Envelope>"
    )


def bare(source: str) -> str:
    envelope = re.search(r"<edXML:edXMLEnvelope.*</edXML:edXMLEnvelope>", source, re.DOTALL)
    assert envelope
    return envelope.group()
