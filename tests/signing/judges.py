"""Programs that share no code with us, and our own verifier, asked about one PDF.

Each returns what it said in a few words, one for each signature in the file's order where it
speaks of signatures; "valid" is the word of content. What they cannot do (signing.md, B): none
but ours compares revisions; pdfsig trusts through an NSS database; mutool trusts nobody here.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms

from signing.report import Report
from signing.testpki import TestPki
from signing.validation import verify
from tests.signing.levels import covered
from tests.workflows.proof import trust_database

VALID = "valid"
TRUSTED = "valid, trusted"
UNTRUSTED = "valid, not trusted"
CLEAN = "clean"
UNSIGNED = ("not judged", "Signature is not signed.")
"""Of a reserved field that is still empty: pdfsig's and mutool's word."""
UNKNOWN_KIND = ("Signature has not yet been verified", "Signature is not signed.")
"""Of a document timestamp: pdfsig and mutool do not know it."""
NO_PSS = "Digest error: Unknown error."
"""mutool 1.21 of any RSASSA-PSS."""


def _said(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([*map(str, command)], capture_output=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Findings:
    """What everybody said of one file."""

    openssl_cms: list[str]
    openssl_ts: list[str]
    pdfsig: list[str]
    mutool: list[str]
    qpdf: str
    ours: Report


@dataclass(frozen=True, slots=True)
class Court:
    """The judges, with a folder to work in and whom they trust."""

    folder: Path
    pki: TestPki
    nss: str
    """An NSS database that trusts the root."""

    @classmethod
    def open(cls, folder: Path, pki: TestPki) -> "Court":
        """Make the folder and the database."""
        (folder / "nss").mkdir(parents=True)
        return cls(folder, pki, trust_database(pki.roots, folder / "nss"))

    def findings(self, pdf: bytes) -> Findings:
        """Ask everybody."""
        return Findings(
            self.openssl_cms(pdf),
            self.openssl_ts(pdf),
            self.pdfsig(pdf),
            self.mutool(pdf),
            self.qpdf(pdf),
            self.ours(pdf),
        )

    def file(self, pdf: bytes) -> Path:
        """Write the file where the judges find it."""
        path = self.folder / "judged.pdf"
        path.write_bytes(pdf)
        return path

    def openssl_cms(self, pdf: bytes) -> list[str]:
        """CMS, CAdES attributes and chain of each signature, split without a PDF library."""
        found = []
        for kind, contents, content in covered(pdf):
            if kind != "signature":
                continue
            (self.folder / "cms").write_bytes(contents)
            (self.folder / "content").write_bytes(content)
            code, said = _said(
                *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
                *("-in", self.folder / "cms", "-content", self.folder / "content"),
                *("-out", "/dev/null", "-CAfile", self.pki.roots, "-purpose", "any"),
            )
            found.append(VALID if code == 0 else _last(said))
        return found

    def openssl_ts(self, pdf: bytes) -> list[str]:
        """Every timestamp: those inside signatures, and the document's own."""
        found = []
        for kind, contents, content in covered(pdf):
            if kind == "signature":
                signer = cms.ContentInfo.load(contents)["content"]["signer_infos"][0]
                value = signer["signature"].native
                for token in _tokens(signer):
                    found.append(self._timestamp(token, value))
            else:
                # openssl reads no zeros behind the token
                found.append(self._timestamp(cms.ContentInfo.load(contents).dump(), content))
        return found

    def _timestamp(self, token: bytes, content: bytes) -> str:
        (self.folder / "token").write_bytes(token)
        (self.folder / "stamped").write_bytes(content)
        code, said = _said(
            *("openssl", "ts", "-verify", "-token_in", "-in", self.folder / "token"),
            *("-data", self.folder / "stamped", "-CAfile", self.pki.roots),
            *("-untrusted", self.pki.chain),
        )
        return VALID if code == 0 else _last(said)

    def pdfsig(self, pdf: bytes) -> list[str]:
        """Each signature's value, and its certificate."""
        _, said = _said("pdfsig", "-nssdir", self.nss, self.file(pdf))
        found = []
        for part in said.split("Signature #")[1:]:
            value = re.search(r"Signature Validation: (.*)", part)
            trust = "Certificate is Trusted" in part
            if value is None:
                found.append(UNSIGNED[0])
            elif value[1] == "Signature is Valid.":
                found.append(TRUSTED if trust else UNTRUSTED)
            else:
                found.append(value[1].rstrip("."))
        return found

    def mutool(self, pdf: bytes) -> list[str]:
        """Each signature's digest."""
        _, said = _said("mutool", "sign", "-v", self.file(pdf))
        parts = re.split(r"Verifying signature \d+", said)[1:]
        return [_digest(part) for part in parts]

    def qpdf(self, pdf: bytes) -> str:
        """Syntax and cross-references."""
        code, said = _said("qpdf", "--check", self.file(pdf))
        return CLEAN if code == 0 else _last(said)

    def ours(self, pdf: bytes) -> Report:
        """Everything, with full difference analysis."""
        return verify(pdf, self.pki.trust())


def _digest(said: str) -> str:
    if "unchanged since signing" in said or "edits since signing" in said:
        return VALID
    return _last(said)


def _tokens(signer: cms.SignerInfo) -> list[bytes]:
    if not signer["unsigned_attrs"]:
        return []
    return [
        value.dump()
        for attribute in signer["unsigned_attrs"]
        if attribute["type"].native == "signature_time_stamp_token"
        for value in attribute["values"]
    ]


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:120] if lines else "nothing said"
