"""The wire's names for the models' fields, so that messages name what people see in the file."""

from collections.abc import Iterable

from pydantic_core import ErrorDetails

_OWN_NAMES = {
    "sender": "From",
    "recipients": "To",
    "promulgation": "PromulgationInfo",
    "signer": "SignerInfo",
    "other": "OtherInfo",
    "trace": "TraceHeaderList",
    "business": "Bussiness",
    "doc_type": "BussinessDocType",
    "reason": "BussinessDocReason",
    "document_info": "BussinessDocumentInfo",
    "replacements": "ReplacementInfoList",
    "staff": "StaffInfo",
    "receivers": "ReceiverList",
    "organ_ids": "OrganIdList",
}


def place(error: ErrorDetails) -> str:
    """Return the path of what an error is about, which a whole model may say of one field."""
    path = wire_path(error["loc"])
    child = str(error.get("ctx", {}).get("child", ""))
    return f"{path}/{child}" if path and child else path or child


def wire_path(location: Iterable[str | int]) -> str:
    """Return `From/OrganId` or `To[2]/Email` for a pydantic error's location; counted from 1."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        else:
            name = _OWN_NAMES.get(part) or "".join(word.title() for word in part.split("_"))
            path += f"/{name}" if path else name
    return path
