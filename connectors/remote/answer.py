"""What a service answered, read as from a stranger: types, sizes and encodings are checked."""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

MOST_ITEMS = 500
"""Most elements of a list that is read."""
_TEXT = 8192
"""Most characters of a value that is not base64 of something larger."""
_WORDS = 200
"""Most characters of a service's own words in an error."""
_CERTIFICATE = 16384
_SIGNATURE = 2048
"""Bytes; RSA-4096 makes 512."""
_REFERENCE = re.compile(r"[!-~]{1,2048}")
_IN_A_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_ARMOUR = re.compile(r"-----[A-Z ]+-----|\s")


class Garbled(Exception):
    """The answer is not what the protocol says; the argument says where, never what stood there."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object."""

    values: Mapping[str, object]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a short text; a number is read as one, for services differ.

        Raises:
            Garbled: it is missing and there is no *default*, or is something else.
        """
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if -(10**18) < value < 10**18 else None
        if not isinstance(value, str) or len(value) > _TEXT:
            raise Garbled(f"«{name}» is not a text")
        return value

    def reference(self, name: str) -> str:
        """Return an opaque id of printable ASCII."""
        value = self.text(name)
        if not _REFERENCE.fullmatch(value):
            raise Garbled(f"«{name}» is not an id")
        return value

    def path_segment(self, name: str) -> str:
        """Return an id that may stand in a URL's path as it is."""
        value = self.text(name)
        if not _IN_A_PATH.fullmatch(value):
            raise Garbled(f"«{name}» is not an id")
        return value

    def number(self, name: str, default: int) -> int:
        """Return a whole number from 0 to 2^31 - 1, also one that came as text."""
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,10}", value):
            raise Garbled(f"«{name}» is not a number")
        return min(int(value), 2**31 - 1)

    def fields(self, name: str) -> "Fields":
        """Return the object *name*."""
        return _object(self.values.get(name), name)

    def optional(self, name: str) -> "Fields":
        """Return the object *name*, empty when it is missing."""
        return _object(self.values.get(name) or {}, name)

    def objects(self, name: str) -> tuple["Fields", ...]:
        """Return a list of objects."""
        return tuple(_object(value, name) for value in self._list(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        found = tuple(value for value in self._list(name) if isinstance(value, str))
        if len(found) != len(self._list(name)):
            raise Garbled(f"«{name}» is not a list of texts")
        return found

    def signatures(self, name: str, count: int) -> tuple[bytes, ...]:
        """Return a list of *count* raw signatures."""
        found = tuple(signature(value) for value in self.texts(name))
        if len(found) != count:
            raise Garbled(f"{len(found)} signatures for {count} hashes")
        return found

    def _list(self, name: str) -> list[object]:
        value = self.values.get(name)
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise Garbled(f"«{name}» is not a list")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that is about the request itself."""

    status: int
    """2xx or 4xx."""
    body: Fields
    """The JSON object; of a list, `{"": list}`; empty when a refusal has no JSON."""
    sent: frozenset[str] = field(default=frozenset(), repr=False)
    """The secrets that the request held."""

    def words(self, name: str, default: str = "") -> str:
        """Return a text of the service for an error: cut, and without any secret it repeats."""
        text = self.body.text(name, default)
        for secret in sorted(self.sent, key=len, reverse=True):
            # as it is, and as it stood in the request, which careless services repeat whole
            for form in (secret, json.dumps(secret)[1:-1], quote_plus(secret)):
                text = text.replace(form, "***")
        return text if len(text) <= _WORDS else text[:_WORDS] + "…"


def parsed(data: bytes) -> Fields:
    """Return the JSON in *data*.

    Raises:
        Garbled: it is not JSON, or neither an object nor a list.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Garbled("the answer is not JSON") from None
    return Fields({"": value}) if isinstance(value, list) else _object(value, "")


def signature(text: str) -> bytes:
    """Return the raw signature in base64 *text*, which may have line breaks.

    Raises:
        Garbled: it is not base64, empty or too large.
    """
    value = _base64(text, "signature")
    if len(value) > _SIGNATURE:
        raise Garbled("a signature is too large")
    return value


def certificate(text: str) -> x509.Certificate:
    """Return the certificate in base64 *text*: DER, or PEM with its lines.

    Raises:
        Garbled: it is none.
    """
    if len(text) > 2 * _CERTIFICATE:
        raise Garbled("a certificate is too large")
    try:
        return x509.load_der_x509_certificate(_base64(_ARMOUR.sub("", text), "certificate"))
    except ValueError:
        raise Garbled("a certificate cannot be read") from None


def key_of(found: x509.Certificate) -> CertificatePublicKeyTypes:
    """Return the public key.

    Raises:
        Garbled: it is of no known kind.
    """
    try:
        return found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise Garbled("a certificate's key cannot be read") from None


def _object(value: object, name: str) -> Fields:
    if not isinstance(value, dict):
        raise Garbled(f"«{name}» is not an object")
    return Fields(value)


def _base64(text: str, what: str) -> bytes:
    try:
        value = b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Garbled(f"a {what} is not base64") from None
    if not value:
        raise Garbled(f"a {what} is empty")
    return value
