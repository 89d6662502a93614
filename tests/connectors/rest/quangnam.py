"""The axis of Quảng Nam: client credentials, resources, the message in base64 as a JSON string.

Facts: axis.md §11.2; what is not known is chosen here, and docs/rest.md says what.
"""

import base64
import io
import json
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.axis import MessageKind, PacketState
from connectors.errors import AxisRefused, EnvelopeInvalid, UnknownRecipient
from connectors.soap.wire import Content
from tests.connectors.rest.stand_in import Answer, Face, faulty, given, to_recipient


class QuangNam:
    """Its calls."""

    def __init__(self, face: Face) -> None:
        self.face = face

    def said(self, code: str = "0", words: str = "", **more: object) -> Response:
        status = "OK" if code == "0" else "FAIL"
        return JSONResponse({"status": status, "errorCode": code, "errorDesc": words, **more})

    def guarded(self, answer: Answer) -> Answer:
        async def go(request: Request) -> Response:
            if not self.face.bearer(request):
                await request.body()
                return JSONResponse({"fault": {"code": 900901, "message": "Invalid"}}, 401)
            if request.headers.get("secretdonvi") != self.face.secret["secret_unit"]:
                return self.said("15", "secretDonVi")
            return await answer(request)

        return go

    async def token(self, request: Request) -> Response:
        pair = f"{self.face.secret['consumer_key']}:{self.face.secret['consumer_secret']}"
        expected = f"Basic {base64.b64encode(pair.encode()).decode()}"
        asked = parse_qs((await request.body()).decode())
        if request.headers.get("authorization") != expected:
            return JSONResponse({"error": "invalid_client"}, 401)
        assert asked == {"grant_type": ["client_credentials"]}
        return JSONResponse(
            {"access_token": self.face.token(), "token_type": "Bearer", "expires_in": 3600}
        )

    async def send(self, request: Request) -> Response:
        data = base64.b64decode(json.loads(await request.body()), validate=True)
        kind = MessageKind(request.query_params["loaiVanBan"])
        if len(data) > self.face.store.max_size:
            return PlainTextResponse("", 413)
        try:
            found = await run_in_threadpool(self.face.accept, io.BytesIO(data), kind)
        except EnvelopeInvalid:
            return self.said("22", "edXML")
        if isinstance(found, AxisRefused):
            return self.said("18" if isinstance(found, UnknownRecipient) else "21", found.args[1])
        return self.said(docId=found.axis_id)

    async def received(self, _: Request) -> Response:
        data = [
            {
                "serviceType": "eDoc",
                "messageType": str(kind),
                "docId": f"{track.axis_id}~{track.recipient}",
                "from": track.sender,
                "to": track.recipient,
                "status": str(track.state).upper(),
                "statusDesc": track.note,
                "createdTime": str(int(track.accepted_at.timestamp() * 1000)),
            }
            for kind in MessageKind
            for track in self.face.tracks(kind)
        ]
        return self.said(data=data)

    async def one(self, request: Request) -> Response:
        doc_id = request.path_params["doc_id"]
        try:
            if request.method == "PUT":
                axis_id, recipient = to_recipient(self.face, doc_id)
                state = PacketState[request.query_params["status"]]
                self.face.store.move(recipient, axis_id, state)
                return self.said()
            stored = given(self.face, doc_id)
        except AxisRefused as error:
            return JSONResponse({"errorCode": "", "errorDesc": str(error)}, 404)
        data = b"".join(Content.of(stored.content).chunks())
        return self.said(data=base64.b64encode(data).decode())

    async def agencies(self, _: Request) -> Response:
        rows = self.face.store.agencies()
        data = [
            {"id": e.organ_id, "pid": e.parent, "code": e.organ_id, "name": e.name} for e in rows
        ]
        return self.said(data=data)

    def route(self, method: str, path: str, operation: str, answer: Answer) -> Route:
        return Route(
            "/truclienthong/v1.0.0" + path,
            faulty(self.face, operation, self.guarded(answer)),
            methods=[method],
        )

    def routes(self) -> list[Route]:
        return [
            Route("/token", self.token, methods=["POST"]),
            self.route("POST", "/vanbans", "SendDocument", self.send),
            self.route("GET", "/vanbans", "GetPendingDocumentIds", self.received),
            self.route("GET", "/vanbans/{doc_id}", "GetDocument", self.one),
            self.route("PUT", "/vanbans/{doc_id}", "ConfirmReceived", self.one),
            self.route("GET", "/donvilienthongs", "GetAgencies", self.agencies),
        ]
