"""The suite passes an axis that is right and catches each defect by the case that is about it."""

import secrets

import pytest

from connectors.conformance.case import Face, Level, Verdict
from connectors.conformance.report import Report
from connectors.conformance.subject import Access, Subject
from connectors.conformance.suite import conform
from tests.connectors.conformance_axis import SYSTEM, standing_in

SECRET = secrets.token_urlsafe(24)


def run(url: str, *ids: str, **changes: int) -> Report:
    """Try the cases *ids*, by default all, on a stand-in."""
    subject = Subject(url, Face.VXP, Access(SYSTEM, SECRET), ("K01", "K01.01", "K01.02"))
    wanted = set(ids)
    return conform(
        subject, seconds=10, only=lambda case: not wanted or case.id in wanted, burst=20, **changes
    )


def verdicts(report: Report) -> dict[str, Verdict]:
    return {result.id: result.verdict for result in report.results}


def test_a_right_axis_fails_no_case() -> None:
    with standing_in(SECRET) as url:
        report = run(url)
    failed = [(result.id, result.why) for result in report.results if result.verdict == "failed"]
    assert failed == []
    assert report.passed
    assert len(report.results) > 100
    assert report.left == ()


DEFECTS = [
    ("ignores_seal", "vxp.auth_wrong_secret"),
    ("ignores_seal", "vxp.auth_no_seal"),
    ("ignores_seal", "vxp.auth_altered_json"),
    ("ignores_values", "vxp.auth_altered_parameter"),
    ("tight_stamp", "vxp.stamp_hour_old"),
    ("ignores_seal", "vxp.stamp_years_old"),
    ("ignores_hash", "vxp.hash_wrong"),
    ("full_hex_only", "vxp.hash_legacy"),
    ("keeps_tail", "vxp.tail_crlf"),
    ("leaves_members_out", "vxp.list_members"),
    ("mixes_kinds", "vxp.list_kinds"),
    ("ignores_dates", "vxp.list_dates"),
    ("takes_any_recipient", "send.unknown_recipient"),
    ("no_duplicate_check", "send.repeat"),
    ("no_duplicate_check", "send.repeat_different"),
    ("overwrites", "send.repeat_different"),
    ("doubles", "send.new"),
    ("loses_some", "load.burst"),
    ("loses_marks", "send.vietnamese_nfc"),
    ("corrupts_files", "send.files"),
    ("loses_old_code", "send.old_code"),
    ("loses_order", "queue.oldest_first"),
    ("no_urgency", "queue.urgent_first"),
    ("forgets_fetched", "queue.kept_until_confirmed"),
    ("never_takes_out", "queue.gone_after_confirm"),
    ("forgets_reason", "queue.reason_is_told"),
    ("fails_on_bad_xml", "hostile.malformed"),
    ("accepts_entities", "hostile.internal_entity"),
    ("accepts_entities", "hostile.doctype"),
    ("accepts_entities", "hostile.external_dtd"),
]


@pytest.mark.parametrize(("defect", "case"), DEFECTS)
def test_each_defect_is_caught_by_its_case(defect: str, case: str) -> None:
    with standing_in(SECRET, defect) as url:
        report = run(url, case)
    (result,) = report.results
    assert result.verdict is Verdict.FAILED, (result.verdict, result.why)
    assert result.why
    assert report.passed == (result.level is not Level.MUST)
    assert result.exchanges or case == "load.burst"


def test_what_never_leaves_the_queue_is_said_to_be_left() -> None:
    with standing_in(SECRET, "never_takes_out") as url:
        report = run(url, "queue.gone_after_confirm")
    assert any("K01.01" in line for line in report.left)


def test_the_report_never_shows_the_secret() -> None:
    with standing_in(SECRET) as url:
        report = run(url, "vxp.auth_wrong_secret", "vxp.hash_legacy", "send.new")
    for text in (report.as_json(), report.as_html()):
        assert SECRET not in text
        assert "XroadVnpt-hash-header: ***" in text
        assert "XroadVnpt-sign-header-key" in text
