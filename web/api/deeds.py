"""Steps of documents: the buttons of the desk, for programs. Who may is asked of `rights` alone."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from documents import changes, directing, intake, issue_orders, rights
from documents.assignee import Share
from documents.directing import Instruction
from documents.idempotency import Answer
from documents.issue_orders import Order
from documents.lifecycle import Direction, Step
from documents.step_words import STATES
from documents.tables import DocumentRow
from web.api.client import Client, Doer
from web.api.models import Directed, DirectionWanted, StepWanted, Taken
from web.api.once import Key, Match, done_once, kept, matched, tag_of
from web.api.papers import Id, seen
from web.api.problems import StepElsewhere
from workflows.decisions import decide, needed

router = APIRouter(tags=["steps"])

_DECIDED = {
    Direction.OUTGOING: {Step.SUBMIT, Step.RETURN, Step.APPROVE, Step.VOID, Step.FILE},
    Direction.INCOMING: {
        *(Step.RELEASE, Step.REFUSE, Step.SUBMIT, Step.RETURN),
        *(Step.START, Step.COMPLETE, Step.FILE),
    },
}
"""Steps that `decisions.decide` takes."""


@router.post("/documents/{document_id}/steps", response_model=Taken)
def take_step(
    client: Doer,
    request: Request,
    document_id: Id,
    wanted: StepWanted,
    key: Key = None,
    match: Match = None,
) -> Response:
    """Take a step on the document as it was seen (If-Match), once (Idempotency-Key)."""

    def deed(session: Session) -> Answer:
        row = matched(session, seen(session, client, document_id).id, match)
        rights.check(session, client, wanted.step, row, client.at)
        _take(session, client, row, wanted)
        session.flush()
        name = STATES.get(row.state, row.state)
        return answer(200, Taken(id=row.id, state=row.state, state_name=name), row)

    return done_once(client, key, asked(request, wanted, match), kept(client, deed))


@router.post("/documents/{document_id}/direction", status_code=201, response_model=Directed)
def direct(
    client: Doer,
    request: Request,
    document_id: Id,
    wanted: DirectionWanted,
    key: Key = None,
    match: Match = None,
) -> Response:
    """Direct an arrival: opinion, who leads, who co-operates, by when (bút phê)."""

    def deed(session: Session) -> Answer:
        row = matched(session, seen(session, client, document_id).id, match)
        shares = tuple(Share(each.to, each.part, each.due, each.product) for each in wanted.shares)
        instruction = Instruction(wanted.opinion, shares, wanted.due)
        done = directing.direct(session, row.id, instruction, client.person_id, client.at)
        session.flush()
        told = Directed(
            document_id=row.id,
            state=row.state,
            tasks=list(done.tasks),
            warnings=list(done.warnings),
        )
        return answer(201, told, row)

    return done_once(client, key, asked(request, wanted, match), kept(client, deed))


def _take(session: Session, client: Client, row: DocumentRow, wanted: StepWanted) -> None:
    direction, who, at = Direction(row.direction), client.person_id, client.at
    if wanted.step is Step.SUBMIT and wanted.to and direction is Direction.INCOMING:
        reason = needed(wanted.step, wanted.reason)
        directing.submit(session, row.id, wanted.to, who, at, words=reason)
    elif wanted.step is Step.RECALL and direction is Direction.OUTGOING:
        changes.ask(session, row.id, who, at, wanted.reason, wanted.recipients)
    elif wanted.step is Step.ASSIGN_NUMBER and direction is Direction.OUTGOING:
        issue_orders.order(session, Order(row.id), who, at)
    elif wanted.step is Step.REGISTER and direction is Direction.INCOMING:
        # what was read from the file or the message stands, as the clerk saw it
        despite = needed(wanted.step, wanted.reason)
        intake.register_waiting(session, row.id, who, at, despite=despite, accept="all")
    elif wanted.step in _DECIDED[direction]:
        decide(session, row, wanted.step, who, at, wanted.reason, wanted.sha256)
    else:
        raise StepElsewhere(wanted.step)


def asked(request: Request, wanted: BaseModel, match: str | None = None) -> bytes:
    """Return what is asked, for its fingerprint."""
    said = (request.method, request.url.path, match or "", wanted.model_dump_json())
    return "\n".join(said).encode()


def answer(status: int, told: BaseModel, row: DocumentRow | None = None) -> Answer:
    """Return what is answered, with the document's new ETag."""
    headers = {"content-type": "application/json"}
    if row is not None:
        headers["etag"] = tag_of(row)
    return Answer(status, headers, told.model_dump_json().encode())
