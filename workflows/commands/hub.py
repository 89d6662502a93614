"""`congvan hub`: an axis node: serve it, register systems, see what waits and what is stuck.

All but `serve` work on the data folder beside a running hub, which heeds them at once.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.hub import __main__ as hub_program
from connectors.hub.errors import HubMissing
from connectors.hub.server import status_of
from connectors.hub.store import HubStore
from workflows.commands import hub_system
from workflows.commands.console import add_json, console, local, print_json, print_table
from workflows.commands.hub_status import status_at
from workflows.commands.hub_system import add_folder
from workflows.envelope_security import gatekeeping

_WHY = {
    "never_fetched": "chưa lấy về / never fetched",
    "never_confirmed": "đã lấy, chưa xác nhận / fetched, never confirmed",
    "failed": "nơi nhận báo lỗi / the recipient failed",
    "corrupt": "nội dung hỏng / content corrupt",
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("hub", help="nút trục / the hub: an axis node")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="chạy / run it")
    hub_program.add_arguments(serve)
    serve.add_argument(
        "--keys", type=Path, metavar="FOLDER", help="thư mục khóa của hub / the hub's own keys"
    )
    serve.add_argument(
        "--signing-key", default="", metavar="STEM", help="ký trả lời / signs answers (WS-Security)"
    )
    serve.set_defaults(run=_serve)
    hub_system.add(commands)
    _add_reports(commands)
    resend = commands.add_parser("resend", help="đưa lại vào hàng đợi, cùng mã / same id again")
    resend.add_argument("axis_id")
    resend.add_argument("--recipient", required=True, metavar="ORGANID")
    add_folder(resend)
    resend.set_defaults(run=_resend)


def _serve(arguments: argparse.Namespace) -> int:
    gate = None if arguments.open else gatekeeping(arguments.keys, arguments.signing_key)
    return hub_program.serve(arguments, gate)


def _add_reports(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    status = commands.add_parser("status", help="hàng đợi / the queues")
    status.add_argument("--url", default="", help="hub đang chạy / of a running hub instead")
    status.set_defaults(run=_status)
    stuck = commands.add_parser("stuck", help="gói kẹt và lý do / what is stuck and why")
    stuck.add_argument("--hours", type=float, default=1.0, help="chờ quá / waiting longer than")
    stuck.set_defaults(run=_stuck)
    track = commands.add_parser("track", help="một gói tin / one message at each recipient")
    track.add_argument("axis_id")
    track.set_defaults(run=_track)
    audit = commands.add_parser("audit", help="nhật ký truy cập / who did what")
    audit.add_argument("--system", default="", metavar="SYSTEMID")
    audit.add_argument("--axis-id", default="")
    audit.add_argument("--hours", type=float, default=0.0, help="trong số giờ qua / of the last")
    audit.add_argument("--limit", type=int, default=100)
    audit.set_defaults(run=_audit)
    for parser in (status, stuck, track, audit):
        add_folder(parser)
        add_json(parser)


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[HubStore]:
    if not (arguments.data / "hub.sqlite").exists():
        raise HubMissing(str(arguments.data))
    store = HubStore(arguments.data)
    try:
        yield store
    finally:
        store.close()


def _status(arguments: argparse.Namespace) -> int:
    if arguments.url:
        found = status_at(arguments.url)
    else:
        with _opened(arguments) as store:
            found = status_of(store, datetime.now(UTC))
    if arguments.json:
        print_json(found)
        return 0
    rows = [
        (queue["recipient"], queue["waiting"], str(timedelta(seconds=int(queue["oldest_seconds"]))))
        for queue in found["queues"]
    ]
    print_table("Hàng đợi / queues", ("nơi nhận / recipient", "chờ / waiting", "lâu nhất"), rows)
    console.print(f"đã nhận / accepted: {found['messages']}, chờ / waiting: {found['waiting']}")
    return 0


def _stuck(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        found = store.stuck(timedelta(hours=arguments.hours))
    if arguments.json:
        print_json([asdict(each) for each in found])
        return 0
    print_table(
        "Gói tin kẹt / stuck",
        ("mã gói / axis id", "từ / from", "đến / to", "lý do / why", "ghi chú / note", "từ lúc"),
        [
            (
                each.axis_id,
                each.sender,
                each.recipient,
                _WHY[each.why],
                each.note,
                local(each.since),
            )
            for each in found
        ],
    )
    return 0


def _resend(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        changed = store.resend(arguments.axis_id, arguments.recipient)
    console.print(
        f"{arguments.axis_id} → {arguments.recipient}: "
        + ("đã đưa lại vào hàng đợi / queued again" if changed else "vẫn đang chờ / still waiting")
    )
    return 0


def _track(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        found = store.track(arguments.axis_id)
    if arguments.json:
        print_json([asdict(each) for each in found])
        return 0 if found else 1
    print_table(
        arguments.axis_id,
        ("từ / from", "đến / to", "trạng thái / state", "ghi chú / note", "nhận lúc", "đổi lúc"),
        [
            (
                each.sender,
                each.recipient,
                each.state,
                each.note,
                local(each.accepted_at),
                local(each.updated_at),
            )
            for each in found
        ],
    )
    return 0 if found else 1


def _audit(arguments: argparse.Namespace) -> int:
    since = datetime.now(UTC) - timedelta(hours=arguments.hours) if arguments.hours else None
    with _opened(arguments) as store:
        found = store.audited(
            since=since,
            system=arguments.system,
            axis_id=arguments.axis_id,
            limit=arguments.limit,
        )
    if arguments.json:
        print_json([asdict(each) for each in found])
        return 0
    print_table(
        "Nhật ký / audit",
        (
            "lúc / at",
            "hệ thống / system",
            "địa chỉ / peer",
            "việc / operation",
            "mã gói",
            "kết quả",
        ),
        [(local(e.at), e.system, e.peer, e.operation, e.axis_id, e.outcome) for e in found],
    )
    return 0
