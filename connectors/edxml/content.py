"""Base64 on its way from the parser into a spool."""

import binascii

import pybase64

from connectors.edxml.spool import Spool

_SPACES = (b"\n", b" ", b"\r", b"\t")


class Base64Damaged(ValueError):
    """The text of a content element is not whole base64 (RFC 4648, §4)."""


class Base64Content:
    """A parser's sink: decodes the pieces of one element's text strictly."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._rest = b""
        self._padded = False

    def write(self, text: bytes) -> None:
        """Take the next piece of text, white space included.

        Raises:
            Base64Damaged: a character outside the alphabet, or text after the padding.
            EnvelopeTooLarge: the spool is full.
        """
        if any(space in text for space in _SPACES):
            text = text.translate(None, b"".join(_SPACES))
        try:
            self._decode(self._rest + text if self._rest else text)
        except binascii.Error as error:
            raise Base64Damaged(str(error)) from None

    def close(self) -> None:
        """Check that the text was whole.

        Raises:
            Base64Damaged: the last group of four is not complete.
        """
        if self._rest:
            raise Base64Damaged("text ends inside a group of four")

    def _decode(self, text: bytes) -> None:
        whole = len(text) & ~3
        groups = text if whole == len(text) else text[:whole]
        content = pybase64.b64decode(groups, validate=True)
        if self._padded and text:
            raise Base64Damaged("text after the padding")
        self._padded = len(content) < whole // 4 * 3
        self._rest = text[whole:]
        if content:
            self.spool.write(content)
