"""The CSC API, versions 1.0.4.0 and 2.0: what it gives, and what openssl says of it."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.remote.errors import (
    ActivationRefused,
    CredentialMissing,
    CredentialUnusable,
    OrderInvalid,
    RemoteRefused,
    ServiceUnsuitable,
    SigningDeclined,
    SigningExpired,
    TransactionUnknown,
)
from connectors.remote.opening import open_service
from connectors.remote.service import Activation, State
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import Holder, holder
from tests.connectors.remote.reaching import OTP, TYPED, USER, Ordering, Running, reaching
from tests.connectors.remote.serving import Host, secret_file


def openssl_accepts(folder: Path, who: Holder, text: str, value: bytes, *options: str) -> bool:
    """Whether openssl, an outside judge, takes *value* for *who*'s signature of *text*."""
    public = who.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pem").write_bytes(public)
    (folder / "value").write_bytes(value)
    (folder / "text").write_text(text)
    command = ["openssl", "dgst", *options, "-verify", "key.pem", "-signature", "value", "text"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("algorithm", "kind", "options"),
    [
        ("sha256_rsa", "rsa", ("-sha256",)),
        ("sha512_rsa", "rsa", ("-sha512",)),
        ("sha256_pss", "rsa", ("-sha256", *PSS)),
        ("sha384_pss", "rsa", ("-sha384", *PSS)),
        ("sha256_ecdsa", "p256", ("-sha256",)),
        ("sha384_ecdsa", "p256", ("-sha384",)),
    ],
)
def test_every_algorithm_gives_what_openssl_accepts(
    version: int,
    algorithm: str,
    kind: str,
    options: tuple[str, ...],
    tmp_path: Path,
    host: Host,
    order: Ordering,
) -> None:
    who = holder("An", kind)
    at = reaching(CscServer(version, {USER: {"key-1": Kept(who)}}), host, tmp_path)
    credential = at.credential()
    placed = order(credential, "một", "hai", algorithm=algorithm)
    values = at.signer.start(placed).progress.signatures
    assert credential.certificate == who.der
    assert len(credential.chain) == 1, "the root is left out"
    assert openssl_accepts(tmp_path, who, "một", values[0], *options)
    assert openssl_accepts(tmp_path, who, "hai", values[1], *options)
    assert not openssl_accepts(tmp_path, who, "hai", values[0], *options)


def test_a_signature_oid_is_preferred_to_the_keys(
    csc2: CscServer, at_csc2: Running, order: Ordering
) -> None:
    kept = csc2.credentials[USER]["key-1"]
    kept.algorithms = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11")
    assert at_csc2.signer.start(order(at_csc2.credential()), TYPED).progress.over
    (sent,) = at_csc2.served.to("signHash")
    assert sent.json["signAlgo"] == "1.2.840.113549.1.1.11"
    assert "hashAlgorithmOID" not in sent.json


def test_a_users_own_token_signs_for_that_user_only(
    csc: CscServer, host: Host, tmp_path: Path, order: Ordering
) -> None:
    served = host.mount(csc.app())
    signer = open_service(csc.settings(served.url, tmp_path, USER))
    assert signer.start(order(signer.credentials(USER)[0]), TYPED).progress.state is State.SIGNED
    with pytest.raises(CredentialMissing):
        signer.credentials("someone-else")
    assert "userID" not in served.to("credentials/list")[0].json


def test_the_wrong_code_is_refused_and_signs_nothing(
    csc: CscServer, at_csc: Running, order: Ordering
) -> None:
    placed = order(at_csc.credential())
    for typed in (Activation(), Activation("4711-pin"), Activation("wrong-pin", OTP)):
        with pytest.raises(ActivationRefused) as refused:
            at_csc.signer.start(placed, typed)
        assert "wrong-pin" not in str(refused.value)
    assert csc.signed == []


def test_a_seals_pin_comes_from_its_file(
    csc: CscServer, host: Host, tmp_path: Path, order: Ordering
) -> None:
    csc.credentials[USER]["key-1"].otp = ""
    secret_file(tmp_path / "pin", "4711-pin")
    at = reaching(csc, host, tmp_path, pin="pin", home=tmp_path)
    assert at.signer.start(order(at.credential())).progress.state is State.SIGNED


def test_a_one_time_code_is_sent_on_request(csc: CscServer, at_csc: Running) -> None:
    at_csc.signer.challenge(at_csc.credential())
    assert csc.sent_codes == ["key-1"]


def test_no_one_time_code_is_sent_where_none_is_wanted(csc2: CscServer, at_csc2: Running) -> None:
    csc2.credentials[USER]["key-1"].otp = ""
    with pytest.raises(ActivationRefused):
        at_csc2.signer.challenge(at_csc2.credential())


def test_the_person_agrees_later_and_signing_takes_its_time(
    csc2: CscServer, at_csc2: Running, order: Ordering, tmp_path: Path
) -> None:
    csc2.asks_person = csc2.polling = csc2.busy = True
    signer = at_csc2.signer
    waiting = signer.start(order(at_csc2.credential(), "một", "hai"), TYPED)
    for _ in range(2):  # each time under the handle that came last
        waiting = signer.progress(waiting)
        assert waiting.progress.state is State.WAITING
    assert csc2.signed == []
    csc2.person = "agrees"
    signing = signer.progress(waiting)
    assert signing.progress.state is State.WAITING
    csc2.pending_status = 400
    assert signer.progress(signing) == signing
    csc2.busy = False
    done = signer.progress(signing)
    assert done.progress.state is State.SIGNED
    assert openssl_accepts(tmp_path, holder("An"), "hai", done.progress.signatures[1], "-sha256")
    assert signer.progress(done) is done


@pytest.mark.parametrize(
    ("person", "state", "fault"),
    [
        ("declines", State.REFUSED, SigningDeclined),
        ("late", State.EXPIRED, SigningExpired),
    ],
)
def test_the_persons_no_and_silence_end_the_order(
    csc2: CscServer,
    at_csc2: Running,
    order: Ordering,
    person: str,
    state: State,
    fault: type[RemoteRefused],
) -> None:
    csc2.asks_person = True
    waiting = at_csc2.signer.start(order(at_csc2.credential()), TYPED)
    csc2.person = person
    over = at_csc2.signer.progress(waiting).progress
    assert over.state is state
    assert isinstance(over.fault, fault)
    assert csc2.signed == []


def test_a_transaction_that_the_service_forgot_is_over(
    csc2: CscServer, at_csc2: Running, order: Ordering
) -> None:
    csc2.polling = csc2.busy = True
    waiting = at_csc2.signer.start(order(at_csc2.credential()), TYPED)
    over = at_csc2.signer.progress(replace(waiting, reference="response 0")).progress
    assert over.state is State.FAILED
    assert isinstance(over.fault, TransactionUnknown)


def test_a_credential_that_changed_is_not_asked_to_sign(
    csc: CscServer, at_csc: Running, order: Ordering
) -> None:
    placed = order(at_csc.credential())
    csc.credentials[USER]["key-1"].holder = holder("Bình")
    with pytest.raises(CredentialUnusable):
        at_csc.signer.start(placed, TYPED)
    assert not at_csc.served.to("authorize")


@pytest.mark.parametrize("status", ["expired", "revoked", "suspended"])
def test_a_certificate_that_is_over_is_not_offered(
    csc: CscServer, at_csc: Running, status: str
) -> None:
    csc.credentials[USER]["key-1"].cert_status = status
    with pytest.raises(CredentialMissing):
        at_csc.credential()


def test_a_user_whom_the_service_does_not_know_is_missing(at_csc: Running) -> None:
    with pytest.raises(CredentialMissing):
        at_csc.signer.credentials("nobody")


def test_orders_beyond_the_credential_are_refused_before_anything_is_sent(
    at_csc: Running, order: Ordering
) -> None:
    credential = at_csc.credential()
    before = len(at_csc.served.seen)
    for placed in (order(credential, *"abcd"), order(credential, algorithm="sha256_ecdsa")):
        with pytest.raises(OrderInvalid):
            at_csc.signer.start(placed, TYPED)
    assert len(at_csc.served.seen) == before


def test_the_other_version_is_not_spoken_to(csc: CscServer, at_csc: Running) -> None:
    csc.specs = "2.0.0.2" if csc.version == 1 else "1.0.4.0"
    with pytest.raises(ServiceUnsuitable):
        at_csc.signer.credentials(USER)
    assert at_csc.served.paths() == ["info"]


def test_an_authorisation_had_elsewhere_is_used_as_it_is(
    csc2: CscServer, at_csc2: Running, order: Ordering
) -> None:
    csc2.credentials[USER]["key-1"].mode = "oauth2code"
    placed = order(at_csc2.credential())
    done = at_csc2.signer.start(placed, Activation(sad="credential-token"))
    assert done.progress.state is State.SIGNED
    assert at_csc2.served.to("signHash")[0].json["SAD"] == "credential-token"
    assert not at_csc2.served.to("authorize")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("kept", "typed", "sends"),
    [
        ({"pin": "1"}, ("pin",), False),
        ({"otp": "1"}, ("otp",), True),
        ({"pin": "1", "otp": "1"}, ("pin", "otp"), True),
        ({}, (), False),
        ({"pin": "1", "otp": "1", "mode": "oauth2code"}, (), False),
    ],
)
def test_what_the_person_types_is_what_the_service_says(
    version: int,
    kept: dict[str, str],
    typed: tuple[str, ...],
    sends: bool,
    host: Host,
    tmp_path: Path,
) -> None:
    server = CscServer(version, {USER: {"key-1": Kept(holder("An"), **kept)}})  # type: ignore[arg-type]
    at = reaching(server, host, tmp_path)
    credential = at.credential()
    assert credential.typed == typed
    assert credential.sends is sends
    held = reaching(server, host, tmp_path, pin=secret_file(tmp_path / "pin", "1"))
    assert held.credential().typed == tuple(one for one in typed if one != "pin")
