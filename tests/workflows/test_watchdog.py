"""The watchdog's mark, and the line that says how a process is."""

from workflows.health import Condition, Health
from workflows.watchdog import Watchdog, end_all, marked


def test_an_empty_mark_meets_nobody() -> None:
    assert marked("") == []
    assert end_all("") == 0


def test_a_watchdog_lets_go_when_asked() -> None:
    watchdog = Watchdog()
    watchdog.start()
    watchdog.stop()
    watchdog.stop()


def test_a_health_line_says_it_all() -> None:
    health = Health("prefect", Condition.RUNNING, 4711, 3725.4, 2, "exit -9: out of memory")
    assert health.line() == (
        "prefect      running   pid 4711     up 1:02:05  restarts 2  exit -9: out of memory"
    )
