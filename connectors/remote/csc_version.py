"""The two versions of the CSC API: where they differ in names, here; what they share, in `csc`.

Standards: Cloud Signature Consortium, "Architectures and protocols for remote signature
applications", 1.0.4.0 (2019-06) and 2.0.0.2 (2023-04). Clauses below are those of both where
one is given: 11.1 info, 11.4 credentials/list, 11.5 credentials/info, 11.6
credentials/authorize; signatures/signHash is 11.9 in version 1 and 11.10 in version 2, which
adds 11.7 credentials/authorizeCheck, 11.8 credentials/getChallenge, 11.12
signatures/signPolling; version 1's 11.8 is credentials/sendOTP.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol

from connectors.remote.algorithms import (
    DIGEST_OIDS,
    PSS,
    names_the_digest,
    oid_of,
    pss_parameters,
)
from connectors.remote.answer import Fields
from connectors.remote.service import Activation, SigningOrder

POLLING = "signatures/signPolling"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """How a credential wants to be authorised (11.5)."""

    mode: str
    """implicit, explicit or oauth2code."""
    objects: tuple[tuple[str, bool], ...] = ()
    """Version 2: ids of what is to be shown, and whether each is a one-time code."""
    typed: tuple[str, ...] = ()
    """Which of `pin` and `otp` the person types."""
    sends: bool = False
    """Whether the service sends the one-time code."""


_Json = dict[str, object]


class CscVersion(Protocol):
    """What a version calls things."""

    prefix: str
    """Of every path."""
    major: str
    """How `specs` of the info begins (11.1)."""

    def authorisation(self, info: Fields) -> Authorisation:
        """Return how the credential of *info* is authorised."""
        ...

    def authorise(self, order: SigningOrder, how: Authorisation, shown: Activation) -> _Json:
        """Return the parameters of credentials/authorize, without the credential's id."""
        ...

    def sign(self, order: SigningOrder, asynchronous: bool) -> _Json:
        """Return the parameters of signatures/signHash, without credential's id and SAD."""
        ...

    def challenge(self, how: Authorisation) -> tuple[str, _Json] | None:
        """Return the method and parameters that have a one-time code sent, if there is one."""
        ...


class Version1:
    """1.0.4.0, as pyHanko's `CSCSigner` speaks it."""

    prefix = "/csc/v1/"
    major = "1."

    def authorisation(self, info: Fields) -> Authorisation:
        """See `CscVersion`; `authMode`, `PIN` and `OTP` are beside the key (11.5)."""
        mode = info.text("authMode")
        if mode != "explicit":
            return Authorisation(mode)
        pin, otp = info.optional("PIN"), info.optional("OTP")
        # explicit without a description: a PIN at least
        said = {"pin": pin.text("presence", "false" if otp.values else "true")}
        said["otp"] = otp.text("presence", "false")
        typed = tuple(name for name, presence in said.items() if presence != "false")
        return Authorisation(mode, typed=typed, sends=otp.text("type", "") == "online")

    def authorise(self, order: SigningOrder, how: Authorisation, shown: Activation) -> _Json:
        """See `CscVersion`; PIN and OTP are parameters of their own (11.6)."""
        codes = {"PIN": shown.pin, "OTP": shown.otp}
        return {
            "numSignatures": len(order.items),
            "hash": _hashes(order),
            **{name: value for name, value in codes.items() if value},
        }

    def sign(self, order: SigningOrder, asynchronous: bool) -> _Json:
        """See `CscVersion`; there is no other than the synchronous mode (11.9)."""
        return {
            "hash": _hashes(order),
            "hashAlgo": DIGEST_OIDS[order.digest],
            **_algorithm(order),
        }

    def challenge(self, how: Authorisation) -> tuple[str, _Json] | None:
        """See `CscVersion`; 11.8."""
        return "credentials/sendOTP", {}


class Version2:
    """2.0.0.2."""

    prefix = "/csc/v2/"
    major = "2."

    def authorisation(self, info: Fields) -> Authorisation:
        """See `CscVersion`; `auth/mode` and `auth/objects` (11.5)."""
        auth = info.fields("auth")
        if "objects" not in auth.values:
            return Authorisation(auth.text("mode"))
        # an object with a generator, or whose type is a challenge's, changes from time to time
        objects = tuple(
            (one.text("id"), bool(one.text("generator", "")) or one.text("id").upper() == "OTP")
            for one in auth.objects("objects")
        )
        mode = auth.text("mode")
        if mode != "explicit":
            return Authorisation(mode, objects)
        codes = [once for _, once in objects]
        typed = ("pin",) * (False in codes) + ("otp",) * (True in codes)
        return Authorisation(mode, objects, typed, True in codes)

    def authorise(self, order: SigningOrder, how: Authorisation, shown: Activation) -> _Json:
        """See `CscVersion`; what is shown goes as `authData` by the objects' ids (11.6)."""
        values = ((name, shown.otp if once else shown.pin) for name, once in how.objects)
        data = [{"id": name, "value": value} for name, value in values if value]
        return {
            "numSignatures": len(order.items),
            "hashes": _hashes(order),
            "hashAlgorithmOID": DIGEST_OIDS[order.digest],
            **({"authData": data} if data else {}),
        }

    def sign(self, order: SigningOrder, asynchronous: bool) -> _Json:
        """See `CscVersion`; `hashAlgorithmOID` only where `signAlgo` says none (11.10)."""
        wanted = _algorithm(order)
        digest = DIGEST_OIDS[order.digest]
        implied = names_the_digest(str(wanted["signAlgo"]))
        return {
            "hashes": _hashes(order),
            **({} if implied else {"hashAlgorithmOID": digest}),
            **wanted,
            **({"operationMode": "A"} if asynchronous else {}),
        }

    def challenge(self, how: Authorisation) -> tuple[str, _Json] | None:
        """See `CscVersion`; 11.8."""
        for name, once in how.objects:
            if once:
                return "credentials/getChallenge", {"authObjectID": name}
        return None


def _hashes(order: SigningOrder) -> list[str]:
    return [b64encode(digest).decode() for digest in order.hashes]


def _algorithm(order: SigningOrder) -> _Json:
    oid = oid_of(order.algorithm, order.credential.key_oids)
    if oid != PSS:
        return {"signAlgo": oid}
    parameters = b64encode(pss_parameters(order.digest)).decode()
    return {"signAlgo": oid, "signAlgoParams": parameters}
