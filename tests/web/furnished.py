"""A desk with something in every drawer, and every page of it that a person can open.

The pages are read from the application's own routes, so that a new one is looked at without
being named here.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from documents import batches, directing
from documents.assignee import Share
from documents.batch import Wanted
from documents.directing import Instruction
from documents.document import Attachment, Role
from documents.identity import new_id
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.right_holder import At
from documents.tables import (
    AccountRow,
    DeliveryRow,
    DocumentRow,
    DossierRow,
    NoticeRow,
    TaskRow,
)
from documents.task import TaskPart
from tests.web import papers
from tests.web.arrivals import Arrivals as Counted
from tests.web.arrivals import printed
from tests.web.counter import Counter
from tests.web.directions import Arrivals
from tests.web.test_batches import submitted
from tests.web.test_drafts import made, take
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document
from web.application import create_app
from workflows import batch_runner

LONG = (
    "V/v rà soát, tổng hợp tình hình thực hiện các nhiệm vụ được giao tại Chương trình công tác "
    "năm 2026 và đề xuất giải pháp tháo gỡ khó khăn, vướng mắc trong sắp xếp, bố trí trụ sở làm "
    "việc; quản lý, sử dụng tài sản công sau khi sắp xếp đơn vị hành chính cấp xã; bảo đảm an "
    "toàn thông tin mạng, duy trì hoạt động thông suốt của hệ thống quản lý văn bản và điều hành "
    "liên thông bốn cấp phục vụ sự chỉ đạo, điều hành của Ủy ban nhân dân tỉnh Sơn Hải trong "
    "thời gian tới theo ý kiến của Bộ"
)
"""A subject of the length that laws have."""
STRANGER = ""
UNVISITED = frozenset(
    {
        *("/account/second-factor/qr.svg", "/login/code", "/login/oidc", "/login/oidc/callback"),
        "/sign/{document_id}/attachments/{ordinal}",
        *("/documents/{document_id}/copies/{copy_id}", "/documents/{document_id}/evidence.zip"),
        *("/documents/{document_id}/reports/{report_id}.pdf", "/errands/{key}"),
        *("/drafts/{document_id}/attachments/{sha256}", "/drafts/{document_id}/compare/pages"),
        "/drafts/{document_id}/opinions/{opinion_id}/file",
        *("/issue/{document_id}/page-{number}.png", "/notices/stream"),
        *("/registers/closed/{book_id}.pdf", "/registers/file.{kind}", "/vgca/{token}/source.pdf"),
        "/work/{task_id}/files/{remark_id}/{ordinal}",
    }
)
"""Files and parts of pages that the furnished desk has not, a provider's way, an endless stream,
and the step between password and desk, which its own test goes through."""

STATES = {
    "/dossiers/file": ("?document={document}",),
    "/drafts/new": ("?answers={document}",),
    "/issue": ("?view=left",),
    "/search": ("?q=nhiem+vu", "?q=khongcogi"),
    "/registers": ("?kind=outgoing",),
}
"""What is asked at addresses for their other states."""


@dataclass(frozen=True, slots=True, order=True)
class Screen:
    """A page as a person sees it."""

    who: str
    path: str
    name: str
    """Of its picture."""


class Furnished:
    """The province's desk with documents at every point of their way."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.office = counter, counter.office
        self.desk = Arrivals(counter)
        self.clerk, self.leader = counter.who(Role.CLERK), counter.who(Role.LEADER)
        self.whos = (
            self.clerk,
            self.leader,
            "dung",
            "binh",
            counter.who(Role.SPECIALIST),
            counter.who(Role.ADMINISTRATOR),
            STRANGER,
        )
        self.clients: dict[str, httpx.Client] = {}
        self.unanswered: list[str] = []
        self.values: dict[str, list[str]] = {"kind": ["pdf"], "direction": ["incoming"]}
        self._arrivals()
        self._letters()
        self._drawers()
        self._rows()

    def client(self, who: str) -> httpx.Client:
        """Return the browser without scripts of *who*."""
        if who not in self.clients:
            made_here = self.counter.client(who=who) if who else self.counter.stranger()
            made_here.headers["Accept"] = "text/html"
            self.clients[who] = made_here
        return self.clients[who]

    def post(self, who: str, path: str, **fields: Any) -> httpx.Response:
        """Send a form as *who*; it must be taken."""
        answer = self.client(who).post(path, data=fields)
        assert answer.status_code == 303, (path, re.findall("fault.{300}", answer.text, re.S))
        return answer

    def _arrivals(self) -> None:
        at, today = self.office.now(), local_day(self.office.now())
        desk = self.desk
        sha256 = self.office.blobs.put(printed())
        file = Attachment("văn bản có tên rất dài " * 4 + ".pdf", "application/pdf", sha256, 9000)
        given = {"attachments": (file,), "main_sha256": sha256, "main_size": 9000}
        before = desk.submitted(subject=LONG, words="Đề nghị giao Phòng Kinh tế", **given)
        desk.submitted(subject="Giấy mời họp giao ban", urgency=3, **given)
        late = desk.submitted(subject="V/v báo cáo tiến độ giải ngân", **given)
        shares = (Share("kt"), Share("vx", TaskPart.COOPERATE), Share("pho", TaskPart.INFORM))
        with self.office.database.writing() as session:
            wanted = Instruction("Khẩn trương tham mưu, báo cáo.", shares, today)
            task = directing.direct(session, late, wanted, self.leader, at).tasks[0]
        shown = self.client("dung").get(f"/work/{task}").text
        state = re.search(r'name="state" value="([^"]+)"', shown)
        assert state
        self.post("dung", f"/work/{task}/subtask", state=state[1], words="Soạn", to="binh")
        with self.office.database.reading() as session:
            under = session.scalars(select(TaskRow).where(TaskRow.parent_id == task)).one()
        self.values["task_id"] = [task, under.id]
        counted = Counted(self.counter, count=200)
        counted.by_clerk()
        waiting = [counted.bring(), counted.bring(subject=LONG)]
        held = counted.bring(quarantine="signature")
        self.came = [before, late, *waiting, held]

    def _letters(self) -> None:
        papers.by_hand(self.counter)
        specialist = self.counter.who(Role.SPECIALIST)
        draft = made(self.client(specialist), subject=LONG)
        returned = made(self.client(specialist), once="hai lần")
        assert take(self.client(specialist), returned, "submit", 0) < 400
        reason = "Bổ sung căn cứ và thời hạn thực hiện."
        take(self.client(self.leader), returned, "return", 1, reason)
        (row, _) = submitted(self.counter, 2)
        waits = papers.signed(self.counter)
        with self.office.database.writing() as session:
            session.get_one(DocumentRow, waits).subject = LONG
        sent = papers.draft(self.counter, (HOME_AFFAIRS, "G98"))
        sent = papers.approve(self.office, sent)
        papers.issuance.sign(self.office, [sent])
        with self.office.database.writing() as session:
            session.get_one(DocumentRow, sent).awaits = None
        papers.carried(self.counter, sent)
        stands = papers.draft(self.counter)
        with self.office.database.writing() as session:
            wanted_row = select(DeliveryRow).where(DeliveryRow.document_id == sent)
            gone = session.scalars(wanted_row).first()
            assert gone
            gone.state, gone.note = "failed", "mã cơ quan không có trong danh mục của trục"
            stuck = session.get_one(DocumentRow, stands)
            stuck.held, stuck.attempts, stuck.state = True, 3, "approved"
            stuck.error_code, stuck.error_text = "key.unavailable", "Khóa ký không mở được"
        self.went = [draft, returned, row.id, waits, sent]
        self.values["key"] = [f"drafts/{draft}"]

    def _drawers(self) -> None:
        at = self.office.now()
        today = local_day(at)
        until = f"{today + timedelta(days=2):%d/%m/%Y}"
        self.post(
            self.leader, "/phrases/phrase", kind="opinion", words="VP nghiên cứu.", shared="1"
        )
        self.post(self.leader, "/phrases/preset", name="Kinh tế", lead="kt", days="3")
        self.post(
            *(self.leader, "/delegations/absent"),
            since=f"{today:%d/%m/%Y}",
            until="+3",
            reason="Đi công tác",
            stand_in="pho",
        )
        self.post(self.clerk, "/recipients", name="Các sở", to=[HOME_AFFAIRS], shared="1")
        self.post(
            *(self.clerk, "/reserved-numbers"),
            kind="Quyết định",
            owner=self.leader,
            key="r-1",
            until=until,
            reason="họp gấp",
        )
        filed = {"notation": "01.KT", "outside": "1", "retention": "20 năm", "title": LONG[:200]}
        self.post(self.clerk, "/dossiers/new", document=self.came[1], **filed)
        with self.office.database.writing() as session:
            dossier = session.scalars(select(DossierRow)).one().id
            for number in range(3):
                session.add(
                    NoticeRow(
                        id=new_id(),
                        organ_id=PROVINCE,
                        duty="task",
                        subject_id=f"{number}",
                        person_id=self.clerk,
                        stage="late",
                        day=today,
                        code=f"{number}/UBND-VP",
                        due_on=today,
                        due_at=at,
                        created_at=at,
                    )
                )
            self.values["account_id"] = list(session.scalars(select(AccountRow.id)))[:1]
        self.values |= {
            "dossier_id": [dossier],
            "batch_id": [self._batch()],
            "name": ["inbox", "outbox"],
        }

    def _batch(self) -> str:
        ticked = [document(self.office, self.went[2]), document(self.office, self.went[0])]
        wanted = [Wanted(row.id, row.state, row.current_sha256 or "") for row in ticked]
        asker = At(self.leader, PROVINCE)
        with self.office.database.writing() as session:
            at = self.office.now()
            batch = batches.ask(session, asker, "initial", wanted, {}, "k-1", at).id
        batch_runner.carry(self.office, batch)
        return batch

    def _rows(self) -> None:
        """Two hundred rows for the lists."""
        at = self.office.now()
        with self.office.database.writing() as session:
            for number in range(200):
                session.add(
                    DocumentRow(
                        id=f"row-{number:04}",
                        direction=Direction.INCOMING,
                        organ_id=PROVINCE,
                        state="registered",
                        created_at=at,
                        updated_at=at,
                        type_name="Công văn",
                        subject=LONG if number % 50 == 7 else f"V/v nhiệm vụ thứ {number}",
                        sender_organ_id="G98",
                        sender_name="Bộ Biển và Hải đảo",
                        receipt_number=1000 + number,
                        arrival_date=local_day(at),
                        code_number=str(number),
                        code_notation="BBHĐ-VP",
                        urgency=number % 4,
                    )
                )

    def screens(self) -> Iterator[Screen]:
        """Return each page that a GET route gives, as the first person sees it who may.

        A route that gives files or parts of pages alone has no screen; one that gives nothing to
        anybody is kept in `unanswered`.
        """
        for path in sorted(self._routes()):
            any_answer = False
            for address in self._addresses(path):
                for who in self._whos(path):
                    answer = self.client(who).get(address)
                    if answer.is_error or "/login" in answer.headers.get("location", ""):
                        continue
                    any_answer = True
                    if "<html" in answer.text[:400]:
                        name = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")
                        yield Screen(who, address, name or "home")
                        break
            if not any_answer:
                self.unanswered.append(path)

    def _routes(self) -> set[str]:
        contexts = iter_route_contexts(create_app(self.office).routes)
        found = {str(each.path) for each in contexts if "GET" in (each.methods or ())}
        return found - UNVISITED

    def _whos(self, path: str) -> list[str]:
        """Return who is asked first: whose work the page is."""
        first = {
            **dict.fromkeys(("sign", "direct", "board", "batches"), self.leader),
            **dict.fromkeys(("work", "initials"), "dung"),
            "drafts": self.counter.who(Role.SPECIALIST),
            "login": STRANGER,
            "logged-out": STRANGER,
        }.get(path.split("/")[1], self.clerk)
        return [first, *(who for who in self.whos if who != first)]

    def _documents(self, path: str) -> list[str]:
        """Return the documents at the points of their way that the page is for."""
        before, late, waiting, double, held = self.came
        draft, returned, signing, waits, sent = self.went
        alone = not path.endswith("}")
        chosen = {
            "direct": [before, late],
            "documents": [sent, before, waits, held] if not alone else [sent, before],
            "drafts": [draft, returned, signing],
            "intake": [waiting, double, held],
            "issue": [waits, sent],
            "sign": [signing, sent],
        }.get(path.split("/")[1], [*self.came, *self.went])
        return chosen[:2] if alone else chosen

    def _addresses(self, path: str) -> Iterator[str]:
        names = re.findall(r"{(\w+)", path)
        values_of = self.values | {"document_id": self._documents(path)}
        for chosen in itertools.product(*(values_of.get(name, ["1"]) for name in names)):
            values = dict(zip(names, chosen, strict=True))
            yield re.sub(r"{(\w+)[^}]*}", lambda found: values[found[1]], path)  # noqa: B023
        for more in STATES.get(path, ()):
            yield path + more.format(document=self.came[0])
