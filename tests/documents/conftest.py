"""A small office in the database: two agencies with their people."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from documents import directory
from documents.arrival import Arrival
from documents.database import Database
from documents.document import Agency, Attachment, Person, Role

POSTS = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)


@pytest.fixture
def at() -> datetime:
    """Return a morning in Vietnam, in UTC."""
    return datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture
def office(
    database: Database, make_agency: Callable[..., Agency], make_person: Callable[..., Person]
) -> Database:
    """Give the database with H99.01 and H99.02, their people, and H99.03 beyond."""
    seat(database, make_agency, make_person)
    return database


def seat(
    database: Database, make_agency: Callable[..., Any], make_person: Callable[..., Any]
) -> None:
    """Enter the office's agencies and people."""
    with database.writing() as session:
        for number in (1, 2, 3):
            agency = make_agency(
                organ_id=f"H99.0{number}",
                old_organ_id=f"000.00.0{number}.H99",
                name=f"Sở số {number}",
                abbreviation=f"S{number}",
            )
            served = number < 3
            directory.put_agency(session, agency, served=served, seal_key="seal")
            for role in POSTS if served else ():
                person = make_person(organ_id=agency.organ_id, role=role)
                key = "key" if role is Role.LEADER else ""
                directory.put_person(session, person, signing_key=key)


@pytest.fixture
def make_arrival() -> Callable[..., Arrival]:
    """Return a maker of arrivals for H99.02 from the ministry G01."""

    def make(**given: Any) -> Arrival:
        values: dict[str, Any] = {
            "organ_id": "H99.02",
            "axis_id": "m-1",
            "message_sha256": "a" * 64,
            "sender_organ_id": "G01",
            "sender_name": "Bộ Nội vụ",
            "document_key": "G01,2026/03/01,15/QĐ-BNV",
            "business_type": 0,
            "type_name": "Quyết định",
            "subject": "V/v ban hành quy chế",
            "code_number": "15",
            "code_notation": "QĐ-BNV",
            "place": "Hà Nội",
            "promulgated": date(2026, 3, 1),
            "signer_name": "Trần Thị B",
            "signer_position": "Bộ trưởng",
            "signer_competence": "",
            "urgency": 0,
            "due_date": None,
            "to_places": ("Như trên",),
            "attachments": (Attachment("15.pdf", "application/pdf", "b" * 64, 7),),
            "main_sha256": "b" * 64,
            "main_size": 7,
            "warnings": (),
        }
        return Arrival(**values | given)

    return make


from tests.documents.bureau import bureau  # noqa: E402, F401  (it uses `office`)
from tests.documents.change_offices import offices  # noqa: E402, F401  (it uses `seat`)
from tests.documents.dossier_shelf import dossier  # noqa: E402, F401
