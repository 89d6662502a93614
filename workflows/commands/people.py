"""`congvan people`: units, posts with their history, delegation of handling, absence; who could.

Legal source: Decree 30/2020/ND-CP, Art. 13; Appendix VI, Part I, IV.1.
"""

import argparse
from collections.abc import Callable

from documents.document import Role
from documents.lifecycle import Step
from workflows.commands import personnel
from workflows.commands.console import add_data, add_json

_ROLES = [str(role) for role in Role if role is not Role.SYSTEM]
_DAY = "ngày/tháng/năm"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser(
        "people", help="đơn vị, chức vụ, ủy quyền / units, posts, steads"
    )
    actions = parser.add_subparsers(
        required=True, metavar="list|post|end|move|unit|delegate|withdraw|absent|holds|could"
    )
    listing = actions.add_parser("list", help="chức vụ, ủy quyền xử lý, vắng mặt / posts, steads")
    listing.add_argument("--history", action="store_true", help="cả đã kết thúc / ended ones too")
    _finish(listing, personnel.listed, by=False)
    for name, text in (
        ("post", "bổ nhiệm, phân công / give a post"),
        ("move", "điều động / end one post, begin another"),
    ):
        post = actions.add_parser(name, help=text)
        _add_post(post, moving=name == "move")
        _finish(post, personnel.moved if name == "move" else personnel.given)
    ending = actions.add_parser("end", help="thôi chức vụ / end a post")
    ending.add_argument("post", metavar="POST-ID")
    ending.add_argument("--last", required=True, metavar="DAY", help=f"{_DAY}, ngày cuối / last")
    ending.add_argument("--basis", required=True, metavar="CODE", help="số quyết định / decision")
    _finish(ending, personnel.ended)
    _add_unit(actions.add_parser("unit", help="đơn vị: xem, lập, giải thể / list, open, end"))
    _add_delegate(actions.add_parser("delegate", help="ủy quyền xử lý / delegate handling"))
    taking = actions.add_parser("withdraw", help="thu hồi ủy quyền, kỳ vắng mặt / take back")
    taking.add_argument("id", metavar="ID")
    taking.add_argument("--reason", default="")
    _finish(taking, personnel.withdrawn)
    absence = actions.add_parser("absent", help="vắng mặt, người xử lý thay / away, stand-in")
    absence.add_argument("who", metavar="WHO")
    _add_days(absence)
    absence.add_argument("--reason", default="")
    absence.add_argument("--stand-in", default="", metavar="WHO")
    _finish(absence, personnel.absent)
    holding = actions.add_parser("holds", help="việc còn giữ, phải bàn giao / what is to hand over")
    holding.add_argument("who", metavar="WHO")
    _finish(holding, personnel.held, by=False)
    could = actions.add_parser("could", help="ai có quyền gì vào một ngày / who could do what")
    could.add_argument("--on", default="", metavar="DAY", help=f"{_DAY}; hôm nay / today")
    could.add_argument("--step", default="", choices=["", *map(str, Step)], metavar="STEP")
    could.add_argument("--person", default="", metavar="WHO", help="mọi thời kỳ của / all days of")
    could.add_argument("--document", default="", metavar="ID", help="với --step / with --step")
    could.add_argument(
        "--known", default="", metavar="DAY", help="theo hồ sơ ngày đó / as recorded"
    )
    _finish(could, personnel.could, by=False)


def _finish(
    parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int], *, by: bool = True
) -> None:
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    if by:
        parser.add_argument("--by", required=True, metavar="WHO", help="người ghi / who records")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _add_post(parser: argparse.ArgumentParser, *, moving: bool) -> None:
    if moving:
        parser.add_argument("post", metavar="POST-ID", help="thôi chức vụ này / ends this one")
    parser.add_argument("person", metavar="WHO", help="mã hoặc họ tên / id or full name")
    parser.add_argument("--name", default="", help="họ tên người mới / name of a new person")
    parser.add_argument("--key", default="", metavar="STEM", help="khóa ký / signing key")
    parser.add_argument("--position", required=True, help="Trưởng phòng …")
    parser.add_argument("--role", required=True, choices=_ROLES)
    parser.add_argument("--unit", default="", metavar="UNIT", help="mã, viết tắt, tên / id, name")
    parser.add_argument("--since", required=True, metavar="DAY", help=_DAY)
    parser.add_argument("--until", default="", metavar="DAY", help=f"{_DAY}, ngày cuối / last")
    parser.add_argument("--basis", required=True, metavar="CODE", help="số quyết định / decision")
    parser.add_argument("--competence", default="", help="TM. | KT. …")
    parser.add_argument("--line", default="", help="KT. GIÁM ĐỐC")
    parser.add_argument("--main", action="store_true", help="chức vụ chính / the main post")
    parser.add_argument("--in-charge", action="store_true", help="phụ trách / deputy in charge")


def _add_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", required=True, metavar="DAY", help=_DAY)
    parser.add_argument("--until", required=True, metavar="DAY", help=f"{_DAY}, ngày cuối / last")


def _add_unit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="", help="không có: xem / none: list them")
    parser.add_argument("--abbreviation", default="")
    parser.add_argument("--above", default="", metavar="UNIT", help="trực thuộc / below")
    parser.add_argument("--advisory", action="store_true", help="Hội đồng, Ban, Tổ / advisory")
    parser.add_argument("--since", default="", metavar="DAY", help="lập từ / opens")
    parser.add_argument("--last", default="", metavar="DAY", help="giải thể hết ngày / ends")
    parser.add_argument("--to", default="", metavar="UNIT", help="việc chuyển về / goes to")
    parser.add_argument("--basis", default="", metavar="CODE")
    parser.add_argument("--on", default="", metavar="DAY", help="xem ngày / list that day's")
    _finish(parser, personnel.unit, by=False)
    parser.add_argument("--by", default="", metavar="WHO")


def _add_delegate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="grantor", required=True, metavar="WHO")
    parser.add_argument("--to", dest="grantee", required=True, metavar="WHO")
    _add_days(parser)
    parser.add_argument("--role", action="append", default=[], choices=_ROLES)
    parser.add_argument("--step", action="append", default=[], choices=[*map(str, Step)])
    parser.add_argument("--type", action="append", default=[], metavar="LOẠI")
    parser.add_argument("--unit", action="append", default=[], metavar="UNIT")
    parser.add_argument("--reason", default="")
    parser.add_argument("--basis", default="", metavar="CODE")
    _finish(parser, personnel.delegated)
