"""How an installation reaches its axis: values from the settings file, secrets as files."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_SIZE = 100 << 20
"""Bytes of one message by default: 50 MiB of files are 67 MiB of edXML."""
Kind = Literal["soap", "vxp", "edoc", "rest"]


class AxisSettings(BaseModel):
    """The `[axis]` table of `congvan.toml`. Paths are relative to the installation's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "soap"
    """soap: our contract; vxp: the national SDK's wire; edoc: the SOAP dialect of provincial axes
    (axis.md §12); rest: a provincial REST face, described by `profile`."""
    url: str = ""
    """Where the axis is; empty for the hub of the world this installation lies in."""
    system_id: str = ""
    """Who we are to the axis; empty for an axis that asks for no credential."""
    secret: Path | None = None
    """A file of mode 600 with the system's secret."""
    profile: Path | None = None
    """rest: a TOML file that describes the province's face, or the name of a built-in one."""
    soap_version: Literal["1.1", "1.2"] = "1.1"
    form: Literal["mtom", "swaref", "inline"] = "mtom"
    """soap: how content travels; signed messages use swaref whatever stands here."""
    ca: Path | None = None
    """PEM of the roots of the axis's TLS certificate; else the system's own."""
    certificate: Path | None = None
    """mTLS: our certificate with its chain, PEM."""
    certificate_key: Path | None = None
    """mTLS: its key, PEM, a file of mode 600."""
    signing_key: str = ""
    """WS-Security: stem of our key in the key folder; empty: messages are not signed."""
    peer_certificate: Path | None = None
    """WS-Security: the axis's certificate, PEM; its answers must be signed by it."""
    xroad: dict[str, str] = Field(default_factory=dict)
    """X-Road 4.0: `client` and `service` as INSTANCE/CLASS/MEMBER/SUBSYSTEM[/…], `user_id`."""
    style: str = "java"
    """How messages are written (`connectors.edxml.style`): `java`, `dotnet`, a TOML file with one
    table, or `FILE.toml:TABLE`."""
    styles: dict[str, str] = Field(default_factory=dict)
    """The same by a partner's code: for it and what is below it, where no recipient wants else."""
    legacy_hex: bool = True
    """vxp: `hash-file` as the SDK writes it, bytes below 0x10 without their zero."""
    to_header: bool = True
    """vxp: whether the recipients also stand in the header `to`, beside the edXML's own `To`."""
    max_size: int = Field(default=MAX_SIZE, ge=1 << 20, le=2 << 30)
    """Bytes of one message: what is written, sent, fetched and read, and what a world's own hub
    takes. The files of one document may have half of it."""
    connect_seconds: float = Field(default=5.0, gt=0, le=300)
    read_seconds: float = Field(default=30.0, gt=0, le=3600)
    """For one read or write to make progress."""
    total_seconds: float = Field(default=300.0, gt=0, le=7200)
    """For one whole exchange."""
