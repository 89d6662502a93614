"""`congvan conform URL`: tries an axis or a partner as a black box and says where it conforms."""

import argparse
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from connectors.access import AxisSettings, Kind
from connectors.axis import Axis
from connectors.conformance.case import Case, Face, Level, Verdict
from connectors.conformance.report import Report, Result
from connectors.conformance.subject import Access, Subject
from connectors.conformance.suite import cases, conform
from connectors.errors import AxisSettingsInvalid
from connectors.opening import open_axis
from workflows.commands.console import console, print_table

_FACES = [str(face) for face in Face]
_SHOWN = {Verdict.PASSED: "✓", Verdict.FAILED: "✗"}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "conform", help="kiểm tra hợp chuẩn một trục / test an axis for conformance"
    )
    parser.add_argument("url", nargs="?", default="", help="http(s)://…")
    parser.add_argument("--face", choices=_FACES, required=True, help="giao thức / its wire")
    parser.add_argument("--system", default="", metavar="ID", help="mã hệ thống / system id")
    _file(parser, "--secret-file", "khóa bí mật hay token / secret or token")
    parser.add_argument(
        "--agency",
        action="append",
        default=[],
        metavar="CODE",
        help="cơ quan gửi, rồi các cơ quan nhận / the sender, then receivers",
    )
    _file(parser, "--profile", "rest: hồ sơ TOML của tỉnh / the province's profile")
    parser.add_argument("--other-system", default="", metavar="ID", help="hệ thống thứ hai")
    _file(parser, "--other-secret-file", "khóa của hệ thống thứ hai / the second system's")
    parser.add_argument(
        "--other-agency", default="", metavar="CODE", help="cơ quan của hệ thống thứ hai"
    )
    parser.add_argument("--max-size", type=int, default=0, metavar="BYTES", help="giới hạn gói tin")
    parser.add_argument("--seconds", type=float, default=30.0, help="chờ tối đa / patience")
    _file(parser, "--ca", "PEM của CA / roots of its TLS certificate")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="ví dụ / e.g. 'send.*'")
    parser.add_argument("--list", action="store_true", help="liệt kê / list the cases")
    _file(parser, "--json", "ghi báo cáo JSON / write the report as JSON", name="json_file")
    _file(parser, "--html", "ghi báo cáo HTML / write the report as HTML")
    parser.set_defaults(run=run)


def _file(parser: argparse.ArgumentParser, flag: str, text: str, name: str | None = None) -> None:
    destination = name or flag.removeprefix("--").replace("-", "_")
    parser.add_argument(flag, type=Path, default=None, metavar="FILE", help=text, dest=destination)


def run(arguments: argparse.Namespace) -> int:
    """Run the suite; 0 when no MUST failed, 1 otherwise."""
    face = Face(arguments.face)
    if arguments.list:
        _list(face)
        return 0
    subject = _subject(arguments, face)
    with TemporaryDirectory() as home:
        axis = _axis(arguments, subject, Path(home))
        try:
            report = conform(
                subject,
                tls=_tls(arguments.ca),
                seconds=arguments.seconds,
                axis=axis,
                only=lambda case: fnmatch(case.id, arguments.only),
                seen=_say,
            )
        finally:
            if axis is not None:
                axis.close()
    _written(arguments, report)
    _summed_up(report)
    return 0 if report.passed else 1


def _subject(arguments: argparse.Namespace, face: Face) -> Subject:
    """Return what is to be tested.

    Raises:
        AxisSettingsInvalid: something that is needed is missing, or a secret cannot be read.
    """
    if not arguments.url.startswith(("http://", "https://")):
        raise AxisSettingsInvalid("URL", "http://… | https://…")
    if not arguments.agency:
        raise AxisSettingsInvalid("--agency", "cơ quan gửi, cơ quan nhận / sender, receivers")
    system = arguments.system or (arguments.agency[0] if face is Face.EDOC else "")
    return Subject(
        url=arguments.url,
        face=face,
        access=_access(system, arguments.secret_file),
        agencies=tuple(arguments.agency),
        other=_access(arguments.other_system, arguments.other_secret_file),
        other_agency=arguments.other_agency,
        max_size=arguments.max_size,
    )


def _access(system: str, file: Path | None) -> Access | None:
    if file is None:
        return None
    if not system:
        raise AxisSettingsInvalid("--system", "thiếu mã hệ thống / the system's id is missing")
    with _readable(file):
        secret = file.read_text("utf-8").strip()
    if not secret:
        raise AxisSettingsInvalid(file.name, "tệp rỗng / the file is empty")
    return Access(system, secret)


def _axis(arguments: argparse.Namespace, subject: Subject, home: Path) -> Axis | None:
    """Return the system through our own connector; None where it needs a credential not given.

    Raises:
        AxisSettingsInvalid: a setting is wrong.
    """
    if subject.access is None and subject.face is not Face.SOAP:
        return None
    secret = arguments.secret_file.resolve() if subject.access is not None else None
    settings = AxisSettings(
        kind=cast("Kind", str(subject.face)),
        url=subject.url,
        system_id=subject.access.system_id if subject.access is not None else "",
        secret=secret,
        profile=_profile(arguments.profile),
        ca=arguments.ca.resolve() if arguments.ca is not None else None,
    )
    return open_axis(settings, home)


def _profile(named: Path | None) -> Path | None:
    """Return a profile's file, or the name of a built-in one as it is."""
    return named.resolve() if named is not None and named.is_file() else named


def _tls(ca: Path | None) -> ssl.SSLContext | None:
    if ca is None:
        return None
    with _readable(ca):
        return ssl.create_default_context(cafile=str(ca))


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise AxisSettingsInvalid(file.name, why) from None


def _list(face: Face) -> None:
    rows = [(case.id, case.level, _claim(case), case.source) for case in cases(face)]
    print_table(f"{face}: {len(rows)}", ("id", "mức", "yêu cầu / claim", "nguồn / source"), rows)


def _claim(case: Case | Result) -> str:
    return f"{case.vietnamese} / {case.english}"


def _say(result: Result) -> None:
    mark = _SHOWN.get(result.verdict, "–")
    why = f": {result.why}" if result.why else ""
    console.print(f"{mark} {result.level:6} {result.id}{why}")


def _written(arguments: argparse.Namespace, report: Report) -> None:
    if arguments.json_file is not None:
        arguments.json_file.write_text(report.as_json(), "utf-8")
    if arguments.html is not None:
        arguments.html.write_text(report.as_html(), "utf-8")


def _summed_up(report: Report) -> None:
    counts = report.counts()
    rows = [(level, *(counts[str(level)][str(verdict)] for verdict in Verdict)) for level in Level]
    title = f"{report.url} ({report.face}), {report.tag}"
    columns = ("", "đạt", "không đạt", "không áp dụng", "chưa kết luận")
    print_table(title, columns, rows)
    for result in report.results:
        if result.breaks:
            console.print(f"✗ {result.id}: {_claim(result)} [{result.source}]")
    left = report.left or ("không còn gì / nothing",)
    console.print("Còn lại trong hàng đợi / left in the queues:", "; ".join(left))
    console.print(
        "ĐẠT: không yêu cầu MUST nào sai / conforms: no MUST failed"
        if report.passed
        else "KHÔNG ĐẠT / does not conform"
    )
