"""The hub's SOAP face: SOAP 1.1 and 1.2, inline, MTOM and swaRef at /soap, and its WSDL.

A request is refused before it costs anything that grows with it: credential, media type, size
while it comes, XML limits, signature, X-Road headers, schema; only then an operation runs.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.axis import MessageKind
from connectors.hub.caller import Caller
from connectors.hub.mishap import Mishaps, Struck
from connectors.hub.node import Node
from connectors.hub.operations import Asked, Operations
from connectors.hub.replies import Reply
from connectors.hub.soap_body import BODY_SECONDS, broken, take_in
from connectors.hub.soap_door import (
    CHALLENGE,
    Door,
    NotAdmitted,
    client_certificate,
    not_admitted,
)
from connectors.soap import wire, xroad
from connectors.soap.fault import Blame, Detail, SoapFault
from connectors.soap.intake import Intake, MediaTypeUnknown, Message
from connectors.soap.model import shared_model
from connectors.soap.version import of_content_type
from schemas.axis.contract import published_wsdl

PATH = "/soap"


class SoapEndpoint:
    """Takes one SOAP message in, does what it asks, and answers."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._limit = node.store.max_size
        self._operations = Operations(node.store)
        self._mishaps = Mishaps(node.store, node.faults)
        self._model = shared_model()

    async def post(self, request: Request) -> Response:
        """Answer a SOAP request."""
        content_type = request.headers.get("content-type", "")
        version = of_content_type(content_type)
        action = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
        if (ended := self._mishaps.unread(action)) is not None:
            return ended
        try:
            certificate = client_certificate(request.scope)
            door = Door(self._node, request.headers.get("authorization", ""), certificate)
            intake = Intake(content_type, self._limit, door.opener, self._node.store.incoming)
            async with asyncio.timeout(BODY_SECONDS):
                refused = await take_in(request, intake, door.refused)
            if refused is not None:
                return await run_in_threadpool(_unread, refused, intake, Reply(version), door)
            return await run_in_threadpool(self._answered, intake, door)
        except MediaTypeUnknown:
            return PlainTextResponse("SOAP 1.1, SOAP 1.2, MTOM or swaRef is expected", 415)
        except (ClientDisconnect, TimeoutError):
            return PlainTextResponse("the request did not come in whole", 408)
        except SoapFault as fault:
            return _refused(fault, Reply(version))
        except Exception as error:
            return _refused(broken(error), Reply(version))

    def _answered(self, intake: Intake, door: Door) -> Response:
        message = intake.close()
        reply = Reply(message.version, message.form, message.headers, door.seal)
        try:
            return self._done(message, door.caller(), reply)
        except SoapFault as fault:
            return _refused(fault, reply)
        except Exception as error:
            return _refused(broken(error), reply)
        finally:
            message.close()

    def _done(self, message: Message, caller: Caller, reply: Reply) -> Response:
        version = message.version
        operation = self._model.operation_of(message.body)
        xroad.check(message.headers, operation)
        values = self._model.request_values(operation, message.body)
        mishap = self._mishaps.of(operation, _spoken_for(values))
        try:
            if (out_of_order := mishap.before()) is not None:
                return out_of_order
        except Struck as struck:
            raise _struck(struck) from None
        asked = Asked(values, message.blobs, caller, message.secured)
        answer = self._operations.answer(operation, asked)
        contents = answer.contents
        if mishap.corrupts:
            contents = tuple(map(_corrupted, contents))
        lists = {
            name: mishap.listed(entries, lambda entry: entry.get("kind") == MessageKind.STATUS)
            for name, entries in answer.values.items()
            if isinstance(entries, list) and not contents
        }
        response = self._model.response(version, operation, answer.values | lists)
        return mishap.after(reply.message(response, contents), content=bool(contents))

    def get(self, request: Request) -> Response:
        """Publish the WSDL at `?wsdl`; `?wsdl&soap11` leaves the second port out."""
        address = str(request.url.replace(query="", fragment=""))
        text = published_wsdl(address, soap12="soap11" not in request.query_params)
        return Response(text, media_type="text/xml")


def _unread(fault: SoapFault, intake: Intake, reply: Reply, door: Door) -> Response:
    if not isinstance(fault, NotAdmitted):
        with suppress(SoapFault):
            intake.prove()
    return _refused(fault, replace(reply, seal=door.seal))


def _refused(fault: SoapFault, reply: Reply) -> Response:
    if not isinstance(fault, NotAdmitted):
        return reply.fault(fault)
    response = reply.fault(fault, 401)
    response.raw_headers.append((b"www-authenticate", CHALLENGE.encode()))
    return response


def _struck(struck: Struck) -> SoapFault:
    if struck.credential:
        return not_admitted(struck.text)
    blame = Blame.SERVER if struck.retryable else Blame.CLIENT
    detail = Detail(struck.code, retryable=struck.retryable, description=struck.text)
    return SoapFault(blame, struck.text, detail)


def _spoken_for(values: Any) -> set[str]:
    """Return the agencies that a request names as its own."""
    named = getattr(values, "agency", None) or []
    statuses = getattr(values, "status", None) or []
    senders = {one["from"] for one in [values, *statuses] if "from" in one}
    return senders | ({named} if isinstance(named, str) else set(named))


def _corrupted(content: wire.Content) -> wire.Content:
    data = b"".join(content.chunks())
    return wire.Content.of(bytes([data[0] ^ 1]) + data[1:])


def routes(node: Node) -> list[BaseRoute]:
    """Return the face's routes."""
    endpoint = SoapEndpoint(node)
    return [
        Route(PATH, endpoint.post, methods=["POST"]),
        Route(PATH, endpoint.get, methods=["GET"]),
    ]
