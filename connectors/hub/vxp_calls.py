"""The calls of the national SDK over the hub's store (axis.md §10.3): parameters in, rows out.

A message has one id for its sender and another for each recipient, `<id>~<recipient>`:
the wire names no agency, and one system may serve several recipients of a message.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.axis import AgencyEntry, MessageKind, PacketState, Receipt, Track
from connectors.edxml.routing import STATUS_CODE, Addressed, addressed
from connectors.errors import (
    AccessDenied,
    AxisRefused,
    EnvelopeInvalid,
    NotFound,
    UnknownRecipient,
)
from connectors.hub.call import Line, operation
from connectors.hub.caller import Caller
from connectors.hub.message import Posting, Stored
from connectors.hub.store import HubStore
from connectors.hub.vxp_admission import Admitted
from connectors.hub.vxp_upload import Upload
from connectors.vxp.headers import WIRE_TIME, wire_time
from connectors.vxp.refusal import WRONG_EDXML
from documents.document import VIETNAM
from schemas.edxml.field import FORBIDDEN

SEPARATOR = "~"
_MOST = 100_000
"""Rows of one list: the wire knows no pages."""
_PAGE = 5000
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,34}")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call says: members beside `status`, or a message, and our own headers."""

    members: Row = field(default_factory=dict)
    message: Stored | None = None
    receipt: Receipt | None = None


class Calls:
    """Answers calls whose caller is known."""

    def __init__(self, store: HubStore) -> None:
        self._store = store
        self.by_name: dict[str, Callable[[Admitted, bytes], Answer]] = {
            "getReceivedEdocList": self._received,
            "getSentEdocList": self._sent,
            "getEdoc": self._edoc,
            "downloadEdoc": self._edoc,
            "updateStatus": self._update,
            "countReceiveEdoc": lambda a, _: self._count(a, MessageKind.EDOC),
            "countReceiveStatus": lambda a, _: self._count(a, MessageKind.STATUS),
            "getAgenciesList": self._agencies,
            "getAgenciesListQD20": self._agencies_qd20,
            "getSynchronizeUnit": self._changes,
            "registerAgency": self._register,
            "deleteAgency": self._delete,
        }

    def send(self, asked: Admitted, upload: Upload) -> Answer:
        """Take a message over.

        Raises:
            AxisRefused: of any kind.
        """
        upload.finish(asked.get("hash-file"))
        try:
            way = addressed(upload.open())
        except EnvelopeInvalid as error:
            words = error.as_dict()
            raise AxisRefused(WRONG_EDXML, f"{words['vi']} / {words['en']}") from None
        kind = _kind(asked.get("messagetype"), way.kind)
        if kind is MessageKind.STATUS and not STATUS_CODE.fullmatch(way.status_code):
            raise AxisRefused(WRONG_EDXML, f"StatusCode {way.status_code[:20]!r}")
        sender = asked.get("from") or way.sender
        for code in {sender, way.sender or sender}:
            asked.caller.ensure(code, self._store.organ_id)
        recipients = _recipients(asked.get("to"), way)
        (answer,) = self._store.accept(
            [
                Posting(
                    message_id=way.message_id(upload.sha256),
                    kind=kind,
                    sender=sender,
                    recipients=recipients,
                    sha256=upload.sha256,
                    size=upload.size,
                    content=upload.open(),
                    urgency=way.urgency,
                    document_id=way.document_id or way.about.document_id,
                    status_code=way.status_code,
                    system=asked.caller.system_id,
                )
            ]
        )
        if isinstance(answer, AxisRefused):
            raise answer
        return Answer({"DocId": answer.axis_id}, receipt=answer)

    def _own(self, caller: Caller) -> set[str] | None:
        """Return the present codes the caller speaks for; None: all."""
        if caller.agencies is None:
            return None
        return {self._store.organ_id(code) for code in caller.agencies}

    def _codes(self, caller: Caller) -> Sequence[str]:
        own = self._own(caller)
        return sorted(own) if own is not None else [e.organ_id for e in self._catalogue()][:30_000]

    def _received(self, asked: Admitted, _: bytes) -> Answer:
        """List what waits, or with dates whatever came within them."""
        kind = _kind(asked.get("messagetype"))
        since, until = _moment(asked, "fromDate"), _moment(asked, "toDate")
        codes = self._codes(asked.caller)
        if since is None and until is None:
            tracks: list[Track] = []
            for pending in self._store.pending(codes, kind, _PAGE):
                to, axis_id = [pending.recipient], pending.axis_id
                tracks += self._store.received(to, axis_id=axis_id, limit=1)
            with operation("GetPendingDocumentIds"):  # the look-ups were part of it
                pass
        else:
            tracks = self._store.received(codes, since=since, until=until, kind=kind, limit=_MOST)
        return Answer({"data": [_received_row(track) for track in tracks]})

    def _sent(self, asked: Admitted, _: bytes) -> Answer:
        axis_id = asked.get("docId").partition(SEPARATOR)[0]
        tracks = self._store.sent(
            self._codes(asked.caller),
            since=_moment(asked, "fromDate"),
            until=_moment(asked, "toDate"),
            kind=None if axis_id else _kind(asked.get("messagetype")),
            axis_id=axis_id or None,
            limit=_MOST,
        )
        return Answer({"data": [_sent_row(track) for track in tracks]})

    def _edoc(self, asked: Admitted, __: bytes) -> Answer:
        """Give a message to its recipient, which is then said to process it, or to its sender."""
        axis_id, _, recipient = asked.get("docId").partition(SEPARATOR)
        own = self._own(asked.caller)
        tracks = self._store.track(axis_id)
        if not recipient and tracks and (own is None or tracks[0].sender in own):
            return Answer(message=self._store.own_content(tracks[0].sender, axis_id))
        to = self._recipient(asked, tracks)
        (stored,) = self._store.fetch(to, [axis_id])
        return Answer(message=stored)

    def _recipient(self, asked: Admitted, tracks: Sequence[Track]) -> str:
        """Return which of the caller's agencies the id in question is about."""
        doc_id = asked.get("docId")
        _, _, recipient = doc_id.partition(SEPARATOR)
        if recipient:
            asked.caller.ensure(recipient, self._store.organ_id)
            return recipient
        own = self._own(asked.caller)
        found = [t.recipient for t in tracks if own is None or t.recipient in own]
        if not found:
            raise NotFound(NotFound.axis_code, doc_id)
        if len(found) > 1:
            ids = ", ".join(f"{doc_id}{SEPARATOR}{code}" for code in found[:20])
            raise AxisRefused("AMBIGUOUS", f"hãy nêu một mã / name one of: {ids}")
        return found[0]

    def _update(self, asked: Admitted, _: bytes) -> Answer:
        try:
            state = PacketState(asked.get("status").lower())
        except ValueError:
            state = PacketState.INITIAL
        if state is PacketState.INITIAL:
            raise AxisRefused("STATUS", "status: processing | done | fail")
        axis_id = asked.get("docId").partition(SEPARATOR)[0]
        to = self._recipient(asked, self._store.track(axis_id))
        self._store.move(to, axis_id, state, asked.get("description"))
        return Answer()

    def _count(self, asked: Admitted, kind: MessageKind) -> Answer:
        return Answer({"count": self._store.count(self._codes(asked.caller), kind)})

    def _catalogue(self) -> list[AgencyEntry]:
        found: list[AgencyEntry] = []
        while page := self._store.agencies(found[-1].organ_id if found else "", _PAGE):
            found += page
        return found

    def _agencies(self, _: Admitted, __: bytes) -> Answer:
        return Answer(
            {
                "data": [
                    _agency(entry) | {"oldCode": entry.old_organ_id} for entry in self._catalogue()
                ]
            }
        )

    def _agencies_qd20(self, _: Admitted, __: bytes) -> Answer:
        members = ("id", "code", "name", "mail")
        return Answer(
            {
                "data": [
                    {name: _agency(entry)[name] for name in members}
                    | {"code102": entry.old_organ_id}
                    for entry in self._catalogue()
                ]
            }
        )

    def _changes(self, _: Admitted, __: bytes) -> Answer:
        since, data = 0, list[Row]()
        while page := self._store.agency_changes(since, _PAGE):
            since = page[-1].version
            data += [
                _agency(change.entry)
                | {
                    "version": change.version,
                    "centerCode": "",
                    "deleted": change.deleted,
                    "modifyDate": wire_time(change.modified_at),
                    "isAgency": True,
                }
                for change in page
            ]
        return Answer({"data": data})

    def _register(self, asked: Admitted, body: bytes) -> Answer:
        parents = self._parents()
        with operation("RegisterAgency") as call:
            entry = _registration(body)
            self._ensure_below(asked.caller, parents, entry.organ_id, entry.parent)
            self._store.put_agencies([entry])
            call.lines.append(Line(entry.organ_id, "OK"))
        return Answer()

    def _delete(self, asked: Admitted, _: bytes) -> Answer:
        parents = self._parents()
        with operation("DeleteAgency") as call:
            code = asked.get("AgencyCode")
            self._ensure_below(asked.caller, parents, code, "")
            if not self._store.delete_agency(code):
                raise NotFound(NotFound.axis_code, code[:60])
            call.lines.append(Line(code, "OK"))
        return Answer()

    def _parents(self) -> dict[str, str]:
        """Return the catalogue's tree; asked for first, the audit would take it for the call."""
        return {entry.organ_id: entry.parent for entry in self._catalogue()}

    def _ensure_below(
        self, caller: Caller, parents: dict[str, str], code: str, parent: str
    ) -> None:
        """Return if *code* is, and would be, below an agency of the caller's and none of these.

        Raises:
            AccessDenied: it is not.
        """
        own = self._own(caller)
        if own is None:
            return
        organ_id = self._store.organ_id(code)
        starts = [parent] if parent else []
        if organ_id in parents or not parent:
            starts.append(parents.get(organ_id, ""))
        if organ_id in own or not all(_reaches(start, parents, own) for start in starts):
            raise AccessDenied(AccessDenied.axis_code, f"{caller.system_id}: {code[:60]}")


def _reaches(code: str, parents: dict[str, str], own: set[str]) -> bool:
    for _ in range(20):  # a catalogue may run in a circle
        if code in own:
            return True
        code = parents.get(code, "")
    return False


def _registration(body: bytes) -> AgencyEntry:
    try:
        values = json.loads(body)
        members = ("code", "name", "pcode", "mail")
        code, name, parent, mail = (str(values.get(member) or "").strip() for member in members)
    except (ValueError, AttributeError, RecursionError):
        raise AxisRefused("BODY", "JSON: id, pcode, code, name, mail, mobile, fax") from None
    if not name or not _CODE.fullmatch(code) or any(map(FORBIDDEN.search, (name, parent, mail))):
        raise AxisRefused("BODY", "code, name")
    return AgencyEntry(code, name[:500], "", parent[:35], mail[:200])


def _kind(given: str, found: MessageKind | None = None) -> MessageKind:
    try:
        kind = MessageKind(given.lower()) if given else found or MessageKind.EDOC
    except ValueError:
        raise AxisRefused("MESSAGETYPE", f"messagetype: edoc | status, {given[:20]!r}") from None
    if found is not None and kind is not found:
        raise AxisRefused(WRONG_EDXML, f"messagetype {kind}, edXML {found}")
    return kind


def _recipients(given: str, way: Addressed) -> tuple[str, ...]:
    """Return the `to` header's codes, else the message's own."""
    codes: Any = []
    if given:
        try:
            codes = json.loads(given)
        except (ValueError, RecursionError):
            codes = [given]  # one bare code
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise AxisRefused("TO", "to: JSON array of codes")
    recipients = tuple(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not recipients and not way.recipients:
        raise UnknownRecipient(UnknownRecipient.axis_code, "To/OrganId")
    return recipients or way.recipients


def _moment(asked: Admitted, name: str) -> datetime | None:
    text = asked.get(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, WIRE_TIME).replace(tzinfo=VIETNAM).astimezone(UTC)
    except (ValueError, OverflowError):
        raise AxisRefused("DATE", f"{name}: dd/MM/yyyy HH:mm:ss") from None


def _received_row(track: Track) -> Row:
    return {
        "docId": f"{track.axis_id}{SEPARATOR}{track.recipient}",
        "serviceType": "eDoc",
        "messageType": str(track.kind),
        "created_time": wire_time(track.accepted_at),
        "updated_time": wire_time(track.updated_at),
        "from": track.sender,
        "to": track.recipient,
        "status": str(track.state),
        "status_desc": track.note,
    }


def _sent_row(track: Track) -> Row:
    moved = track.state is not PacketState.INITIAL
    return {
        "serviceType": "eDoc",
        "senderDocId": track.axis_id,
        "receiverDocId": f"{track.axis_id}{SEPARATOR}{track.recipient}",
        "fromCode": track.sender,
        "toCode": track.recipient,
        "sendStatus": str(PacketState.DONE),
        "sendStatusDesc": "",
        "receiveStatus": str(track.state),
        "receiveStatusDesc": track.note,
        "title": "",
        "notation": "",
        "messageType": str(track.kind),
        "sentTime": wire_time(track.accepted_at),
        "receivedTime": wire_time(track.updated_at) if moved else "",
    }


def _agency(entry: AgencyEntry) -> Row:
    return {
        "id": entry.organ_id,
        "pid": entry.parent,
        "code": entry.organ_id,
        "name": entry.name,
        "mail": entry.email,
    }
