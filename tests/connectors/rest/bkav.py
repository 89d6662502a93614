"""Bkav REST 2.0: parameters in headers, raw bytes in, base64 out, two countings.

Facts: axis.md §12.2; what is not known is chosen here, and docs/rest.md says what.
"""

import base64
import io

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.axis import MessageKind, PacketState
from connectors.errors import AxisRefused, EnvelopeInvalid
from connectors.soap.wire import Content
from tests.connectors.rest.stand_in import Answer, Face, faulty


class Bkav:
    """Its calls."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.numbers: dict[MessageKind, dict[str, int]] = {kind: {} for kind in MessageKind}

    def number(self, kind: MessageKind, axis_id: str) -> int:
        return self.numbers[kind].setdefault(axis_id, len(self.numbers[kind]) + 1)

    def named(self, kind: MessageKind, wanted: str) -> str:
        return next((a for a, n in self.numbers[kind].items() if str(n) == wanted), "")

    def said(self, error: str = "", **more: object) -> Response:
        errors = [{"code": error, "description": error}] if error else []
        code, status = ("9999", "Error") if error else ("0", "Success")
        return JSONResponse({"status": status, "code": code, "errors": errors, **more})

    def guarded(self, answer: Answer) -> Answer:
        async def go(request: Request) -> Response:
            if request.headers.get("authorization") != self.face.secret["edoc_token"]:
                await request.body()
                return PlainTextResponse("", 401)
            return await answer(request)

        return go

    def kind_of(self, request: Request) -> MessageKind:
        return {"EDOC": MessageKind.EDOC, "STATUS": MessageKind.STATUS}[request.headers["type"]]

    async def send(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/octet-stream"
        kind = self.kind_of(request)
        data = await request.body()
        try:
            found = await run_in_threadpool(self.face.accept, io.BytesIO(data), kind)
        except EnvelopeInvalid:
            return self.said("InternalServer", docId=0)
        if isinstance(found, AxisRefused):
            return self.said("SendDocument", docId=0)
        if kind is MessageKind.EDOC and found.duplicate:
            return self.said("ExistDoc", docId=0)
        return self.said(docId=self.number(kind, found.axis_id))

    async def pending(self, request: Request) -> Response:
        kind, organ = self.kind_of(request), request.headers["organid"]
        if kind is MessageKind.EDOC:
            ids = [p.axis_id for p in self.face.store.pending([organ], kind, 1000)]
        else:  # the sources never take a status out
            ids = [t.axis_id for t in self.face.store.received([organ], kind=kind, limit=1000)]
        return self.said(docIDs=[self.number(kind, axis_id) for axis_id in ids])

    async def document(self, request: Request) -> Response:
        kind = self.kind_of(request)
        axis_id = self.named(kind, request.headers["docid"])
        try:
            (stored,) = self.face.store.fetch(request.headers["organid"], [axis_id])
        except AxisRefused:
            return self.said("GetDocument")
        data = b"".join(Content.of(stored.content).chunks())
        return self.said(data=base64.b64encode(data).decode())

    async def confirm(self, request: Request) -> Response:
        axis_id = self.named(MessageKind.EDOC, request.headers["docid"])
        organ = request.headers["organid"]
        if any(t.recipient == organ for t in self.face.store.track(axis_id)):
            self.face.store.move(organ, axis_id, PacketState.DONE)
        return self.said()

    async def agencies(self, request: Request) -> Response:
        domain = request.query_params["domain"]
        rows = [e for e in self.face.store.agencies() if e.organ_id.startswith(domain)]
        found = [{"organId": e.organ_id, "organName": e.name, "email": e.email} for e in rows]
        return self.said(organizations=found)

    def route(self, method: str, name: str, operation: str, answer: Answer) -> Route:
        path = f"/EdocService/{name}"
        return Route(path, faulty(self.face, operation, self.guarded(answer)), methods=[method])

    def routes(self) -> list[Route]:
        return [
            self.route("POST", "sendDocument", "SendDocument", self.send),
            self.route("GET", "getPendingDocIds", "GetPendingDocumentIds", self.pending),
            self.route("POST", "getDocument", "GetDocument", self.document),
            self.route("POST", "confirmReceived", "ConfirmReceived", self.confirm),
            self.route("GET", "getOrganizations", "GetAgencies", self.agencies),
        ]
