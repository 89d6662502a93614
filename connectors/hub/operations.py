"""The contract's six operations over the hub's store: values in, values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.axis import AgencyEntry, MessageKind, Receipt
from connectors.errors import AxisRefused
from connectors.hub.message import Posting
from connectors.hub.store import HubStore
from connectors.soap.blob import Blob
from connectors.soap.fault import Blame, Detail, SoapFault
from connectors.soap.wire import Content

PAGE = 5000
"""Agencies in one answer when the caller names no number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation says, by element names; binary elements empty, their content beside."""

    values: dict[str, Any]
    contents: tuple[Content, ...] = field(default=())


Operation = Callable[[Any, Sequence[Blob]], Answer]


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
        }

    def answer(self, operation: str, values: Any, blobs: Sequence[Blob]) -> Answer:
        """Do *operation*; *values* as zeep read them, *blobs* of the binary elements in order.

        Raises:
            SoapFault: with the contract's typed detail.
        """
        try:
            return self._by_name[operation](values, blobs)
        except AxisRefused as refused:
            detail = _detail(refused)
            raise SoapFault(Blame.CLIENT, detail.description, detail) from refused

    def _send_document(self, values: Any, blobs: Sequence[Blob]) -> Answer:
        (blob,) = blobs
        if blob.sha256 != values.sha256:
            # damaged on its way, most likely: the sender's next attempt may come whole
            text = f"the content's digest is {blob.sha256}"
            raise SoapFault(Blame.SERVER, text, Detail("DIGEST", retryable=True, description=text))
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
                )
            ]
        )
        if isinstance(answer, AxisRefused):
            raise answer
        return Answer(_receipt(answer))

    def _get_pending_document_ids(self, values: Any, _: Sequence[Blob]) -> Answer:
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

    def _get_document(self, values: Any, _: Sequence[Blob]) -> Answer:
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

    def _confirm_received(self, values: Any, _: Sequence[Blob]) -> Answer:
        receipts = [(receipt.axisId, receipt.sha256) for receipt in values.receipt]
        return Answer({"confirmed": self._store.confirm(values.agency, receipts)})

    def _update_status(self, values: Any, blobs: Sequence[Blob]) -> Answer:
        postings = [
            Posting(
                message_id=status.messageId,
                kind=MessageKind.STATUS,
                sender=status["from"],
                recipients=(status.to,),
                sha256=blob.sha256,
                size=blob.size,
                content=blob.open(),
                document_id=status.documentId,
                status_code=status.statusCode,
            )
            for status, blob in zip(values.status, blobs, strict=True)
        ]
        answers = self._store.accept(postings)
        return Answer(
            {
                "answer": [
                    {"messageId": posting.message_id, **_status_answer(answer)}
                    for posting, answer in zip(postings, answers, strict=True)
                ]
            }
        )

    def _get_agencies(self, values: Any, _: Sequence[Blob]) -> Answer:
        limit = values.max or PAGE
        found = self._store.agencies(values.after or "", limit + 1)
        return Answer({"agency": list(map(_agency, found[:limit])), "more": len(found) > limit})


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
    return values


def _detail(refused: AxisRefused) -> Detail:
    code, description = refused.args
    return Detail(code, retryable=False, description=description)
