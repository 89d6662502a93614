"""The CSC server of these tests is a real one: pyHanko's own client works with it."""

import asyncio
import io

import aiohttp
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, fields
from pyhanko.sign.signers import async_sign_pdf
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen import canvas

from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import NOW, holder
from tests.connectors.remote.reaching import OTP, USER
from tests.connectors.remote.serving import Host


class _Typing(CSCAuthorizationManager):
    """Shows PIN and code, as a person would."""

    def __init__(self, session: aiohttp.ClientSession, *rest: object) -> None:
        super().__init__(*rest)
        self._session = session

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        asked = self.format_csc_auth_request(pin="4711-pin", otp=OTP, hash_b64s=hash_b64s)
        url = self.csc_session_info.endpoint_url("credentials/authorize")
        headers = self.auth_headers
        async with self._session.post(url, json=asked, headers=headers) as response:
            return self.parse_csc_auth_response(await response.json())


@pytest.mark.parametrize("pss", [False, True], ids=["pkcs1", "pss"])
def test_pyhanko_signs_a_pdf_with_a_key_of_this_server(host: Host, pss: bool) -> None:
    server = CscServer(1, {USER: {"key-1": Kept(holder("An"), pin="4711-pin", otp=OTP)}})
    # pyHanko asks for the algorithm that names its digest
    server.credentials[USER]["key-1"].algorithms += ("1.2.840.113549.1.1.11",)
    served = host.mount(server.app())
    signed = asyncio.run(_signed(served.url, server.token_of(USER), pss))
    (embedded,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert embedded.signer_cert.dump() == holder("An").der
    trusted = ValidationContext(trust_roots=[embedded.signer_cert], moment=NOW)
    status = asyncio.run(async_validate_pdf_signature(embedded, trusted))
    assert status.bottom_line, status.pretty_print_details()
    assert len(server.signed) == 1


async def _signed(url: str, token: str, pss: bool) -> bytes:
    plain = io.BytesIO()
    page = canvas.Canvas(plain)
    page.drawString(72, 720, "x")
    page.save()
    async with aiohttp.ClientSession() as session:
        info = CSCServiceSessionInfo(url, "key-1", token)
        credential = await fetch_certs_in_csc_credential(session, info)
        signer = CSCSigner(session, _Typing(session, info, credential), prefer_pss=pss)
        meta = PdfSignatureMetadata(
            "Ky", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        )
        out = await async_sign_pdf(IncrementalPdfFileWriter(plain), meta, signer)
    return bytes(out.getvalue())
