"""Who sends and who receives (edXML `From`, `To`), and who may be asked (`StaffInfo`)."""

from typing import Annotated

from schemas.edxml.field import Wire, organ_id, text


class Organization(Wire):
    """An agency (cơ quan, tổ chức); only its code is always there."""

    organ_id: Annotated[str, organ_id()]
    """Mã định danh, at most 35 characters (amendment 1:2022)."""
    organization_in_charge: Annotated[str, text(500)] = ""
    """Cơ quan chủ quản."""
    organ_name: Annotated[str, text(200)] = ""
    organ_add: Annotated[str, text(500)] = ""
    email: Annotated[str, text(100)] = ""
    telephone: Annotated[str, text(50)] = ""
    fax: Annotated[str, text(50)] = ""
    website: Annotated[str, text(100)] = ""


class StaffInfo(Wire):
    """The person who handles the message."""

    department: Annotated[str, text(300)] = ""
    department_id: Annotated[str, text(100)] = ""
    staff: Annotated[str, text(300)] = ""
    staff_id: Annotated[str, text(100)] = ""
    email: Annotated[str, text(100)] = ""
    mobile: Annotated[str, text(30)] = ""
