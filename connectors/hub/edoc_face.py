"""The hub's eDoc face: SOAP with Attachments at /edoc, and a WSDL of our own (axis.md §12).

The action is the SOAPAction's, or SOAP 1.2's, or what the body says. A request is refused before
it costs anything that grows with it: media type, then size while it comes, then XML limits; only
then who asks is looked at, because the credential lies in the message.
"""

import asyncio
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.edoc.dialect import Action, wire_code
from connectors.edoc.envelope import credential_in
from connectors.edoc.intake import SwaIntake, SwaMessage, child
from connectors.edoc.swa import SwaBody, plain_body
from connectors.edxml.fields import local_name
from connectors.errors import AxisRefused
from connectors.hub.edoc_actions import EdocActions, refusal
from connectors.hub.mishap import Mishaps, Struck
from connectors.hub.node import Node
from connectors.hub.replies import WireResponse
from connectors.hub.soap_body import BODY_SECONDS, broken, take_in
from connectors.soap.fault import SoapFault, fault_envelope
from connectors.soap.intake import MediaTypeUnknown
from connectors.soap.media_type import content_type_of
from connectors.soap.version import Version, of_content_type
from schemas.edoc.contract import published_wsdl

PATH = "/edoc"
_OPERATIONS = {
    Action.SEND: "SendDocument",
    Action.UPDATE: "UpdateStatus",
    Action.PENDING: "GetPendingDocumentIds",
    Action.GET: "GetDocument",
    Action.CONFIRM: "ConfirmReceived",
    Action.TRACES: "GetReceivedDocuments",
    Action.ORGANIZATIONS: "GetAgencies",
}
"""By which names of our own contract the faults know the actions."""
_BODIES = {
    "Manifest": Action.SEND,
    "edXMLManifest": Action.SEND,
    "Status": Action.UPDATE,
}


class EdocEndpoint:
    """Takes one message in, does what it asks, and answers."""

    def __init__(self, node: Node) -> None:
        self._limit = node.store.max_size
        self._actions = EdocActions(node)
        self._mishaps = Mishaps(node.store, node.faults)

    async def post(self, request: Request) -> Response:
        """Answer a request."""
        content_type = request.headers.get("content-type", "")
        version = of_content_type(content_type)
        asked = request.headers.get("soapaction", "")
        if (ended := self._mishaps.unread(_operation(asked))) is not None:
            return ended
        try:
            intake = SwaIntake(content_type, self._limit)
            async with asyncio.timeout(BODY_SECONDS):
                refused = await take_in(request, intake)
            if refused is not None:
                return _refused(refused, version)
            asked = asked or content_type_of(content_type)[1].get("action", "")
            return await run_in_threadpool(self._answered, intake, asked)
        except MediaTypeUnknown:
            return PlainTextResponse("SOAP 1.1, SOAP 1.2, plain or multipart, is expected", 415)
        except (ClientDisconnect, TimeoutError):
            return PlainTextResponse("the request did not come in whole", 408)
        except SoapFault as fault:
            return _refused(fault, version)
        except Exception as error:
            return _broken(version, error)

    def _answered(self, intake: SwaIntake, asked: str) -> Response:
        message = intake.close()
        try:
            return self._done(message, _action(asked, message))
        except SoapFault as fault:
            return _refused(fault, message.version)
        except Exception as error:
            return _broken(message.version, error)
        finally:
            message.close()

    def _done(self, message: SwaMessage, action: Action) -> Response:
        credential = credential_in(message, action)
        mishap = self._mishaps.of(_operation(action), {credential.organ_id})
        try:
            if (out_of_order := mishap.before()) is not None:
                return out_of_order
        except Struck as struck:
            return _struck(struck, action, message.version)
        body = self._actions.answer(action, message, mishap)
        content = action is Action.GET
        if mishap.corrupts and content:
            body = _corrupted(body)
        return mishap.after(WireResponse(body), content=content)

    def get(self, request: Request) -> Response:
        """Publish our WSDL of the dialect."""
        address = str(request.url.replace(query="", fragment=""))
        return Response(published_wsdl(address), media_type="text/xml")


def _operation(asked: str) -> str:
    """Return the name by which faults know an action, as a head or a message names it."""
    name = _named(asked)
    return _OPERATIONS.get(Action(name), "") if name in set(Action) else ""


def _struck(struck: Struck, action: Action, version: Version) -> Response:
    if struck.retryable:  # the dialect's reports say nothing of trying again
        return PlainTextResponse(struck.text, 503)
    refused = AxisRefused(struck.code, struck.text)
    return WireResponse(refusal(version, action, [(wire_code(refused), struck.text)]))


def _named(asked: str) -> str:
    return asked.strip("\"' ").replace("#", "/").rpartition("/")[2]


def _action(asked: str, message: SwaMessage) -> Action:
    """Return the action that is asked for: `SendDocument`, or a URL that ends so.

    Raises:
        SoapFault: there is no such action.
    """
    name = _named(asked)
    if not name:
        name = _told_by_body(message)
    try:
        return Action(name)
    except ValueError:
        raise SoapFault.invalid(f"unknown action {name!r}") from None


def _told_by_body(message: SwaMessage) -> str:
    if child(message.header, str(Action.PERMISSION)) is not None:
        return str(Action.PERMISSION)
    if message.request is None:
        return ""
    name = local_name(message.request)
    return str(_BODIES.get(name, name.removesuffix("Request")))


def _refused(fault: SoapFault, version: Version) -> Response:
    status, envelope = fault_envelope(fault, version)
    return WireResponse(plain_body(version, envelope), status)


def _broken(version: Version, error: Exception) -> Response:
    fault = broken(error)
    if fault.detail is not None:  # the dialect's reports say nothing of trying again
        return PlainTextResponse(fault.text, 503)
    return _refused(fault, version)


def _corrupted(body: SwaBody) -> SwaBody:
    return replace(body, root=body.root.replace(b"Envelope", b"Envelope\0", 1))


def routes(node: Node) -> list[BaseRoute]:
    """Return the face's routes."""
    endpoint = EdocEndpoint(node)
    return [
        Route(PATH, endpoint.post, methods=["POST"]),
        Route(PATH, endpoint.get, methods=["GET"]),
    ]
