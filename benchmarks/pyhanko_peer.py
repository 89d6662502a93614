"""pyHanko with its defaults, as its manual uses it: what our signing is compared with.

A process of its own, because ours speeds up pyHanko's parser for the whole process. One
JSON request a line on standard input, `{"task", "files", …}`; one answer a line:
`{"cpu", "wall", "output"}` in milliseconds. Keys and trust are loaded once, before the clock.
"""

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko import stamp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic, images
from pyhanko.pdf_utils.font.api import FontEngine
from pyhanko.pdf_utils.font.basic import SimpleFontEngineFactory
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

with contextlib.suppress(ImportError):  # only where uharfbuzz is installed
    from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory

FONT = "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf"
SIZE = 13


def load_signer(path: str, passphrase: str, *, pss: bool = False) -> signers.SimpleSigner:
    """Return the manual's signer; with *pss* it signs by RSASSA-PSS."""
    signer: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12(
        path, passphrase=passphrase.encode(), prefer_pss=pss
    )
    assert signer is not None
    return signer


def sign(
    pdf: bytes, field: str, signer: signers.SimpleSigner, image: str | None, *, certify: bool
) -> bytes:
    """Sign *field* with a visible stamp; nothing is given but what the layout asks for."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return _signed(writer, field, signer, image, certify)


def _signed(
    writer: IncrementalPdfFileWriter,
    field: str,
    signer: signers.SimpleSigner,
    image: str | None,
    certify: bool,
) -> bytes:
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if certify else fields.MDPPerm.NO_CHANGES,
    )
    style = stamp.StaticStampStyle(
        background=images.PdfImage(image) if image else None,
        border_width=0,
        background_opacity=1.0,
    )
    signers.PdfSigner(meta, signer, stamp_style=style).sign_pdf(writer, output=out)
    return out.getvalue()


def seal(
    pdf: bytes, texts: dict[str, str], field: str, signer: signers.SimpleSigner, image: str | None
) -> bytes:
    """Fill the text fields with pyHanko's font engine and seal, in one revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    font = _font(writer)
    for reference in writer.root["/AcroForm"]["/Fields"]:
        target = reference.get_object()
        if (text := texts.get(target["/T"])) is not None:
            target[pdf_name("/V")] = pdf_string(text)
            target[pdf_name("/AP")] = generic.DictionaryObject(
                {pdf_name("/N"): writer.add_object(_appearance(target["/Rect"], text, font))}
            )
            writer.update_container(target)
    return _signed(writer, field, signer, image, certify=False)


def embeds() -> bool:
    """Return whether pyHanko can embed a font here; else it names a standard one, for less work."""
    return "GlyphAccumulatorFactory" in globals()


def _font(writer: IncrementalPdfFileWriter) -> FontEngine:
    engine: FontEngine
    if embeds():
        engine = GlyphAccumulatorFactory(FONT, font_size=SIZE).create_font_engine(writer)
    else:
        engine = SimpleFontEngineFactory("Times-Roman", avg_width=0.5).create_font_engine(writer)
    return engine


def _appearance(rect: Any, text: str, font: FontEngine) -> generic.StreamObject:
    shaped = font.shape(text)
    box = (0, 0, rect[2] - rect[0], rect[3] - rect[1])
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject([generic.FloatObject(side) for side in box]),
            pdf_name("/Resources"): generic.DictionaryObject(
                {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F0"): font.as_resource()})}
            ),
        },
        stream_data=b"/Tx BMC q BT /F0 %d Tf 0 g 1 3 Td %s ET Q EMC" % (SIZE, shaped.graphics_ops),
    )
    form.compress()
    return form


def verify(pdf: bytes, context: dict[str, Any]) -> str:
    """Return pyHanko's bottom line on every signature of *pdf*."""
    reader = PdfFileReader(io.BytesIO(pdf))
    lines = [
        validate_pdf_signature(signature, ValidationContext(**context)).bottom_line
        for signature in reader.embedded_regular_signatures
    ]
    for token in reader.embedded_timestamp_signatures:
        status = validate_pdf_timestamp(token, ValidationContext(**context))
        lines.append(status.intact and status.valid and status.trusted)
    return ",".join(str(line) for line in lines)


def _issue(request: dict[str, Any]) -> Callable[[], str]:
    """Prepare signing, numbering and sealing of the first file into the second."""
    leader, agency = (load_signer(*key, pss=request["pss"]) for key in request["keys"])
    source, target = map(str, request["files"])
    leader_image, agency_image = request["images"]
    pdf = Path(source).read_bytes()
    leader_field, seal_field = request["fields"]

    def issue() -> str:
        signed = sign(pdf, leader_field, leader, leader_image, certify=True)
        sealed = seal(signed, request["texts"], seal_field, agency, agency_image)
        Path(target).write_bytes(sealed)
        return target

    return issue


def _verify(request: dict[str, Any]) -> Callable[[], str]:
    """Prepare the verification of the first file, with roots and revocation lists or without."""
    pdf = Path(request["files"][0]).read_bytes()
    context: dict[str, Any] = {
        "trust_roots": [load_cert_from_pemder(request["roots"])],
        "allow_fetching": False,
    }
    if request["crls"]:
        context["crls"] = [Path(path).read_bytes() for path in request["crls"]]
        context["revocation_mode"] = "hard-fail"
    return lambda: verify(pdf, context)


def _raw(request: dict[str, Any]) -> Callable[[], str]:
    """Prepare two signatures of 32 bytes by the same keys with nothing around them."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    keys = []
    for path, passphrase in request["keys"]:
        bundle = pkcs12.load_key_and_certificates(Path(path).read_bytes(), passphrase.encode())
        key = bundle[0]
        assert isinstance(key, rsa.RSAPrivateKey)
        keys.append(key)
    digest = hashes.SHA256()
    salted = padding.PSS(padding.MGF1(digest), digest.digest_size)
    scheme = salted if request["pss"] else padding.PKCS1v15()

    def signatures() -> str:
        for key in keys:
            key.sign(bytes(32), scheme, digest)
        return ""

    return signatures


TASKS = {"issue": _issue, "verify": _verify, "raw": _raw}


def main() -> None:
    """Answer requests until standard input ends; the first of each kind prepares and warms up."""
    ready: dict[str, Callable[[], str]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if line not in ready:
            ready[line] = TASKS[request["task"]](request)
            ready[line]()
        wall, cpu = time.perf_counter(), time.process_time()
        output = ready[line]()
        answer = {
            "cpu": (time.process_time() - cpu) * 1000,
            "wall": (time.perf_counter() - wall) * 1000,
            "output": output,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
