"""The settings of one installation: one frozen model, read once from `congvan.toml`.

Secrets are never values here, only paths to files of mode 600.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from connectors.access import AxisSettings
from connectors.antivirus import AntivirusSettings
from connectors.mail import MailSettings
from connectors.openid_settings import OpenIdSettings
from documents.errors import Refused
from documents.level import Level
from signing.algorithm import Algorithm, Family

FILE_NAME = "congvan.toml"
HOME_VARIABLE = "CONGVAN_HOME"
"""The installation's folder, for processes that are not told on their command line."""


AXIS_SECRET = Path("keys/axis.secret")
"""Where an installation keeps its secret for the hub of its world."""

NAME = "[a-z0-9-]{1,40}"
"""What an installation may be called: also a folder's name."""


class SettingsInvalid(Refused):
    """The settings file is missing or wrong."""

    code = "settings.invalid"
    vietnamese = "Cấu hình không đọc được: {0}"
    english = "the settings cannot be read: {0}"
    remedy = "Tạo bằng `congvan init THƯ-MỤC` / make them with `congvan init FOLDER`"


class OcrSettings(BaseModel):
    """How words of pictures are recognised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = True
    languages: str = Field(default="vie", pattern=r"^[a-z_]{3,20}(\+[a-z_]{3,20}){0,4}$")
    """Language data of Tesseract, the most likely first."""
    pages: int = Field(default=12, ge=1, le=200)
    """Most pages of one file; the first have what the register wants."""
    seconds: float = Field(default=90, ge=1, le=600)
    """Longest time for one file; `file_seconds` bounds it too."""


class Settings(BaseModel):
    """One installation. Relative paths are relative to its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    """The installation's folder."""
    name: str = Field(pattern=f"^{NAME}$")
    """Also the worker's name in leases."""
    database: str = "sqlite:///congvan.db"
    """SQLAlchemy URL without a password; SQLite or postgresql+psycopg."""
    database_password: Path | None = None
    """A file of mode 600 with PostgreSQL's password."""
    blobs: Path = Path("blobs")
    keys: Path = Path("keys")
    """PKCS#12 files, their passphrases (mode 600), signature and seal images."""
    rsa_algorithm: Algorithm | None = None
    """What RSA keys sign with that do not say themselves; the policy's default without."""
    trust_roots: Path = Path("trust/root.pem")
    """A PEM file, or a folder with `trust.json` (`signing.trust`)."""
    crls: tuple[Path, ...] = ()
    verification_policy: Path | None = None
    """Rules of verification (TOML, by the pattern of `signing/policy.toml`); ours without."""
    axis: AxisSettings = AxisSettings()
    """How the axis is reached; without an address, the hub of the world this lies in."""
    processes: int = Field(default_factory=lambda: min(os.cpu_count() or 2, 8), ge=1, le=64)
    """Worker processes for signing, opening and verifying."""
    pouch: int = Field(default=200, ge=1, le=2000)
    """Most documents in one flow run."""
    poll_seconds: float = Field(default=0.3, gt=0, le=300)
    """Pause between looks at the axis and at the work that waits."""
    sweep_seconds: float = Field(default=60, ge=5, le=3600)
    """How often the sweeper's scheduled run looks for what was left behind."""
    file_seconds: float = Field(default=120, ge=1, le=600)
    """Longest time one file may take to open, sign or verify."""

    signature_level: Level = Level.B_B
    """What signatures are to reach, at once or in the archive; above B-B needs a TSA."""
    tsa_url: str = ""
    """Where RFC 3161 timestamps are asked for."""
    tsa_seconds: float = Field(default=3, gt=0, le=30)
    """How long a signature waits for its timestamp before it is made without."""
    tsa_patience: float = Field(default=150, gt=0, le=600)
    """How long the archive waits for one."""
    revocation: Path = Path("revocation")
    """Where fetched revocation data is kept while it is valid."""
    revocation_fetching: bool = True
    """Whether OCSP responders and revocation lists are asked; only `crls` otherwise."""
    revocation_hosts: tuple[str, ...] = ()
    """Hosts that certificates may send us to, `.gov.vn` with all below it; empty for any."""
    ocsp_url: str = ""
    """An OCSP responder that is asked instead of those that certificates name."""

    status_hours: float = Field(default=168, ge=25, le=24 * 60)
    """How long a status is tried that the axis does not take, before a person is shown it.

    At least 25: a night's outage of the axis and the working day after it must fit.
    """

    reconcile_at: str = Field(default="02:00", pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """When reconciliation runs each night, Vietnam's time."""
    reconcile_days: int = Field(default=7, ge=1, le=90)
    """How many days back it looks."""
    unacknowledged_hours: float = Field(default=24, gt=0, le=24 * 60)
    """After how long a sent document without 01, or a status not told, is a finding."""
    unaccepted_days: float = Field(default=3, gt=0, le=365)
    """After how long an arrived document without 03 or 02 is one."""
    silent_days: float = Field(default=5, gt=0, le=365)
    """After how long an agency that reports no status at all is one."""

    unanswered_days: float = Field(default=5, gt=0, le=365)
    """After how long a recall, update or replacement without an answer stands in health lines."""

    remind_at: str = Field(default="07:30", pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """From when on each working day people are reminded of all they owe, Vietnam's time; of what
    is urgent, each hour."""
    mail: MailSettings | None = None
    """The mail server for digests; without it they are shown in the system only."""

    services: dict[str, dict[str, str | float]] = Field(default_factory=dict, repr=False)
    """Remote signing services by name; their secrets are files."""
    request_hours: float = Field(default=72, gt=0, le=24 * 60)
    """How long a document stays frozen for a signature that comes later."""
    scan: Path = Path("scan")
    """Watched folder: `ORGANID/*.pdf` in it are taken in; `done`, `bad` in each have the rest."""
    scan_settle_seconds: float = Field(default=10, ge=0, le=3600)
    """A file that was written to more lately may still grow, and is left alone."""
    ocr: OcrSettings = OcrSettings()
    """Recognising the words of scans; without Tesseract none are, and the desk says so."""
    antivirus: AntivirusSettings | None = None
    """The scanner that uploads are shown to; without it the desk says that none are."""
    public_url: str = Field(
        default="",
        pattern=r"^(https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._-]+)*|http://127\.0\.0\.1:\d+)?$",
    )
    """Where token tools on people's machines reach us, without a last slash; empty: loopback."""
    token_tool: str = Field(
        default="wss://127.0.0.1:8987", pattern=r"^wss?://(127\.0\.0\.1|localhost):\d{1,5}$"
    )
    """Where the token tool (VGCA Sign Service) listens on the person's own machine."""
    token_tool_installer: str = Field(default="", pattern=r"^(https?://[^\s\"'<>]{1,300})?$")
    """Where people of the agency get the tool from; empty: the page names no place."""

    second_factor: Literal["required", "offered"] = "required"
    """Whether whoever signs or seals must have logged in with a second factor."""
    openid: OpenIdSettings | None = None
    """The provider of identities; without it only accounts with passwords log in."""

    @field_validator("database")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("bắt đầu bằng / begins with sqlite:/// | postgresql+psycopg://")
        if value.startswith("postgresql") and "@" in value and ":" in _user_part(value):
            raise ValueError(
                "không ghi mật khẩu ở đây, ghi tên tệp ở database_password"
                " / no password here: name its file in database_password"
            )
        return value

    @field_validator("rsa_algorithm")
    @classmethod
    def _of_rsa(cls, value: Algorithm | None) -> Algorithm | None:
        if value is not None and value.family is Family.ECDSA:
            raise ValueError("chỉ thuật toán RSA / of RSA only: sha256_rsa, sha256_pss, …")
        return value

    @model_validator(mode="after")
    def _level_within_reach(self) -> Self:
        if self.signature_level is not Level.B_B and not self.tsa_url.startswith("http"):
            raise ValueError("signature_level: cần tsa_url / needs tsa_url")
        return self

    @classmethod
    def load(cls, home: Path) -> Self:
        """Read the settings of the installation in *home*.

        Raises:
            SettingsInvalid: there are none, or they are wrong.
        """
        path = home / FILE_NAME
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsInvalid(f"{path.name}: {error}") from error
        return cls.of(home, values)

    @classmethod
    def of(cls, home: Path, values: Mapping[str, object]) -> Self:
        """Return the settings *values* of the installation in *home*.

        Raises:
            SettingsInvalid: a value is wrong, missing or unknown.
        """
        try:
            return cls.model_validate({**values, "home": home.resolve()})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SettingsInvalid(f"{FILE_NAME}: {where}: {first['msg']}") from error

    def at(self, path: Path) -> Path:
        """Return *path*, relative to the installation's folder unless absolute."""
        return self.home / path

    @property
    def largest_files(self) -> int:
        """Bytes of all files of one document; base64, signatures and the header have the rest."""
        return self.axis.max_size // 2

    def axis_access(self) -> AxisSettings:
        """Return how the axis is reached, with its address.

        Raises:
            SettingsInvalid: there is none, and no world with a hub around the installation.
        """
        if self.axis.url:
            return self.axis
        try:
            port = json.loads((self.home.parent / "world.json").read_text("utf-8"))["hub_port"]
            address = f"http://127.0.0.1:{int(port)}{_FACES[self.axis.kind]}"
        except (OSError, ValueError, KeyError, TypeError):
            raise SettingsInvalid("axis.url") from None
        return self.axis.model_copy(update={"url": address})

    def database_url(self) -> str:
        """Return the URL to connect with, the password read from its file.

        Raises:
            SettingsInvalid: the password's file cannot be read, or others can read it too.
        """
        if self.database.startswith("sqlite:///") and not self.database.startswith("sqlite:////"):
            return f"sqlite:///{self.home / self.database.removeprefix('sqlite:///')}"
        if self.database_password is None:
            return self.database
        from sqlalchemy import make_url

        password = _secret(self.at(self.database_password), "database_password")
        url = make_url(self.database).set(password=password)
        return url.render_as_string(hide_password=False)

    def mail_password(self) -> str:
        """Return the password for the mail server; empty where nobody logs in.

        Raises:
            SettingsInvalid: its file cannot be read, or others can read it too.
        """
        if self.mail is None or self.mail.secret is None:
            return ""
        return _secret(self.at(self.mail.secret), "mail.secret")

    def openid_secret(self) -> str:
        """Return the secret we have at the provider of identities; empty for a public client.

        Raises:
            SettingsInvalid: its file cannot be read, or others can read it too.
        """
        if self.openid is None or self.openid.secret is None:
            return ""
        return _secret(self.at(self.openid.secret), "openid.secret")


_FACES = {"soap": "/soap", "vxp": "", "edoc": "/edoc", "rest": "/rest"}
"""Where a hub has its faces."""


def _user_part(url: str) -> str:
    return url.partition("://")[2].rpartition("@")[0]


def _secret(path: Path, key: str) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsInvalid(f"{path.name}: quyền tệp phải là 600 / its mode must be 600")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{key}: {error}") from error


def written_secret(path: Path, secret: str) -> None:
    """Write a secret into a new file of mode 600."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")


def write(home: Path, **values: object) -> None:
    """Write a settings file with *values* (text, numbers, lists and tables of them)."""
    lines = ["# congvan: settings of one installation; every key is explained in docs/settings.md"]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE_NAME).write_text("\n".join(lines) + "\n", "utf-8")


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, Mapping):
        members = (f"{_toml(str(key))} = {_toml(member)}" for key, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
