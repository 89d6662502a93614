"""From the settings to the client."""

from pathlib import Path

import pytest

from connectors.access import AxisSettings
from connectors.edoc.client import EdocAxis
from connectors.errors import AxisSettingsInvalid
from connectors.opening import open_axis
from tests.connectors.edoc.world import FIRST, SENDER, EdocHub


def settings(hub: EdocHub, **changes: str) -> AxisSettings:
    given = {"kind": "edoc", "url": hub.address, "system_id": SENDER, "secret": "token"}
    return AxisSettings.model_validate(given | changes)


def test_settings_give_a_client_that_is_let_in(guarded: EdocHub, tmp_path: Path) -> None:
    assert guarded.systems is not None
    secret = tmp_path / "token"
    secret.write_text(guarded.systems.add("sonhai", frozenset({SENDER, FIRST})) + "\n")
    secret.chmod(0o600)
    axis = open_axis(settings(guarded), tmp_path)
    assert isinstance(axis, EdocAxis)
    axis.check_permission(FIRST)
    assert len(axis.agencies()) == 3
    axis.close()


@pytest.mark.parametrize(
    "changes", [{"system_id": ""}, {"url": "ftp://nowhere"}, {"secret": "no-such-file"}]
)
def test_a_wrong_setting_is_named(
    lasting: EdocHub, tmp_path: Path, changes: dict[str, str]
) -> None:
    (tmp_path / "token").write_text("t" * 20)
    (tmp_path / "token").chmod(0o600)
    with pytest.raises(AxisSettingsInvalid):
        open_axis(settings(lasting, **changes), tmp_path)
