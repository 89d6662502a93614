"""`congvan draft`: a draft goes back and comes again, is checked, approved, signed as it was."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents import casefile, ledger, relations, versions
from documents.document import DocumentType, Role
from documents.numbering import local_day
from documents.relation import RelationKind
from drafting import composer
from drafting.composition import Composition, Paragraph
from drafting.draft_text import difference, words_of
from drafting.form_findings import findings
from tests.workflows.house import OFFICE, PROVINCE, desk_of, document, leader_of, person_of, turn
from tests.workflows.worlds import Said
from workflows.draft_review import facts_of
from workflows.office import Office

Congvan = Callable[..., Said]
SPECIALIST, HEAD, LEADER, CLERK = (
    person_of(PROVINCE, role).id
    for role in (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
)
SUBJECT = "Về việc kiểm tra công tác văn thư"


def a_letter(
    folder: Path, words: str, kind: DocumentType = DocumentType.DECISION, subject: str = SUBJECT
) -> Path:
    """Write a composed letter that says *words*."""
    agency = desk_of(PROVINCE).agency
    made = composer.compose(
        Composition(
            type=kind,
            agency=agency,
            notation=f"{kind.abbreviation}-{agency.abbreviation}".lstrip("-"),
            subject=subject,
            year=local_day(datetime.now(UTC)).year,
            signer=leader_of(PROVINCE),
            body=(Paragraph(words),),
            to_places=("Như trên",),
        )
    )
    path = folder / f"{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(made.pdf)
    return path


def drafted(congvan: Congvan, file: Path, *more: str) -> str:
    """Hand *file* in as a draft; return its id."""
    said = congvan(
        *("send", file, "--from", PROVINCE, "--signer", LEADER, "--drafter", SPECIALIST),
        *("--draft", "--json"),
        *more,
    )
    assert said.code == 0, said.err
    made: str = said.json["id"]
    return made


def decision(congvan: Congvan, file: Path, *more: str) -> str:
    return drafted(
        congvan, file, "--type", "Quyết định", "--subject", SUBJECT, "--to", OFFICE, *more
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "du-thao"
    made.mkdir()
    return made


def refused(said: Said) -> str:
    """Return the code of the refusal."""
    assert said.code == 1, said.err
    return said.err.replace("\n", "").rpartition("[")[2].partition("]")[0]


def test_a_returned_draft_comes_again_is_checked_and_what_was_approved_is_signed(
    office: Office, congvan: Congvan, folder: Path
) -> None:
    rule = congvan("draft", "rule", PROVINCE, "--by", LEADER, "--content", "--form", "--json")
    assert rule.json["required"] == ["content", "form"]
    made = decision(congvan, a_letter(folder, "Kiểm tra trong quý một."))
    assert congvan("step", "submit", made, "--by", SPECIALIST).code == 0
    assert refused(congvan("step", "approve", made, "--by", LEADER)) == "document.check_missing"
    reason = ("--reason", "Sửa thời gian kiểm tra")
    assert congvan("step", "return", made, "--by", LEADER, *reason).code == 0
    second = a_letter(folder, "Kiểm tra trong quý hai.")
    revise = ("draft", "revise", made, "--file", second, "--by", SPECIALIST)
    facts = congvan(*revise, "--reason", "đổi quý", "--json").json
    assert [each["number"] for each in facts["versions"]] == [1, 2]
    assert [each["words"] for each in facts["opinions"]] == ["Sửa thời gian kiểm tra"]
    assert refused(congvan(*revise)) == "document.version_same"
    lines = congvan("draft", "compare", made, "1", "2", "--json").json["lines"]
    assert "-Kiểm tra trong quý một." in lines
    assert "+Kiểm tra trong quý hai." in lines
    opinion = facts["opinions"][0]["id"]
    settle = ("draft", "settle", made, opinion, "taken", "--by", SPECIALIST)
    assert congvan(*settle).code == 0
    ask = ("draft", "ask", made, "--by", SPECIALIST, "--of", CLERK, "--text", "Đủ căn cứ?")
    assert congvan(*ask, "--due", "31/12/2099").code == 0
    waiting = congvan("draft", "waiting", PROVINCE, "--json").json["opinions"]
    assert [each["of"] for each in waiting] == [CLERK]
    notes = folder / "góp ý.txt"
    notes.write_text("Đủ", encoding="utf-8")
    said = congvan("draft", "say", made, "--by", CLERK, "--text", "Đủ.", "--file", notes, "--json")
    assert said.json["opinions"][-1]["file"]
    assert congvan("step", "submit", made, "--by", SPECIALIST).code == 0
    assert congvan("draft", "check", made, "content", "--by", HEAD).code == 0
    checked = congvan("draft", "check", made, "form", "--by", CLERK, "--json").json["checks"]
    assert [(each["kind"], each["version"], each["findings"]) for each in checked] == [
        ("content", 2, []),
        ("form", 2, []),
    ]
    assert congvan("step", "approve", made, "--by", LEADER).code == 0
    late = ("draft", "revise", made, "--file", folder / "0.pdf", "--by", SPECIALIST)
    assert refused(congvan(*late)) == "document.draft_closed"
    assert turn(office) == []
    row = document(office, made)
    assert row.state == "dispatched"
    with office.database.reading() as session:
        kept = {each.kind: each.sha256 for each in casefile.revisions_of(session, made)}
        assert row.approved_sha256 == versions.newest(session, made)[1] == kept["draft"]
        assert list(ledger.verify(session)) == []
    signed, approved = office.blobs.get(kept["signed"]), office.blobs.get(kept["draft"])
    assert signed.startswith(approved)
    bundle = folder / "ho-so.zip"
    assert congvan("evidence", made, "-o", bundle).code == 0
    assert congvan("verify", bundle, "--json").json[0]["verdict"] != "TOTAL-FAILED"
    assert congvan("draft", "versions", made).code == 0


def test_what_is_edited_says_what_it_was_before(
    office: Office, congvan: Congvan, folder: Path
) -> None:
    made = decision(congvan, a_letter(folder, "Nội dung."))
    edit = ("draft", "edit", made, "--by", SPECIALIST)
    new = ("--subject", "Về việc khác", "--due", "31/12/2099", "--issue-by", "30/12/2099")
    facts = congvan(*edit, *new, "--attach", folder / "0.pdf", "--json").json
    assert (facts["subject"], facts["due"]) == ("Về việc khác", "31/12/2099")
    assert facts["issue_by"] == "30/12/2099"
    with office.database.reading() as session:
        (told,) = [row for row in ledger.history(session, made) if row.step == "edit"]
        assert SUBJECT in told.detail
        assert [each.name for each in casefile.attachments_of(session, made)] == ["0.pdf"]
    assert congvan(*edit, "--no-attachments", "--clear", "due_date").code == 0
    with office.database.reading() as session:
        assert casefile.attachments_of(session, made) == []
    assert refused(congvan(*edit, "--subject", "x" * 501)) == "document.subject_invalid"
    assert refused(congvan(*edit, "--due", "32/13/2026")) == "day.invalid"
    assert refused(congvan(*edit, "--subject", "MẬT: tài liệu")) == "document.secret"


def test_an_issued_decision_is_corrected_by_official_letter_and_by_nothing_else(
    office: Office, congvan: Congvan, folder: Path
) -> None:
    old = decision(congvan, a_letter(folder, "Nội dung."))
    assert congvan("step", "submit", old, "--by", SPECIALIST).code == 0
    assert congvan("step", "approve", old, "--by", LEADER).code == 0
    assert turn(office) == []
    about = "V/v đính chính Quyết định"
    letter = a_letter(folder, "Đính chính.", DocumentType.OFFICIAL_LETTER, about)
    mending = ("--corrects", old, "--reason", "sai ngày tháng ở phần thể thức")
    send = ("send", letter, "--from", PROVINCE, "--signer", LEADER, "--draft")
    another = ("send", folder / "0.pdf", *send[2:], "--type", "Quyết định")
    wrong = congvan(*another, *mending)
    assert refused(wrong) == "correction.form_unequal"
    assert refused(congvan(*send, *mending, "--fault", "content")) == "correction.way_wrong"
    made = congvan(*send, *mending, "--drafter", SPECIALIST, "--json").json["id"]
    row = document(office, made)
    assert row.subject.startswith(about)
    with office.database.reading() as session:
        assert relations.ties(session, made) == [(RelationKind.CORRECTS, old)]
    printed = congvan("draft", "print", old, "--by", CLERK, "--copies", "3", "--json").json
    assert [each["copies"] for each in printed["paper"]] == [3]


def test_the_machine_names_what_a_draft_lacks(
    office: Office, congvan: Congvan, folder: Path
) -> None:
    file = a_letter(folder, "Nội dung.")
    row = document(office, decision(congvan, file))
    facts = facts_of(row)
    assert findings(file.read_bytes(), facts) == []
    row.subject, row.signer_name, row.code_notation = "Về việc lạ", "Người Lạ", "CT-LA"
    codes = [code for code, _ in findings(file.read_bytes(), facts_of(row))]
    assert codes == ["form.notation_missing", "form.subject_differs", "form.signer_missing"]
    junk = [code for code, _ in findings(b"%PDF-1.7 junk", facts)]
    assert junk == ["form.unreadable", "form.no_text"]


def test_the_same_words_do_not_differ_and_no_words_are_said_to_be_none(folder: Path) -> None:
    words = words_of(a_letter(folder, "Nội dung.").read_bytes())
    assert difference(words, words, ("1", "2")) == []
    assert words_of(b"junk") == []
    assert any("không có chữ" in line for line in difference(words, [], ("1", "2")))
