"""`congvan dossier`: a dossier's whole life from the command line, and the whole of it in a ZIP."""

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from lxml import etree

from documents.document import Attachment, Role
from documents.lifecycle import Direction
from documents.tables import AttachmentRow
from tests.workflows.house import PROVINCE, documents, leader_of, person_of
from tests.workflows.small_world import with_letters
from tests.workflows.worlds import Said
from workflows.dossier_bundle import safe_name
from workflows.office import Office

Congvan = Callable[..., Said]
PLAN = (
    "Số và ký hiệu hồ sơ,Tên đề mục và tiêu đề hồ sơ,Thời hạn bảo quản,Người lập hồ sơ,Ghi chú\r\n"
    "I,Văn phòng,,,VP\r\n"
    "1,Tổng hợp,,,\r\n"
    ',"Hồ sơ xây dựng kế hoạch, báo cáo",Vĩnh viễn,{compiler},\r\n'
    ",=1+1,20 năm,{compiler},thử\r\n"
)
HOSTILE = "../../etc/passwd\u202egpj.exe\n=cmd|' /C calc'!A0.pdf"


@pytest.fixture
def who() -> dict[str, str]:
    """Return who does what in the province's agency."""
    roles = {"clerk": Role.CLERK, "specialist": Role.SPECIALIST}
    found = {name: person_of(PROVINCE, role).id for name, role in roles.items()}
    return {**found, "leader": leader_of(PROVINCE).id}


@pytest.fixture
def opened(office: Office, congvan: Congvan, who: dict[str, str], tmp_path: Path) -> str:
    """Return the code of an open dossier of the plan, with both letters in it."""
    with_letters(office)
    plan = tmp_path / "danh-muc.csv"
    plan.write_text(PLAN.format(compiler=who["specialist"]), "utf-8", newline="")
    here = ("--agency", PROVINCE)
    for words in (
        ("plan", "import", plan, "--by", who["clerk"]),
        ("plan", "approve", "--by", who["leader"]),
        ("plan", "send", "--by", who["clerk"]),
        ("open", "01.VP", "--by", who["specialist"]),
    ):
        said = congvan("dossier", *words, *here, "--json")
        assert said.code == 0, said.out
    code: str = said.json["code"]
    for row in documents(office, Direction.OUTGOING):
        filed = congvan("dossier", "file", code, row.id, "--by", who["specialist"], "--json")
        assert filed.json["new"], filed.out
    return code


def test_the_plan_comes_back_from_every_kind_of_file(
    opened: str, congvan: Congvan, who: dict[str, str], tmp_path: Path
) -> None:
    shown = congvan("dossier", "plan", "show", "--agency", PROVINCE, "--json").json["lines"]
    assert [line["notation"] for line in shown] == ["I", "1", "01.VP", "02.VP"]
    assert shown[3]["title"] == "=1+1"
    year = int(opened.split(".")[-3])
    for ending in ("xlsx", "csv", "json"):
        target = tmp_path / f"ra.{ending}"
        out = ("dossier", "plan", "export", "--agency", PROVINCE, "-o", target)
        assert congvan(*out).code == 0
        said = congvan(
            *("dossier", "plan", "import", target, "--agency", PROVINCE, "--json"),
            *("--year", year + 1, "--by", who["clerk"]),
        )
        assert said.code == 0, said.out
        again = congvan(
            "dossier", "plan", "show", "--agency", PROVINCE, "--year", year + 1, "--json"
        )
        assert again.json["lines"] == shown
    sheet = openpyxl.load_workbook(tmp_path / "ra.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a": 1}'),
        ("a.exe", b"MZ"),
        ("a.csv", b"I," + b"x" * 3000),
    ],
    ids=["no-zip", "no-utf8", "deep", "no-list", "ending", "long-cell"],
)
def test_a_file_that_is_no_plan_is_refused(
    office: Office,
    congvan: Congvan,
    who: dict[str, str],
    tmp_path: Path,
    name: str,
    content: bytes,
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    said = congvan(
        "dossier", "plan", "import", path, "--agency", PROVINCE, "--by", who["clerk"], "--json"
    )
    assert (said.code, said.error) == (1, "plan.file_invalid")


def test_a_whole_dossier_leaves_with_every_file_as_it_is(
    office: Office, opened: str, congvan: Congvan, who: dict[str, str], tmp_path: Path
) -> None:
    first = documents(office, Direction.OUTGOING)[0]
    sha256 = office.blobs.put(b"phu luc")
    file = Attachment(HOSTILE, "application/pdf", sha256, 7)
    with office.database.writing() as session:
        session.add(
            AttachmentRow(
                document_id=first.id,
                ordinal=1,
                name=file.name,
                content_type=file.content_type,
                sha256=file.sha256,
                size=file.size,
            )
        )
    with office.database.writing() as session:  # as of an arrival, whose message names it too
        own = {"sha256": first.current_sha256, "size": 1, "content_type": "application/pdf"}
        session.add(AttachmentRow(document_id=first.id, ordinal=2, name="chính.pdf", **own))
    photo = tmp_path / "ảnh hội nghị.jpg"
    photo.write_bytes(b"\xff\xd8 anh")
    by = ("--by", who["specialist"])
    assert congvan("dossier", "add", opened, photo, "--kind", "photo", *by).code == 0
    closed = congvan("dossier", "close", opened, *by, "--json")
    assert closed.json["DocTotal"] == 2, closed.out
    target = tmp_path / "ho-so.zip"
    assert congvan("dossier", "export", opened, "-o", target, *by).code == 0
    with ZipFile(target) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert all(not name.startswith("/") and ".." not in name for name in names)
        assert all(name.isascii() and name.isprintable() for name in names)
        held = {name: packed.read(name) for name in names}
    sums = dict(line.split("  ")[::-1] for line in held.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    pdfs = [name for name in names if name.startswith("van-ban/") and name.count("_") == 0]
    assert pdfs == [f"van-ban/{opened}.{number:03d}.pdf" for number in (1, 2)]
    assert [name for name in sums if sums[name] == first.current_sha256] == pdfs[:1]
    rows = documents(office, Direction.OUTGOING)
    assert {sums[name] for name in pdfs} == {row.current_sha256 for row in rows}
    root = etree.fromstring(held["ho-so.xml"])
    assert [child.tag for child in root] == [
        *("FileCode", "Title", "Maintenance", "Rights", "Creator", "Language", "StartDate"),
        *("EndDate", "DocTotal", "PageTotal", "Description", "Documents"),
    ]
    assert [e.text for e in root.findall("Documents/Document/DocOrdinal")] == ["1", "2"]
    assert {e.text for e in root.findall("Documents/Document/FileCode/FileNotation")} == {"01.VP"}
    (tmp_path / "muc-luc.pdf").write_bytes(held["muc-luc.pdf"])
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "muc-luc.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    for wanted in ("MỤC LỤC VĂN BẢN TRONG HỒ SƠ", "01.VP", "Vĩnh viễn", "gồm 2 văn bản"):
        assert wanted in text
    again = congvan("dossier", "export", opened, "-o", target, *by, "--json")
    assert again.error == "bundle.taken"
    shown = congvan("dossier", "show", opened, *by, "--json").json
    assert shown["accesses"]["export"] == 1


def test_the_lists_have_the_decrees_columns(
    opened: str, congvan: Congvan, who: dict[str, str], tmp_path: Path
) -> None:
    by = ("--by", who["specialist"])
    assert congvan("dossier", "check", opened, *by).code == 0
    assert congvan("dossier", "close", opened, *by).code == 0
    target, minutes = tmp_path / "nop-luu.xlsx", tmp_path / "bien-ban.pdf"
    here = ("--agency", PROVINCE)
    listed = congvan("dossier", "list", *here, "--of", who["specialist"], "--json").json
    assert [each["FileCode"]["FileNotation"] for each in listed] == ["01.VP"]
    due = congvan("dossier", "due", *here, "--days", 366, "--json").json
    assert [each["code"] for each in due] == [opened]
    said = congvan("dossier", "submit", opened, *here, *by, "-o", target, "--minutes", minutes)
    assert said.code == 0, said.err
    sheet = openpyxl.load_workbook(io.BytesIO(target.read_bytes())).active
    header = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Số TT")
    assert header == (
        *("Số TT", "Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời gian tài liệu"),
        *("Thời hạn bảo quản", "Số tờ/ Số trang", "Ghi chú"),
    )
    assert minutes.read_bytes().startswith(b"%PDF-")
    refused = congvan("dossier", "reopen", opened, "--by", who["leader"], "--reason", "x" * 10)
    assert refused.code == 1


def test_rules_and_rights_are_driven_from_the_command_line(
    opened: str, congvan: Congvan, who: dict[str, str]
) -> None:
    by, here = ("--by", who["specialist"]), ("--agency", PROVINCE)
    rule = congvan("dossier", "rules", "add", opened, "--types", "Quyết định", *by, "--json")
    rules = congvan("dossier", "rules", "list", *here, "--json").json
    assert [each["rule"] for each in rules] == [rule.json["rule"]]
    assert congvan("dossier", "rules", "run", *here).code == 0
    assert congvan("dossier", "rules", "end", rule.json["rule"], *here, *by).code == 0
    asked = congvan(
        *("dossier", "right", "ask", "--dossier", opened, "--grant", "restricted", *by),
        *("--reason", "có thông tin cá nhân", "--json"),
    ).json["change"]
    alerts = congvan("dossier", "right", "list", *here, "--json").json
    assert [each["id"] for each in alerts] == [asked]
    leader = ("--by", who["leader"])
    assert congvan("dossier", "right", "confirm", asked, *here, *leader).code == 0
    shown = congvan("dossier", "show", opened, *leader, "--json").json
    assert shown["Rights"] == "Có điều kiện"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Phụ lục Đ.pdf", "Phu-luc-D.pdf"),
        (".htaccess", "tep.htaccess"),
        ("", "tep"),
        ("a\x00b\u202e.exe", "a-b.exe"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
    ids=["path", "accents", "hidden", "empty", "control", "long"],
)
def test_a_hostile_name_becomes_one_plain_name(given: str, name: str) -> None:
    assert safe_name(given) == name
