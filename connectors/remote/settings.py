"""How a remote signing service is set up: values from the settings file, secrets as files.

A secret is never a value here, only the path of a file of mode 600. It is read when it is
used, so that it can be changed under a running process.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from connectors.remote.errors import ServiceSettingsInvalid


def _address(value: str) -> str:
    """Return *value* without a slash at its end: an address to which secrets may be sent."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an https address is expected")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("no user, password, query or fragment in the address")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("http is for loopback addresses only: secrets would go in clear")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Address = Annotated[str, AfterValidator(_address)]


class Service(BaseModel):
    """What every service has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    """For people and the ledger."""
    url: Address
    """Where the provider's interface begins, without a slash at the end."""
    home: Path = Path()
    """The folder that relative paths here are relative to."""
    roots: Path | None = None
    """PEM of the roots that the service's TLS certificate leads to; else the system's own."""
    call_seconds: float = Field(default=20, gt=0, le=300)
    """For one whole call, from the look-up of the name to the last byte."""
    approval_seconds: float = Field(default=120, gt=0, le=600)
    """The same for the calls that answer only when the person has agreed (CSC, implicit mode)."""

    def secret(self, path: Path) -> str:
        """Return the secret in the file *path*.

        Raises:
            ServiceSettingsInvalid: it cannot be read, is empty, or others can read it too.
        """
        file = self.home / path
        try:
            if file.stat().st_mode & 0o077:
                raise ServiceSettingsInvalid(self.name, path.name, "chmod 600")
            text = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ServiceSettingsInvalid(self.name, path.name, why) from None
        if not text or len(text) > 4096:
            raise ServiceSettingsInvalid(self.name, path.name, "tệp rỗng / the file is empty")
        return text


class CscSettings(Service):
    """A service that speaks the CSC API; either a user's own token, or the office's account."""

    kind: Literal["csc1", "csc2"]
    """csc1: version 1.0.4.0 under /csc/v1; csc2: version 2 under /csc/v2."""
    token: Path | None = Field(default=None, repr=False)
    """An access token of scope "service" that belongs to `user`."""
    user: str = ""
    """Whose token it is; needed with `token`."""
    client_id: str = ""
    client_secret: Path | None = Field(default=None, repr=False)
    """With `client_id`, for the OAuth 2.0 client credentials grant (CSC v2, 8.4.4)."""
    pin: Path | None = Field(default=None, repr=False)
    """The PIN of a seal's key that works without a person; an activation's own PIN goes first."""


class SmartCaSettings(Service):
    """VNPT SmartCA, interface "sp769"."""

    kind: Literal["smartca"]
    url: Address = "https://gwsca.vnpt.vn/sca/sp769"
    sp_id: str
    """Given by VNPT."""
    sp_password: Path = Field(repr=False)
    flow: Literal["phone", "otp"] = "phone"
    """phone: v1, the person agrees in the app; otp: v2, with password and one-time code."""


class MySignSettings(Service):
    """Viettel MySign."""

    kind: Literal["mysign"]
    url: Address = "https://remotesigning.viettel.vn"
    client_id: str
    """Given by Viettel."""
    client_secret: Path = Field(repr=False)
    profile_id: str = "adss:ras:profile:001"


Configuration = CscSettings | SmartCaSettings | MySignSettings
_KINDS: TypeAdapter[Configuration] = TypeAdapter(
    Annotated[Configuration, Field(discriminator="kind")]
)


def configuration_of(values: Mapping[str, object]) -> Configuration:
    """Return the settings of one service.

    Raises:
        ServiceSettingsInvalid: a value is wrong, missing or unknown.
    """
    try:
        found = _KINDS.validate_python(dict(values))
    except ValidationError as error:
        # only where and what: the value itself may be a secret in the wrong place
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ServiceSettingsInvalid(values.get("name", "?"), where, first["msg"]) from None
    if isinstance(found, CscSettings):
        _check_access(found)
    return found


def _check_access(found: CscSettings) -> None:
    if bool(found.token) == bool(found.client_id and found.client_secret):
        why = "token + user, or client_id + client_secret"
        raise ServiceSettingsInvalid(found.name, "token", why)
    if found.token and not found.user:
        raise ServiceSettingsInvalid(found.name, "user", "whose token it is")
