"""A process that dies at a fault point, as the code in it sees a death: nothing more runs."""

import pytest


class Killed(BaseException):
    """The process is gone: no handler for exceptions runs."""


def dies_at(point: str, patched: pytest.MonkeyPatch, *modules: str) -> None:
    """Have `passing` raise `Killed` the first time that one of `workflows`' *modules* passes."""
    armed = [point]

    def passing(passed: str) -> None:
        if passed in armed:
            armed.clear()
            raise Killed(passed)

    for module in modules:
        patched.setattr(f"workflows.{module}.passing", passing)
