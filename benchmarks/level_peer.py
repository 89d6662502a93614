"""One signature at each PAdES level by pyHanko's defaults, as its manual makes them.

In a process of its own, as `pyhanko_peer`; requests are `{"task": "level", "level", …}`.
"""

import contextlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko.stamp.noop import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from benchmarks import pyhanko_peer

TOLERANCE = timedelta(minutes=1)
"""Its default is a second: on a busy machine fresh answers are too fresh for it."""


def _level(request: dict[str, Any]) -> Callable[[], str]:
    signer = pyhanko_peer.load_signer(*request["key"])
    pdf = Path(request["pdf"]).read_bytes()
    roots = [load_cert_from_pemder(request["roots"])]
    level = request["level"]
    stamper = HTTPTimeStamper(request["tsa"]) if level != "B-B" else None

    def sign() -> str:
        more: dict[str, Any] = {}
        if level in ("B-LT", "B-LTA"):
            context = ValidationContext(
                trust_roots=roots,
                allow_fetching=True,
                revocation_mode="hard-fail",
                time_tolerance=TOLERANCE,
            )
            more = {"validation_context": context, "embed_validation_info": True}
        meta = signers.PdfSignatureMetadata(
            field_name=request["field"],
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.FILL_FORMS,
            use_pades_lta=level == "B-LTA",
            **more,
        )
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        # no picture: the others draw none either
        maker = signers.PdfSigner(meta, signer, timestamper=stamper, stamp_style=NoOpStampStyle())
        maker.sign_pdf(writer, output=out)
        return ""

    return sign


pyhanko_peer.TASKS["level"] = _level

if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        pyhanko_peer.main()
