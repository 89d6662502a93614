"""PDF/A-2b: what reportlab draws, made fit to be kept.

Standard: ISO 19005-2, 6.2.3 (output intent), 6.6.2 (XMP), 6.1.3 (file identifier). Fonts
are embedded by the composer (typeface.py) and nothing drawn is transparent. The same page and
moment give the same bytes.
"""

import re
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

from documents.document import VIETNAM

_PRODUCER = "congvan"
_PROFILE_DATE = slice(24, 36)
"""Of an ICC profile's header (ICC.1:2010, 7.2.8): when it was made, which would be now."""
_MADE = bytes((0x07, 0xE8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for."""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """Return an ICC profile of sRGB, the same on every day."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_PROFILE_DATE] = _MADE
    return bytes(profile)


def archivable(pdf: bytes, title: str, at: datetime) -> bytes:
    """Return *pdf*, of embedded fonts and opaque marks only, with what PDF/A-2b asks besides."""
    moment = at.astimezone(VIETNAM).isoformat(timespec="seconds")
    shown = escape(_UNWRITABLE.sub("\ufffd", title))
    packet = _XMP.format(title=shown, moment=moment, producer=_PRODUCER).encode()
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            for key in (Name.Trans, Name.Group):
                if key in page.obj:
                    del page.obj[key]
        root = opened.Root
        root.Metadata = opened.make_stream(packet, Type=Name.Metadata, Subtype=Name.XML)
        profile = opened.make_stream(srgb(), N=3)
        intent = Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=pikepdf.String("sRGB IEC61966-2.1"),
            DestOutputProfile=profile,
        )
        root.OutputIntents = Array([opened.make_indirect(intent)])
        if Name.Info in opened.trailer:
            del opened.trailer[Name.Info]
        out = BytesIO()
        opened.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            fix_metadata_version=False,
            force_version="1.7",
            deterministic_id=True,
        )
        return out.getvalue()
