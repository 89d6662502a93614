"""Recalls, updates and replacements: what goes out is what the other side reads."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from connectors import envelope
from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.errors import FieldInvalid
from documents.arrival import Arrival, Target
from documents.departure import Departure
from documents.document import Agency, DocumentCode, Urgency
from schemas.edxml import Edoc

KEY = "H99.01,2026/03/02,15/SNV-VP"
TARGET = Target(
    document_key="H99.01,2026/02/27,12/SNV-VP",
    organ_id="H99.01",
    code="12/SNV-VP",
    promulgated=date(2026, 2, 27),
)
REASON = "Ban hành nhầm phụ lục"


def departure() -> Departure:
    return Departure(
        sender=Agency("H99.01", "Sở Nội vụ", "SNV", "Sơn Hải"),
        recipients=(Agency("H99.02", "Sở Tài chính", "STC", "Sơn Hải"),),
        document_key=KEY,
        code=DocumentCode("15", "SNV-VP"),
        place="Sơn Hải",
        promulgated=date(2026, 3, 2),
        type_name="Công văn",
        subject="V/v thu hồi văn bản",
        signer_name="Trần An",
        signer_position="Giám đốc",
        signer_competence="",
        urgency=Urgency.ROUTINE,
        pages=1,
        due_date=None,
        to_places=("Như trên",),
        at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    )


def arrived(message: Edoc) -> Arrival:
    with read(write_edoc(message, [OutgoingFile("a.pdf", data=b"%PDF-1.7")])) as received:
        found = envelope.arrival(received, "H99.02", "id-1", "0" * 64, lambda content: "1" * 64)
    assert isinstance(found, Arrival)
    return found


def test_a_new_document_changes_nothing() -> None:
    found = arrived(envelope.edoc(departure()))
    assert (found.business_type, found.targets, found.content_changed) == (0, (), False)
    assert found.business_reason == "Văn bản điện tử mới"


def test_a_recall_names_the_document_and_says_why() -> None:
    found = arrived(envelope.recall(departure(), TARGET, REASON))
    assert (found.business_type, found.business_reason) == (1, REASON)
    assert found.targets == (TARGET,)
    assert found.document_key == KEY


def test_a_recall_names_its_own_sender_where_the_target_does_not() -> None:
    (target,) = arrived(envelope.recall(departure(), Target("x-1"), REASON)).targets
    assert (target.organ_id, target.document_key) == ("H99.01", "x-1")


def test_an_update_says_what_changes_and_for_whom() -> None:
    message = envelope.update(
        departure(), TARGET.document_key, True, ["H99.03", "000.00.04.H99"], ["H99.05"], REASON
    )
    found = arrived(message)
    assert (found.business_type, found.business_reason) == (2, REASON)
    assert found.targets == (Target(TARGET.document_key),)
    assert found.content_changed
    assert found.receivers_added == ("H99.03", "000.00.04.H99")
    assert found.receivers_removed == ("H99.05",)


def test_an_update_of_the_content_alone_lists_no_receivers() -> None:
    message = envelope.update(departure(), TARGET.document_key, True, (), (), REASON)
    assert message.business.document_info is not None
    assert not message.business.document_info.document_receiver
    assert b"ReceiverList" not in write_edoc(message, [])


def test_a_replacement_names_each_document_and_its_receivers() -> None:
    replaced = [(TARGET.document_key, ["H99.02", "H99.03"]), ("x-2", [])]
    found = arrived(envelope.replacement(departure(), replaced, REASON))
    assert (found.business_type, found.business_reason) == (3, REASON)
    assert found.targets == (
        Target(TARGET.document_key, organ_ids=("H99.02", "H99.03")),
        Target("x-2"),
    )


def test_without_a_reason_the_kind_is_the_reason() -> None:
    message = envelope.replacement(departure(), [("x-2", ())], " ")
    assert message.business.reason == "Văn bản thay thế"


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: envelope.recall(departure(), Target(""), REASON), "DocumentId"),
        (lambda: envelope.update(departure(), "", True, (), (), REASON), "«DocumentId»"),
        (lambda: envelope.replacement(departure(), (), REASON), "«ReplacementInfoList»"),
        (lambda: envelope.update(departure(), "x", False, ["?"], (), REASON), "OrganId"),
    ],
    ids=["recall", "update", "replace", "receiver"],
)
def test_a_change_without_its_target_is_refused(make: Callable[[], Edoc], path: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        make()
    assert path in str(refused.value)
