"""Verifying signed PDFs: ours against pyHanko's plain validation and poppler's pdfsig.

All check every signature, the chains and what later revisions changed; pdfsig, which trusts
nobody here and compares nothing, shows what a C program with its start takes. pyHanko's plain
validation judges no long-term data: for B-LTA it does less than ours.
"""

import io
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from benchmarks import materials, peer
from benchmarks.materials import Tools
from benchmarks.measure import Lap, interleaved, machine, rows_against, table
from documents.level import Level
from signing.pades import sign
from signing.preservation import Preserver
from signing.report import Indication
from signing.revocation import Revocations
from signing.seal import seal
from signing.testpki import Subject, TestPki, make_pki
from signing.testservices import OCSP, TSA, TestServices
from signing.timestamps import Stamping, Timestamper
from signing.trust import TrustStore
from signing.validation import MOST_REVISIONS, verify

SECONDS = 8
MANY_SECONDS = 12
MANUAL = "pyHanko's defaults"
OURS = "congvan"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, peer.running("benchmarks.pyhanko_peer") as other:
        folder = Path(name)
        tools = materials.tools(folder / "pki")
        print(f"verification, with revocation lists\n{machine('pyhanko', 'cryptography')}")
        for title, pdf in _files(tools):
            _measure(title, pdf, tools.pki, folder, other)
        services = TestServices()
        try:
            for title, pdf, pki in _with_times(services, folder):
                _measure(title, pdf, pki, folder, other)
        finally:
            services.close()


def _files(tools: Tools) -> Iterator[tuple[str, bytes]]:
    letter = materials.letter()
    two = materials.issued(letter, tools)
    yield f"2 signatures: {letter.name}", two
    scan = materials.scan(letter.placement)
    yield f"2 signatures: {scan.name}", materials.issued(scan, tools)
    yield "5 signatures", _signed_more(letter.reserved, tools, 5)
    count = MOST_REVISIONS - two.count(b"startxref")
    yield f"2 signatures, then {count} revisions", _grown(two, count, keep=False)
    yield f"2 signatures, then {count} revisions that grow", _grown(two, count, keep=True)


def _signed_more(pdf: bytes, tools: Tools, count: int) -> bytes:
    """Return *pdf* with *count* approvals, each in a new invisible field."""
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

    signer = signers.SimpleSigner.load_pkcs12(
        str(tools.pki.key_file("leader")), passphrase=tools.pki.passphrase("leader")
    )
    for number in range(count):
        field = f"Signature{number}"
        meta = signers.PdfSignatureMetadata(
            field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        out = signers.PdfSigner(meta, signer, new_field_spec=SigFieldSpec(field)).sign_pdf(writer)
        pdf = out.getvalue()
    return pdf


def _grown(pdf: bytes, count: int, *, keep: bool) -> bytes:
    """Return *pdf* with *count* more revisions, each with another item in its security store.

    With *keep*, what the store held before stays in it, so that each revision has more to compare.
    """
    for number in range(count):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        root = writer.root
        if "/DSS" not in root:
            empty = {generic.pdf_name("/Certs"): generic.ArrayObject()}
            root["/DSS"] = writer.add_object(generic.DictionaryObject(empty))
            writer.update_root()
        store = root["/DSS"]["/Certs"]
        if not keep:
            store.clear()
        stream = generic.StreamObject(stream_data=b"%d" % number)
        store.append(writer.add_object(stream))
        writer.update_container(store)
        writer.write_in_place()
        pdf = writer.prev.stream.getvalue()
    return pdf


def _with_times(services: TestServices, folder: Path) -> Iterator[tuple[str, bytes, TestPki]]:
    """Yield the letter with timestamps on both signatures, and with archive data."""
    office = "UBND"
    subjects = (
        Subject("leader", "A", office),
        Subject("seal", office, office, kind="seal"),
        Subject(TSA, "TSA", office, kind="tsa"),
        Subject(OCSP, "OCSP", office, kind="ocsp"),
    )
    pki = make_pki(folder / "times", subjects, services.address)
    services.now = lambda: materials.AT
    services.serve(pki)
    trust = TrustStore.load(pki.roots)
    timestamper = Timestamper(services.tsa_url, trust)
    leader, agency = pki.key("leader"), pki.key("seal")
    at, letter = materials.AT, materials.letter()
    signed = sign(letter.reserved, leader, None, at=at, stamping=Stamping(timestamper, at, 10))
    sealed = seal(
        signed,
        agency,
        None,
        number=materials.NUMBER,
        day=materials.DAY,
        month=materials.MONTH,
        at=at,
        stamping=Stamping(timestamper, at, 10),
    )
    yield "B-T: 2 signatures, 2 timestamps", sealed, pki
    preserver = Preserver(timestamper, Revocations(folder / "kept", trust), 10)
    yield "B-LTA: 2 signatures, 3 timestamps", preserver.preserve(sealed, Level.B_LTA, at).pdf, pki


def _measure(title: str, pdf: bytes, pki: TestPki, folder: Path, other: peer.Peer) -> None:
    path = folder / f"{len(pdf)}.pdf"
    path.write_bytes(pdf)
    candidates = _candidates(path, pki, other)
    many = pdf.count(b"startxref") > 20
    timings = interleaved(candidates, MANY_SECONDS if many else SECONDS, least=2 if many else 5)
    columns = (title, "CPU ms", "wall ms", "files/s", "times pyHanko", "rounds")
    table("One file, in turns, medians", columns, rows_against(timings, MANUAL))


def _candidates(path: Path, pki: TestPki, other: peer.Peer) -> dict[str, Any]:
    pdf, trust = path.read_bytes(), pki.trust()
    assert verify(pdf, trust).verdict is Indication.TOTAL_PASSED
    lists = [str(crl) for crl in pki.crls]
    request = {"task": "verify", "files": [str(path)], "roots": str(pki.roots), "crls": lists}
    assert set(other.answer(request)["output"].split(",")) == {"True"}
    return {
        MANUAL: other.doing(request),
        OURS: lambda: verify(pdf, trust),
        "pdfsig, a process": lambda: _pdfsig(path),
    }


def _pdfsig(path: Path) -> Lap:
    """Return what the whole process takes."""
    wall, before = time.perf_counter(), _children_cpu()
    subprocess.run(["pdfsig", str(path)], capture_output=True, check=True)
    return Lap((_children_cpu() - before) * 1000, (time.perf_counter() - wall) * 1000)


def _children_cpu() -> float:
    """Return the CPU seconds of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
