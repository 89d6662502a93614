"""Who refers to an object and when it changed: answered fast, and as the library answers."""

import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import usages
from signing.usages import Usages

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "pdf"

# in a process of its own, where the library is as it was installed until it has answered
COMPARE = textwrap.dedent(
    """
    import io, logging, sys
    from pathlib import Path
    from pyhanko.pdf_utils.generic import Reference
    from pyhanko.pdf_utils.reader import PdfFileReader

    def opened(pdf):
        for strict in (True, False):
            try:
                reader = PdfFileReader(io.BytesIO(pdf), strict=strict)
                if reader.encrypted:
                    return None
                return reader
            except Exception:
                continue

    def known(answer):
        try:
            return answer()
        except KeyError:
            return KeyError

    def answers(reader, refs=None):
        found = []
        for revision in range(min(reader.xrefs.total_revisions, 8)):
            resolver = reader.get_historical_resolver(revision)
            try:
                resolver._load_reverse_xref_cache()
                held = resolver._indirect_object_access_cache
                asked = refs[revision] if refs else {(r.idnum, r.generation) for r in held}
                used = {k: resolver._get_usages_of_ref(Reference(*k, reader)) for k in asked}
            except Exception as fault:
                found.append("not to be followed")
                continue
            when = {
                (key, revision): (
                    known(lambda: reader.xrefs.get_last_change(Reference(*key))),
                    known(lambda: reader.xrefs.get_introducing_revision(Reference(*key))),
                    reader.xrefs.get_historical_ref(Reference(*key), revision),
                )
                for key in asked
            }
            found.append((used, when))
        return found

    logging.disable()
    pdfs = [pdf for path in sys.argv[1:] for pdf in (Path(path).read_bytes(),)]
    plain = [answers(reader) if (reader := opened(pdf)) else None for pdf in pdfs]

    from signing import history, usages
    history.install()
    usages.install()
    compared = 0
    for path, pdf, expected in zip(sys.argv[1:], pdfs, plain):
        if expected is None:
            continue
        refs = [e[0] if isinstance(e, tuple) else set() for e in expected]
        ours = answers(opened(pdf), refs)
        for mine, theirs in zip(ours, expected, strict=True):
            if isinstance(theirs, tuple):
                assert mine == theirs, path
                compared += len(theirs[0])
    print(compared)
    """
)


def compared(paths: list[Path]) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COMPARE, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


def test_our_documents_get_the_librarys_answers(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    assert compared([path]) > 50


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
def test_all_samples_get_the_librarys_answers() -> None:
    assert compared(sorted(SAMPLES.rglob("*.pdf"))) > 1500


def test_objects_that_refer_to_each_other_in_too_many_ways_end_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # twelve objects, each of which refers to all others: 12! ways
    count = 12
    parts = [b"%PDF-1.7\n"]
    places = []

    def add(number: int, content: bytes) -> None:
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj %s endobj\n" % (number, content))

    every = b" ".join(b"%d 0 R" % n for n in range(3, 3 + count))
    add(1, b"<</Type/Catalog/Pages 2 0 R/All[%s]>>" % every)
    add(2, b"<</Type/Pages/Kids[]/Count 0>>")
    for number in range(3, 3 + count):
        add(number, b"[%s]" % every)
    start = sum(map(len, parts))
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows))
    parts.append(b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    reader = PdfFileReader(io.BytesIO(b"".join(parts)))
    monkeypatch.setattr(usages, "MOST_STEPS", 10_000)
    graph = Usages(reader.get_historical_resolver(0))
    with pytest.raises(PdfReadError, match="too many ways"):
        graph.paths(Reference(3, 0, reader))
