"""Drafts at the desk: typed, kept, handed in, compared, submitted, sent back."""

import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from documents.document import Role
from documents.lifecycle import State
from documents.tables import DocumentRow
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, leader_of

SUBJECT = "V/v rà soát hệ thống thủy lợi trước mùa mưa bão"
LEADER = leader_of(PROVINCE).id


def typed(**changed: object) -> dict[str, object]:
    """Return what the composer sends."""
    return {
        "once": "một lần",
        "then": "save",
        "type": "Công văn",
        "way": "compose",
        "subject": SUBJECT,
        "unit": "NC",
        "signer": LEADER,
        "urgency": "1",
        "recipients": [HOME_AFFAIRS],
        "to_places": "Như trên\nThường trực Tỉnh ủy",
        "addressees": "Sở Nội vụ",
        "body": "Đề nghị quý cơ quan phối hợp rà soát.\n\nTrân trọng./.",
        **changed,
    }


def made(client: httpx.Client, **changed: object) -> str:
    answer = client.post("/drafts/new", data=typed(**changed))
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"].rpartition("/")[2]


def test_smoke(counter: Counter) -> None:
    me = counter.client(Role.SPECIALIST)
    for path in ("/drafts", "/drafts/new", "/drafts/new?type=Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh"):
        answer = me.get(path)
        assert answer.status_code == 200, (path, answer.text[:3000])
    document = made(me)
    for path in (f"/drafts/{document}", f"/drafts/{document}/edit", "/drafts"):
        answer = me.get(path)
        assert answer.status_code == 200, (path, answer.text[:3000])
        assert "thủy lợi" in answer.text
    answer = me.get("/drafts/preview", params={"key": f"drafts/{document}"})
    assert answer.content[:5] == b"%PDF-"
