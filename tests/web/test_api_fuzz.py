"""Every operation of /api/v1 with generated requests: no 5xx, and answers as described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.core.failures import FailureGroup

from documents.document import Role
from tests.web.api_systems import MakeSystem
from tests.web.counter import Counter
from tests.web.test_api import arrived
from tests.workflows.house import HOME_AFFAIRS
from web.api.interface import PREFIX

EXAMPLES = 4
"""Of each operation."""
JUDGES = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


def test_no_generated_request_breaks_the_interface_or_is_answered_otherwise_than_described(
    unhurried: None, counter: Counter, systems: MakeSystem
) -> None:
    document_id = arrived(counter)
    system = systems(Role.CLERK, HOME_AFFAIRS)
    headers = {"Authorization": f"Bearer {system.token}"}
    api = schemathesis.openapi.from_url(f"{counter.address}{PREFIX}/openapi.json")
    wrong: list[str] = []
    tried, told = 0, dict[int, int]()

    for found in api.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def attack(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            if tried % 2 and "document_id" in case.path_parameters:
                case.path_parameters["document_id"] = document_id
            answer = case.call(headers=headers)
            told[answer.status_code] = told.get(answer.status_code, 0) + 1
            try:
                case.validate_response(answer, checks=JUDGES)
            except FailureGroup as failures:
                wrong.append(f"{case.method} {case.formatted_path}: {failures.exceptions}")

        attack()
    assert not wrong, wrong[:5]
    assert tried > 15 * EXAMPLES // 2
    assert told[200] > EXAMPLES, told


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
