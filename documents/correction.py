"""How a fault in an issued document is mended: which kind of document does it. Pure rules.

Legal source: Decree 30/2020/ND-CP, Art. 18.3: a fault of content is amended or replaced by a
document of equivalent form; a fault of form, presentation or procedure is corrected by an
official letter (công văn đính chính). law.md §1.2, X1 and X2.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from documents.document import DocumentType
from documents.errors import Refused
from documents.relation import RelationKind


class Fault(StrEnum):
    """What was wrong."""

    CONTENT = "content"
    """sai sót về nội dung."""
    FORM = "form"
    """sai sót về thể thức, kỹ thuật trình bày, thủ tục ban hành."""


MENDS: Mapping[RelationKind, Fault] = MappingProxyType(
    {
        RelationKind.AMENDS: Fault.CONTENT,
        RelationKind.REPLACES: Fault.CONTENT,
        RelationKind.CORRECTS: Fault.FORM,
    }
)
"""Which fault each way of mending is for."""
MARKS: Mapping[RelationKind, str] = MappingProxyType(
    {
        RelationKind.AMENDS: "Được sửa đổi, bổ sung bởi",
        RelationKind.CORRECTS: "Được đính chính bởi",
    }
)
"""What stands beside the number of the document that was mended; a replacement's is its own."""


class WayWrong(Refused):
    """The fault is not mended this way. ({0} the fault, {1} the way.)."""

    code = "correction.way_wrong"
    vietnamese = "Sai sót về {0} không khắc phục bằng cách {1}"
    english = "a fault of {0} is not mended so: {1}"
    remedy = (
        "Sai nội dung: sửa đổi, thay thế bằng văn bản cùng hình thức (--amends, --replaces); sai "
        "thể thức, kỹ thuật trình bày, thủ tục: công văn đính chính (--corrects) / content: amend "
        "or replace by a document of the same type; form or procedure: correct by official letter"
    )


class FormUnequal(Refused):
    """The document has not the form that mends the other. ({0} its type, {1} the type wanted.)."""

    code = "correction.form_unequal"
    vietnamese = "Loại «{0}» không dùng được, phải là «{1}»"
    english = "the type «{0}» does not do, it has to be «{1}»"
    remedy = (
        "Sửa đổi, thay thế: cùng loại với văn bản cũ; đính chính: công văn / amend and replace by "
        "the same type, correct by a công văn: change --type"
    )


_FAULTS = {
    Fault.CONTENT: "nội dung / content",
    Fault.FORM: "thể thức, thủ tục / form, procedure",
}
_WAYS = {
    RelationKind.AMENDS: "sửa đổi, bổ sung / amending",
    RelationKind.REPLACES: "thay thế / replacing",
    RelationKind.CORRECTS: "đính chính / correcting",
}


def fault_of(kind: RelationKind, declared: Fault | None) -> Fault | None:
    """Return the fault that *kind* mends; None for a relation that mends nothing.

    Raises:
        WayWrong: another fault was declared.
    """
    mended = MENDS.get(kind)
    if declared is not None and declared is not mended:
        raise WayWrong(_FAULTS[declared], _WAYS.get(kind, kind))
    return mended


def ensure_form(kind: RelationKind, type_name: str, mended_type: str) -> None:
    """Return if a document of *type_name* mends one of *mended_type* by *kind*.

    Raises:
        FormUnequal: it does not; it says which type does.
    """
    wanted = {
        RelationKind.AMENDS: mended_type,
        RelationKind.REPLACES: mended_type,
        RelationKind.CORRECTS: DocumentType.OFFICIAL_LETTER.value,
    }.get(kind, type_name)
    if type_name != wanted:
        raise FormUnequal(type_name, wanted)
