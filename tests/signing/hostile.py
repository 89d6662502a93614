"""Files that cost more than they are worth: bombs, loops, floods and depths, made from nothing.

ISO 32000-2 bounds none of this. Each function returns one file; most pretend to be signed, so
that a verifier goes on to read them.
"""

import random
import re
import zlib
from collections.abc import Callable, Mapping

from tests.signing.forgery import Victim, stream

MIB = 1 << 20


def pdf(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """Return a file of one revision; object 1 is the catalog."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    where, size = len(out), max(objects) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    out += b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, where)
    return bytes(out)


PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%s>>"
SIGNATURE = (
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
    b"/ByteRange[0 1 2 3]/Contents<3000>>>"
)


def with_form(fields: Mapping[int, bytes], *, roots: list[int] | None = None) -> bytes:
    """Return a file whose form has *fields*; *roots* are the numbers of the top ones."""
    names = b" ".join(b"%d 0 R" % n for n in (roots if roots is not None else fields))
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[%s]>>>>" % names
    return pdf({1: catalog, 2: PAGES, 3: PAGE % b"", **fields})


def deflated(content: bytes, times: int, layers: int = 1) -> bytes:
    """Return *content* repeated *times*, deflated *layers* times, without making it whole."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(content) for _ in range(times)) + packer.flush()
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    return packed


def filtered(packed: bytes, layers: int, entries: bytes) -> bytes:
    return stream(packed, b"/Filter[%s]%s" % (b"/FlateDecode" * layers, entries))


def bomb_in_object_stream(layers: int = 1) -> bytes:
    """The form is in an object stream that unpacks to a hundred megabytes."""
    packed = deflated(b"5 0 <</Fields[]>>" + b" " * (MIB - 17), 128, layers)
    body = filtered(packed, layers, b"/Type/ObjStm/N 1/First 4")
    return _with_xref_stream({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 4: body}, 5, 4)


def bomb_in_nested_filters() -> bytes:
    """Three layers of Flate: a few hundred bytes of each megabyte."""
    return bomb_in_object_stream(3)


def bomb_of_many_filters() -> bytes:
    """One stream with ten thousand filters."""
    body = filtered(zlib.compress(b"5 0 <</Fields[]>>"), 10_000, b"/Type/ObjStm/N 1/First 4")
    return _with_xref_stream({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 4: body}, 5, 4)


def bomb_in_section() -> bytes:
    """The cross-reference stream itself unpacks to three hundred megabytes."""
    data = deflated(bytes(MIB), 300)
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: PAGES, 3: PAGE % b""}
    head = b"/Type/XRef/Size 150000000/W[1 4 2]/Root 1 0 R/Filter/FlateDecode"
    base = pdf(objects)
    where = len(base)
    section = b"9 0 obj\n%s\nendobj\n" % stream(data, head)
    return base + section + b"startxref\n%d\n%%%%EOF\n" % where


def section_of_nothing() -> bytes:
    """A cross-reference stream whose entries are no bytes long, and a billion of them."""
    base = pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: PAGES, 3: PAGE % b""})
    head = b"/Type/XRef/Size 1000000000/W[0 0 0]/Index[0 1000000000]/Root 1 0 R"
    section = b"9 0 obj\n%s\nendobj\n" % stream(b"", head)
    return base + section + b"startxref\n%d\n%%%%EOF\n" % len(base)


def _with_xref_stream(objects: Mapping[int, bytes], packed: int, inside: int) -> bytes:
    """Return a file whose object *packed* is the first of the object stream *inside*."""
    everything = {2: PAGES, 3: PAGE % b"", **objects}
    out = bytearray(b"%PDF-1.7\n")
    entries = {0: (0, 0, 65535), packed: (2, inside, 0)}
    for number, body in sorted(everything.items()):
        entries[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = max(entries) + 2
    entries[size - 1] = (1, len(out), 0)
    rows = [entries.get(number, (0, 0, 0)) for number in range(size)]
    data = b"".join(bytes([k]) + a.to_bytes(4, "big") + b.to_bytes(2, "big") for k, a, b in rows)
    where = len(out)
    head = b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R" % size
    out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (size - 1, stream(data, head), where)
    return bytes(out)


def page_tree_loop() -> bytes:
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>"
    loop = b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9/Parent 2 0 R>>"
    return pdf({1: catalog, 2: loop, 4: b"<</FT/Sig/T(a)/V 5 0 R>>", 5: SIGNATURE})


def field_loop() -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/Kids[4 0 R]/Parent 4 0 R>>"})


def field_parents_loop() -> bytes:
    return with_form({4: b"<</T(a)/Parent 5 0 R/Kids[5 0 R]>>", 5: b"<</T(b)/Parent 4 0 R>>"})


def field_tree_doubling() -> bytes:
    """Thirty levels, each with the next one twice: a billion fields."""
    fields = {n: b"<</T(%d)/FT/Sig/Kids[%d 0 R %d 0 R]>>" % (n, n + 1, n + 1) for n in range(4, 34)}
    return with_form({**fields, 34: b"<</T(z)/FT/Sig>>"}, roots=[4])


def previous_section_loop() -> bytes:
    base = pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: PAGES, 3: PAGE % b""})
    where = int(re.findall(rb"startxref\n(\d+)", base)[-1])
    return base.replace(b"/Root 1 0 R", b"/Prev %010d/Root 1 0 R" % where)


def length_loop() -> bytes:
    """A stream whose length is itself."""
    body = b"<</Length 4 0 R/Type/ObjStm/N 1/First 4>>\nstream\nx\nendstream"
    return _with_xref_stream({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 4: body}, 5, 4)


def object_streams_in_a_circle() -> bytes:
    """The object stream that holds the form says that it extends itself."""
    body = stream(b"5 0 <</Fields[]>>", b"/Type/ObjStm/N 1/First 4/Extends 4 0 R")
    return _with_xref_stream({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 4: body}, 5, 4)


def million_objects() -> bytes:
    """Each is listed, each refers to the next, and the form to the first."""
    fields = {n: b"<</A %d 0 R>>" % (n + 1) for n in range(5, 1_000_000)}
    field = b"<</FT/Sig/T(a)/V 5 0 R/A 6 0 R>>"
    return with_form({**fields, 4: field, 1_000_000: b"null"}, roots=[4])


def many_signatures(count: int = 5000) -> bytes:
    fields = {n: b"<</FT/Sig/T(%d)/V 4 0 R>>" % n for n in range(5, 5 + count)}
    return with_form({4: SIGNATURE, **fields}, roots=list(fields))


def many_empty_fields(count: int = 50_000) -> bytes:
    return with_form({n: b"<</FT/Sig/T(%d)>>" % n for n in range(4, 4 + count)})


def deep_fields(depth: int = 20_000) -> bytes:
    fields = {n: b"<</T(a)/FT/Sig/Kids[%d 0 R]>>" % (n + 1) for n in range(4, 4 + depth)}
    return with_form({**fields, 4 + depth: b"<</T(z)/FT/Sig>>"}, roots=[4])


def deep_array(depth: int = MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/X %s>>" % (b"[" * depth)})


def deep_dictionary(depth: int = MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/X %s>>" % (b"<</X" * depth)})


def long_name(size: int = 10 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/%s 1>>" % (b"A" * size)})


def long_escaped_name(size: int = 5 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/%s 1>>" % (b"#41" * size)})


def long_string(size: int = 10 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(%s)>>" % (b"A" * size)})


def escaped_string(size: int = 5 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(%s)>>" % (b"\\101" * size)})


def long_contents(size: int = 10 * MIB) -> bytes:
    value = SIGNATURE.replace(b"<3000>", b"<%s>" % (b"30" * (size // 2)))
    return with_form({4: b"<</FT/Sig/T(a)/V 5 0 R>>", 5: value}, roots=[4])


def nested_der(depth: int = 100_000) -> bytes:
    """A signature's value that nests: ASN.1 in ASN.1, as deep as it is long."""
    value = SIGNATURE.replace(b"<3000>", b"<%s>" % (b"3080" * depth))
    return with_form({4: b"<</FT/Sig/T(a)/V 5 0 R>>", 5: value}, roots=[4])


def long_array(count: int = 3_000_000) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/X[%s]>>" % (b"1 " * count)})


def array_of_names(count: int = 1_000_000) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)/X[%s]>>" % (b"/A " * count)})


def endless_white_space(size: int = 10 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)%s>>" % (b" " * size)})


def endless_comments(size: int = 10 * MIB) -> bytes:
    return with_form({4: b"<</FT/Sig/T(a)%s>>" % (b"%x\n" * (size // 3))})


def overlapping_ranges() -> bytes:
    value = SIGNATURE.replace(b"[0 1 2 3]", b"[0 %s]" % b" ".join(b"0 9" for _ in range(50_000)))
    return with_form({4: b"<</FT/Sig/T(a)/V 5 0 R>>", 5: value}, roots=[4])


def huge_numbers() -> bytes:
    value = SIGNATURE.replace(b"[0 1 2 3]", b"[0 %s 2 3]" % (b"9" * 1_000_000))
    return with_form({4: b"<</FT/Sig/T(a)/V 5 0 R>>", 5: value}, roots=[4])


def truncated(seed: int = 1) -> bytes:
    """The first half of a file, and an end mark."""
    whole = many_signatures(50)
    return whole[: len(whole) // 2] + b"\nstartxref\n9\n%%EOF\n"


def noise(seed: int = 1) -> bytes:
    shuffled = random.Random(seed)
    return b"%PDF-1.7\n" + shuffled.randbytes(MIB) + b"\nstartxref\n9\n%%EOF\n"


def many_end_marks() -> bytes:
    return pdf({1: b"<</Type/Catalog>>"}) + b"startxref\n9\n%%EOF\n" * 10_000


def hidden_revisions(count: int = 190) -> bytes:
    """As many revisions as are looked at, each of which rewrites many objects."""
    victim = Victim(many_signatures(60))
    out = victim.pdf
    newest = victim.newest
    for _ in range(count):
        where = len(out)
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % (n, where) for n in range(5, 8))
        trailer = b"trailer\n<</Size %d/Root 1 0 R/Prev %d>>\n" % (victim.size, newest)
        newest = where
        out += b"xref\n" + rows + trailer + b"startxref\n%d\n%%%%EOF\n" % where
    return out


# signed by a key that is believed: only these reach the difference analysis


def flooded(victim: Victim, objects: int = 30_000) -> bytes:
    """A revision of new objects, each referring to the next, that only the form reaches."""
    first = victim.size
    chain = {n: b"<</A %d 0 R>>" % (n + 1) for n in range(first, first + objects)}
    form = victim.text(victim.at("/AcroForm"), X=b"%d 0 R" % first)
    return victim.appended({**chain, first + objects: b"null", victim.number("/AcroForm"): form})


def rewritten(victim: Victim, revisions: int = 40) -> bytes:
    """Revisions that each change the same field again."""
    done = victim
    for _ in range(revisions):
        number = done.number("/AcroForm")
        done = Victim(done.appended({number: done.text(done.at("/AcroForm"))}))
    return done.pdf


def many_fields_later(victim: Victim, count: int = 4_000) -> bytes:
    first = victim.size
    fields = {n: b"<</FT/Sig/T(x%d)>>" % n for n in range(first, first + count)}
    old = b" ".join(b"%d 0 R" % f.objgen[0] for f in victim.at("/AcroForm", "/Fields"))
    names = b"[%s %s]" % (old, b" ".join(b"%d 0 R" % n for n in fields))
    form = victim.text(victim.at("/AcroForm"), Fields=names)
    return victim.appended({**fields, victim.number("/AcroForm"): form})


FROM_NOTHING: tuple[Callable[[], bytes], ...] = (
    *(bomb_in_object_stream, bomb_in_nested_filters, bomb_of_many_filters, bomb_in_section),
    *(section_of_nothing, page_tree_loop, field_loop, field_parents_loop, field_tree_doubling),
    *(previous_section_loop, length_loop, object_streams_in_a_circle, million_objects),
    *(many_signatures, many_empty_fields, deep_fields, deep_array, deep_dictionary, long_name),
    *(long_escaped_name, long_string, escaped_string, long_contents, nested_der, long_array),
    *(array_of_names, endless_white_space, endless_comments, overlapping_ranges, huge_numbers),
    *(truncated, noise, many_end_marks, hidden_revisions),
)
AFTER_A_SIGNATURE: tuple[Callable[[Victim], bytes], ...] = (flooded, rewritten, many_fields_later)
