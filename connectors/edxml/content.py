"""Base64 on its way from the parser into a spool."""

import binascii

import pybase64

from connectors.edxml.spool import Spool

_SPACES = (b"\n", b" ", b"\r", b"\t")


class Base64Content:
    """A parser's sink: decodes the pieces of one element's text (RFC 4648, §4).

    What cannot be decoded ends the content: nothing is guessed, and `fault` says why.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.fault = ""
        """What is wrong with the text; empty when it is whole."""
        self._rest = b""
        self._padded = False

    def write(self, text: bytes) -> None:
        """Take the next piece of text, white space included.

        Raises:
            EnvelopeTooLarge: the spool is full.
        """
        if self.fault:
            return
        if any(space in text for space in _SPACES):
            text = text.translate(None, b"".join(_SPACES))
        self._decode(self._rest + text if self._rest else text)

    def close(self) -> None:
        """Check that the text was whole: lost padding and a lost character look alike."""
        if self._rest and not self.fault:
            self.fault = "text ends inside a group of four"

    def _decode(self, text: bytes) -> None:
        if self._padded and text:
            self.fault = "text after the padding"
            return
        whole = len(text) & ~3
        try:
            content = pybase64.b64decode(
                text if whole == len(text) else text[:whole], validate=True
            )
        except binascii.Error as error:
            self.fault = str(error)
            return
        self._padded = len(content) < whole // 4 * 3
        self._rest = text[whole:]
        if self._padded and self._rest:
            self.fault = "text after the padding"
        if content:
            self.spool.write(content)
