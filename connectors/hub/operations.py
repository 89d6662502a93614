"""The contract's operations over the hub's store: values in, values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.axis import AgencyEntry, MessageKind, Receipt, Track
from connectors.errors import AccessDenied, AxisRefused
from connectors.hub import call
from connectors.hub.caller import ANYBODY, Caller
from connectors.hub.message import Posting
from connectors.hub.store import HubStore
from connectors.soap.blob import Blob
from connectors.soap.fault import Blame, Detail, SoapFault
from connectors.soap.wire import Content

PAGE = 5000
"""Entries in one answer when the caller names no number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation says, by element names; binary elements empty, their content beside."""

    values: dict[str, Any]
    contents: tuple[Content, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has met the schema."""

    values: Any
    """As zeep read them."""
    blobs: Sequence[Blob] = ()
    """Of the binary elements, in order."""
    caller: Caller = ANYBODY
    secured: bool = False
    """A signature covers the body: then every content's digest must stand in it."""


Operation = Callable[[Asked], Answer]


class Operations:
    """Answers requests that have met the schema."""

    def __init__(self, store: HubStore) -> None:
        self._store = store
        self._by_name: dict[str, Operation] = {
            "SendDocument": self._send_document,
            "GetPendingDocumentIds": self._get_pending_document_ids,
            "GetDocument": self._get_document,
            "ConfirmReceived": self._confirm_received,
            "UpdateStatus": self._update_status,
            "GetAgencies": self._get_agencies,
            "GetSentDocuments": self._get_sent_documents,
            "GetReceivedDocuments": self._get_received_documents,
            "RejectReceived": self._reject_received,
            "GetAgencyChanges": self._get_agency_changes,
        }

    def answer(self, operation: str, asked: Asked) -> Answer:
        """Do *operation*.

        Raises:
            SoapFault: with the contract's typed detail.
        """
        try:
            with call.operation(operation):
                return self._by_name[operation](asked)
        except AxisRefused as refused:
            raise refusal(refused) from refused

    def _ensure(self, caller: Caller, *agencies: str) -> None:
        for agency in agencies:
            caller.ensure(agency, self._store.organ_id)

    def _send_document(self, asked: Asked) -> Answer:
        values, (blob,) = asked.values, asked.blobs
        self._ensure(asked.caller, values["from"])
        _ensure_whole(blob, values.sha256)
        (answer,) = self._store.accept(
            [
                Posting(
                    message_id=values.messageId,
                    kind=MessageKind.EDOC,
                    sender=values["from"],
                    recipients=tuple(values.to),
                    sha256=blob.sha256,
                    size=blob.size,
                    content=blob.open(),
                    urgency=values.urgency,
                    system=asked.caller.system_id,
                )
            ]
        )
        if isinstance(answer, AxisRefused):
            raise answer
        return Answer(_receipt(answer))

    def _get_pending_document_ids(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, *values.agency)
        kind = MessageKind(values.kind) if values.kind else None
        found = self._store.pending(values.agency, kind, values.max or 200)
        return Answer(
            {
                "document": [
                    {
                        "axisId": pending.axis_id,
                        "kind": str(pending.kind),
                        "to": pending.recipient,
                        "from": pending.sender,
                        "messageId": pending.message_id,
                        "sha256": pending.sha256,
                        "size": pending.size,
                    }
                    for pending in found
                ]
            }
        )

    def _get_document(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, values.agency)
        found = self._store.fetch(values.agency, values.axisId)
        return Answer(
            {
                "document": [
                    {
                        "axisId": stored.axis_id,
                        "kind": str(stored.kind),
                        "from": stored.sender,
                        "messageId": stored.message_id,
                        "sha256": stored.sha256,
                        "edxml": b"",
                    }
                    for stored in found
                ]
            },
            tuple(Content(stored.content, stored.size) for stored in found),
        )

    def _confirm_received(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, values.agency)
        receipts = [(receipt.axisId, receipt.sha256) for receipt in values.receipt]
        return Answer({"confirmed": self._store.confirm(values.agency, receipts)})

    def _update_status(self, asked: Asked) -> Answer:
        pairs = list(zip(asked.values.status, asked.blobs, strict=True))
        for status, blob in pairs:
            if status.sha256 is not None:
                _ensure_whole(blob, status.sha256)
            elif asked.secured:
                raise SoapFault.invalid("a signed status must hold its content's sha256")
        denied = [self._denied(asked.caller, status["from"]) for status, _ in pairs]
        postings = [_status(*pair, asked.caller) for pair in pairs]
        accepted = iter(
            self._store.accept(
                [posting for posting, no in zip(postings, denied, strict=True) if no is None]
            )
        )
        return Answer(
            {
                "answer": [
                    {"messageId": posting.message_id, **_status_answer(no or next(accepted))}
                    for posting, no in zip(postings, denied, strict=True)
                ]
            }
        )

    def _denied(self, caller: Caller, agency: str) -> AccessDenied | None:
        try:
            self._ensure(caller, agency)
        except AccessDenied as denied:
            return denied
        return None

    def _get_agencies(self, asked: Asked) -> Answer:
        values = asked.values
        limit = values.max or PAGE
        found = self._store.agencies(values.after or "", limit + 1)
        return Answer({"agency": list(map(_agency, found[:limit])), "more": len(found) > limit})

    def _get_sent_documents(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, values.agency)
        limit = values.max or PAGE
        found = self._store.sent(
            [values.agency], **_window(values), message_id=values.messageId, limit=limit + 1
        )
        return _tracks(found, limit)

    def _get_received_documents(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, values.agency)
        limit = values.max or PAGE
        return _tracks(
            self._store.received([values.agency], **_window(values), limit=limit + 1), limit
        )

    def _reject_received(self, asked: Asked) -> Answer:
        values = asked.values
        self._ensure(asked.caller, values.agency)
        self._store.reject(values.agency, values.axisId, values.reason or "")
        return Answer({"axisId": values.axisId})

    def _get_agency_changes(self, asked: Asked) -> Answer:
        limit = asked.values.max or PAGE
        found = self._store.agency_changes(asked.values.since, limit + 1)
        changes = [
            {
                "agency": _agency(change.entry),
                "version": change.version,
                "deleted": change.deleted,
                "modifiedAt": change.modified_at,
            }
            for change in found[:limit]
        ]
        return Answer({"change": changes, "more": len(found) > limit})


def refusal(refused: AxisRefused) -> SoapFault:
    """Return the fault that says what *refused* says."""
    detail = _detail(refused)
    return SoapFault(Blame.CLIENT, detail.description, detail)


def _ensure_whole(blob: Blob, sha256: str) -> None:
    if blob.sha256 != sha256:
        # damaged on its way, most likely: the sender's next attempt may come whole
        text = f"the content's digest is {blob.sha256}"
        raise SoapFault(Blame.SERVER, text, Detail("DIGEST", retryable=True, description=text))


def _status(status: Any, blob: Blob, caller: Caller) -> Posting:
    return Posting(
        message_id=status.messageId,
        kind=MessageKind.STATUS,
        sender=status["from"],
        recipients=(status.to,),
        sha256=blob.sha256,
        size=blob.size,
        content=blob.open(),
        document_id=status.documentId,
        status_code=status.statusCode,
        system=caller.system_id,
    )


def _window(values: Any) -> dict[str, Any]:
    return {
        "since": _aware(values.since),
        "until": _aware(values.until),
        "kind": MessageKind(values.kind) if values.kind else None,
    }


def _aware(at: datetime | None) -> datetime | None:
    """Return *at* in UTC; a time without a zone is taken for it."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _tracks(found: Sequence[Track], limit: int) -> Answer:
    documents = [
        {
            "axisId": track.axis_id,
            "kind": str(track.kind),
            "from": track.sender,
            "to": track.recipient,
            "state": str(track.state),
            **({"note": track.note} if track.note else {}),
            "acceptedAt": track.accepted_at,
            "updatedAt": track.updated_at,
            "messageId": track.message_id,
            "sha256": track.sha256,
        }
        for track in found[:limit]
    ]
    return Answer({"document": documents, "more": len(found) > limit})


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "axisId": receipt.axis_id,
        "duplicate": receipt.duplicate,
        "acceptedAt": receipt.accepted_at,
    }


def _status_answer(answer: Receipt | AxisRefused) -> dict[str, Any]:
    if isinstance(answer, Receipt):
        return _receipt(answer)
    detail = _detail(answer)
    return {
        "fault": {
            "code": detail.code,
            "retryable": detail.retryable,
            "description": detail.description,
        }
    }


def _agency(entry: AgencyEntry) -> dict[str, str]:
    values = {"organId": entry.organ_id, "name": entry.name}
    if entry.old_organ_id:
        values["oldOrganId"] = entry.old_organ_id
    if entry.parent:
        values["parent"] = entry.parent
    if entry.email:
        values["email"] = entry.email
    return values


def _detail(refused: AxisRefused) -> Detail:
    code, description = refused.args
    return Detail(code, retryable=False, description=description)
