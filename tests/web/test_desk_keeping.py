"""What people keep at the desk: phrases and presets, absences and steads, dossiers."""

import re
from datetime import timedelta

import httpx
import pytest

from documents.document import Role
from documents.numbering import local_day
from documents.tables import (
    AbsenceRow,
    DossierRow,
    FilingRow,
    PhraseRow,
    PresetRow,
    WorkDelegationRow,
)
from tests.web.counter import LAPTOP, PHONE, Counter, MakePage, shoot
from tests.web.directions import Arrivals
from tests.workflows.house import HOME_AFFAIRS

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def arrivals(counter: Counter) -> Arrivals:
    return Arrivals(counter)


@pytest.fixture
def leader(counter: Counter, arrivals: Arrivals) -> httpx.Client:
    return counter.client(Role.LEADER)


def day(arrivals: Arrivals, ahead: int) -> str:
    return f"{local_day(arrivals.office.now()) + timedelta(days=ahead):%d/%m/%Y}"


def ids(arrivals: Arrivals, table: type) -> list[str]:
    with arrivals.office.database.reading() as session:
        return [row.id for row in session.query(table).all()]


def test_phrases_and_presets_are_kept_used_and_dropped(
    arrivals: Arrivals, leader: httpx.Client, counter: Counter
) -> None:
    fields = {"kind": "opinion", "words": "VP nghiên cứu, đề xuất.", "shared": "1"}
    for _ in range(2):
        assert leader.post("/phrases/phrase", data=fields).status_code == 303
    fields = {"kind": "abbreviation", "words": "Ủy ban nhân dân tỉnh", "short": "UBT"}
    assert leader.post("/phrases/phrase", data=fields).status_code == 303
    fields = {"name": "Kinh tế", "lead": "kt", "inform_name": "Nguyễn Thanh Bình", "days": "3"}
    assert leader.post("/phrases/preset", data=fields).status_code == 303
    document = arrivals.submitted()
    shown = leader.get(f"/direct/{document}").text
    assert "VP nghiên cứu, đề xuất." in shown
    assert "3 ngày làm việc" in shown
    assert '"ubt"' in shown
    head = counter.client(who="dung")
    other = head.get("/phrases").text
    assert "VP nghiên cứu" in other
    assert "Ủy ban nhân dân tỉnh</span>" not in other
    (shared, _), (preset,) = ids(arrivals, PhraseRow), ids(arrivals, PresetRow)
    assert head.post(f"/phrases/{preset}/drop").status_code == 404
    assert leader.post(f"/phrases/{preset}/drop").status_code == 303
    assert ids(arrivals, PresetRow) == []
    assert shared


NO_PHRASES: tuple[tuple[str, dict[str, str]], ...] = (
    ("phrase", {"kind": "opinion", "words": " "}),
    ("phrase", {"kind": "opinion", "words": "a" * 600}),
    ("phrase", {"kind": "joke", "words": "x"}),
    ("phrase", {"kind": "abbreviation", "words": "x", "short": "a b"}),
    ("preset", {"name": "A", "cooperate": "kt"}),
    ("preset", {"name": "A", "lead": "kt", "days": "-1"}),
    ("preset", {"name": "A", "lead": "nobody"}),
    ("preset", {"name": HOSTILE, "lead_name": HOSTILE}),
)


def test_what_is_no_phrase_is_refused_with_its_words(leader: httpx.Client) -> None:
    for path, fields in NO_PHRASES:
        answer = leader.post(f"/phrases/{path}", data=fields)
        assert answer.status_code in {404, 422}, fields
        assert "<script>alert" not in answer.text


def test_the_agency_s_phrases_are_kept_by_who_may(arrivals: Arrivals, counter: Counter) -> None:
    client = counter.client(who="binh")
    fields = {"kind": "opinion", "words": "Của cơ quan", "shared": "1"}
    assert client.post("/phrases/phrase", data=fields).status_code in {403, 422}
    assert ids(arrivals, PhraseRow) == []


def test_an_absence_brings_its_stand_in_and_is_taken_back(
    arrivals: Arrivals, leader: httpx.Client, counter: Counter
) -> None:
    fields = {"since": day(arrivals, 0), "until": "+3", "reason": HOSTILE, "stand_in": "pho"}
    for _ in range(2):
        assert leader.post("/delegations/absent", data=fields).status_code == 303
    shown = counter.client(who="pho").get("/delegations").text
    assert "Trần Quốc Khánh" in shown
    assert "đang hiệu lực" in shown
    assert "<script>alert" not in shown
    (absence,), (given,) = ids(arrivals, AbsenceRow), ids(arrivals, WorkDelegationRow)
    for client in (counter.client(who="binh"), counter.client(Role.LEADER, HOME_AFFAIRS)):
        answer = client.post(f"/delegations/{absence}/withdraw")
        assert answer.status_code in {403, 404, 422}
    assert leader.post(f"/delegations/{absence}/withdraw").status_code == 303
    with arrivals.office.database.reading() as session:
        assert session.get_one(WorkDelegationRow, given).withdrawn_at is not None


def test_a_delegation_that_cannot_be_is_refused_with_its_words(
    arrivals: Arrivals, leader: httpx.Client
) -> None:
    fields = {"to": "dung", "since": day(arrivals, 0), "until": day(arrivals, 5)}
    for change, said in (
        ({"until": "01/01/2020"}, "trước từ ngày"),
        ({"to": "", "to_name": "Không Có Ai"}, "không có người"),
        ({"since": "hôm qua"}, "không phải là ngày"),
    ):
        answer = leader.post("/delegations/delegate", data=fields | change)
        assert answer.status_code in {404, 422}
        assert said in answer.text
    assert ids(arrivals, WorkDelegationRow) == []


def test_a_delegation_is_limited_and_kept_once(arrivals: Arrivals, leader: httpx.Client) -> None:
    fields = {"to": "dung", "since": day(arrivals, 0), "until": day(arrivals, 5)}
    fields |= {"step": "assign", "types": "Công văn; Giấy mời", "reason": "Công tác"}
    for _ in range(2):
        assert leader.post("/delegations/delegate", data=fields).status_code == 303
    with arrivals.office.database.reading() as session:
        row = session.query(WorkDelegationRow).one()
    assert (row.steps, row.types, row.roles) == (["assign"], ["Công văn", "Giấy mời"], ["leader"])


def test_a_document_is_filed_in_a_dossier_that_is_closed(
    arrivals: Arrivals, counter: Counter
) -> None:
    document = arrivals.arrive()
    clerk = counter.client(Role.CLERK)
    fields = {"notation": "01.KT", "outside": "1", "retention": "20 năm", "document": document}
    refused = clerk.post("/dossiers/new", data=fields)
    assert refused.status_code == 422
    assert 'value="01.KT"' in refused.text
    fields["title"] = "Hồ sơ rà soát điểm tập kết rác"
    made = clerk.post("/dossiers/new", data=fields)
    assert made.status_code == 303
    (dossier,) = ids(arrivals, DossierRow)
    shown = clerk.get(f"/dossiers/{dossier}").text
    assert "V/v rà soát" in shown
    assert "đang xử lý" in shown
    again = clerk.post("/dossiers/file", data={"document": document, "dossier": dossier})
    assert again.status_code == 303
    assert len(ids(arrivals, FilingRow)) == 1
    closing = clerk.post(f"/dossiers/{dossier}/close", data={"end": ""})
    assert closing.status_code == 422
    assert "Chưa kết thúc" in closing.text
    out = clerk.post(f"/dossiers/{dossier}/take-out", data={"document": document, "reason": "sai"})
    assert out.status_code == 422
    reason = {"document": document, "reason": "Đưa nhầm sang hồ sơ này"}
    assert clerk.post(f"/dossiers/{dossier}/take-out", data=reason).status_code == 303
    assert "01.KT" in clerk.get("/dossiers").text


def test_another_agency_s_dossiers_are_unknown(arrivals: Arrivals, counter: Counter) -> None:
    clerk = counter.client(Role.CLERK)
    fields = {"notation": "01.KT", "outside": "1", "retention": "5 năm", "title": HOSTILE}
    assert clerk.post("/dossiers/new", data=fields).status_code == 303
    (dossier,) = ids(arrivals, DossierRow)
    assert "<script>alert" not in clerk.get(f"/dossiers/{dossier}").text
    stranger = counter.client(Role.LEADER, HOME_AFFAIRS)
    assert stranger.get(f"/dossiers/{dossier}").status_code == 404
    assert stranger.post(f"/dossiers/{dossier}/close").status_code == 404
    assert "01.KT" not in stranger.get("/dossiers?mine=").text
    document = arrivals.arrive()
    assert stranger.get(f"/dossiers/file?document={document}").status_code == 404
    assert clerk.get("/dossiers?trang=99999999999&state=x&mine=").status_code in {200, 422}


def test_the_screens_of_keeping_fit_a_telephone(
    arrivals: Arrivals, leader: httpx.Client, pages: MakePage
) -> None:
    fields = {"name": "Kinh tế", "lead": "kt", "cooperate": "vx", "days": "5"}
    leader.post("/phrases/preset", data=fields)
    fields = {"since": day(arrivals, 0), "until": "+3", "reason": "Công tác", "stand_in": "pho"}
    leader.post("/delegations/absent", data=fields)
    fields = {"notation": "01.KT", "outside": "1", "retention": "20 năm", "title": "Hồ sơ rác"}
    leader.post("/dossiers/new", data=fields)
    (dossier,) = ids(arrivals, DossierRow)
    page = pages(Role.LEADER, size=PHONE)
    for path in ("phrases", "delegations", "dossiers", f"dossiers/{dossier}", "dossiers/new"):
        page.goto(f"/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        shoot(
            page,
            f"{re.sub('/.*', '-one', path) if dossier in path else path.replace('/', '-')}-360",
        )
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    page.goto("/delegations")
    shoot(page, "delegations-1366")
    page.goto("/phrases")
    shoot(page, "phrases-1366")
