"""Nothing of an arrival is cut silently: what is too long or odd is warned of by its field."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from documents import arrival_fields, incoming
from documents.arrival import Arrival
from documents.database import Database
from documents.tables import DocumentRow, ParcelRow

TODAY = date(2026, 3, 9)
LENGTHS = {
    "type_name": (100, 100, "Tên loại văn bản"),
    "sender_name": (200, 200, "Tên cơ quan ban hành"),
    "code_number": (11, 30, "Số của văn bản"),
    "code_notation": (30, 100, "Ký hiệu của văn bản"),
    "signer_name": (50, 255, "Họ và tên"),
    "signer_position": (100, 100, "Chức vụ"),
    "document_key": (0, 200, "Mã định danh văn bản"),
}
"""The decree's length, the store's, and the field's name."""


@pytest.mark.parametrize("name", LENGTHS)
def test_a_long_value_stays_whole_where_there_is_room_and_is_named_where_not(
    name: str, make_arrival: Callable[..., Arrival]
) -> None:
    decree, store, label = LENGTHS[name]
    fitting = make_arrival(**{name: "ữ" * (decree or store)})
    assert arrival_fields.kept(fitting, TODAY)[1] == []
    values, warnings = arrival_fields.kept(make_arrival(**{name: "ữ" * (store + 1)}), TODAY)
    assert len(values[name]) == store
    assert [warning.partition(":")[0] for warning in warnings] == [arrival_fields.CUT]
    assert label in warnings[0]
    if decree and decree < store:
        values, warnings = arrival_fields.kept(make_arrival(**{name: "ữ" * (decree + 1)}), TODAY)
        assert len(values[name]) == decree + 1
        assert warnings[0].startswith(f"{arrival_fields.LONG}: {label}")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"subject": "Về kiê\u0309m tra"}, arrival_fields.TEXT),
        ({"subject": "Về\u202eviệc"}, arrival_fields.TEXT),
        ({"subject": "ữ" * 501}, arrival_fields.LONG),
        ({"promulgated": date(2026, 3, 10)}, arrival_fields.DAY),
        ({"promulgated": date(20, 1, 1)}, arrival_fields.DAY),
    ],
    ids=["mixed forms", "turned", "501 characters", "tomorrow", "the year 20"],
)
def test_what_we_would_refuse_ourselves_is_warned_of(
    given: dict[str, Any], code: str, make_arrival: Callable[..., Arrival]
) -> None:
    (warning,) = arrival_fields.kept(make_arrival(**given), TODAY)[1]
    assert warning.startswith(f"{code}: ")


def test_the_clerk_sees_the_warnings_of_what_was_entered(
    office: Database, make_arrival: Callable[..., Arrival], at: datetime
) -> None:
    arrival = make_arrival(code_notation="Đ" * 101)
    with office.writing() as session:
        session.add(
            ParcelRow(
                organ_id=arrival.organ_id,
                axis_id=arrival.axis_id,
                kind="edoc",
                sender=arrival.sender_organ_id,
                sha256=arrival.message_sha256,
                fetched_at=at,
                outcome="stored",
            )
        )
        session.flush()
        row = session.get_one(DocumentRow, incoming.arrived(session, arrival, at))
        assert (len(row.code_notation), len(row.warnings)) == (100, 1)
        assert "101 > 100" in row.warnings[0]
