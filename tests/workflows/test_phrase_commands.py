"""Phrases, abbreviations and presets are kept, listed and dropped from the command line."""

from collections.abc import Callable

from documents.document import Role
from tests.workflows.house import OFFICE, person_of
from tests.workflows.worlds import Said
from workflows.office import Office

Congvan = Callable[..., Said]
LEADER, CLERK, SPECIALIST = (
    person_of(OFFICE, role).id for role in (Role.LEADER, Role.CLERK, Role.SPECIALIST)
)


def test_phrases_and_presets_by_commands(office: Office, congvan: Congvan) -> None:
    by = ("--by", LEADER, "--agency", OFFICE)
    kept = congvan("phrases", "add", "opinion", "Giao {chủ trì} xử lý.", "--shared", *by, "--json")
    assert kept.code == 0
    short = ("--short", "ubt")
    congvan("phrases", "add", "abbreviation", "Ủy ban nhân dân tỉnh", *short, *by)
    preset = congvan("phrases", "preset", "Thường ngày", "--lead", SPECIALIST, "--days", "3", *by)
    assert preset.code == 0
    shown = congvan("phrases", "list", *by).out
    for text in ("Giao {chủ trì} xử lý.", "ubt", "Thường ngày"):
        assert text in shown
    theirs = congvan("phrases", "list", "--by", CLERK, "--agency", OFFICE, "--json").json
    assert [row["words"] for row in theirs["phrases"]] == ["Giao {chủ trì} xử lý."]
    assert theirs["presets"] == []
    refused = congvan(
        *("phrases", "add", "opinion", "x", "--shared", "--json"),
        *("--by", SPECIALIST, "--agency", OFFICE),
    )
    assert refused.error == "person.right_missing"
    assert congvan("phrases", "drop", kept.json["id"], *by).code == 0
    unknown = congvan("phrases", "drop", kept.json["id"], *by, "--json")
    assert unknown.error == "phrase.unknown"
