"""`congvan issue`: the switch, the list and the order, from the command line."""

import pytest

from documents.document import Role
from tests.web import papers
from tests.web.counter import Counter
from tests.workflows.house import PROVINCE, document, leader_of
from tests.workflows.worlds import call
from workflows.world import World


def test_the_command_sets_lists_and_orders(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    home = counter.office.settings.home
    World(home.parent, (home.name,), 1, None, {home.name: 8730}).save()
    clerk, leader = counter.who(Role.CLERK), leader_of(PROVINCE).id
    mode = ("issue", "mode", "--agency", PROVINCE, "--data", home.parent, "--json")
    assert call(capsys, *mode).json == {"mode": "automatic", "waiting": 0}
    assert call(capsys, *mode, "clerk", "--by", clerk).error == "person.right_missing"
    assert call(capsys, *mode, "clerk", "--by", leader).json["mode"] == "clerk"
    document_id = papers.signed(counter)
    listing = ("issue", "list", "--agency", PROVINCE, "--data", home.parent, "--json")
    (listed,) = call(capsys, *listing).json
    assert (listed["id"], listed["expected"]) == (document_id, "01/QĐ-UBND")
    order = ("issue", "order", document_id, "--data", home.parent, "--json")
    assert call(capsys, *order, "--by", leader).code == 1
    assert call(capsys, *order, "--by", clerk).json["expected"] == "01/QĐ-UBND"
    assert call(capsys, *order, "--by", clerk).code == 0
    assert document(counter.office, document_id).awaits is None
