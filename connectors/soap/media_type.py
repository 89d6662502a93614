"""Content-Type and its like, read in time that grows with their length only.

Standards: RFC 9110 §5.6.6 and §8.3.1 (parameters), RFC 2045 §5.1, RFC 8187 (`filename*`). Python's
own reader takes seconds for a header of 60 kB, and parameters of RFC 2231 from anybody.
"""

import re
from urllib.parse import unquote

from connectors.soap.fault import SoapFault

LONGEST = 2000
"""Characters of a header that is read."""
_PARAMETER = re.compile(
    r"""[;\s]* ([^\s;="]+) \s* = \s* (?: "((?:[^"\\]|\\.)*)" | ([^\s;"]*) ) \s* (?=;|$)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def content_type_of(header: str) -> tuple[str, dict[str, str]]:
    """Return the media type in lower case and its parameters, names in lower case.

    Raises:
        SoapFault: it is too long, is none, or says one thing in two ways.
    """
    value, _, rest = header.partition(";")
    return value.strip().lower(), _parameters(rest)


def file_name_of(disposition: str, content_type: str) -> str:
    """Return the name that a part's headers give its file; empty where they give none."""
    for header, plain in ((disposition, "filename"), (content_type, "name")):
        try:
            found = _parameters(header.partition(";")[2])
        except SoapFault:
            continue
        charset, _, encoded = found.get(f"{plain}*", "").partition("''")
        if charset.lower() == "utf-8":
            return unquote(encoded)
        if found.get(plain):
            return found[plain]
    return ""


def _parameters(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise SoapFault.invalid(f"a header of more than {LONGEST} characters")
    found: dict[str, str] = {}
    at, end = 0, len(text.rstrip("; \t\r\n"))
    while at < end:
        match = _PARAMETER.match(text, at, end)
        if match is None:
            raise SoapFault.invalid("a header's parameters")
        name, quoted, plain = match.groups()
        value = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
        if found.setdefault(name.lower(), value) != value:
            raise SoapFault.invalid(f"{name} twice in one header")
        at = match.end()
    return found
