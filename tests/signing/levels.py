"""A PKI whose certificates name services that answer, and outside judges of levels."""

import io
import re
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pkcs12 import Pkcs12Key
from signing.preservation import Preserver
from signing.revocation import Revocations
from signing.testpki import Subject, TestPki
from signing.testservices import OCSP, TSA, TestServices
from signing.timestamps import Stamping, Timestamper
from signing.trust import TrustStore

EXPIRED_TSA = "tsa-expired"
SIGNING_TSA = "tsa-signing"
"""A certificate that is for signing documents, not for timestamps."""
SUBJECTS = (
    Subject("leader", "Nguyễn Văn An", "UBND tỉnh Sơn Hải", algorithm="p256"),
    Subject("seal", "UBND tỉnh Sơn Hải", "UBND tỉnh Sơn Hải", kind="seal", algorithm="p256"),
    Subject(TSA, "TSA thử nghiệm", "TEST", kind="tsa", algorithm="p256"),
    Subject(SIGNING_TSA, "TSA giả", "TEST", algorithm="p256"),
    Subject(
        EXPIRED_TSA,
        "TSA hết hạn",
        "TEST",
        kind="tsa",
        algorithm="p256",
        not_after=datetime(2025, 6, 1, tzinfo=UTC),
    ),
    Subject(OCSP, "OCSP thử nghiệm", "TEST", kind="ocsp", algorithm="p256"),
)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Served:
    """Keys, and services that answer for them."""

    pki: TestPki
    services: TestServices
    leader: Pkcs12Key
    agency: Pkcs12Key
    folder: Path

    @property
    def trust(self) -> TrustStore:
        """Roots alone: revocation data has to be fetched."""
        return replace(self.pki.trust(), crls=())

    def timestamper(self) -> Timestamper:
        return Timestamper(self.services.tsa_url, self.trust)

    def stamping(self, timestamper: Timestamper | None = None, seconds: float = 20) -> Stamping:
        return Stamping(timestamper or self.timestamper(), now(), seconds)

    def revocations(self, folder: Path) -> Revocations:
        return Revocations(folder, self.trust)

    def preserver(self, folder: Path) -> Preserver:
        return Preserver(self.timestamper(), self.revocations(folder), 20)


def run(*command: object) -> str:
    """Run a judge; its output, if it is content."""
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, said
    return said


def openssl_accepts(token: bytes, data: bytes, served: Served, folder: Path) -> None:
    """Let openssl judge an RFC 3161 token over *data*."""
    (folder / "token").write_bytes(token)
    (folder / "data").write_bytes(data)
    said = run(
        *("openssl", "ts", "-verify", "-token_in", "-in", folder / "token"),
        *("-data", folder / "data", "-CAfile", served.pki.roots),
        *("-untrusted", served.pki.chain),
    )
    assert "Verification: OK" in said


def covered(pdf: bytes) -> list[tuple[str, bytes, bytes]]:
    """Return type, contents and covered bytes of every signature, with no PDF library."""
    found = []
    for match in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf):
        _, first, second, length = map(int, match.groups())
        contents = bytes.fromhex(pdf[first + 1 : second - 1].decode("ascii"))
        around = pdf[pdf.rindex(b"obj", 0, match.start()) : pdf.index(b"endobj", match.end())]
        kind = "timestamp" if b"/DocTimeStamp" in around else "signature"
        found.append((kind, contents, pdf[:first] + pdf[second : second + length]))
    return found


def field_names(pdf: bytes) -> list[str]:
    return [s.field_name for s in PdfFileReader(io.BytesIO(pdf)).embedded_signatures]
