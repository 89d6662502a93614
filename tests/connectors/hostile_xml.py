"""Hostile XML around an honest message: entities, depth, floods, encodings, tricks of spelling.

What is not XML that may come in must be refused by its reader, soon and in little memory; none of
these may be taken, and nothing of the machine may come out (XML 1.0; OWASP's XXE classes).
"""

from collections.abc import Iterator

MARK = "@@"
"""Where a message has a value that attacks are put into."""
SECRET = "root:"
"""Of /etc/passwd: what must never come out."""


def _doctype(inside: str) -> str:
    return f"<!DOCTYPE x {inside}>"


def _laughs(levels: int) -> str:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, levels))
    return _doctype(f"[<!ENTITY a0 'ha'>{entities}]")


DOCTYPES = {
    "file": (_doctype('[<!ENTITY e SYSTEM "file:///etc/passwd">]'), "&e;"),
    "network": (_doctype('[<!ENTITY e SYSTEM "http://127.0.0.1:9/">]'), "&e;"),
    "public": (_doctype('[<!ENTITY e PUBLIC "x" "file:///etc/passwd">]'), "&e;"),
    "parameter": (_doctype('[<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]'), "x"),
    "parameter of a value": (_doctype("[<!ENTITY % a 'x'><!ENTITY e '%a;'>]"), "&e;"),
    "subset of a file": (_doctype('SYSTEM "file:///etc/passwd"'), "x"),
    "subset of a network": (_doctype('SYSTEM "http://127.0.0.1:9/x.dtd"'), "x"),
    "internal": (_doctype("[<!ENTITY e 'x'>]"), "&e;"),
    "unused": (_doctype("[]"), "x"),
    "laughs": (_laughs(10), "&a9;"),
    "quadratic": (_doctype(f"[<!ENTITY e '{'x' * 50_000}'>]"), "&e;" * 5000),
    "attribute": (_doctype("[<!ENTITY e 'x'>]"), "<y z='&e;'/>"),
    "default attributes": (_doctype("[<!ATTLIST x y CDATA 'z'>]"), "x"),
    "ids": (_doctype("[<!ATTLIST x y ID #REQUIRED>]"), "x"),
    "notation": (_doctype('[<!NOTATION n SYSTEM "/bin/sh">]'), "x"),
}
VALUES = {
    "undefined entity": "&nbsp;",
    "half an entity": "&amp",
    "NUL": "\0",
    "control character": "&#1;",
    "half a pair": "&#xD800;",
    "beyond Unicode": "&#x110000;",
    "instruction": "<?php x?>",
    "stylesheet": '<?xml-stylesheet href="file:///etc/passwd"?>',
    "depth": "<x>" * 100_000,
    "closed depth": "<x>" * 5000 + "</x>" * 5000,
    "attributes": "<x " + " ".join(f"a{n}=''" for n in range(200_000)) + "/>",
    "one attribute twice": "<x a='' a=''/>",
    "namespaces": "<x " + " ".join(f"xmlns:n{n}='u'" for n in range(20_000)) + "/>",
    "one name by two prefixes": "<x xmlns:a='u' xmlns:b='u' a:c='' b:c=''/>",
    "unbound prefix": "<q:x/>",
    "the prefix xmlns": "<x xmlns:xmlns='u'/>",
    "long text": "y" * 11_000_000,
    "long attribute": f"<x y='{'z' * 11_000_000}'/>",
    "long name": f"<{'n' * 11_000_000}/>",
    "elements": "<x/>" * 200_000,
    "comments": "<!---->" * 600_000,
    "references": "&#65;" * 600_000,
    "open comment": "<!-- ",
    "open CDATA": "<![CDATA[",
    "two hyphens": "<!-- -- -->",
    "end of CDATA": "]]>",
    "end tag": "</x>",
}


def hostile(whole: str) -> Iterator[tuple[str, bytes]]:
    """Yield the attacks on *whole*, a message without declaration that has MARK as a value."""
    for name, (doctype, value) in DOCTYPES.items():
        yield f"entity: {name}", (doctype + whole.replace(MARK, value)).encode()
    for name, value in VALUES.items():
        yield name, whole.replace(MARK, value).encode()
    honest = whole.replace(MARK, "x")
    yield "nothing", b""
    yield "blanks", b" " * 100_000
    yield "cut off", honest.encode()[:-4]
    yield "twice", (honest + honest).encode()
    yield "utf-16", honest.encode("utf-16")
    yield "utf-32", honest.encode("utf-32")
    yield "not UTF-8", whole.encode().replace(MARK.encode(), b"\xc3\x28")
    yield "too long UTF-8", whole.encode().replace(MARK.encode(), b"\xc0\xbc")
    yield "half a pair in UTF-8", whole.encode().replace(MARK.encode(), b"\xed\xa0\x80")
    yield (
        "an entity in UTF-7",
        (
            b'<?xml version="1.0" encoding="utf-7"?>'
            + whole.replace(MARK, "+ADwAIQ-DOCTYPE x+AD4-<").encode()
        ),
    )
    yield "XML 1.1", b'<?xml version="1.1"?>' + whole.replace(MARK, "&#1;").encode()
    yield "declared late", b" <?xml version='1.0'?>" + honest.encode().replace(b"<", b"<<", 1)
