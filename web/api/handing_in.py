"""Handing in a draft with its files (Decree 30/2020/ND-CP, Art. 10)."""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import JsonValue, ValidationError
from sqlalchemy.orm import Session

from documents import idempotency, rights
from documents.document import Urgency
from documents.errors import storable
from documents.fields import LANGUAGE
from documents.idempotency import Answer, Claim
from documents.lifecycle import State
from documents.right import Right
from documents.step_words import STATES
from documents.tables import DocumentRow
from web.api.client import Drafter
from web.api.deeds import answer
from web.api.models import DraftWanted, Taken
from web.api.once import Key, done_once
from web.faults import InputRefused
from workflows import drafts
from workflows.drafts import MOST_ATTACHMENTS, Order

router = APIRouter(tags=["drafts"])

_NAME_BYTES = 180
_AS_JSON: dict[str, JsonValue] = {
    "contentMediaType": "application/json",
    "contentSchema": DraftWanted.model_json_schema(),
}


@router.post("/documents", status_code=201, response_model=Taken)
def hand_in(
    client: Drafter,
    request: Request,
    facts: Annotated[str, Form(max_length=100_000, json_schema_extra=_AS_JSON)],
    file: Annotated[UploadFile, File(description="PDF or Word")],
    attachments: Annotated[list[UploadFile], File(max_length=MOST_ATTACHMENTS)] = [],  # noqa: B006
    key: Key = None,
) -> Response:
    """Hand in a PDF or Word file as a draft of the token's person."""
    wanted = _facts(facts)
    with client.office.database.reading() as session:
        rights.check(session, client, Right.DRAFT, None, client.at)
    digests = [_digest(each) for each in (file, *attachments)]
    said = (request.method, request.url.path, wanted.model_dump_json(), *digests)

    def deed(mine: Claim) -> Answer:
        found: list[Answer] = []

        def besides(session: Session, row: DocumentRow) -> None:
            session.flush()
            name = STATES[State.DRAFT]
            made = answer(201, Taken(id=row.id, state=row.state, state_name=name), row)
            made.headers["location"] = f"{request.scope['root_path']}/documents/{row.id}"
            idempotency.keep(session, mine, made)
            found.append(made)

        with tempfile.TemporaryDirectory(prefix="congvan-api-") as folder:
            main, *others = (
                _laid(each, Path(folder) / str(place))
                for place, each in enumerate((file, *attachments))
            )
            order = _order(client.organ_id, client.person_id, wanted, tuple(others))
            drafts.hand_in_file(client.office, order, main, besides=besides)
        return found[0]

    return done_once(client, key, "\n".join(said).encode(), deed)


def _facts(facts: str) -> DraftWanted:
    try:
        return DraftWanted.model_validate_json(facts)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "facts"
        raise InputRefused(f"{place[:80]}: {first['msg'][:120]}") from None


def _order(organ_id: str, who: str, wanted: DraftWanted, others: tuple[Path, ...]) -> Order:
    return Order(
        sender=organ_id,
        type=wanted.type,
        subject=wanted.subject,
        recipients=tuple(wanted.recipients),
        signer=wanted.signer,
        drafter=who,
        unit=wanted.unit,
        notation=wanted.notation,
        urgency=Urgency(wanted.urgency),
        confidentiality=wanted.confidentiality,
        due_date=wanted.due_date,
        language=wanted.language or LANGUAGE,
        description=wanted.description,
        issued_amount=wanted.issued_amount,
        attachments=others,
    )


def _digest(upload: UploadFile) -> str:
    upload.file.seek(0)
    digest = hashlib.sha256()
    while piece := upload.file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _laid(upload: UploadFile, folder: Path) -> Path:
    """Write the file into a folder of its own, under what is harmless of its name."""
    folder.mkdir()
    name = storable((upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem, dot, ending = name.rpartition(".")
    short = (stem if dot else name).encode()[:_NAME_BYTES].decode(errors="ignore")
    path = folder / (f"{short or 'file'}.{ending[:10]}" if dot else short or "file")
    upload.file.seek(0)
    with path.open("xb") as target:
        shutil.copyfileobj(upload.file, target)
    return path
