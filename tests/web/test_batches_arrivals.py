"""Many arrivals at once over HTTP: into the register, and handed on to a unit."""

import re
from concurrent.futures import Future

import httpx

from documents.document import Role
from tests.web import arrivals as by_axis
from tests.web import directions
from tests.web.counter import Counter
from tests.web.test_batches import finished, started  # noqa: F401
from tests.workflows.house import document


def forwarded(client: httpx.Client, ids: list[str], **given: object) -> httpx.Response:
    data = {"key": "k", "item": [f"{each}|registered" for each in ids]} | given
    return client.post("/batches/forward", data=data)


def test_a_clerk_registers_many_and_each_gets_its_own_number(
    counter: Counter,
    started: list[Future[None]],  # noqa: F811
) -> None:
    desk = by_axis.Arrivals(counter)
    desk.by_clerk()
    ids = [desk.bring(), desk.bring()]
    client = counter.client(Role.CLERK)
    data = {"action": "register", "key": "k", "item": ids}
    shown = finished(client, client.post("/batches", data=data), started)
    numbers = [document(counter.office, each).receipt_number for each in ids]
    assert numbers == [1, 2]
    assert "Số đến 2" in shown


def test_many_are_handed_on_to_one_lead_who_is_asked_for_first(
    counter: Counter,
    started: list[Future[None]],  # noqa: F811
) -> None:
    desk = directions.Arrivals(counter)
    ids = [desk.arrive(), desk.arrive()]
    client = counter.client(Role.CLERK)
    data = {"action": "forward", "key": "k", "item": [f"{each}|registered" for each in ids]}
    asked = client.post("/batches", data=data)
    assert asked.status_code == 200
    assert all(f'value="{each}|registered"' in asked.text for each in ids)
    nobody = forwarded(client, ids, opinion="Kính chuyển <b>")
    assert nobody.status_code == 422
    assert "Kính chuyển &lt;b&gt;" in nobody.text
    assert forwarded(client, ids, lead="kt", due="31/02/2026").status_code == 422
    answer = forwarded(client, ids, lead="kt", cooperate_name="Phòng Văn hóa - Xã hội; ")
    shown = finished(client, answer, started)
    assert len(re.findall("Đã chuyển xử lý", shown)) == 2
    assert {document(counter.office, each).state for each in ids} == {"assigned"}
    assert len(desk.tasks(ids[0])) == 2
