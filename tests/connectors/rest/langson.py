"""The LGSP of Lạng Sơn: a bearer and two headers, a form with a file, XML text inside JSON.

Facts: axis.md §11.1; what is not known is chosen here, and docs/rest.md says what.
"""

import codecs
import json
import time
from collections.abc import AsyncIterator
from typing import IO, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from connectors.axis import MessageKind, PacketState
from connectors.errors import AxisRefused, EnvelopeInvalid, TooLarge, UnknownRecipient
from connectors.soap.wire import Content
from tests.connectors.rest.stand_in import Answer, Face, day, faulty, given, moment, to_recipient


class LangSon:
    """Its calls."""

    def __init__(self, face: Face) -> None:
        self.face = face

    def refused(self, code: str, words: str, status: int = 200) -> Response:
        data = {"docId": None, "status": "FAIL", "errorCode": code, "errorDesc": words}
        return JSONResponse({"success": False, "message": "Lỗi", "data": data}, status)

    def guarded(self, answer: Answer) -> Answer:
        async def go(request: Request) -> Response:
            if not self.face.bearer(request):
                await request.body()
                return JSONResponse({"message": "licenseInfo:invalid"}, 401)
            told = (request.headers.get("x-systemid"), request.headers.get("x-secretkey"))
            if told != ("00.99.W00", self.face.secret["secret_key"]):
                return self.refused("15", "Sai SystemId hoặc SecretKey")
            return await answer(request)

        return go

    async def login(self, request: Request) -> Response:
        asked = await request.json()
        expected = {name: self.face.secret[name] for name in ("username", "password")}
        expected["applicationCode"] = self.face.secret["application_code"]
        rest = {"otp": None, "twoFactorProvider": None, "typeObjs": [0, 1]}
        if request.query_params.get("allow_anonymous") != "true" or asked != expected | rest:
            return JSONResponse({"code": 1, "message": "Sai tài khoản", "data": None}, 400)
        return JSONResponse({"code": 0, "message": "OK", "data": {"token": self.face.token()}})

    async def send(self, request: Request) -> Response:
        if "content-length" not in request.headers:
            return PlainTextResponse("Length Required", 411)
        async with request.form() as form:
            file = form["edocFile"]
            assert isinstance(file, UploadFile)
            assert file.content_type == "application/xml"
            kind = MessageKind(str(form["messageType"]))
            try:
                found = await run_in_threadpool(self.face.accept, cast(IO[bytes], file.file), kind)
            except EnvelopeInvalid:
                return self.refused("22", "Sai định dạng edXML")
        if isinstance(found, UnknownRecipient):
            return self.refused("18", f"Đơn vị nhận không tồn tại: {found.args[1]}")
        if isinstance(found, TooLarge):
            return PlainTextResponse("", 413)
        if isinstance(found, AxisRefused):
            return self.refused("21", str(found))
        return JSONResponse({"success": True, "message": "OK", "docId": found.axis_id})

    async def received(self, request: Request) -> Response:
        asked = request.query_params
        days = asked["fromDate"], asked["toDate"]
        assert all(time.strptime(one, "%Y/%m/%d") for one in days)
        data = [
            {
                "serviceType": "eDoc",
                "createdTime": moment(track.accepted_at),
                "updatedTime": moment(track.updated_at),
                "messageType": asked["messageType"],
                "docId": f"{track.axis_id}~{track.recipient}",
                "from": track.sender,
                "to": track.recipient,
                "status": str(track.state),
                "statusDesc": track.note,
            }
            for track in self.face.tracks(MessageKind(asked["messageType"]))
            if days[0] <= day(track.accepted_at) <= days[1]
        ]
        return JSONResponse({"success": True, "message": "OK", "count": len(data), "data": data})

    async def edoc(self, request: Request) -> Response:
        try:
            stored = given(self.face, request.query_params["docId"])
        except AxisRefused as error:
            return self.refused("", str(error), 404)
        head = {"docId": stored.axis_id, "from": stored.sender, "fromName": "Sơn Hải"}

        async def body() -> AsyncIterator[bytes]:
            before, after = json.dumps({"success": True, "data": head | {"edxml": "|"}}).split("|")
            yield before.encode()
            text = codecs.getincrementaldecoder("utf-8")()
            for chunk in Content.of(stored.content).chunks():
                yield json.dumps(text.decode(chunk))[1:-1].encode()
            files = json.dumps([{"fileName": "a.pdf", "fileContent": "QUJD" * 25_000}])
            yield f'{after[:-2]}, "attachments": {files}}}}}'.encode()

        return StreamingResponse(body(), media_type="application/json")

    async def update(self, request: Request) -> Response:
        asked = await request.json()
        try:
            axis_id, recipient = to_recipient(self.face, asked["docId"])
            self.face.store.move(recipient, axis_id, PacketState(asked["status"]))
        except AxisRefused as error:
            return self.refused("", str(error), 404)
        return JSONResponse({"success": True, "message": "OK"})

    async def agencies(self, _: Request) -> Response:
        entries = self.face.store.agencies()
        names = ("orgCode", "orgName", "parentCode", "address", "email", "phone")
        rows = [(e.organ_id, e.name, e.parent or None, "", e.email, "") for e in entries]
        return JSONResponse([dict(zip(names, row, strict=True)) for row in rows])

    def route(self, method: str, name: str, operation: str, answer: Answer) -> Route:
        return Route(
            f"/v1/{name}", faulty(self.face, operation, self.guarded(answer)), methods=[method]
        )

    def routes(self) -> list[Route]:
        return [
            Route("/v1/auth/login", self.login, methods=["POST"]),
            self.route("POST", "sendEdoc", "SendDocument", self.send),
            self.route("GET", "syncReceivedEdocList", "GetPendingDocumentIds", self.received),
            self.route("GET", "getEdoc", "GetDocument", self.edoc),
            self.route("POST", "updateStatus", "ConfirmReceived", self.update),
            self.route("GET", "getAgenciesList", "GetAgencies", self.agencies),
        ]
