"""An arrival is submitted, directed, worked on and answered from the command line."""

from collections.abc import Callable

import pytest

from documents import handling
from documents.document import DocumentType, Role
from documents.lifecycle import Direction
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    approve,
    deliveries,
    documents,
    hand_in,
    person_of,
    turn,
)
from tests.workflows.worlds import Said
from workflows import backlog
from workflows.office import Office

Congvan = Callable[..., Said]
CLERK, LEADER, HEAD, SPECIALIST = (
    person_of(OFFICE, role).id
    for role in (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST)
)


@pytest.fixture
def letter(office: Office) -> str:
    """A letter of the province that is registered at its office."""
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    return document_id


def arrived(office: Office) -> str:
    return documents(office, Direction.INCOMING, OFFICE)[0].id


def done(said: Said) -> Said:
    assert (said.code, said.err) == (0, ""), said.out
    return said


def test_the_whole_way_by_commands(office: Office, letter: str, congvan: Congvan) -> None:
    here = arrived(office)
    done(congvan("direct", here, "--by", CLERK, "--submit-to", LEADER, "--lead", SPECIALIST))
    waiting = done(congvan("task", "list", "waiting", "--by", LEADER, "--json")).json
    assert [row["document"] for row in waiting["rows"]] == [here]
    words = ("--opinion", "Khẩn trương xử lý", "--lead", SPECIALIST, "--cooperate", HEAD)
    told = done(congvan("direct", here, "--by", LEADER, *words, "--due", "31/12/2027", "--json"))
    assert told.json["state"] == "assigned"
    lead, beside = told.json["tasks"]
    done(congvan("task", "accept", lead, "--by", SPECIALIST))
    done(congvan("task", "ask", lead, "Ý kiến?", "--by", SPECIALIST, "--to", HEAD))
    asked = done(congvan("task", "list", "opinions", "--by", HEAD, "--json")).json["rows"]
    done(congvan("task", "opinion", asked[0]["id"], "Nhất trí", "--by", HEAD))
    done(congvan("task", "start", lead, "--by", SPECIALIST))
    done(congvan("task", "report", lead, "Đã nửa", "--by", SPECIALIST))
    refused = congvan("task", "done", lead, "Xong", "--by", SPECIALIST, "--json")
    assert refused.error == "task.work_open"
    done(congvan("task", "done", beside, "Đã góp ý", "--by", HEAD))
    done(congvan("task", "done", lead, "Không cần trả lời", "--by", SPECIALIST))
    shown = done(congvan("handling", here)).out
    for text in ("Khẩn trương xử lý", "Nhất trí", "hoàn thành đúng hạn", "đã hoàn thành"):
        assert text in shown
    facts = done(congvan("handling", here, "--json")).json
    assert (facts["state"], len(facts["tasks"])) == ("completed", 2)
    assert turn(office) == []
    assert deliveries(office, letter) == {OFFICE: "completed"}
    assert done(congvan("task", "count", "--by", SPECIALIST, "--json")).json["mine"] == 0


def test_an_answer_that_leaves_completes_the_arrival_and_the_sweeper_what_was_left(
    office: Office, congvan: Congvan, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, head = (person_of(PROVINCE, role).id for role in (Role.CLERK, Role.UNIT_HEAD))
    letters = [approve(office, hand_in(office, PROVINCE, (PROVINCE,))) for _ in range(2)]
    assert turn(office) == []
    first, second = (row.id for row in documents(office, Direction.INCOMING, PROVINCE))
    done(congvan("direct", first, "--by", clerk, "--lead", head))

    def answer(arrival: str) -> None:
        reply = hand_in(office, PROVINCE, (OFFICE,), DocumentType.OFFICIAL_LETTER)
        linked = congvan("handling", arrival, "--answered-by", reply, "--by", head, "--json")
        assert done(linked).json["answers"] == [reply]
        approve(office, reply)
        assert turn(office) == []

    answer(first)
    facts = done(congvan("handling", first, "--json")).json
    assert (facts["state"], facts["tasks"][0]["state"]) == ("completed", "done")
    assert "completed" in {deliveries(office, letter)[PROVINCE] for letter in letters}
    with monkeypatch.context() as patched:
        patched.setattr(handling, "answered", lambda *_: None)
        answer(second)
    assert done(congvan("handling", second, "--json")).json["state"] == "registered"
    assert backlog.answers_due(office) == 1
    assert done(congvan("handling", second, "--json")).json["state"] == "completed"
    assert backlog.answers_due(office) == 0


def test_a_return_and_more_time_by_commands(office: Office, letter: str, congvan: Congvan) -> None:
    here = arrived(office)
    done(congvan("direct", here, "--by", CLERK, "--lead", f"{SPECIALIST}=31/12/2027"))
    (task,) = done(congvan("task", "list", "--by", SPECIALIST, "--json")).json["rows"]
    extend = ("task", "extend", task["id"], "Cần số liệu", "--by", SPECIALIST, "--json")
    assert congvan(*extend, "--due", "hôm qua").error == "day.invalid"
    assert congvan(*extend, "--due", "31/12/2099").error == "calendar.year_missing"
    assert congvan(*extend, "--due", "30/12/2027").error == "handling.extension_invalid"
    done(congvan("task", "return", task["id"], "Không đúng việc", "--by", SPECIALIST))
    (back,) = done(congvan("task", "list", "returned", "--by", CLERK, "--json")).json["rows"]
    assert (back["document"], back["words"]) == (here, "Không đúng việc")
    done(congvan("step", "submit", here, "--by", CLERK))
    said = congvan("step", "return", here, "--by", LEADER, "--reason", "Không thuộc thẩm quyền")
    assert "đã vào sổ" in done(said).out


def test_a_task_from_a_meeting_and_what_is_refused_by_commands(
    office: Office, congvan: Congvan
) -> None:
    give = ("task", "give", "Kết luận giao ban", "Rà soát", "--agency", OFFICE, "--by", LEADER)
    made = done(congvan(*give, "--to", SPECIALIST, "--json")).json
    assert made["source"] == "Kết luận giao ban"
    assert congvan(*give, "--to", LEADER, "--json").error == "handling.assignee_invalid"
    assert congvan(*give, "--to", "Không Ai", "--json").error == "person.unknown"
    for action, code in (("accept", "task.not_theirs"), ("withdraw", "task.not_theirs")):
        said = congvan("task", action, made["id"], "lý do", "--by", CLERK, "--json")
        assert said.error == code
    done(congvan("task", "withdraw", made["id"], "Không cần nữa", "--by", LEADER))
    assert congvan("task", "show", "khong-co", "--json").error == "task.unknown"
    shown = done(congvan("task", "show", made["id"])).out
    assert "đã thu hồi" in shown
