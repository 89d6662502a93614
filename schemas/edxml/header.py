"""What a message says of its document: number, date, type, signer, and the document it answers.

Paragraphs of QCVN 102:2016 as axis.md §4.2 lists them.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.codes import Priority
from schemas.edxml.field import Wire, identifier, needed, organ_id, text


class Code(Wire):
    """Số và ký hiệu (§1.3)."""

    code_number: Annotated[str, text(11, required=True)]
    """Text: real numbers have leading zeros and letters."""
    code_notation: Annotated[str, text(30, required=True)]


class PromulgationInfo(Wire):
    """Địa danh và ngày ban hành (§1.4)."""

    place: Annotated[str, text(50)] = ""
    promulgation_date: Annotated[date | None, needed()]
    """In Vietnam; None only on a message that was read."""
    date_as_written: str = ""
    """Reader only: what stood there when no date can be read from it."""


class DocumentTypeInfo(Wire):
    """Loại văn bản (§1.5); the name decides, the numbers are hints."""

    type: Annotated[int, Field(ge=0, le=999_999_999)] = 2
    """1 văn bản quy phạm pháp luật, 2 văn bản hành chính (amendment 1:2022); other systems put
    anything here."""
    type_detail: Annotated[int, Field(ge=0, le=999_999_999)] = 0
    """Place in the group's list (`ADMINISTRATIVE_TYPES`), 0 when unknown."""
    type_name: Annotated[str, text(100, required=True)]


class SignerInfo(Wire):
    """Người ký (§1.8)."""

    competence: Annotated[str, text(100)] = ""
    """TM., KT., TL. and so on."""
    position: Annotated[str, text(100)] = ""
    full_name: Annotated[str, text(50)] = ""


class OtherInfo(Wire):
    """Thông tin khác (§1.11)."""

    priority: Priority = Priority.ROUTINE
    sphere_of_promulgation: Annotated[str, text(100)] = ""
    typer_notation: Annotated[str, text(10)] = ""
    """The typist's initials."""
    promulgation_amount: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Copies."""
    page_amount: Annotated[int, Field(ge=0, le=65535)] | None = None
    reply_fors: tuple[Annotated[str, text(200, required=True)], ...] = ()
    """The SDK's own: what is answered, in words; `ResponseFor` names it."""
    direction: bool | None = None
    """The SDK's own: whether it is a steering document."""
    reference_codes: tuple[Annotated[str, text(200, required=True)], ...] = ()
    """The SDK's own: documents that are referred to, by number and notation."""
    appendixes: tuple[Annotated[str, text(500, required=True)], ...] = ()


class ResponseFor(Wire):
    """The document that is answered, recalled, or reported on (§1.12); also of `Feedback`."""

    organ_id: Annotated[str, organ_id()]
    code: Annotated[str, identifier(50, required=False)] = ""
    """`number/notation`, as its sender wrote it."""
    document_id: Annotated[str, identifier(200)]
    """As its sender wrote it."""
    promulgation_date: date | None = None
    date_as_written: str = ""
    """Reader only: what stood there when no date can be read from it."""


class TaskAgency(Wire):
    """The agency or unit that a task is given to: `Agency`, only in the SDK's classes."""

    organ_id: Annotated[str, organ_id()]
    organ_name: Annotated[str, text(200)] = ""
    department_id: Annotated[str, text(100)] = ""
    department_name: Annotated[str, text(300)] = ""
    execute_role: Annotated[str, text(100)] = ""
    """In charge or taking part; its values are in no public source."""
