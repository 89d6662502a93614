"""What a face knows us by: names and secrets from one file, some of them by agency.

The file of `[axis] secret` holds one secret, or a TOML table of texts; a table `[agency."H99.01"]`
holds what is another one for that agency.
"""

import tomllib
from dataclasses import dataclass, field

from connectors.errors import AxisSettingsInvalid
from connectors.rest.profile import CALL


@dataclass(frozen=True, slots=True)
class Credentials:
    """Values by name; they are not shown."""

    common: dict[str, str] = field(repr=False)
    by_agency: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def of(self, agency: str) -> dict[str, str]:
        """Return the values under which to speak for *agency*."""
        return self.common | self.by_agency.get(agency, {})


def read_credentials(text: str, system_id: str, names: frozenset[str]) -> Credentials:
    """Return the credentials in *text*; *names* are those the profile asks for.

    A text that is no table is the only secret that the profile asks for.

    Raises:
        AxisSettingsInvalid: a name is missing, or the table is wrong; no secret is said.
    """
    told = {"system_id": system_id} if system_id else {}
    secret_names = sorted(names - {"system_id"})
    if len(secret_names) == 1 and "\n" not in text and "=" not in text.strip("="):
        return _complete(Credentials(told | {secret_names[0]: text}), names)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        wanted = ", ".join(secret_names)
        raise AxisSettingsInvalid("secret", f"TOML: {wanted}") from None
    by_agency = table.pop("agency", {})
    if not isinstance(by_agency, dict):
        raise AxisSettingsInvalid("secret: agency", "TOML")
    tables = {agency: _texts(f"agency.{agency}", one) for agency, one in by_agency.items()}
    return _complete(Credentials(told | _texts("", table), tables), names)


def _texts(where: str, table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        raise AxisSettingsInvalid(f"secret: {where}", "TOML")
    for name, value in table.items():
        if not isinstance(value, str) or not value or name in CALL:
            raise AxisSettingsInvalid(f"secret: {where}.{name}".replace(": .", ": "), "?")
    return table


def _complete(found: Credentials, names: frozenset[str]) -> Credentials:
    tables = [found.of(agency) for agency in found.by_agency] or [found.common]
    missing = {name for name in names for table in tables if name not in table}
    if missing:
        raise AxisSettingsInvalid("secret", f"thiếu / missing: {', '.join(sorted(missing))}")
    return found
