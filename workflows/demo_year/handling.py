"""What becomes of the year's arrivals: submitted, directed, worked on, completed, filed."""

from dataclasses import replace

from sqlalchemy.orm import Session

from documents import assignments, calendar, casefile, directing, extensions, incoming, tasks
from documents.assignee import Share
from documents.deadline import written
from documents.directing import Instruction
from documents.document import Urgency
from documents.lifecycle import State, Step
from documents.task import OPEN, TaskPart
from workflows.demo_data import phrases, seasons
from workflows.demo_data.bureaus import Bureau, Section
from workflows.demo_data.letters import Defect, Handling, Letter
from workflows.demo_year import reporting
from workflows.demo_year.filling import Filling

_OVER = {State.COMPLETED, State.FILED, State.RECALLED, State.REPLACED, State.REFUSED}


def plan(filling: Filling, letter: Letter, made: Handling, document_id: str) -> None:
    """Enter in the agenda what people do with a registered arrival."""
    bureau, agenda = filling.bureau(made.organ_id), filling.agenda
    section = bureau.sections[letter.ordinal % len(bureau.sections)]

    def submit(session: Session) -> None:
        words = phrases.PROPOSALS[letter.ordinal % len(phrases.PROPOSALS)]
        to, at = bureau.leaders[0], filling.now()
        directing.submit(session, document_id, to, bureau.clerk, at, words=words)

    agenda.put(made.submitted, submit)
    if made.returned:
        _plan_return(filling, letter, made, document_id)
        return
    agenda.put(
        made.directed, lambda s: _direct(filling, letter, made, document_id, bureau, section, s)
    )


def _plan_return(filling: Filling, letter: Letter, made: Handling, document_id: str) -> None:
    """Let the leader give the arrival back to the clerk, who submits it again."""
    bureau = filling.bureau(made.organ_id)
    section = bureau.sections[0]

    def give_back(session: Session) -> None:
        why = "Không thuộc lĩnh vực được phân công, chuyển văn thư trình lại"
        directing.returned(session, document_id, bureau.leaders[0], filling.now(), why)
        filling.note(session, letter, Defect.WRONG_UNIT, document_id)

    filling.agenda.put(made.directed, give_back)
    later = replace(
        made,
        returned=False,
        submitted=seasons.after(made.directed, 30),
        directed=seasons.after(made.directed, 90),
        started=seasons.after(made.directed, 200),
        finished=seasons.after(made.directed, 900),
    )
    filling.agenda.put(
        later.submitted,
        lambda s: directing.submit(
            s, document_id, bureau.leaders[0], bureau.clerk, filling.now(), words="Trình lại."
        ),
    )
    filling.agenda.put(
        later.directed, lambda s: _direct(filling, letter, later, document_id, bureau, section, s)
    )


def _direct(
    filling: Filling,
    letter: Letter,
    made: Handling,
    document_id: str,
    bureau: Bureau,
    section: Section,
    session: Session,
) -> None:
    """Let the leader direct: opinion, lead, co-operating unit, deadline in one step."""
    at, leader = filling.now(), bureau.leaders[0]
    if casefile.known(session, document_id).state != State.SUBMITTED:
        return
    if made.inform:
        opinion = phrases.INFORM[letter.ordinal % len(phrases.INFORM)]
        share = Share(section.unit, TaskPart.INFORM)
        done = directing.direct(session, document_id, Instruction(opinion, (share,)), leader, at)
        reporting.report(filling, session, document_id, at)
        later = seasons.after(at, 60)
        filling.agenda.put(
            later, lambda s: tasks.read(s, done.tasks[0], section.head, filling.now())
        )
        return
    shares = [Share(section.unit, TaskPart.LEAD)]
    others = [each for each in bureau.sections if each is not section]
    helper = others[letter.ordinal % len(others)] if others and made.cooperating else None
    if helper is not None:
        shares.append(Share(helper.unit, TaskPart.COOPERATE))
    wanted = Instruction(_opinion(letter, made, section), tuple(shares), made.due)
    done = directing.direct(session, document_id, wanted, leader, at)
    reporting.report(filling, session, document_id, at)
    _plan_work(filling, letter, made, document_id, done.tasks, (section, helper))


def _opinion(letter: Letter, made: Handling, section: Section) -> str:
    patterns = [each for each in phrases.DIRECTIONS if made.due is not None or "{day}" not in each]
    if letter.urgency > Urgency.VERY_URGENT:
        patterns = [phrases.URGENT]
    day = written(made.due) if made.due is not None else ""
    return patterns[letter.ordinal % len(patterns)].format(unit=section.unit, day=day)


def _plan_work(
    filling: Filling,
    letter: Letter,
    made: Handling,
    document_id: str,
    given: tuple[str, ...],
    sections: tuple[Section, Section | None],
) -> None:
    agenda, (section, helper) = filling.agenda, sections
    lead = given[0]
    started = made.started or seasons.after(made.directed, 60)

    def begin(session: Session) -> None:
        if not _is_open(session, lead):
            return
        at = filling.now()
        tasks.accepted(session, lead, section.head, at)
        tasks.started(session, lead, section.head, at)
        reporting.report(filling, session, document_id, at)
        if made.subtask and section.staff:
            _give_subtask(filling, letter, made, session, lead, section)
        if made.extended and made.due is not None:
            _extend(filling, letter, session, lead, section, made.organ_id)

    agenda.put(started, begin)
    if helper is not None:
        help_at = seasons.after(started, 100)
        agenda.put(help_at, lambda s: _help(filling, s, given[1], helper))
    if made.finished is not None and made.answer is None:
        finished = max(made.finished, seasons.after(started, 120))
        agenda.put(finished, lambda s: _finish(filling, letter, made, document_id, lead, s))


def _is_open(session: Session, task_id: str) -> bool:
    return tasks.known(session, task_id).state in OPEN


def _help(filling: Filling, session: Session, task_id: str, helper: Section) -> None:
    if _is_open(session, task_id):
        tasks.completed(session, task_id, phrases.RESULTS[2], helper.head, filling.now())


def _give_subtask(
    filling: Filling, letter: Letter, made: Handling, session: Session, lead: str, section: Section
) -> None:
    """Let the head give part of the work to somebody of the unit, who does it soon."""
    who = section.staff[letter.ordinal % len(section.staff)]
    words = phrases.SUBTASKS[letter.ordinal % len(phrases.SUBTASKS)]
    share = Share(who, TaskPart.LEAD, made.due)
    given = assignments.subtask(session, lead, share, words, section.head, filling.now())
    (task_id,) = given.tasks

    def done(later: Session) -> None:
        if _is_open(later, task_id):
            tasks.completed(later, task_id, phrases.RESULTS[1], who, filling.now())

    filling.agenda.put(seasons.after(filling.now(), 80), done)


def _extend(
    filling: Filling,
    letter: Letter,
    session: Session,
    lead: str,
    section: Section,
    organ_id: str,
) -> None:
    """Ask for three more working days; the leader grants them an hour later."""
    task = tasks.known(session, lead)
    wished = calendar.vietnam().next_working(task.due_on, 3)
    why = phrases.EXTENSIONS[letter.ordinal % len(phrases.EXTENSIONS)]
    extensions.ask(session, lead, wished, why, section.head, filling.now())
    leader = filling.bureau(organ_id).leaders[0]

    def grant(later: Session) -> None:
        waits = extensions.waiting(later, lead) is not None
        if waits and _is_open(later, lead):
            extensions.answer(later, lead, leader, filling.now(), grant=True)

    filling.agenda.put(seasons.after(filling.now(), 60), grant)


def _finish(
    filling: Filling, letter: Letter, made: Handling, document_id: str, lead: str, session: Session
) -> None:
    """Report the result; the arrival is completed by it, and filed later."""
    if casefile.known(session, document_id).state in _OVER or not _is_open(session, lead):
        return
    at = filling.now()
    section = _section_of(filling, made.organ_id, letter)
    words = phrases.RESULTS[letter.ordinal % len(phrases.RESULTS)]
    why = "Phần việc còn lại đã gộp vào kết quả chung"
    tasks.completed(session, lead, words, section.head, at, override=why)
    reporting.report(filling, session, document_id, at)
    if made.filed is not None:
        filed = max(made.filed, seasons.after(at, 15))
        filling.agenda.put(filed, lambda s: file(filling, document_id, made.organ_id, s))


def _section_of(filling: Filling, organ_id: str, letter: Letter) -> Section:
    sections = filling.bureau(organ_id).sections
    return sections[0 if letter.defect is Defect.WRONG_UNIT else letter.ordinal % len(sections)]


def file(filling: Filling, document_id: str, organ_id: str, session: Session) -> None:
    """File a completed arrival: in its dossier where the agency keeps some."""
    row = casefile.known(session, document_id)
    if row.state != State.COMPLETED:
        return
    clerk, at = filling.bureau(organ_id).clerk, filling.now()
    if not filling.file(session, document_id, organ_id, at):
        incoming.handled(session, document_id, Step.FILE, clerk, at)
