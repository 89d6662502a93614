"""Leader, number and seal with keys on a PKCS#11 token, against the token's own bare signatures.

SoftHSM2, two RSA-2048 keys. The floor is what two C_Sign take, with nothing around them, plus
what the document takes with keys in a file, less what those keys take: parts that no program
can save. SoftHSM computes in this process, so all of it is this process's CPU.
"""

import importlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass

from benchmarks import materials
from benchmarks.materials import issued
from benchmarks.measure import interleaved, machine, rows_against, table
from signing.algorithm import Algorithm
from signing.pkcs11 import Pkcs11Key, Place

SECONDS = 12
TARGET = 1.5
RAW, ON_TOKEN, IN_FILE = "two C_Sign, bare", "congvan, keys on the token", "congvan, keys in files"
FILE_KEYS = "the same keys in files, bare"
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
"""What PKCS#1 v1.5 signs of a SHA-256 digest (RFC 8017, 9.2)."""


def main() -> None:
    """Measure and print."""
    softtoken = importlib.import_module("tests.signing.softtoken")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "softhsm").mkdir()
        tools = materials.tools(folder / "pki")
        with softtoken.soft_tokens(folder / "softhsm") as made:
            token = made.make("office")
            for stem in ("leader", "seal"):
                token.put(stem, *softtoken.unpacked(tools.pki, stem))
            print(f"tokens: leader + number + seal\n{machine('python-pkcs11', 'cryptography')}")
            for algorithm in (Algorithm.RSA_SHA256, Algorithm.PSS_SHA256):
                _compare(algorithm, tools.by(algorithm), token)


def _compare(algorithm: Algorithm, tools: materials.Tools, token: Any) -> None:
    draft = materials.letter()
    leader, agency = (
        Pkcs11Key.open(token.token, Place(stem), algorithm=algorithm) for stem in ("leader", "seal")
    )
    with_token = replace(tools, leader=leader, agency=agency)
    timings = interleaved(
        {
            RAW: _bare(token, algorithm),
            FILE_KEYS: lambda: (tools.leader.sign(bytes(32)), tools.agency.sign(bytes(32))),
            IN_FILE: lambda: issued(draft, tools),
            ON_TOKEN: lambda: issued(draft, with_token),
        },
        SECONDS,
    )
    columns = (
        f"{draft.name}; {algorithm}",
        "CPU ms",
        "wall ms",
        "a second",
        "times bare",
        "rounds",
    )
    table("One document, in turns, medians", columns, rows_against(timings, RAW))
    document = timings[IN_FILE].cpu_ms - timings[FILE_KEYS].cpu_ms
    floor = timings[RAW].cpu_ms + document
    ratio = timings[ON_TOKEN].cpu_ms / floor
    print(
        f"\n  two C_Sign + document: {floor:.2f} ms; with the token {ratio:.2f} times that", end=""
    )
    print(f" (target: {TARGET:g} at most)")


def _bare(token: Any, algorithm: Algorithm) -> Any:
    """Return what signs by both keys of *token* in a session of its own."""
    # the library's own session pool stays out of it
    session = pkcs11.lib(str(token.token.module)).get_token(token_label=token.label).open()
    names = (
        {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: n} for n in ("leader", "seal")
    )
    handles: list[Any] = [next(iter(session.get_objects(each))) for each in names]
    salted = (Mechanism.SHA256, pkcs11.MGF.SHA256, 32)
    if algorithm is Algorithm.PSS_SHA256:
        data, how = bytes(32), {"mechanism": Mechanism.RSA_PKCS_PSS, "mechanism_param": salted}
    else:
        data, how = _DIGEST_INFO, {"mechanism": Mechanism.RSA_PKCS}
    return lambda: [handle.sign(data, **how) for handle in handles]


if __name__ == "__main__":
    main()
