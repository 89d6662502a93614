"""Programs and schemas that share no code with us, asked about what leaves."""

import re
import subprocess
from pathlib import Path

from lxml import etree

import schemas.edxml

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
XSD = etree.XMLSchema(file=str(Path(schemas.edxml.__file__).parent / "edxml.xsd"))


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said."""
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60)


def parts_of(pdf: bytes) -> list[tuple[bytes, bytes]]:
    """Return CMS and signed bytes of each signature, found without any PDF library."""
    found = []
    for match in BYTE_RANGE.finditer(pdf):
        start, length, then, rest = map(int, match.groups())
        gap = pdf[start + length : then]
        assert gap[:1] + gap[-1:] == b"<>"
        padded = bytes.fromhex(gap[1:-1].decode("ascii"))
        assert padded[:2] == b"\x30\x82"
        size = 4 + int.from_bytes(padded[2:4], "big")
        assert not padded[size:].strip(b"\0")
        found.append((padded[:size], pdf[start : start + length] + pdf[then : then + rest]))
    return found


def openssl_verdicts(pdf: bytes, roots: Path, folder: Path) -> list[bool]:
    """Return what openssl says of each signature."""
    verdicts = []
    for cms, content in parts_of(pdf):
        (folder / "cms").write_bytes(cms)
        (folder / "content").write_bytes(content)
        done = run(
            *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
            *("-in", folder / "cms", "-content", folder / "content", "-out", "/dev/null"),
            *("-CAfile", roots, "-purpose", "any"),
        )
        verdicts.append(done.returncode == 0)
    return verdicts


def trust_database(roots: Path, folder: Path) -> str:
    """Make an NSS database that trusts *roots*; returns its name for pdfsig."""
    name = f"sql:{folder}"
    run("certutil", "-N", "-d", name, "--empty-password")
    run("certutil", "-A", "-d", name, "-n", "root", "-t", "CT,C,C", "-i", roots)
    return name


def assert_signed_and_sealed(pdf: Path, roots: Path, trusted: str, folder: Path) -> None:
    """Assert that openssl, pdfsig and qpdf accept both signatures and the file."""
    assert openssl_verdicts(pdf.read_bytes(), roots, folder) == [True, True]
    said = run("pdfsig", "-nssdir", trusted, pdf).stdout
    leader, seal = said.split("Signature #")[1:]
    for part in (leader, seal):
        assert "Signature is Valid" in part
        assert "Certificate is Trusted" in part
    assert "Not total document signed" in leader
    assert "- Total document signed" in seal
    checked = run("qpdf", "--check", pdf)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def assert_valid_edxml(message: bytes) -> None:
    """Assert that our schema accepts a message."""
    tree = etree.fromstring(message)
    assert XSD.validate(tree), XSD.error_log
