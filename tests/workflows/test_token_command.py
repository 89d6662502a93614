"""`congvan token`: shown once, listed without it, ended at once."""

import json
from collections.abc import Callable

from documents import api_tokens
from documents.api_tokens import Scope
from documents.document import Role
from tests.workflows.house import PROVINCE, person_of
from tests.workflows.small_world import Said
from workflows.office import Office

ADMINISTRATOR, CLERK = (person_of(PROVINCE, role).id for role in (Role.ADMINISTRATOR, Role.CLERK))
HERE = ("--agency", PROVINCE)


def test_a_token_is_shown_once_and_ends_when_it_is_revoked(
    office: Office, congvan: Callable[..., Said]
) -> None:
    by = ("--by", ADMINISTRATOR, *HERE)
    made = congvan(
        "token", "add", "LGSP", "--person", CLERK, "--scope", "read", "act", *by, "--json"
    )
    told = json.loads(made.out)
    with office.database.reading() as session:
        found = api_tokens.caller(session, told["token"], office.now())
    assert found is not None
    assert (found.person_id, found.organ_id) == (CLERK, PROVINCE)
    assert found.scopes == {Scope.READ, Scope.ACT}
    listed = congvan("token", "list", *HERE)
    assert told["token"] not in listed.out + congvan("token", "list", *HERE, "--json").out
    assert "LGSP" in listed.out
    assert congvan("token", "revoke", told["id"], "--by", CLERK, *HERE).code == 1
    assert congvan("token", "revoke", told["id"], *by).code == 0
    with office.database.reading() as session:
        assert api_tokens.caller(session, told["token"], office.now()) is None
