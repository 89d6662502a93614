"""A signature that comes later: the document is frozen, goes on once, and nothing else does."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from documents import casefile, outgoing, requests
from documents.directory import RightMissing
from documents.document import VIETNAM, Role
from documents.errors import OfficeError
from documents.freezing import DocumentFrozen
from documents.lifecycle import Step
from documents.requests import RequestExpired, RevisionMoved
from documents.signature_request import RequestState, RequestStepRefused, ValueNotWanted
from documents.tables import DocumentRow
from signing import pades
from signing.errors import DeliveryRefused, PdfUnreadable, ValueForeign
from signing.pkcs12 import Pkcs12Key
from signing.validation import verify
from tests.workflows import phones
from tests.workflows.deferred_places import LEADER, Place
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    House,
    assert_sound,
    document,
    issue,
    leader_of,
    person_of,
    seal_of,
    steps_of,
)
from tests.workflows.phones import carry, counted, later
from workflows import backlog, deferral, issuance


def test_a_remote_signature_goes_the_whole_journey_over_restarts(place: Place) -> None:
    document_id, request = place.frozen()
    assert place.state(document_id) == ("approved", "prepared", None)
    assert document(place.office, document_id).frozen_by == request.id
    assert backlog.outgoing_due(place.office) == []  # nothing else carries it
    carry(place.reopened())
    assert place.state(document_id) == ("approved", "waiting", None)
    assert place.phone.started == [f"{request.id}-1"]
    place.phone.say("decision", "yes")
    later(place.reopened(), hours=2)
    carry(place.office)
    assert place.state(document_id) == ("signed", "completed", None)
    issue(place.office, backlog.outgoing_due(place.office))
    row = document(place.office, document_id)
    assert (row.state, row.frozen_by) == ("dispatched", None)
    taken = [step for step in steps_of(place.office, document_id) if step != "retry"]
    assert taken[-8:] == [
        *("signature_request", "signature_send", "signature_wait", "signature_complete"),
        *("sign", "assign_number", "seal", "dispatch"),
    ]
    pdf = place.office.blobs.get(row.current_sha256 or "")
    report = verify(pdf, place.house.pki.trust(), at=place.office.now())
    assert report.verdict.value == "TOTAL-PASSED", report.reason
    assert len(report.signatures) == 2
    assert_sound(place.office)


def test_a_service_that_answers_at_once_signs_in_one_go(place: Place) -> None:
    place.phone.at_once = True
    place.phone.say("decision", "yes")
    document_id, _ = place.frozen()
    carry(place.office)
    assert place.state(document_id) == ("signed", "completed", None)


@pytest.mark.parametrize(
    ("said", "state", "error"),
    [("no", "refused", "remote.declined"), ("expired", "expired", "remote.expired")],
)
def test_a_refusal_is_shown_and_not_repeated_until_a_person_asks(
    place: Place, said: str, state: str, error: str
) -> None:
    place.phone.say("decision", said)
    document_id, first = place.frozen()
    carry(place.office)
    later(place.office, minutes=1)
    carry(place.office)
    assert place.state(document_id) == ("approved", state, error)
    place.assert_thawed(document_id)
    later(place.office, hours=1)
    assert backlog.outgoing_due(place.office) == []
    place.phone.say("decision", "yes")
    with place.office.database.writing() as session:
        casefile.try_again(session, casefile.locked(session, document_id), LEADER, first.until)
    issuance.sign(place.office, backlog.outgoing_due(place.office))
    carry(place.office)
    later(place.office, hours=2)
    carry(place.office)
    assert place.state(document_id) == ("signed", "completed", None)


def test_while_it_is_frozen_no_step_is_taken_and_who_holds_it_is_said(place: Place) -> None:
    document_id, request = place.frozen()
    until = request.until.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
    office = place.office
    tries: list[Callable[[Any], object]] = [
        lambda s: outgoing.decide(s, document_id, Step.RETURN, LEADER, office.now(), "sửa lại"),
        lambda s: outgoing.decide(s, document_id, Step.VOID, LEADER, office.now(), "bỏ"),
        lambda s: outgoing.signed(s, document_id, "3" * 64, 1, office.now()),
        lambda s: deferral.open_request(
            s,
            s.get_one(DocumentRow, document_id),
            "máy khác",
            request.until,
            key=LEADER,
            at=office.now(),
        ),
    ]
    for attempt in tries:
        with pytest.raises(DocumentFrozen) as refused, office.database.writing() as session:
            attempt(session)
        said = str(refused.value)
        assert leader_of(PROVINCE).full_name in said
        assert phones.NAME in said
        assert until in said
    issuance.sign(office, [document_id])  # skips it
    assert place.state(document_id) == ("approved", "prepared", None)


def test_a_request_ends_in_time_and_a_late_signature_is_kept_and_not_used(place: Place) -> None:
    document_id, request = place.frozen()
    carry(place.office)
    value = place.phone.key.sign(place.pending(request).to_sign)
    later(place.office, hours=73)
    with pytest.raises(RequestExpired):  # the sweeper has not been by yet
        deferral.deliver_value(place.office, request.id, value)
    place.phone.say("decision", "yes")
    carry(place.office)
    assert place.state(document_id) == ("approved", "expired", "request.expired")
    with pytest.raises(RequestStepRefused):
        deferral.deliver_value(place.office, request.id, value)
    place.assert_thawed(document_id)
    assert counted(steps_of(place.office, document_id))["signature_unused"] == 2
    assert place.office.blobs.get(hashlib.sha256(value).hexdigest()) == value


def test_a_withdrawn_request_lets_the_document_be_returned(place: Place) -> None:
    document_id, request = place.frozen()
    carry(place.office)
    at = place.office.now()
    stranger = person_of(PROVINCE, Role.SPECIALIST).id
    with pytest.raises(RightMissing), place.office.database.writing() as session:
        requests.withdrawn(session, request.id, stranger, "không phải việc của tôi", at)
    with place.office.database.writing() as session:
        requests.withdrawn(session, request.id, LEADER, "sửa lại nội dung", at)
    assert place.state(document_id) == ("approved", "withdrawn", "request.withdrawn")
    place.phone.say("decision", "yes")
    later(place.office, hours=1)
    carry(place.office)  # the service is not even asked
    place.assert_thawed(document_id)
    with place.office.database.writing() as session:
        outgoing.decide(session, document_id, Step.RETURN, LEADER, at, "sửa lại nội dung")
    assert document(place.office, document_id).state == "returned"
    with pytest.raises(RequestStepRefused), place.office.database.writing() as session:
        requests.withdrawn(session, request.id, LEADER, "lần nữa", at)


def test_a_wrong_value_and_one_of_another_key_change_nothing(by_hand: Place) -> None:
    document_id, request = by_hand.frozen()
    assert request.state == "waiting"
    pending = by_hand.pending(request)
    right = by_hand.phone.key.sign(pending.to_sign)
    stranger = by_hand.house.pki.key(leader_of(HOME_AFFAIRS).id)
    wrong = (
        b"",
        right[:-1] + bytes([right[-1] ^ 1]),
        stranger.sign(pending.to_sign),
        by_hand.phone.key.sign(hashlib.sha256(b"another").digest()),
        bytes(3000),
    )
    for value in wrong:
        with pytest.raises(ValueForeign) as refused:
            deferral.deliver_value(by_hand.office, request.id, value)
        assert "không phải của" in str(refused.value)
        assert by_hand.state(document_id) == ("approved", "waiting", None)
    assert document(by_hand.office, document_id).current_sha256 == request.base_sha256
    deferral.deliver_value(by_hand.office, request.id, right)
    assert by_hand.state(document_id) == ("signed", "completed", None)
    assert counted(steps_of(by_hand.office, document_id))["signature_unused"] == len(wrong)
    with pytest.raises(RequestStepRefused):
        deferral.deliver_value(by_hand.office, request.id, right)
    assert_sound(by_hand.office)


def test_a_file_signed_by_the_tool_is_judged_before_it_is_taken(
    tool: Place, leader: Pkcs12Key
) -> None:
    document_id, request = tool.frozen()
    assert (request.state, request.frozen_sha256) == ("waiting", "")
    base = tool.office.blobs.get(request.base_sha256)
    now = tool.office.now()
    good = pades.sign(base, leader, None, at=now, name="x")
    stranger = tool.house.pki.key(leader_of(HOME_AFFAIRS).id)
    value_ends = len(good[: good.index(b">", good.index(b"<30", len(base)))].rstrip(b"0")) - 1
    other = b"1" if good[value_ends : value_ends + 1] != b"1" else b"2"
    bad = {
        "not the file": b"%PDF-1.7 " + good,
        "byte(s) added": base,
        "another certificate": pades.sign(base, stranger, None, at=now, name="x"),
        "TOTAL-FAILED": good[:value_ends] + other + good[value_ends + 1 :],
        "cannot be read": base + b"\nnothing of a PDF\n%%EOF\n",
    }
    for why, pdf in bad.items():
        with pytest.raises(OfficeError) as refused:
            deferral.deliver(tool.office, request.id, pdf)
        assert isinstance(refused.value, DeliveryRefused | PdfUnreadable)
        assert why in str(refused.value)
        assert tool.state(document_id) == ("approved", "waiting", None)
    with pytest.raises(ValueNotWanted):
        deferral.deliver_value(tool.office, request.id, b"raw")
    deferral.deliver(tool.office, request.id, good)
    assert tool.state(document_id) == ("signed", "completed", None)
    issue(tool.office, backlog.outgoing_due(tool.office))
    assert document(tool.office, document_id).state == "dispatched"


def test_a_request_may_be_opened_by_hand_for_someone_who_fetches_it(
    tool: Place, leader: Pkcs12Key
) -> None:
    document_id = tool.approved()
    office = tool.office
    until = office.now() + timedelta(minutes=5)
    with office.database.writing() as session:
        row = casefile.locked(session, document_id)
        request = deferral.open_request(
            session, row, "Máy ký của lãnh đạo", until, key=LEADER, at=office.now()
        )
    assert (request.state, request.service) == (RequestState.WAITING, "vgca")
    pdf = pades.sign(office.blobs.get(request.base_sha256), leader, None, at=office.now())
    deferral.deliver(office, request.id, pdf)
    assert tool.state(document_id) == ("signed", "completed", None)


def test_a_document_that_changed_meanwhile_takes_no_signature(by_hand: Place) -> None:
    document_id, request = by_hand.frozen()
    value = by_hand.phone.key.sign(by_hand.pending(request).to_sign)
    with by_hand.office.database.writing() as session:
        session.get_one(DocumentRow, document_id).current_sha256 = "7" * 64
    with pytest.raises(RevisionMoved):
        deferral.deliver_value(by_hand.office, request.id, value)
    assert by_hand.state(document_id) == ("approved", "waiting", None)


def test_a_seal_elsewhere_is_waited_for_too(place: Place) -> None:
    stem = seal_of(PROVINCE)
    key = place.house.pki.key(stem)
    keys = place.office.settings.at(place.office.settings.keys)
    phones.describe(keys, stem, "manual", key)
    place.phone.say("decision", "yes")
    document_id, _ = place.frozen()
    carry(place.office)
    later(place.office, minutes=1)
    carry(place.office)
    issue(place.office, backlog.outgoing_due(place.office))
    assert place.state(document_id) == ("numbered", "waiting", None)
    request = place.request(document_id)
    assert request.purpose == "seal"
    deferral.deliver_value(place.office, request.id, key.sign(place.pending(request).to_sign))
    issue(place.office, backlog.outgoing_due(place.office))
    row = document(place.office, document_id)
    assert row.state == "dispatched"
    pdf = place.office.blobs.get(row.current_sha256 or "")
    report = verify(pdf, place.house.pki.trust(), at=place.office.now())
    assert report.verdict.value == "TOTAL-PASSED", report.reason


def test_a_service_that_is_away_is_asked_again_and_ordered_once(place: Place) -> None:
    place.phone.say("down")
    document_id = place.approved()
    with pytest.raises(OfficeError) as away:
        issuance.sign(place.office, [document_id])  # its certificate is asked for
    assert away.value.code == "remote.unavailable"
    place.phone.unsay("down")
    later(place.office, minutes=1)
    issuance.sign(place.office, backlog.outgoing_due(place.office))
    place.phone.say("down")
    carry(place.office)
    request = place.request(document_id)
    assert (request.state, request.error_code) == ("prepared", "remote.unavailable")
    place.phone.unsay("down")
    place.phone.say("silent")  # it takes the order, and its answer is lost
    later(place.office, minutes=2)
    carry(place.office)
    request = place.request(document_id)
    assert (request.state, request.error_code) == ("sent", "remote.outcome_unknown")
    place.phone.say("decision", "yes")
    later(place.office, minutes=5)
    carry(place.office)
    assert place.state(document_id) == ("signed", "completed", None)
    assert place.phone.started == [f"{request.id}-1"]


def test_a_service_that_cannot_be_asked_gets_a_new_order_a_few_times(place: Place) -> None:
    place.phone.forgetful = True
    place.phone.say("silent")
    document_id, request = place.frozen()
    for hours in range(1, 9):
        later(place.office, hours=hours)
        carry(place.office)
    assert place.phone.started == [f"{request.id}-{n}" for n in range(1, 6)]
    assert place.state(document_id) == ("approved", "failed", "remote.failed")


def test_a_replaced_certificate_ends_the_request_and_the_next_one_has_it(
    place: Place, house: House
) -> None:
    document_id, _ = place.frozen()
    place.phone.key = house.pki.key(leader_of(HOME_AFFAIRS).id)
    carry(place.office)
    assert place.state(document_id) == ("approved", "failed", "remote.credential")
    keys = place.office.settings.at(place.office.settings.keys)
    assert not (keys / f"{LEADER}.pem").exists()


def test_a_descriptor_that_is_wrong_holds_the_document(place: Place) -> None:
    keys = place.office.settings.at(place.office.settings.keys)
    (keys / f"{LEADER}.toml").write_text('kind = "remote"\n')
    document_id = place.approved()
    issuance.sign(place.office, [document_id])
    row = document(place.office, document_id)
    assert (row.state, row.held, row.error_code) == ("approved", True, "key.descriptor_invalid")


def test_an_unknown_service_holds_the_document(place: Place) -> None:
    place.office.services.clear()
    document_id = place.approved()
    issuance.sign(place.office, [document_id])
    assert document(place.office, document_id).error_code == "remote.settings"


def test_a_request_lasts_as_long_as_the_settings_say(place: Place) -> None:
    _, request = place.frozen()
    lasts = request.until - request.created_at
    assert abs(lasts - timedelta(hours=72)) < timedelta(seconds=1)
