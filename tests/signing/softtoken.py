"""Tokens that are files: SoftHSM2, its own module in this process, PINs made for each."""

import os
import secrets
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pkcs11 import Attribute
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from signing.sessions import Token
from signing.testpki import PrivateKey, TestPki

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_FLAGS = struct.pack(">QQ", 0x8000534B, 2)
"""What stands before the token's flags in its file (CKA_OS_TOKENFLAGS, an unsigned long)."""


@dataclass(frozen=True, slots=True)
class SoftToken:
    """One initialised token."""

    label: str
    folder: Path
    """Its own, inside the folder of all tokens."""
    pin_file: Path
    pin: str = field(repr=False)

    @property
    def token(self) -> Token:
        return Token(MODULE, self.label, pin_file=self.pin_file)

    def put(
        self,
        name: str,
        private: PrivateKey | None,
        certificates: list[x509.Certificate],
        identifier: bytes = b"",
        *,
        each_time: bool = False,
    ) -> None:
        """Put a key and its certificates on the token; the first gets the key's name.

        *each_time*: it wants the PIN for each signature.
        """
        library = pkcs11.lib(str(MODULE))
        library.reinitialize()  # it looks for tokens when it starts
        session = library.get_token(token_label=self.label).open(rw=True, user_pin=self.pin)
        named = {Attribute.LABEL: name, Attribute.ID: identifier or name.encode()}
        if private is not None:
            secret = dict.fromkeys((Attribute.TOKEN, Attribute.PRIVATE, Attribute.SENSITIVE), True)
            may = {Attribute.SIGN: True, Attribute.EXTRACTABLE: False}
            may |= {Attribute.ALWAYS_AUTHENTICATE: True} if each_time else {}
            session.create_object(_attributes(private) | secret | may | named)
        for position, certificate in enumerate(certificates):
            attributes = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
            other = {Attribute.LABEL: f"ca{position}", Attribute.ID: f"ca{position}".encode()}
            session.create_object(
                attributes | {Attribute.TOKEN: True} | (other if position else named)
            )
        session.close()

    @contextmanager
    def pulled_out(self) -> Iterator[None]:
        """Take the token away from its module."""
        elsewhere = self.folder.parent.with_name(f"away-{self.label}")
        self.folder.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(self.folder)

    def set_flags(self, more: pkcs11.TokenFlag) -> None:
        """Have the token say *more* of itself: it keeps its flags in its file."""
        path = self.folder / "token.object"
        data = path.read_bytes()
        at = data.index(_FLAGS) + len(_FLAGS)
        (flags,) = struct.unpack_from(">Q", data, at)
        path.write_bytes(data[:at] + struct.pack(">Q", flags | more) + data[at + 8 :])
        pkcs11.lib(str(MODULE)).reinitialize()


@dataclass(frozen=True, slots=True)
class SoftTokens:
    """The folder of all tokens of a test run."""

    folder: Path

    def make(self, label: str) -> SoftToken:
        """Initialise a token, with a PIN of its own in a file of mode 600."""
        pin, officer = secrets.token_hex(6), secrets.token_hex(6)
        pins = ("--pin", pin, "--so-pin", officer)
        tokens = self.folder / "tokens"
        before = set(tokens.iterdir())
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
            check=True,
            capture_output=True,
        )
        (made,) = set(tokens.iterdir()) - before
        pin_file = self.folder / f"{label}.pin"
        write_pin(pin_file, pin)
        return SoftToken(label, made, pin_file, pin)


@contextmanager
def soft_tokens(folder: Path) -> Iterator[SoftTokens]:
    """Have SoftHSM2 keep its tokens in *folder*."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        yield SoftTokens(folder)
    finally:
        del os.environ["SOFTHSM2_CONF"]
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before
        shutil.rmtree(tokens)


def write_pin(path: Path, pin: str) -> None:
    """Write a PIN as an administrator would: another file in the place of the old one."""
    fresh = path.with_suffix(".fresh")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{pin}\n")
    fresh.rename(path)


def _attributes(private: PrivateKey) -> dict[Attribute, object]:
    der = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    if isinstance(private, rsa.RSAPrivateKey):
        return dict(decode_rsa_private_key(der))
    return dict(decode_ec_private_key(der))


def unpacked(pki: TestPki, name: str) -> tuple[PrivateKey, list[x509.Certificate]]:
    """Return a private key of *pki*, its certificate and the issuer's."""
    private, certificate, others = pkcs12.load_key_and_certificates(
        pki.key_file(name).read_bytes(), pki.passphrase(name)
    )
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert certificate is not None
    return private, [certificate, *others]


def start_again(token: SoftToken) -> None:
    pkcs11.lib(str(MODULE)).reinitialize()
