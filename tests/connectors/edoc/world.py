"""An axis of the dialect: the hub's eDoc face on a real socket, and letters in edXML."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from connectors.axis import AgencyEntry
from connectors.edxml import OutgoingFile, write_edoc, write_status
from connectors.hub.faults import Fault, Faults, set_faults
from connectors.hub.server import create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from schemas.edxml import (
    Code,
    DocumentTypeInfo,
    Edoc,
    Organization,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
)

SENDER, FIRST, SECOND = "H99", "H99.01", "H99.02"
DOCUMENT_ID = "H99,2026/11/22,15/QĐ-UBND"
PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 40 + b"\r\n--\r\n%%EOF\n"
AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
AGENCIES = [
    AgencyEntry(SENDER, "UBND tỉnh Sơn Hải", "000.00.00.H99", email="vanthu@sonhai.invalid"),
    AgencyEntry(FIRST, "Văn phòng UBND tỉnh", "000.00.01.H99", SENDER),
    AgencyEntry(SECOND, "Sở Nội vụ <&> Tư pháp", parent=SENDER),
]


def letter(number: str = "15", to: tuple[str, ...] = (FIRST,), **changes: Any) -> bytes:
    """Return a document in edXML, in the national SDK's pattern."""
    files = changes.pop("files", [OutgoingFile("Quyết định.pdf", data=PDF, description="Bản ký")])
    fields: dict[str, Any] = {
        "sender": Organization(organ_id=SENDER, organ_name="UBND tỉnh Sơn Hải <&>"),
        "recipients": tuple(Organization(organ_id=code) for code in to),
        "document_id": f"H99,2026/11/22,{number}/QĐ-UBND",
        "code": Code(code_number=number, code_notation="QĐ-UBND"),
        "promulgation": PromulgationInfo(place="Sơn Hải", promulgation_date=date(2026, 11, 22)),
        "document_type": DocumentTypeInfo(type_detail=2, type_name="Quyết định"),
        "subject": "Về việc thử «nghiệm» & kiểm tra\nhai dòng",
        "signer": SignerInfo(full_name="Người Ký"),
        "due_date": date(2026, 12, 1),
        "to_places": ("Như trên", "Lưu: VT"),
        "trace": (TraceHeader(organ_id=SENDER, timestamp=AT),),
    }
    return write_edoc(Edoc(**(fields | changes)), files)


def status(code: str = "03", note: str = "", sender: str = FIRST, to: str = SENDER) -> bytes:
    """Return a status in edXML."""
    return write_status(
        StatusMessage(
            sender=Organization(organ_id=sender, organ_name="Văn phòng"),
            response_for=ResponseFor(
                organ_id=to,
                code="15/QĐ-UBND",
                document_id=DOCUMENT_ID,
                promulgation_date=date(2026, 11, 22),
            ),
            staff=StaffInfo(department="Văn thư", staff="Người Nhận"),
            status_code=code,
            description=note or "Đã tiếp nhận",
            timestamp=AT,
        )
    )


@dataclass(frozen=True)
class EdocHub:
    """A running hub."""

    root: str
    store: HubStore
    systems: Systems | None

    @property
    def address(self) -> str:
        return f"{self.root}/edoc"

    def faults(self, *faults: Fault) -> None:
        set_faults(self.store.folder, faults)


@contextmanager
def served(folder: Path, systems: Systems | None, max_size: int = 30 << 20) -> Iterator[EdocHub]:
    store = HubStore(folder, max_size=max_size)
    store.put_agencies(AGENCIES)
    listener = listening("127.0.0.1", 0)
    app = create_app(store, Faults(folder), systems)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield EdocHub(f"http://127.0.0.1:{listener.getsockname()[1]}", store, systems)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()
        store.close()
