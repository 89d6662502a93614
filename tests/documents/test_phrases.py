"""Stock phrases, presets and what fills their slots; results judged; documents shelved."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from documents import addressees, assignments, directing, phrases, presets, results, shelving, tasks
from documents.assignee import AssigneeInvalid, Share
from documents.calendar import vietnam
from documents.directing import Instruction
from documents.directory import PersonUnknown, RightMissing
from documents.document import Attachment
from documents.errors import StepRefused
from documents.handlers import NotTheirTask
from documents.phrase import USUAL, PhraseKind, SlotEmpty, filled, slots
from documents.phrases import PhraseInvalid, PhraseUnknown
from documents.presets import Preset
from documents.results import TooManyFiles
from documents.tables import DocumentRow, TaskRow, UnitRow
from documents.task import TaskPart, TaskStepRefused
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

DAY = date(2026, 3, 9)


def test_slots_are_filled_or_refused() -> None:
    words = "Giao {chủ trì} chủ trì, phối hợp {Phối hợp}, trước ngày {hạn}."
    assert slots(words) == ("chủ trì", "Phối hợp", "hạn")
    told = filled(words, "Phòng A", "Phòng B", "20/03/2026")
    assert told == "Giao Phòng A chủ trì, phối hợp Phòng B, trước ngày 20/03/2026."
    assert filled("{phòng} xem", "Phòng {hạn}") == "Phòng {hạn} xem"
    for lacking in ("trước {hạn}", "{không biết}", "{chủ trì} và {phối hợp}"):
        with pytest.raises(SlotEmpty):
            filled(lacking, "Phòng A")


def test_every_usual_opinion_can_be_sent() -> None:
    for words in USUAL[PhraseKind.OPINION]:
        assert "{" not in filled(words, "Phòng A", "Phòng B", "20/03/2026")


def test_a_phrase_is_kept_once_and_seen_by_whom_it_is_for(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        kind = PhraseKind.OPINION
        own = [
            phrases.keep(session, ORGAN, kind, "  VP  nghiên cứu ", LEADER, bureau.at)
            for _ in range(2)
        ]
        assert own[0] == own[1]
        shared = phrases.keep(session, ORGAN, kind, "Chung", CLERK, bureau.at, shared=True)
        seen = phrases.kept(session, ORGAN, LEADER)
        assert phrases.offered(seen, kind) == ("VP nghiên cứu", "Chung")
        assert phrases.offered(phrases.kept(session, ORGAN, "one-a"), kind) == ("Chung",)
        assert phrases.offered([], kind) == USUAL[kind]
        with pytest.raises(RightMissing):
            phrases.keep(session, ORGAN, kind, "Chung", "one-a", bureau.at, shared=True)
        with pytest.raises(RightMissing):
            phrases.drop(session, ORGAN, shared, "one-a", bureau.at)
        with pytest.raises(PhraseUnknown):
            phrases.drop(session, ORGAN, own[0], "one-a", bureau.at)
        with pytest.raises(PersonUnknown):
            phrases.keep(session, "H99.01", kind, "x", "one-a", bureau.at)
        phrases.drop(session, ORGAN, own[0], LEADER, bureau.at)
        assert phrases.offered(phrases.kept(session, ORGAN, LEADER), kind) == ("Chung",)


def test_an_abbreviation_stands_for_the_newest_words(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        kind = PhraseKind.ABBREVIATION
        for words in ("Ủy ban", "Ủy ban nhân dân tỉnh"):
            phrases.keep(session, ORGAN, kind, words, LEADER, bureau.at, short="UBT")
        kept = phrases.kept(session, ORGAN, LEADER)
        assert phrases.abbreviations(kept) == {"ubt": "Ủy ban nhân dân tỉnh"}
        for short in ("", "a b", "x" * 21, "u.b"):
            with pytest.raises(PhraseInvalid):
                phrases.keep(session, ORGAN, kind, "x", LEADER, bureau.at, short=short)


def test_nobody_keeps_more_than_the_most(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "MOST", 2)
    with bureau.database.writing() as session:
        for words in ("a", "b"):
            phrases.keep(session, ORGAN, PhraseKind.OPINION, words, LEADER, bureau.at)
        with pytest.raises(PhraseInvalid):
            phrases.keep(session, ORGAN, PhraseKind.OPINION, "c", LEADER, bureau.at)


def test_a_preset_names_who_is_there_and_who_is_gone(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        shares = (Share("Phòng A"), Share("head-b", TaskPart.INFORM))
        made = presets.keep(session, ORGAN, Preset("Mẫu", shares, 3), LEADER, bureau.at)
        assert made == presets.keep(session, ORGAN, Preset("Mẫu", shares, 5), LEADER, bureau.at)
        (shown,) = presets.offered(session, ORGAN, LEADER, DAY)
        assert shown.named(TaskPart.LEAD) == ("Phòng A",)
        assert (shown.days, shown.gone) == (5, ())
        assert shown.due(DAY, vietnam()) == date(2026, 3, 16)
        assert presets.offered(session, ORGAN, "one-a", DAY) == []
        session.get_one(UnitRow, "a").until = DAY - timedelta(days=1)
        session.flush()
        (shown,) = presets.offered(session, ORGAN, LEADER, DAY)
        assert shown.gone == ("Phòng A",)


@pytest.mark.parametrize(
    ("preset", "why"),
    [
        (Preset("", (Share("A"),)), PhraseInvalid),
        (Preset("x", ()), PhraseInvalid),
        (Preset("x", (Share("A"), Share("B"))), PhraseInvalid),
        (Preset("x", (Share("A"), Share("a", TaskPart.INFORM))), PhraseInvalid),
        (Preset("x", (Share("A"),), 0), PhraseInvalid),
        (Preset("x", (Share("old"),)), AssigneeInvalid),
        (Preset("x", (Share("x"),)), AssigneeInvalid),
    ],
    ids=["name", "nobody", "two-leads", "twice", "days", "ended", "other-agency"],
)
def test_a_preset_that_could_not_be_sent_is_not_kept(
    bureau: Bureau, preset: Preset, why: type[Exception]
) -> None:
    with bureau.database.writing() as session, pytest.raises(why):
        presets.keep(session, ORGAN, preset, LEADER, bureau.at)


def submitted(session: Session, bureau: Bureau) -> str:
    document = bureau.arrive(session)
    directing.submit(session, document, LEADER, CLERK, bureau.at)
    return document


def test_a_document_is_shelved_by_whom_it_lies_before(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
        for who, why in (("head-a", NotTheirTask), ("one-a", StepRefused)):
            with pytest.raises(why):
                shelving.shelve(session, document, who, bureau.at)
        shelving.shelve(session, document, LEADER, bureau.at)
        assert session.get_one(DocumentRow, document).state == "completed"
        with pytest.raises(StepRefused):
            shelving.shelve(session, document, LEADER, bureau.at)


def under_way(session: Session, bureau: Bureau) -> tuple[str, str]:
    """Return the lead's task, and one under it that is done."""
    document = submitted(session, bureau)
    wanted = Instruction("Tham mưu", (Share("Phòng A"),))
    lead = directing.direct(session, document, wanted, LEADER, bureau.at).tasks[0]
    share = Share("one-a")
    under = assignments.subtask(session, lead, share, "Soạn", "head-a", bureau.at).tasks[0]
    tasks.completed(session, under, "Đã xong", "one-a", bureau.at)
    return lead, under


def test_a_result_waits_for_its_giver_until_judged(bureau: Bureau) -> None:
    def waiting(session: Session) -> list[str]:
        rows = session.scalars(results.waiting(["head-a"], bureau.at))
        return [row.id for row in rows]

    with bureau.database.writing() as session:
        lead, under = under_way(session, bureau)
        assert waiting(session) == [under]
        with pytest.raises(NotTheirTask):
            results.approve(session, under, "one-a", bureau.at)
        with pytest.raises(TaskStepRefused):
            results.approve(session, lead, LEADER, bureau.at)
        for _ in range(2):
            results.approve(session, under, "head-a", bureau.at)
        assert waiting(session) == []
        tasks.reopened(session, under, "Bổ sung", "head-a", bureau.at)
        assert session.get_one(TaskRow, under).approved_at is None
        tasks.completed(session, under, "Đã bổ sung", "one-a", bureau.at)
        assert waiting(session) == [under]
        tasks.completed(session, lead, "Xong", "head-a", bureau.at)
        assert waiting(session) == []


def test_files_go_with_the_newest_report(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        _, under = under_way(session, bureau)
        file = Attachment("báo cáo.pdf", "application/pdf", "a" * 64, 7)
        results.attach(session, under, [file], "one-a", bureau.at)
        with pytest.raises(TooManyFiles):
            results.attach(session, under, [file] * 11, "one-a", bureau.at)
        with pytest.raises(NotTheirTask):
            results.attach(session, under, [file], "one-b", bureau.at)


def test_letters_find_units_and_people_of_the_agency_only(bureau: Bureau) -> None:
    with bureau.database.reading() as session:

        def found(letters: str) -> list[str]:
            return [each.id for each in addressees.found(session, ORGAN, letters, bureau.at)]

        assert found("") == ["a", "b"]
        assert found("phong a")[0] == "a"
        assert "x" not in found("phong")
        assert "gone-a" not in found("nguoi gone")
        assert "one-a" in found("nguoi one")
        assert len(addressees.found(session, ORGAN, "nguoi", bureau.at)) <= addressees.MOST


def test_an_id_of_another_agency_has_no_name_here(bureau: Bureau) -> None:
    with bureau.database.reading() as session:
        keys = ["one-a", "x", "H99.01-clerk", "a"]
        assert [key for key, _ in addressees.named(session, ORGAN, keys)] == ["one-a", "a"]
        strangers = [key for key, _ in addressees.named(session, "H99.01", keys)]
        assert strangers == ["x", "H99.01-clerk"]
