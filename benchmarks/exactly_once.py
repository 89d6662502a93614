"""The exactly-once matrix: every fault of the hub at every step, lost and doubled both 0.

`congvan bench exactly_once [--messages N]`. Real hubs, each behind one of its faces, and two real
offices at each, all of them killed (SIGKILL) and started again while documents go one way and
their statuses the other; faults strike once for certain and then by chance. What became of each
message is counted by SQL over the databases (`benchmarks.once_count`). No measurement of time.
"""

import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import once_count
from benchmarks.measure import machine, table
from benchmarks.once_count import Tally
from benchmarks.once_office import FAILURES, PEOPLE
from benchmarks.once_world import FACES, Home, Hub, World
from connectors.hub.faults import DEADLY, Fault, FaultKind
from documents import ledger, register
from workflows.cabinet import open_cabinet

MESSAGES = 10_000
OF_ONE = 3
"""Messages of one document: itself, status 01, status 03."""
STEPS = {
    "send": "SendDocument",
    "list": "GetPendingDocumentIds",
    "fetch": "GetDocument",
    "confirm": "ConfirmReceived",
    "status": "UpdateStatus",
    "settle": "GetSentDocuments",
}
"""What is asked of the hub at each step."""
EDOC_STEPS = {name: STEPS[name] for name in STEPS if name != "settle"} | {
    "traces": "GetReceivedDocuments"
}
"""The dialect has no list of what was sent; statuses are asked for by GetTraces."""
CODES = (
    *("UNKNOWN_RECIPIENT", "DUPLICATE_DIFFERENT", "TOO_LARGE", "DIGEST", "NOT_FOUND"),
    *("ACCESS_DENIED", "INVALID"),
)
WIRE_CODES = (*("10", "15", "18", "19", "20", "21", "22", "23", "24", "25", "26", "100"), *CODES)
"""VXP: the tables of ErrorCode that are known, and our own reasons."""
ENDED_BY = {"fetch": ("TOO_LARGE", "25")}
"""Refusals that end a message by right, and are not struck: what is too large to be read is junk
here, and the axis is told *fail*."""
PATIENCE = 240.0
"""Seconds until what has not arrived is lost."""
_TICK = 0.05
_ATTEMPTS = 3
"""Times that more documents follow until every step of a cell was struck."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at some steps."""

    kind: FaultKind
    steps: tuple[str, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a cell."""

    face: str
    cell: Cell
    struck: int
    unstruck: tuple[str, ...]
    """Steps that were not struck: nobody called them."""
    failed: int
    """Calls of the two offices that failed."""
    kills: int
    people: int
    """How often a person had to have something tried again."""
    seconds: float
    tally: Tally


def steps_of(face: str) -> dict[str, str]:
    """Return the steps that a face has, with their operations."""
    return EDOC_STEPS if face == "edoc" else STEPS


def cells_of(face: str, documents: int, *, together: bool = False) -> list[Cell]:
    """Return a face's cells; *together*: all steps of a fault in one."""
    steps = tuple(steps_of(face))
    groups = [steps] if together else [(step,) for step in steps]
    return [Cell(kind, group, documents) for kind in FaultKind for group in groups]


def faults_of(face: str, cell: Cell) -> list[Fault]:
    """Return what the hub does wrong in a cell."""
    found: list[Fault] = []
    for step in cell.steps:
        operation = steps_of(face)[step]
        if cell.kind is FaultKind.REFUSE:
            codes: tuple[str, ...] = WIRE_CODES if face == "vxp" else CODES
            codes = tuple(code for code in codes if code not in ENDED_BY.get(step, ()))
            found += [Fault(operation, cell.kind, code=code) for code in codes]
            found.append(Fault(operation, cell.kind, code="INVALID", retryable=True))
        else:
            seconds = 0.05 if cell.kind is FaultKind.DELAY else 0.0
            found.append(Fault(operation, cell.kind, 1, seconds))
            more = 1 if cell.kind in DEADLY else 3
            found.append(Fault(operation, cell.kind, more, seconds, 0.3))
    if "settle" in cell.steps:
        found.append(Fault(STEPS["send"], FaultKind.DROP_REPLY, 2))  # or nothing is to be settled
    return found


def strike(world: World, cell: Cell, dice: random.Random) -> Result:
    """Send a cell's documents through *world*; return what came of them."""
    began = time.monotonic()
    logs = [(home, log) for home in (world.sender, world.receiver) for log in (FAILURES, PEOPLE)]
    before = [len(home.lines(log)) for home, log in logs]
    ids: list[str] = []
    struck: list[str] = []
    kills, unstruck = 0, cell.steps
    for _ in range(_ATTEMPTS):
        wanted = replace(cell, steps=unstruck)
        world.hub.go_wrong(faults_of(world.face, wanted), dice.randrange(1 << 30))
        ids += world.seed(cell.documents)
        kills += _carried(world, ids, dice)
        struck += [line for line in world.hub.struck() if f" {cell.kind} " in line]
        met = {line.partition(" ")[0] for line in struck}
        unstruck = tuple(step for step in cell.steps if steps_of(world.face)[step] not in met)
        if not unstruck:
            break
    world.hub.go_wrong([])
    world.tend()
    tally = _counted(world, ids)
    noted = [len(home.lines(log)) - old for (home, log), old in zip(logs, before, strict=True)]
    failed, people = noted[0] + noted[2], noted[1] + noted[3]
    seconds = time.monotonic() - began
    figures = (len(struck), unstruck, failed, kills, people, seconds)
    return Result(world.face, cell, *figures, tally)


def _carried(world: World, ids: Sequence[str], dice: random.Random) -> int:
    """Wait until everything has come to rest; kill each process once meanwhile; return deaths."""
    began = time.monotonic()
    targets: list[Home | Hub] = [world.sender, world.receiver]
    targets += [world.hub] if dice.random() < 0.3 else []
    due = sorted(((dice.uniform(0.05, 0.8), n) for n in range(len(targets))), reverse=True)
    deaths = 0
    while time.monotonic() - began < PATIENCE:
        if due and time.monotonic() - began > due[-1][0]:
            targets[due.pop()[1]].kill()
        deaths += world.tend()
        if not due and _at_rest(world) and _counted(world, ids).clean:
            return deaths
        time.sleep(_TICK)
    return deaths


def _at_rest(world: World) -> bool:
    return once_count.drained(
        world.face, world.sender.database, world.hub.folder, world.receiver.database
    )


def _counted(world: World, ids: Sequence[str]) -> Tally:
    return once_count.tally(
        world.face, world.sender.database, world.hub.folder, world.receiver.database, ids
    )


def matrix(
    world: World, cells: Sequence[Cell], seed: int, told: Callable[[Result], None]
) -> tuple[list[Result], list[str]]:
    """Strike all *cells* one after the other; return their results, and what else is wrong."""
    dice = random.Random(seed)  # noqa: S311
    with closing(world):
        world.start()
        results = []
        for cell in cells:
            results.append(strike(world, cell, dice))
            told(results[-1])
    return results, _ends(world, world.seeded)


def _ends(world: World, sent: int) -> list[str]:
    """Return what does not hold in the end: chains, registers, the number of documents."""
    wrong = []
    for home in (world.sender, world.receiver):
        database = open_cabinet(home.folder).database
        with database.reading() as session:
            wrong += [f"{home.folder.name}: {why}" for why in ledger.verify(session)]
            wrong += [f"{home.folder.name}: gap {gap}" for gap in register.gaps(session)]
        database.close()
    found = once_count.all_incoming(world.receiver.database)
    return [*wrong, *([f"{found} documents arrived of {sent}"] if found != sent else [])]


def line(result: Result) -> tuple[object, ...]:
    """Return a result as a row."""
    tally, cell = result.tally, result.cell
    return (
        *(f"{result.face} {cell.kind}", "+".join(cell.steps), cell.documents * OF_ONE),
        *(result.struck, result.failed, result.kills, result.people),
        *(tally.lost + tally.statuses_lost, tally.doubled + tally.statuses_doubled, tally.wrong),
    )


def main(messages: int = MESSAGES) -> int:
    """Strike, count and print; return 0 when nothing was lost or doubled."""
    number = sum(len(steps_of(face)) * len(FaultKind) for face in FACES)
    documents = -(-messages // (OF_ONE * number))
    print(f"exactly once: {len(FaultKind)} faults of the hub at every step, on {len(FACES)} faces")
    print(machine())
    began = time.monotonic()

    def told(result: Result) -> None:
        if not result.tally.clean:
            sys.stderr.write(f"{line(result)}: {result.tally}\n")

    def one(folder: Path, face: str) -> tuple[list[Result], list[str]]:
        world = World.make(folder / face, face)
        return matrix(world, cells_of(face, documents), 1, told)

    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(FACES)) as threads:
        found = list(threads.map(lambda face: one(Path(name), face), FACES))
    results = [result for some, _ in found for result in some]
    wrong = [why for _, some in found for why in some]
    _print(results, wrong, time.monotonic() - began)
    return 0 if not wrong and all(result.tally.clean for result in results) else 1


def _print(results: Sequence[Result], wrong: Sequence[str], seconds: float) -> None:
    columns = (
        *("face, fault", "step", "messages", "struck", "failed calls", "kills", "people"),
        *("lost", "doubled", "wrong"),
    )
    table("cells", columns, map(line, results))
    _print_matrix(results)
    total = sum((result.tally for result in results), Tally())
    messages = sum(result.cell.documents for result in results) * OF_ONE
    print(f"\n  {messages} messages in {seconds:.0f} s, {len(results)} cells:", end=" ")
    print(
        f"{sum(r.struck for r in results)} faults struck, {sum(r.failed for r in results)} calls"
        f" failed, {sum(r.kills for r in results)} processes killed"
    )
    print(
        f"  lost {total.lost + total.statuses_lost}, doubled"
        f" {total.doubled + total.statuses_doubled}, wrong content {total.wrong}"
    )
    quiet = [f"{r.face} {r.cell.kind} {step}" for r in results for step in r.unstruck]
    for why in [*wrong, *(f"never called, so never struck: {each}" for each in quiet)]:
        print(f"  {why}")


def _print_matrix(results: Sequence[Result]) -> None:
    """Print fault by step over all faces: messages, calls that failed, lost, doubled."""
    cells: dict[FaultKind, dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        cells[result.cell.kind]["+".join(result.cell.steps)].append(result)
    steps = list(dict.fromkeys(step for by_step in cells.values() for step in by_step))
    table(
        "fault × step: messages/failed calls/lost/doubled",
        ("", *steps),
        [(kind, *(_summed(by_step[step]) for step in steps)) for kind, by_step in cells.items()],
    )


def _summed(results: Sequence[Result]) -> str:
    tallies = [result.tally for result in results]
    figures = (
        sum(result.cell.documents for result in results) * OF_ONE,
        sum(result.failed for result in results),
        sum(tally.lost + tally.statuses_lost for tally in tallies),
        sum(tally.doubled + tally.statuses_doubled for tally in tallies),
    )
    return "/".join(map(str, figures))


if __name__ == "__main__":
    sys.exit(main())
