"""`congvan demo --documents N --seed S`: a year of the fictional province, filled and counted."""

import argparse
import time
from datetime import UTC, datetime, timedelta

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from documents.errors import Refused
from documents.task import STANDING_NAMES
from workflows import demo_logins
from workflows.calendar_days import moment_after
from workflows.commands.console import console, print_json, print_table
from workflows.demo_data.letters import DEFECT_NAMES
from workflows.demo_data.planning import Wish
from workflows.demo_year.census import Census
from workflows.demo_year.fill import Filled, fill, last_moment

MOST, LEAST = 20_000, 20
SIGNED_SHARE = 33
"""One real signature for so many documents, where nobody says how many."""
LONGEST_SEED = 2**63
_EVENING_HOURS = 7
"""From five o'clock in the afternoon to midnight."""
_URGENCIES = {
    "routine": "thường",
    "urgent": "khẩn",
    "very_urgent": "thượng khẩn",
    "express": "hỏa tốc",
}


class DemoWishInvalid(Refused):
    """The year cannot be made as it is wished. ({0} what is wrong)."""

    code = "demo.wish_invalid"
    vietnamese = "Không tạo được dữ liệu trình diễn: {0}"
    english = "the demo's data cannot be made so: {0}"
    remedy = "Xem `congvan demo --help`, docs/demo.md / see these"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the year is made by."""
    parser.add_argument(
        "--documents",
        type=int,
        metavar="N",
        help="tạo dữ liệu một năm, N văn bản đi và đến / a year of N documents",
    )
    parser.add_argument("--seed", type=int, default=1, help="hạt giống / what it is drawn from")
    parser.add_argument(
        "--signed",
        type=int,
        metavar="N",
        help="số văn bản ký số thật (mặc định 3%%) / letters with real signatures (3%%)",
    )
    parser.add_argument(
        "--until",
        default="",
        metavar="NGÀY",
        help="ngày cuối của năm, mặc định hôm nay / its last day, dd/mm/yyyy",
    )


def wish_of(arguments: argparse.Namespace, now: datetime) -> Wish:
    """Return what is wished.

    Raises:
        DemoWishInvalid: too many, too few, or a year that is not over.
        DayInvalid: the last day is none.
    """
    count: int = arguments.documents
    if not LEAST <= count <= MOST:
        raise DemoWishInvalid(f"--documents {count}: {LEAST}…{MOST}")
    if abs(arguments.seed) >= LONGEST_SEED:
        raise DemoWishInvalid(f"--seed: {LONGEST_SEED - 1}")
    signed: int = count // SIGNED_SHARE if arguments.signed is None else arguments.signed
    if not 0 <= signed <= count:
        raise DemoWishInvalid(f"--signed {signed}: 0…{count}")
    evening = timedelta(hours=_EVENING_HOURS)
    until = moment_after(arguments.until) - evening if arguments.until else last_moment(now)
    if until > now:
        raise DemoWishInvalid(f"--until {arguments.until}: còn ở tương lai / is in the future")
    return Wish(arguments.seed, count, until, signed)


def run(arguments: argparse.Namespace) -> int:
    """Make the world, fill the year, count; 0 only if nothing but the defects was found."""
    wish = wish_of(arguments, datetime.now(UTC))
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=arguments.json) as progress:
        task = progress.add_task("…", total=1.0)
        made = fill(
            arguments.data,
            wish,
            lambda what, part: progress.update(task, description=what, completed=part),
        )
        demo_logins.give_logins(made.world)
    counted = made.census
    seconds = time.monotonic() - started
    if arguments.json:
        print_json(
            {"ok": counted.well, "seed": wish.seed, "until": wish.until.isoformat()}
            | counted.as_dict()
            | {"folder": str(made.world.folder)}
        )
    else:
        _show(made, counted, seconds)
    return 0 if counted.well else 1


def _show(made: Filled, counted: Census, seconds: float) -> None:
    rows = [(name, str(out), str(come)) for name, (out, come) in counted.agencies.items()]
    print_table("Cơ quan / agencies", ("Cơ quan", "Đi", "Đến"), sorted(rows))
    kinds = [(name, str(count)) for name, count in counted.types.most_common()]
    print_table("Tên loại / types", ("Tên loại", "Số văn bản"), kinds)
    _lines("Độ khẩn / urgency", {_URGENCIES.get(k, k): v for k, v in counted.urgencies.items()})
    named = {STANDING_NAMES.get(k, "không có hạn"): v for k, v in counted.deadlines.items()}
    _lines("Nhiệm vụ / tasks", named)
    _lines("Chữ ký văn bản đến / arrivals' signatures", counted.arrivals)
    faults = [
        (DEFECT_NAMES[fault.defect], fault.organ_id, fault.code, fault.document_id)
        for fault in counted.defects
    ]
    print_table("Lỗi cố ý / deliberate defects", ("Lỗi", "Cơ quan", "Số, ký hiệu", "Mã"), faults)
    console.print(
        f"Văn bản / documents {counted.documents}; văn bản đi ký số thật / really signed "
        f"{counted.signed}, mẫu không ký số / unsigned samples {counted.unsigned}\n"
        f"Nhật ký / ledger rows {counted.ledger_rows}, đứt / breaks {counted.ledger_breaks}\n"
        f"Dấu vết dữ liệu / digest {counted.digest[:16]}",
        soft_wrap=True,
    )
    folder = made.world.folder
    console.print(
        f"Xem / look: .venv/bin/congvan inbox --data '{folder}'\n"
        f"Chạy / serve: .venv/bin/congvan up --data '{folder}'",
        soft_wrap=True,
    )
    for line in demo_logins.told(made.world):
        console.print(line, soft_wrap=True)
    console.print(
        f"\n{'ĐẠT / all is well' if counted.well else 'CHƯA ĐẠT / not well'} ({seconds:.0f} s)"
    )


def _lines(title: str, counts: dict[str, int]) -> None:
    said = " · ".join(f"{name} {count}" for name, count in counts.items())
    console.print(f"{title}: {said}", soft_wrap=True)
