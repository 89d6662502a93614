"""A small axis of the national SDK's wire, in memory, with defects on request.

Written apart from the hub: what the suite says of it, it says of somebody else's system.
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import uvicorn
from lxml import etree
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.hub.server import listening
from documents.document import VIETNAM

SYSTEM = "00.77.W00"
CODES = {"K01": "000.00.00.K01", "K01.01": "000.00.01.K01", "K01.02": "000.00.02.K01"}
NAMES = {code: f"Cơ quan {code}" for code in CODES}
PREFIX = "xroadvnpt-"
TIME = "%d/%m/%Y %H:%M:%S"


@dataclass
class Packet:
    """One message at one recipient."""

    number: int
    sender: str
    to: str
    kind: str
    data: bytes
    priority: int
    at: datetime
    state: str = "initial"
    note: str = ""
    document_id: str = ""

    @property
    def doc_id(self) -> str:
        return f"{self.number}-{self.to}"


class Refusal(Exception):
    """An answer that says no."""


@dataclass
class Axis:
    """The axis; *defects* name what it does wrong."""

    secret: str
    defects: frozenset[str] = frozenset()
    packets: list[Packet] = field(default_factory=list)
    known: dict[str, tuple[str, int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_(self, defect: str) -> bool:
        return defect in self.defects

    def admitted(self, headers: dict[str, str]) -> dict[str, str]:
        named = {k.removeprefix(PREFIX): v for k, v in headers.items() if k.startswith(PREFIX)}
        if self.is_("ignores_seal"):
            return named
        if self.is_("lower_case_only") and "xroadvnpt-systemid" not in headers:
            raise Refusal("15")
        signed = named.get("sign-header", "")
        # what came over HTTP as Latin-1
        octets = signed.encode("latin-1", "replace")
        seal = hmac.new(self.secret.encode(), octets, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(seal, named.get("hash-header", "")):
            raise Refusal("15")
        if named.get("systemid") != SYSTEM:
            raise Refusal("15")
        if self.is_("ignores_values"):
            return named
        told = {k.lower().removeprefix(PREFIX): v for k, v in json.loads(octets).items()}
        if any(named.get(name) != value for name, value in told.items()):
            raise Refusal("15")
        try:
            stamp = _moment(told["timestamp"].partition("+")[0], "%d%m%YT%H%M%S")
        except ValueError:
            raise Refusal("15") from None
        tight = timedelta(minutes=5) if self.is_("tight_stamp") else timedelta(days=30)
        if abs(stamp - datetime.now(VIETNAM)) > tight:
            raise Refusal("15")
        return told

    def parsed(self, data: bytes) -> etree._Element:
        if b"<!DOCTYPE" in data and not self.is_("accepts_entities"):
            raise Refusal("22")
        parser = etree.XMLParser(resolve_entities=self.is_("accepts_entities"), no_network=True)
        at = data.find(b"<")
        try:
            root = etree.fromstring(data[max(at, 0) :], parser)
        except etree.XMLSyntaxError:
            if self.is_("fails_on_bad_xml"):
                raise
            raise Refusal("22") from None
        wide = any(len(element.attrib) > 100 for element in root.iter("{*}*"))
        if wide or data.count(b"xmlns:") > 100 or etree.QName(root).localname != "edXML":
            raise Refusal("22")
        return root

    def body_of(self, data: bytes, announced: str) -> bytes:
        bare = data.removesuffix(b"\r\n")
        keeps = self.is_("keeps_tail")
        for candidate in (bare, data):
            octets = hashlib.sha256(candidate).digest()
            forms = {octets.hex()}
            if not self.is_("full_hex_only"):
                forms.add("".join(f"{octet:x}" for octet in octets))
            if announced in forms or (not announced and not self.is_("needs_hash")):
                return data if keeps else candidate
        if self.is_("ignores_hash"):
            return bare
        raise Refusal("10")

    def recipients(self, root: etree._Element, kind: str) -> list[str]:
        if kind == "status":
            to = [_text(root, "ResponseFor", "OrganId")]
        else:
            to = [e.findtext("{*}OrganId") or "" for e in root.iter("{*}To")]
        known = {code: code for code in CODES}
        for new, old in CODES.items():
            known[old] = "nowhere" if self.is_("loses_old_code") else new
        if any(code not in known for code in to) and not self.is_("takes_any_recipient"):
            raise Refusal("18")
        return list(dict.fromkeys(known.get(code, code) for code in to))

    def send(self, told: dict[str, str], data: bytes) -> dict[str, object]:
        data = self.body_of(data, told.get("hash-file", ""))
        root = self.parsed(data)
        text = {etree.QName(e).localname: (e.text or "") for e in root.iter("{*}*")}
        kind = told.get("messagetype", "edoc")
        to = self.recipients(root, kind)
        if (kind == "status") != bool(text.get("StatusCode")):
            raise Refusal("22")
        own = _text(root, "MessageHeader", "DocumentId") if kind == "edoc" else ""
        digest = hashlib.sha256(data).hexdigest()
        key = f"{own}#{text.get('BussinessDocType', '0')}" if own else digest
        with self.lock:
            first = self.known.get(key)
            if first is not None and not self.is_("no_duplicate_check"):
                if first[0] == digest:
                    return {"DocId": str(first[1])}
                if not self.is_("overwrites"):
                    raise Refusal("24")
                self.packets = [p for p in self.packets if p.document_id != own]
            number = next(self.numbers)
            self.known[key] = (digest, number)
            if self.is_("loses_some") and number % 7 == 0:
                return {"DocId": str(number)}
            sender, urgency = _text(root, "From", "OrganId"), int(text.get("Priority") or 0)
            for code in to * (2 if self.is_("doubles") else 1):
                again = sum(100_000 for p in self.packets if (p.to, p.document_id) == (code, own))
                now, sent = datetime.now(VIETNAM), self.harmed(data)
                packet = Packet(number + again, sender, code, kind, sent, urgency, now)
                packet.document_id = own
                self.packets.append(packet)
            return {"DocId": str(number)}

    def harmed(self, data: bytes) -> bytes:
        if self.is_("loses_marks"):
            return data.replace("ế".encode(), b"?").replace("Ế".encode(), b"?")
        if self.is_("corrupts_files"):
            return re.sub(rb"(ContentTransferEncoded[^>]*>)....", rb"\1AAAA", data)
        return data

    def waiting(self, kind: str) -> list[Packet]:
        live = ("initial",) if self.is_("forgets_fetched") else ("initial", "processing")
        with self.lock:
            found = [p for p in self.packets if p.kind == kind and p.state in live]
        if self.is_("loses_order"):
            return sorted(found, key=lambda p: hashlib.sha256(str(p.number).encode()).digest())
        if self.is_("no_urgency"):
            return found
        return sorted(found, key=lambda p: (-p.priority, p.number))

    def packet(self, doc_id: str) -> Packet:
        with self.lock:
            found = [p for p in self.packets if p.doc_id == doc_id]
        if not found:
            raise Refusal("26")
        return found[0]

    def call(self, name: str, told: dict[str, str], data: bytes) -> dict[str, object]:
        if name == "sendEdoc":
            return self.send(told, data)
        if name == "getReceivedEdocList":
            return {"data": self.received(told)}
        if name == "getSentEdocList":
            with self.lock:
                found = [p for p in self.packets if str(p.number) == told.get("docid")]
            return {"data": [_sent_row(p) for p in found]}
        if name == "getEdoc":
            packet = self.packet(told.get("docid", ""))
            packet.state = "processing" if packet.state == "initial" else packet.state
            return {"data": base64.b64encode(packet.data).decode()}
        if name == "updateStatus":
            return self.update(told)
        if name.startswith("countReceive"):
            return {"count": len(self.waiting("edoc"))}
        if name == "getSynchronizeUnit":
            return {"data": [{"code": code, "version": 1, "deleted": False} for code in CODES]}
        if name == "getAgenciesList":
            rows = [
                {"id": c, "pid": "", "code": c, "name": NAMES[c], "mail": "", "oldCode": old}
                for c, old in CODES.items()
            ]
            return {"data": rows}
        raise Refusal("404")

    def update(self, told: dict[str, str]) -> dict[str, object]:
        if told.get("status") not in ("processing", "done", "fail"):
            raise Refusal("10")
        packet = self.packet(told.get("docid", ""))
        packet.state = "processing" if self.is_("never_takes_out") else told["status"]
        packet.note = "" if self.is_("forgets_reason") else told.get("description", "")
        return {}

    def received(self, told: dict[str, str]) -> list[dict[str, str]]:
        kind = "edoc" if self.is_("mixes_kinds") else told.get("messagetype", "edoc")
        found = self.waiting(kind)
        if "fromdate" in told:
            try:
                moments = [_moment(told[n], TIME) for n in ("fromdate", "todate")]
            except ValueError:
                raise Refusal("10") from None
            if not self.is_("ignores_dates"):
                since, until = moments
                found = [p for p in found if since <= p.at < until]
        rows = [_row(p) for p in found]
        if self.is_("leaves_members_out"):
            rows = [{k: v for k, v in row.items() if k != "updated_time"} for row in rows]
        return rows

    async def answer(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        data = await request.body()
        headers = {k.decode().lower(): v.decode("latin-1") for k, v in request.headers.raw}
        try:
            told = self.admitted(headers)
            if name == "downloadEdoc":
                return Response(self.packet(told.get("docid", "")).data)
            if self.is_("stops_for_slow"):
                return JSONResponse(self.said(name, told, data))  # on the one thread of them all
            return JSONResponse(await run_in_threadpool(self.said, name, told, data))
        except Refusal as refused:
            if str(refused) == "404":
                return PlainTextResponse("no such call", 404)
            return JSONResponse({"status": "FAIL", "ErrorCode": str(refused), "ErrorDesc": "no"})

    def said(self, name: str, told: dict[str, str], data: bytes) -> dict[str, object]:
        return {"status": "OK", "ErrorCode": "0", "ErrorDesc": ""} | self.call(name, told, data)


def _moment(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)


def _text(root: etree._Element, *path: str) -> str:
    found = next(root.iter(f"{{*}}{path[0]}"), None)
    text = found.findtext(f"{{*}}{path[1]}") if found is not None else ""
    return (text or "").strip()


def _row(p: Packet) -> dict[str, str]:
    at = p.at.strftime(TIME)
    names = {"docId": p.doc_id, "from": p.sender, "to": p.to, "status": p.state}
    times = {"created_time": at, "updated_time": at, "status_desc": p.note}
    return names | times | {"serviceType": "eDoc", "messageType": p.kind}


def _sent_row(p: Packet) -> dict[str, str]:
    return {
        "senderDocId": str(p.number),
        "receiverDocId": p.doc_id,
        "fromCode": p.sender,
        "toCode": p.to,
        "sendStatus": "done",
        "receiveStatus": p.state,
        "receiveStatusDesc": p.note,
    }


@contextmanager
def served(app: object) -> Iterator[str]:
    """Serve an application on a loopback socket; give its url."""
    listener = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()


@contextmanager
def standing_in(secret: str, *defects: str) -> Iterator[str]:
    """Serve an axis with *defects*; give its url."""
    axis = Axis(secret, frozenset(defects))
    methods = ["GET", "POST"]
    with served(Starlette(routes=[Route("/{call:path}", axis.answer, methods=methods)])) as url:
        yield url
