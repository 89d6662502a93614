"""What a worker process works with: keys, stamps, roots and rules, as the settings say.

Loaded once for its life, and again when their files change.
"""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from documents.errors import Unavailable
from signing import keyring, standing
from signing.algorithm import Algorithm
from signing.appearance import Stamp
from signing.errors import PolicyUnreadable, TrustUnreadable
from signing.keys import KeyHolder
from signing.policy import Policy, built_in
from signing.trust import MANIFEST, TrustStore
from workflows.settings import Settings


@lru_cache(maxsize=256)
def _key(folder: Path, stem: str, rsa: Algorithm | None, _changed: tuple[int, ...]) -> KeyHolder:
    return keyring.open_key(folder, stem, rsa)


@lru_cache(maxsize=256)
def _stamp(path: Path, _changed: int) -> Stamp:
    return Stamp.from_png(path.read_bytes())


@lru_cache(maxsize=4)
def _trust(roots: Path, crls: tuple[Path, ...], _changed: tuple[int, ...]) -> TrustStore:
    store = TrustStore.load(roots, crls)
    standing.ensure_readable(store)
    return store


@lru_cache(maxsize=4)
def _policy(path: Path, _changed: int) -> Policy:
    return Policy.load(path)


def _changed(path: Path) -> int:
    """Return when a file was last written, in ns; 0 where there is none.

    Whoever renews a key or a revocation list need not restart anything.
    """
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class TrustUnavailable(Unavailable):
    """Our own roots or lists cannot be read: no letter's fault, so all of them wait."""

    code = "trust.unavailable"
    vietnamese = TrustUnreadable.vietnamese
    english = TrustUnreadable.english
    remedy = TrustUnreadable.remedy


class PolicyUnavailable(Unavailable):
    """Our own rules of verification cannot be read: no letter's fault, so all of them wait."""

    code = "policy.unavailable"
    vietnamese = PolicyUnreadable.vietnamese
    english = PolicyUnreadable.english
    remedy = PolicyUnreadable.remedy


class Tools:
    """What the settings name, ready for use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def trust(self) -> TrustStore:
        """Return the roots and revocation lists of this installation.

        Raises:
            TrustUnavailable: a file is missing or is not what it should be.
        """
        roots = self.settings.at(self.settings.trust_roots)
        roots = roots / MANIFEST if roots.is_dir() else roots
        crls = tuple(self.settings.at(path) for path in self.settings.crls)
        try:
            return _trust(roots, crls, tuple(map(_changed, (roots, *crls))))
        except TrustUnreadable as error:
            raise TrustUnavailable(*error.args) from error

    def policy(self) -> Policy:
        """Return the rules by which signatures are verified here.

        Raises:
            PolicyUnavailable: the file is missing or is not what it should be.
        """
        if self.settings.verification_policy is None:
            return built_in()
        path = self.settings.at(self.settings.verification_policy)
        try:
            return _policy(path, _changed(path))
        except PolicyUnreadable as error:
            raise PolicyUnavailable(*error.args) from error

    def key(self, stem: str) -> KeyHolder:
        """Return the key *stem* of the key folder.

        Raises:
            KeyUnavailable, CertificateRefused: it cannot be used.
            TokenAbsent, TokenFailing: not now.
        """
        folder = self.settings.at(self.settings.keys)
        return _key(folder, stem, self.settings.rsa_algorithm, keyring.changed(folder, stem))

    def signer(self, stem: str, at: datetime) -> KeyHolder:
        """Return the key *stem*, which no list that we hold says is revoked at *at*.

        Raises:
            SignerRevoked: one does.
            OfficeError: as `key` and `trust` say.
        """
        key = self.key(stem)
        standing.ensure_unrevoked(key, self.trust(), at)
        return key

    def stamp(self, stem: str) -> Stamp | None:
        """Return the image of signature or seal, where there is one."""
        path = self.settings.at(self.settings.keys) / f"{stem}.png"
        changed = _changed(path)
        return _stamp(path, changed) if changed else None
