"""The hub looks at headers: strict refuses by Bkav's codes, warn tells the audit, off is blind."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connectors.axis import AgencyEntry, MessageKind, Receipt
from connectors.edxml import OutgoingFile, write_edoc
from connectors.errors import AxisRefused
from connectors.hub.inspection import Check
from connectors.hub.message import Posting
from connectors.hub.store import HubStore
from schemas.edxml import Edoc, Organization
from tests.connectors.edxml.conftest import make_edoc

Open = Callable[[Check], HubStore]
PDF = OutgoingFile("a.pdf", data=b"%PDF-1.7\n" + b"x" * 3_000_000)


@pytest.fixture
def opened(tmp_path: Path, agencies: list[AgencyEntry]) -> Iterator[Open]:
    with ExitStack() as stores:

        def open_(check: Check) -> HubStore:
            store = HubStore(tmp_path / check, check=check)
            stores.callback(store.close)
            store.put_agencies(agencies)
            return store

        yield open_


@pytest.fixture
def letter() -> Edoc:
    """A letter between agencies of the catalogue."""
    new = make_edoc("new")
    to = (Organization(organ_id="H99.01", organ_name="Văn phòng"),)
    sender = new.sender.model_copy(update={"organ_id": "H99"})
    return new.model_copy(update={"sender": sender, "recipients": to})


def posted(content: bytes, message_id: str = "m", sender: str = "H99") -> Posting:
    digest = hashlib.sha256(content).hexdigest()
    kind, body = MessageKind.EDOC, io.BytesIO(content)
    return Posting(message_id, kind, sender, ("H99.01",), digest, len(content), body)


def outcomes(store: HubStore) -> list[str]:
    return [entry.outcome for entry in store.audited()]


def damaged(letter: Edoc) -> dict[str, bytes]:
    """Messages with one fault each, by its code."""
    whole = write_edoc(letter, [])
    return {
        "M.Document": b"<edXML/>",
        "N.MessageHeader.Subject": whole.replace(
            f"<edXML:Subject>{letter.subject}".encode(), b"<edXML:Subject>"
        ),
        "M.MessageHeader.From.OrganId": whole.replace(
            b"<edXML:OrganId>H99</edXML:OrganId>", b"<edXML:OrganId>H99.02</edXML:OrganId>", 1
        ),
        "M.MessageHeader.To.OrganId": whole.replace(
            b"<edXML:OrganId>H99.01</edXML:OrganId>", b"<edXML:OrganId>H77</edXML:OrganId>"
        ),
        "M.MessageHeader.PromulgationInfo.PromulgationDate": whole.replace(
            b"PromulgationDate>2026/", b"PromulgationDate>2999/"
        ),
    }


def test_a_sound_message_of_any_size_passes_and_nothing_is_said(opened: Open, letter: Edoc) -> None:
    store = opened(Check.STRICT)
    for content in (write_edoc(letter, [PDF]), write_edoc(letter, [])):
        (answer,) = store.accept([posted(content, hashlib.sha256(content).hexdigest())])
        assert isinstance(answer, Receipt)
        (stored,) = store.fetch("H99.01", [answer.axis_id])
        kept = stored.content
        assert (kept.read_bytes() if isinstance(kept, Path) else kept) == content
    assert set(outcomes(store)) == {"OK"}


def test_strict_refuses_each_fault_by_its_code_and_keeps_nothing(
    opened: Open, letter: Edoc
) -> None:
    store = opened(Check.STRICT)
    for code, content in damaged(letter).items():
        (answer,) = store.accept([posted(content, code)])
        assert isinstance(answer, AxisRefused), code
        assert (answer.args[0], code in str(answer)) == (code, True)
    assert store.counts() == {"messages": 0, "waiting": 0}
    assert outcomes(store) == list(damaged(letter))


def test_warn_takes_them_and_the_audit_names_what_is_wrong_once(opened: Open, letter: Edoc) -> None:
    store = opened(Check.WARN)
    for code, content in damaged(letter).items():
        for _ in range(2):
            (answer,) = store.accept([posted(content, code)])
            assert isinstance(answer, Receipt)
            told = [entry.outcome for entry in store.audited(axis_id=answer.axis_id)]
            assert told[:2] == ["OK", f"WARN {code}"]
        assert told.count(f"WARN {code}") == 1


def test_off_does_not_look(opened: Open) -> None:
    store = opened(Check.OFF)
    (answer,) = store.accept([posted(b"\0")])
    assert isinstance(answer, Receipt)
    assert outcomes(store) == ["OK"]


def test_what_was_taken_before_the_rule_still_gets_its_first_answer(
    tmp_path: Path, agencies: list[AgencyEntry]
) -> None:
    answers = []
    for check in (Check.WARN, Check.STRICT):
        store = HubStore(tmp_path, check=check)
        store.put_agencies(agencies)
        answers += store.accept([posted(b"<edXML/>")])
        store.close()
    first, second = answers
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (first.axis_id, second.duplicate) == (second.axis_id, True)
