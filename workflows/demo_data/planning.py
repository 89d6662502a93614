"""A year of letters drawn from a seed: who writes what to whom, when, and what becomes of it.

Pure: the same wish gives the same letters, whatever the clock says. Source: ux.md §5.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from documents.calendar import vietnam
from documents.document import DocumentType, Urgency
from documents.numbering import local_day
from drafting.composition import COMPOSED_TYPES
from workflows.demo_data import phrases, seasons
from workflows.demo_data.agencies import EXPIRED_SENDER, FULL, OUTSIDE
from workflows.demo_data.bureaus import Province
from workflows.demo_data.handlings import handling
from workflows.demo_data.letters import Defect, Letter
from workflows.demo_data.patterns import WEIGHTS, subject
from workflows.demo_data.seasons import after, moment

_DEADLINES = ((None, 55), (3, 9), (5, 11.25), (7, 9), (10, 6.75), (15, 6.75), (30, 2.25))
"""Working days; of a hundred letters 55 have none, the others as 20, 25, 20, 15, 15, 5."""
_COUNTS = ((1, 70), (2, 14), (3, 8), (6, 5), (12, 3))
"""How many recipients letters have."""
_OWN = {FULL: 30.0, "H99": 10.0, "H99.01": 9.0, "H99.02": 7.0}
_OTHERS = 2.0
_OUTSIDE_WEIGHT = 2.6
_TAKES = {FULL: 34.0, "H99": 12.0, "H99.01": 7.0, "H99.02": 5.0}
_DEFECTS = 0.02
_ASKED, _RETURNED = 0.08, 0.05
_ANSWERED = 0.3


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made."""

    seed: int
    documents: int
    """In all registers together."""
    until: datetime
    """The last moment of the year, aware UTC."""
    signed: int
    """How many letters get real signatures."""


@dataclass(slots=True)
class _Draw:
    """What is drawn so far."""

    wish: Wish
    province: Province
    rng: Random
    days: list[date]
    weights: list[float]
    letters: list[Letter] = field(default_factory=list)
    rows: int = 0

    @property
    def room(self) -> int:
        return self.wish.documents - self.rows


def letters_of(wish: Wish, province: Province) -> list[Letter]:
    """Return the year's letters by ordinal; they are *wish.documents* in the registers."""
    days = seasons.working_days(local_day(wish.until))
    rng = Random(f"letters {wish.seed} {wish.documents}")  # noqa: S311  (no secret)
    draw = _Draw(wish, province, rng, days, seasons.weights(days))
    wanted: list[Defect | None] = [*Defect] if wish.documents >= 60 else []
    _add(draw, _invitation(draw))
    while draw.room > 0:
        defect = wanted.pop() if wanted else None
        if defect is None and rng.random() < _DEFECTS:
            defect = rng.choice(list(Defect))
        _add(draw, _letter(draw, defect))
    return _with_signatures(draw)


def _add(draw: _Draw, letter: Letter) -> None:
    """Keep a letter with what becomes of it, as far as there is room; then its answers."""
    letter = replace(letter, ordinal=len(draw.letters))
    own = int(letter.own)
    extra = letter.defect is Defect.DUPLICATE
    served = [each for each in letter.recipients if each in draw.province.served]
    if letter.issued > draw.wish.until:
        if not letter.own or letter.drafted > draw.wish.until:
            return
        served = []
    room = draw.room - own - extra
    if room < len(served):
        gone = set(served[max(room, 0) :])
        kept = tuple(each for each in letter.recipients if each not in gone)
        letter = replace(letter, recipients=kept or (OUTSIDE[0].organ_id,))
        served = served[: max(room, 0)]
        if not letter.own and not served:
            return
        if letter.defect is not None and not served:
            letter = replace(letter, defect=None)
            extra = False
    draw.rows += own + extra + len(served)
    draw.letters.append(letter)
    handlings, answers = [], []
    for organ in served:
        made = handling(draw.rng, letter, organ, draw.wish.until)
        answer = _answer(draw, letter, made.due, made.finished, organ)
        if answer is not None:
            made = replace(made, answer=len(draw.letters), finished=None, filed=None)
            answers.append(answer)
            draw.rows += 1
            draw.letters.append(replace(answer, ordinal=len(draw.letters)))
        handlings.append(made)
    draw.letters[letter.ordinal] = replace(letter, handlings=tuple(handlings))
    for index, answer in enumerate(draw.letters[letter.ordinal + 1 :], letter.ordinal + 1):
        draw.letters[index] = _arriving(draw, answer)


def _arriving(draw: _Draw, answer: Letter) -> Letter:
    """Let an answer arrive where it was asked for, if that desk is here and there is room."""
    (to,) = answer.recipients
    if to not in draw.province.served or draw.room < 1:
        return replace(answer, recipients=(to if to not in draw.province.served else "G81",))
    draw.rows += 1
    made = handling(draw.rng, answer, to, draw.wish.until)
    return replace(answer, handlings=(replace(made, inform=True, due=None),))


def _answer(
    draw: _Draw, letter: Letter, due: date | None, finished: datetime | None, organ: str
) -> Letter | None:
    """Return the letter by which *organ* answers, if it does so in writing and in time."""
    if due is None or finished is None or letter.defect is not None or draw.room < 2:
        return None
    if draw.rng.random() >= _ANSWERED or finished > draw.wish.until - timedelta(days=1):
        return None
    made = _own(draw, organ, after(finished - timedelta(hours=1), 0))
    if not letter.issued < made.drafted or made.issued > draw.wish.until:
        return None
    code = letter.subject[:1].lower() + letter.subject[1:]
    return replace(
        made,
        type=DocumentType.OFFICIAL_LETTER,
        subject=f"trả lời việc {code}",
        recipients=(letter.sender,),
        urgency=letter.urgency,
        due=None,
        unit=made.unit,
        answers=(letter.ordinal, organ),
    )


def _letter(draw: _Draw, defect: Defect | None) -> Letter:
    rng = draw.rng
    senders = {organ: _OWN.get(organ, _OTHERS) for organ in draw.province.bureaus}
    outside = {agency.organ_id: _OUTSIDE_WEIGHT for agency in OUTSIDE}
    match defect:
        case Defect.EXPIRED:
            chosen = {EXPIRED_SENDER: 1.0}
        case Defect.DUPLICATE | Defect.FIELD_MISSING:
            chosen = outside
        case Defect.BROKEN:
            chosen = {o: w for o, w in senders.items() if draw.province.bureaus[o].keyed}
        case Defect.RECALLED | Defect.VOID:
            chosen = senders
        case _:
            chosen = senders | outside
    sender = rng.choices(list(chosen), list(chosen.values()))[0]
    day = rng.choices(draw.days, draw.weights)[0]
    if defect is not None:
        # early enough that what follows from it happens before the year is over
        day = rng.choice(draw.days[: max(len(draw.days) - 40, 1)])
    drafted = moment(day, rng.uniform(0, 400))
    made = (
        _own(draw, sender, drafted) if sender in senders else _from_outside(draw, sender, drafted)
    )
    made = replace(made, recipients=_recipients(draw, made, defect), defect=defect)
    if defect is Defect.BROKEN:
        leader = draw.province.bureaus[sender].leaders[0]
        made = replace(made, **_letter_like(draw, made), signer=leader, signed=True)
    return made


def _letter_like(draw: _Draw, letter: Letter) -> dict[str, Any]:
    """Return what makes *letter* a công văn."""
    day, kind = local_day(letter.drafted), DocumentType.OFFICIAL_LETTER
    section = draw.province.bureaus[letter.sender].sections[0]
    text = subject(draw.rng, kind, day.month, day.year, day.isocalendar().week)
    return {"type": kind, "subject": text, "unit": section.unit, "returned": ""}


def _recipients(draw: _Draw, letter: Letter, defect: Defect | None) -> tuple[str, ...]:
    rng = draw.rng
    inside = {o: _TAKES.get(o, 1.6) for o in draw.province.bureaus if o != letter.sender}
    outside = {agency.organ_id: 0.7 for agency in OUTSIDE}
    if defect is Defect.VOID:
        return (rng.choice(list(outside)),)
    count = rng.choices([c for c, _ in _COUNTS], [w for _, w in _COUNTS])[0]
    if defect is not None or not letter.own:
        count = 1 if defect is not None else min(count, 3)
    pool = inside if not letter.own or defect is not None else inside | outside
    if count >= 6:
        communes = [organ for organ in inside if "H99.21" <= organ <= "H99.32"]
        return tuple(sorted(rng.sample(communes, min(count, len(communes)))))
    found: list[str] = []
    while len(found) < count:
        organ = rng.choices(list(pool), list(pool.values()))[0]
        if organ not in found:
            found.append(organ)
    return tuple(found)


def _own(draw: _Draw, sender: str, drafted: datetime) -> Letter:
    """Return a letter of an agency whose desk is here, as far as its sender decides it."""
    rng, bureau = draw.rng, draw.province.bureaus[sender]
    made = _drawn(draw, sender, drafted, own=True)
    section = rng.choice(bureau.sections)
    drafter = rng.choice(section.staff or (section.head,))
    signer = bureau.leaders[0] if rng.random() < 0.6 else rng.choice(bureau.leaders)
    pace = 0.1 if made.urgency else 1.0
    submitted = after(drafted, rng.uniform(15, 200) * pace)
    approved = after(submitted, rng.uniform(20, 380) * pace)
    returned = rng.choice(phrases.RETURNS) if rng.random() < _RETURNED else ""
    asked = rng.random() < _ASKED
    issued = after(approved, rng.uniform(4, 40) * pace)
    unit = section.unit if made.type is DocumentType.OFFICIAL_LETTER else ""
    return replace(
        made,
        unit=unit,
        drafter=drafter,
        signer=signer,
        submitted=submitted,
        approved=approved,
        issued=issued,
        returned=returned,
        asked=asked,
    )


def _from_outside(draw: _Draw, sender: str, at: datetime) -> Letter:
    return replace(_drawn(draw, sender, at, own=False), unit="VP", signer="", drafter="")


def _drawn(draw: _Draw, sender: str, at: datetime, *, own: bool) -> Letter:
    rng, day = draw.rng, local_day(at)
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    working = rng.choices([d for d, _ in _DEADLINES], [w for _, w in _DEADLINES])[0]
    urgency = seasons.urgency(rng, day)
    if kind is DocumentType.TELEGRAM:
        urgency = Urgency.EXPRESS
    due = vietnam().next_working(day, working) if working is not None else None
    text = subject(rng, kind, day.month, day.year, day.isocalendar().week)
    return Letter(
        *(0, sender, own, kind, text, (), urgency, due, "", "", "", at, at, at, at),
    )


def _invitation(draw: _Draw) -> Letter:
    """Return the invitation of the last day: to a meeting on that very day."""
    day = draw.days[-1]
    made = _own(draw, "H99", moment(day, 1))
    early = [moment(day, minute) for minute in (1, 2, 4, 6)]
    meeting = local_day(draw.wish.until)
    return replace(
        made,
        type=DocumentType.INVITATION,
        subject=f"Họp giao ban lúc 14 giờ 00 ngày {meeting:%d/%m/%Y}",
        recipients=("H99.01", FULL),
        urgency=Urgency.ROUTINE,
        due=None,
        unit="",
        drafted=early[0],
        submitted=early[1],
        approved=early[2],
        issued=early[3],
        returned="",
        asked=False,
    )


def _with_signatures(draw: _Draw) -> list[Letter]:
    """Return the letters, as many as are wished of them to be signed."""
    letters = draw.letters
    able = [each.ordinal for each in letters if _can_be_signed(draw, each)]
    rng = Random(f"signed {draw.wish.seed}")  # noqa: S311  (no secret)
    chosen = set(rng.sample(able, min(draw.wish.signed, len(able))))
    return [replace(each, signed=each.signed or each.ordinal in chosen) for each in letters]


def _can_be_signed(draw: _Draw, letter: Letter) -> bool:
    if not letter.own or letter.type not in COMPOSED_TYPES or letter.issued > draw.wish.until:
        return False
    bureau = draw.province.bureaus[letter.sender]
    return bureau.keyed and letter.signer == bureau.leaders[0] and letter.defect is None
