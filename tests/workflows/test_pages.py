"""The pages of `docs/` name what they promise to name all of."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors.access import AxisSettings
from connectors.edoc import opening as edoc_opening
from connectors.hub.systems import SYSTEMS
from connectors.rest import opening as rest_opening
from workflows.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "settings"), [("settings", Settings), ("axis", AxisSettings)])
def test_every_setting_is_on_its_page(page: str, settings: type[BaseModel]) -> None:
    told = (DOCS / f"{page}.md").read_text("utf-8")
    names = {name for name in settings.model_fields if name not in ("home", "axis", "services")}
    assert {name for name in names if f"`{name}`" not in told} == set()


def test_what_cannot_be_made_again_is_in_the_list_of_what_to_back_up() -> None:
    lines = (DOCS / "operating.md").read_text("utf-8").splitlines()
    told = " ".join(line for line in lines if line.startswith("| backup"))
    for name in (edoc_opening.MEMORY, rest_opening.MEMORY, "hub.sqlite", "edoc.sqlite", SYSTEMS):
        assert name in told
    assert "systems" in (DOCS / "hub.md").read_text("utf-8").partition("## Backup")[2]
