"""The dialect's eight actions over the hub's store (axis.md §12.1): message in, body out.

What the store keeps stays edXML: a letter is re-dressed here on its way in and out, so that
what came over any other face is read over this one and the other way round.
"""

import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from lxml import etree

from connectors.axis import AgencyEntry, MessageKind, PacketState, Receipt
from connectors.edoc.checks import errors_in
from connectors.edoc.dialect import Action, wire_code
from connectors.edoc.envelope import (
    Answer,
    Credential,
    add,
    credential_in,
    letter_envelope,
    letter_in,
)
from connectors.edoc.intake import SwaMessage
from connectors.edoc.letter import Letter, read_edxml, write_edxml
from connectors.edoc.plain import text_at
from connectors.edoc.route import route
from connectors.edoc.status import status_about
from connectors.edoc.swa import SwaBody, plain_body, related_body, wire_ids
from connectors.edxml.spool import Spool
from connectors.errors import (
    AxisRefused,
    EnvelopeInvalid,
    EnvelopeTooLarge,
    NotFound,
    TooLarge,
)
from connectors.hub import call
from connectors.hub.caller import ANYBODY, Caller
from connectors.hub.edoc_numbers import Numbers
from connectors.hub.edoc_traces import traces_since
from connectors.hub.message import Posting
from connectors.hub.mishap import Mishap
from connectors.hub.node import Node
from connectors.soap.version import Version
from schemas.codes import StatusCode
from schemas.edxml.field import FORBIDDEN

MOST_IDS = 1000
"""Waiting documents named in one answer."""
_PAGE = 5000


class EdocActions:
    """Answers requests."""

    def __init__(self, node: Node) -> None:
        self._store = node.store
        self._systems = node.systems
        self._numbers = Numbers(node.store.folder)
        self._by_action: dict[Action, Callable[[SwaMessage, Caller, str], SwaBody]] = {
            Action.SEND: self._send,
            Action.GET: self._get,
            Action.CONFIRM: self._confirm,
            Action.TRACES: self._traces,
            Action.UPDATE: self._update,
            Action.ORGANIZATIONS: self._organizations,
            Action.PERMISSION: lambda message, _, __: _yes(message.version, Action.PERMISSION),
        }

    def answer(self, action: Action, message: SwaMessage, mishap: Mishap) -> SwaBody:
        """Do *action*, its list as *mishap* has it; what is refused is a report with its code."""
        credential = credential_in(message, action)
        try:
            caller = self._admitted(credential)
            if action is Action.PENDING:
                return self._pending(message, caller, credential.organ_id, mishap)
            return self._by_action[action](message, caller, credential.organ_id)
        except EnvelopeTooLarge as error:
            refused: AxisRefused = TooLarge(TooLarge.axis_code, str(error))
        except EnvelopeInvalid as error:
            refused = AxisRefused("M.Document", str(error))
        except AxisRefused as error:
            refused = error
        description = str(refused.args[1]) if len(refused.args) > 1 else str(refused)
        return refusal(message.version, action, [(wire_code(refused), description)])

    def _admitted(self, credential: Credential) -> Caller:
        """Return the system that is registered for the agency and whose secret the token is.

        Raises:
            AxisRefused: no agency is named, or no such system.
        """
        if not credential.organ_id:
            raise AxisRefused("N.Signature.KeyInfo.OrganId", "thiếu / missing: OrganId")
        if self._systems is None:
            return ANYBODY
        organ_id, token = self._store.organ_id(credential.organ_id), credential.token.encode()
        for system in self._systems.all():
            served = {self._store.organ_id(code) for code in system.agencies}
            if organ_id in served and hmac.compare_digest(system.secret.encode(), token):
                return self._systems.admitted(system.system_id, credential.token)
        raise call.denied(credential.organ_id, "sai Token / wrong token")

    def _send(self, message: SwaMessage, caller: Caller, _: str) -> SwaBody:
        letter = letter_in(message)
        errors = errors_in(letter)
        if letter.is_status:
            errors = [("N.MessageHeader", "thiếu / missing: MessageHeader")]
        if errors:
            return refusal(message.version, Action.SEND, errors)
        receipt = self._posted(letter, caller)
        answer = Answer(message.version, Action.SEND)
        answer.add("DocumentId", str(self._numbers.of([receipt.axis_id])[0]))
        return plain_body(message.version, answer.root)

    def _update(self, message: SwaMessage, caller: Caller, _: str) -> SwaBody:
        letter = letter_in(message)
        errors = errors_in(letter)
        if not letter.is_status:
            errors = [("N.Status", "thiếu / missing: Status")]
        if errors:
            return refusal(message.version, Action.UPDATE, errors)
        self._posted(letter, caller)
        return _yes(message.version, Action.UPDATE)

    def _posted(self, letter: Letter, caller: Caller, message_id: str = "") -> Receipt:
        """Hand *letter* to the store as edXML.

        Raises:
            AxisRefused: the store's refusal, or the caller may not speak for the sender.
        """
        way = route(letter)
        caller.ensure(way.sender, self._store.organ_id)
        spool = Spool(self._store.max_size)
        try:
            write_edxml(letter, spool.write)
            sha256 = spool.sha256()
            posting = Posting(
                message_id=message_id or way.message_id(sha256),
                kind=way.kind,
                sender=way.sender,
                recipients=way.recipients,
                sha256=sha256,
                size=spool.size,
                content=spool.open(),
                urgency=way.urgency,
                document_id=way.about.document_id if letter.is_status else "",
                status_code=way.status_code,
                system=caller.system_id,
            )
            (answer,) = self._store.accept([posting])
        finally:
            spool.close()
        if isinstance(answer, AxisRefused):
            raise answer
        return answer

    def _pending(self, message: SwaMessage, caller: Caller, agency: str, mishap: Mishap) -> SwaBody:
        caller.ensure(agency, self._store.organ_id)
        found = self._store.pending([agency], MessageKind.EDOC, MOST_IDS)
        answer = Answer(message.version, Action.PENDING)
        listed = answer.add("DocumentIds")
        numbers = self._numbers.of([pending.axis_id for pending in found])
        for number in mishap.listed(numbers, lambda _: False):
            add(listed, "DocumentId", str(number))
        return plain_body(message.version, answer.root)

    def _axis_id(self, message: SwaMessage) -> str:
        number = text_at(message.request, "documentId") or text_at(message.request, "DocumentId")
        axis_id = self._numbers.axis_id(number)
        if not axis_id:
            raise NotFound(NotFound.axis_code, number[:40])
        return axis_id

    def _get(self, message: SwaMessage, caller: Caller, agency: str) -> SwaBody:
        caller.ensure(agency, self._store.organ_id)
        (stored,) = self._store.fetch(agency, [self._axis_id(message)])
        letter = read_edxml(stored.content, self._store.max_size)
        if letter.is_status:
            raise NotFound(NotFound.axis_code, stored.axis_id)
        ids = wire_ids(letter.enclosures)
        envelope = letter_envelope(message.version, letter, ids, day_first=True)
        return related_body(message.version, envelope.root, letter.enclosures, ids)

    def _confirm(self, message: SwaMessage, caller: Caller, agency: str) -> SwaBody:
        """Take a document out of the queue and tell its sender 01: first told, then taken out.

        Whatever dies between the two is asked again, and the second 01 is the first one's repeat.
        """
        caller.ensure(agency, self._store.organ_id)
        axis_id = self._axis_id(message)
        found = self._store.received([agency], axis_id=axis_id)
        if not found:
            raise NotFound(NotFound.axis_code, axis_id)
        track = found[0]
        if track.state in (PacketState.INITIAL, PacketState.PROCESSING):
            self._tell_arrived(axis_id, track.recipient)
            self._store.confirm(agency, [(axis_id, track.sha256)])
        return _yes(message.version, Action.CONFIRM)

    def _tell_arrived(self, axis_id: str, recipient: str) -> None:
        (stored,) = self._store.fetch(recipient, [axis_id])
        try:
            letter = read_edxml(stored.content, self._store.max_size)
            letter.close()
            if not letter.is_status:
                arrived = status_about(letter, recipient, StatusCode.ARRIVED, "", datetime.now(UTC))
                self._posted(arrived, ANYBODY, f"01#{axis_id}")
        except (EnvelopeInvalid, AxisRefused):
            # nobody can be told of a letter that names no sender, or one that is told already
            return

    def _traces(self, message: SwaMessage, caller: Caller, agency: str) -> SwaBody:
        caller.ensure(agency, self._store.organ_id)
        since = text_at(message.request, "TimeStamp") or text_at(message.request, "Timestamp")
        answer = Answer(message.version, Action.TRACES)
        listed = answer.add("Traces")
        for status in traces_since(self._store, agency, since):
            listed.append(status)
        return plain_body(message.version, answer.root)

    def _organizations(self, message: SwaMessage, _: Caller, __: str) -> SwaBody:
        answer = Answer(message.version, Action.ORGANIZATIONS)
        answer.add("Organizations", "|")
        # a hundred thousand agencies: text, not a tree
        head, _bar, tail = etree.tostring(answer.root, encoding="utf-8").partition(b">|<")
        text = "".join(map(_organization, self._agencies())).encode()
        body = plain_body(message.version, answer.root)
        return SwaBody(body.content_type, head + b">" + text + b"<" + tail)

    def _agencies(self) -> Iterator[AgencyEntry]:
        after = ""
        while page := self._store.agencies(after, _PAGE):
            yield from page
            after = page[-1].organ_id


def _organization(entry: AgencyEntry) -> str:
    fields = {"OrganId": entry.organ_id, "OrganName": entry.name, "Email": entry.email}
    inside = "".join(
        f"<edXML:{name}>{escape(FORBIDDEN.sub(' ', text))}</edXML:{name}>"
        for name, text in fields.items()
        if text
    )
    return f"<edXML:Organization>{inside}</edXML:Organization>"


def _yes(version: Version, action: Action) -> SwaBody:
    return plain_body(version, Answer(version, action).root)


def refusal(version: Version, action: Action, errors: list[tuple[str, str]]) -> SwaBody:
    """Return the report that says no, with code and words of each error."""
    return plain_body(version, Answer(version, action, errors).root)
