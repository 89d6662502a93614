"""What an attacker at the desk tries: every route there is, and things of others to ask for.

The routes are read from the application itself, so that a new one is tried without being named
here; things are rows of the store, filled in by their columns.
"""

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx
from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, Text, or_, select, update
from sqlalchemy.orm import Session

from documents import access_rights, directing, directory
from documents.access import GrantKind
from documents.assignee import Share
from documents.document import Attachment, Person, Role
from documents.identity import new_id
from documents.tables import (
    AbsenceRow,
    AccountPersonRow,
    AccountRow,
    ArrivalModelRow,
    Base,
    BatchItemRow,
    BatchRow,
    DisplayRow,
    DocumentRow,
    DossierRow,
    DraftOpinionRow,
    NoticeRow,
    PhraseRow,
    PostRow,
    RecipientGroupRow,
    RegisterRow,
    RemarkFileRow,
    RemarkRow,
    ReportRow,
    ReservationRow,
    SavedQueryRow,
)
from documents.tables.foundation import Instant
from tests.web.attack_routes import Route
from tests.web.counter import Counter
from tests.web.directions import Arrivals
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, hand_in, person_of

NUMBERS = itertools.count(1)
QUIET = frozenset({"account", "account_person", "kept_form", "login_attempt", "web_session"})
"""Tables that a login or a look writes, and what is typed, which is kept for its typist alone."""


CLERK = person_of(PROVINCE, Role.CLERK).id


def put(session: Session, of: type[Base], /, **given: Any) -> Any:
    """Add a row: what is not given is filled in by its column's kind."""
    values = dict(given)
    for column in of.__table__.columns:
        if column.key in values or column.nullable or column.default is not None:
            continue
        if isinstance(column.type, Boolean):
            values[column.key] = False
        elif isinstance(column.type, Integer):
            values[column.key] = 900 + next(NUMBERS) if column.primary_key else 1
        elif isinstance(column.type, Date):
            values[column.key] = date(2026, 3, 1)
        elif isinstance(column.type, LargeBinary):
            values[column.key] = b"x"
        elif "JSON" in type(column.type).__name__.upper():
            values[column.key] = {}
        elif isinstance(column.type, Instant):
            values[column.key] = given["_at"]
        elif any(each.target_fullname == "person.id" for each in column.foreign_keys):
            values[column.key] = CLERK
        else:
            values[column.key] = new_id() if column.primary_key else f"x{next(NUMBERS)}"
    values.pop("_at", None)
    row = of(**values)
    session.add(row)
    session.flush()
    return row


def standing(counter: Counter, organ_id: str = "") -> dict[str, list[str]]:
    """Return every row of every table, or those of one agency's where a table tells whose."""
    found: dict[str, list[str]] = {}
    with counter.office.database.reading() as session:
        for name, table in Base.metadata.tables.items():
            if name in QUIET:
                continue
            wanted = select(table)
            if organ_id and "organ_id" in table.columns:
                wanted = wanted.where(table.columns["organ_id"] == organ_id)
            found[name] = sorted(map(str, session.execute(wanted)))
    return found


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the rows that came or went, by table."""
    names = [name for name in before if before[name] != after[name]]
    return {name: sorted(set(before[name]) ^ set(after[name])) for name in names}


@dataclass
class World:
    """Two agencies on one installation; everything here is the province's."""

    counter: Counter
    mark: str = "QUYHOACH7391"
    """Stands in every text of theirs, and nowhere else."""
    secret: str = "NHANSU8264"
    """Stands in what belongs to their two documents."""

    def __post_init__(self) -> None:
        counter, at = self.counter, self.counter.office.now()
        self.desk = Arrivals(counter)
        sha256 = counter.office.blobs.put(b"%PDF-1.7 " + self.mark.encode())
        file = Attachment(f"{self.secret}.pdf", "application/pdf", sha256, 20)
        self.arrival = self.desk.submitted(subject=f"V/v {self.secret}", attachments=(file,))
        self.draft = hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,), subject=self.secret)
        self.sha256 = sha256
        leader = self.desk.leader
        with counter.office.database.writing() as session:
            wanted = directing.Instruction(f"Giao {self.secret}", (Share("binh"),), None)
            directing.direct(session, self.arrival, wanted, leader, at)
            self.ids = self._filled(session, at)
        self.ids |= {"task_id": self.desk.tasks(self.arrival)[0].id, "sha256": sha256}

    def _filled(self, session: Session, at: datetime) -> dict[str, str]:
        mark, secret, clerk = self.mark, self.secret, self.desk.clerk
        mine = {"organ_id": PROVINCE, "_at": at}
        account = put(session, AccountRow, username=f"{mark}", _at=at)
        session.add(AccountPersonRow(account_id=account.id, person_id="mai"))
        register = put(session, RegisterRow, direction="outgoing", series="x", year=2026, **mine)
        remark = put(
            *(session, RemarkRow), document_id=self.arrival, kind="opinion", words=secret, **mine
        )
        put(
            *(session, RemarkFileRow),
            remark_id=remark.id,
            ordinal=1,
            name=mark,
            sha256=self.sha256,
            _at=at,
        )
        batch = put(
            *(session, BatchRow),
            person_id=clerk,
            action="direct",
            state="done",
            lease_until=at,
            **mine,
        )
        put(
            *(session, BatchItemRow),
            batch_id=batch.id,
            document_id=self.arrival,
            outcome="done",
            result=secret,
            _at=at,
        )
        opinion = put(
            *(session, DraftOpinionRow),
            document_id=self.draft,
            person_id=clerk,
            words=mark,
            file_sha256=self.sha256,
            file_name=secret,
            given_by=clerk,
            given_at=at,
            _at=at,
        )
        report = put(
            *(session, ReportRow),
            document_id=self.arrival,
            occasion="arrival",
            verdict="TOTAL-PASSED",
            content="{}",
            _at=at,
        )
        dossier = put(
            *(session, DossierRow),
            title=mark,
            compiler_id=clerk,
            state="open",
            year=2026,
            rights="Công khai",
            **mine,
        )
        reserved = put(
            *(session, ReservationRow),
            register_id=register.id,
            owner_id=clerk,
            reason=mark,
            state="open",
            expires_at=at,
            **mine,
        )
        put(
            *(session, NoticeRow),
            person_id=clerk,
            document_id=self.arrival,
            code=secret,
            duty="direct",
            stage="late",
            **mine,
        )
        query = put(session, SavedQueryRow, owner_id=clerk, name=mark, query=mark, **mine)
        group = put(session, RecipientGroupRow, owner_id="", name=mark, **mine)
        phrase = put(session, PhraseRow, owner_id=None, kind="opinion", words=mark, **mine)
        model = put(session, ArrivalModelRow, owner_id=clerk, name=mark, **mine)
        display = put(session, DisplayRow, name=mark, expires_at=at.replace(year=2099), **mine)
        absence = put(session, AbsenceRow, person_id=clerk, reason=mark, **mine)
        return {
            "account_id": account.id,
            "batch_id": batch.id,
            "copy_id": new_id(),
            "display_id": display.token_sha256,
            "dossier_id": dossier.id,
            "group_id": group.id,
            "model_id": model.id,
            "opinion_id": opinion.id,
            "ordinal": "1",
            "remark_id": remark.id,
            "report_id": report.id,
            "reservation_id": reserved.id,
            "view_id": query.id,
            "which": phrase.id,
            "absence": absence.id,
        }

    def insider(self, organ_id: str, *roles: Role) -> httpx.Client:
        """Return the window of somebody who holds a post of each of *roles*."""
        with self.counter.office.database.writing() as session:
            who = f"gian-{next(NUMBERS)}"
            person = Person(who, organ_id, "Người Lạ", "Chuyên viên", roles[0])
            directory.put_person(session, person)
            for role in roles[1:]:
                put(
                    *(session, PostRow),
                    person_id=who,
                    organ_id=organ_id,
                    role=role,
                    position="Chuyên viên",
                    since=date(2020, 1, 1),
                    _at=self.counter.office.now(),
                )
        return self.counter.client(who=who)

    def spoil(self, words: str) -> None:
        """Write *words* over every text of theirs, and names of people and units."""
        with self.counter.office.database.writing() as session:
            for table in Base.metadata.tables.values():
                if table.name == "ledger":
                    continue  # nothing there is ever changed
                for column in table.columns:
                    if not isinstance(column.type, String | Text) or column.primary_key:
                        continue
                    ours = or_(column.contains(self.mark), column.contains(self.secret))
                    if (table.name, column.name) in NAMES:
                        ours = column.is_not(None)
                    cut = words[: column.type.length or 4000]
                    session.execute(update(table).where(ours).values({column.name: cut}))

    def restrict(self) -> None:
        """Let the leader restrict arrival and draft: nobody else is named."""
        leader, at = self.desk.leader, self.counter.office.now()
        with self.counter.office.database.writing() as session:
            for each in (self.arrival, self.draft):
                row = session.get_one(DocumentRow, each)
                asked = access_rights.ask(
                    session, row, GrantKind.RESTRICTED, "", leader, at, "Nội dung nhân sự"
                )
                access_rights.decide(session, PROVINCE, asked.id, leader, at, confirmed=True)

    def addresses(self, route: Route) -> list[str]:
        """Return where *route* is asked for things of theirs."""
        found = []
        for document in (self.arrival, self.draft):
            for which in (self.ids["which"], self.ids["absence"]):
                values = WORDS | self.ids | {"document_id": document, "which": which}
                found.append(route.at(values))
        return list(dict.fromkeys(found))

    def form(self, route: Route, document: str) -> dict[str, str]:
        """Return what *route* takes, each field naming something of theirs."""
        ids = self.ids
        named = {
            "document": document,
            "documents": document,
            "item": f"{document}|submitted|{'0' * 64}",
            "dossier": ids["dossier_id"],
            "group": ids["group_id"],
            "opinion": ids["opinion_id"],
            "remark": ids["remark_id"],
            "view": ids["view_id"],
            "model": ids["model_id"],
            "key": f"drafts/{document}" if "forms" in route.path else "1",
            "kind": "content",
            "fields": "{}",
            "reason": "Lý do đủ mười ký tự",
            "version": "0",
            "code": "123456",
            "clerk": "1",
            "step": "return",
            "name": "return",
        }
        return {name: named.get(name, "1") for name in route.fields}


WORDS = {
    "direction": "incoming",
    "kind": "csv",
    "name": "inbox",
    "number": "1",
    "step": "return",
    "year": "2026",
}
"""What stands in addresses beside ids."""
NAMES = frozenset(
    {
        *(("person", "full_name"), ("person", "position"), ("unit", "name"), ("agency", "name")),
        *(("document", "sender_name"), ("document", "signer_name"), ("document", "type_name")),
        *(("document", "place"), ("document", "error_text"), ("document", "code_notation")),
        *(("remark", "words"), ("task", "content"), ("task", "source"), ("remark", "name")),
    }
)
"""Columns that hold what people or strangers call things."""
EVERY = (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST, Role.ADMINISTRATOR)
"""Roles of people."""
