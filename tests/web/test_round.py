"""The whole round: page, tool and office, on real sockets; the upload alone is the truth."""

import json

from documents import ledger
from documents.sign_session import Operation
from signing.validation import verify
from tests.web.desk import Desk, MakeDesk, page
from tests.workflows.house import PROVINCE, assert_sound, document, issue, leader_of, steps_of
from workflows import backlog, issuance


def test_a_leader_signs_with_the_tool_and_the_letter_goes_its_whole_way(desk: Desk) -> None:
    document_id = desk.waiting()
    opened = desk.opened(document_id)
    callback = page(desk.agent(), opened.round.path, opened.round.payload())
    assert callback is not None
    assert (callback["Status"], callback["FileServer"]) == (0, document_id)
    assert desk.stands(opened) == ("signed", "used")
    issue(desk.office, backlog.outgoing_due(desk.office))
    row = document(desk.office, document_id)
    assert (row.state, row.error_text) == ("dispatched", None)
    report = verify(desk.office.blobs.get(row.current_sha256 or ""), desk.house.pki.trust())
    assert report.verdict.value == "TOTAL-PASSED", report.reason
    assert [each.field for each in report.signatures] == ["Signature1", "DauCoQuan"]
    taken = [step for step in steps_of(desk.office, document_id) if step.startswith("sign")]
    assert taken == [
        *("signature_request", "signature_wait", "sign_session_open", "sign_session_fetch"),
        *("signature_complete", "sign", "sign_session_use"),
    ]
    with desk.office.database.reading() as session:
        brought = [r for r in ledger.history(session, document_id) if "complete" in r.step]
    assert [row.actor for row in brought] == [leader_of(PROVINCE).id]
    assert_sound(desk.office)


def test_a_clerk_numbers_and_seals_with_the_tool(desks: MakeDesk) -> None:
    desk = desks(seal=True)
    document_id = desk.waiting()
    leader = desk.opened(document_id)
    page(desk.agent(), leader.round.path, leader.round.payload())
    issuance.number(desk.office, [document_id])
    opened = desk.opened(document_id, Operation.ISSUED)
    said = json.loads(opened.round.payload())
    row = document(desk.office, document_id)
    assert (opened.round.path, said["DocNumber"]) == ("/SignIssued", row.code_number)
    assert said["IssuedDate"] == f"{row.promulgated}T00:00:00+07:00"
    callback = page(desk.agent(), opened.round.path, opened.round.payload())
    assert callback is not None
    assert callback["Status"] == 0, callback
    assert (callback["DocumentNumber"], callback["DocumentDate"][:10]) == (
        row.code_number,
        str(row.promulgated),
    )
    assert desk.stands(opened) == ("sealed", "used")
    pdf = desk.office.blobs.get(document(desk.office, document_id).current_sha256 or "")
    report = verify(pdf, desk.house.pki.trust())
    assert (report.verdict.value, len(report.signatures)) == ("TOTAL-PASSED", 5)
    issue(desk.office, backlog.outgoing_due(desk.office))
    assert document(desk.office, document_id).state == "dispatched"
