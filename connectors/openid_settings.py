"""How an agency's provider of identities is reached: the `[openid]` table of `congvan.toml`.

Standards: OpenID Connect Discovery 1.0 (one address tells the rest), RFC 8176 (`amr`). Secrets are
files. Keycloak, WSO2 Identity Server and a national sign-on differ in values only.
"""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_ADDRESS = r"^(https://[A-Za-z0-9.:\[\]-]+|http://127\.0\.0\.1:\d+)(/[A-Za-z0-9._~%-]+)*/?$"


class OpenIdSettings(BaseModel):
    """The `[openid]` table. Paths are relative to the installation's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(pattern=_ADDRESS, max_length=255)
    """The provider's issuer: `/.well-known/openid-configuration` below it tells the rest."""
    client_id: str = Field(min_length=1, max_length=200)
    """Who we are to the provider."""
    secret: Path | None = None
    """A file of mode 600 with the client's secret; none: a public client, PKCE alone."""
    label: str = Field(default="Đăng nhập một lần (SSO)", max_length=80)
    """What the button on the login page says."""
    scopes: str = Field(default="openid profile", pattern=r"^openid( [a-z0-9_.:/-]+)*$")
    account_claim: str = Field(default="", max_length=80)
    """The claim that names an account of ours that is not bound to a subject yet, such as
    `preferred_username`; empty: only bound accounts log in. `email` counts when verified."""
    second_factor: tuple[str, ...] = ("mfa", "otp", "hwk")
    """Values of `amr`, or the one of `acr`, by which the provider says that it asked for more
    than a password."""
    ca: Path | None = None
    """PEM of the roots of the provider's TLS certificate; else the system's own."""
    seconds: float = Field(default=8.0, gt=0, le=60)
    """For one whole answer of the provider."""
    leeway_seconds: int = Field(default=60, ge=0, le=300)
    """How far its clock may be from ours."""

    @model_validator(mode="after")
    def _claim_is_a_name(self) -> Self:
        if self.account_claim == "sub":
            raise ValueError("sub gắn riêng từng tài khoản / a subject is bound, not a name")
        return self
