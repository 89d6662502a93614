"""/operator: what does not go on by itself and why, what the worker does, what soon expires.

Source: ux.md §1.5, §3.10; design.md §4 (what a person must see). Prefect's own run view is linked
for those who keep the installation; documents are never judged by it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from documents import preservation, requests, rights
from documents.catalogue import version_at
from documents.document import Role
from documents.identity import new_id
from documents.reconciliation import MEANING, Kind
from documents.rights import Right
from documents.troubles import EXPIRING, troubles
from web.rendering import page
from web.visitor import Here, Visitor
from workflows.health import Condition
from workflows.trying_again import ACTION
from workflows.worker_health import FLOWS, facts_of, worker_lives
from workflows.world import World, WorldMissing

router = APIRouter()

FLOW_WORDS: Mapping[str, str] = {
    "outgoing": "Ký, cấp số, đóng dấu, gửi đi",
    "incoming": "Nhận, kiểm tra, vào sổ",
    "statuses": "Trạng thái gửi, nhận",
    "preservation": "Nâng cấp bản lưu trữ",
    "sweep": "Quét việc bỏ sót",
    "reconcile": "Đối chiếu với trục",
    "remind": "Nhắc việc",
}


@router.get("/operator")
def show(here: Here) -> HTMLResponse:
    """Show the agency's troubles and the installation's health."""
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.OPERATE, None, here.at)
        found = troubles(session, here.organ_id, here.at)
        seen = {row.id for row in rights.visible(session, here.visit, found.documents, here.at)}
        frozen = requests.frozen(session, [here.organ_id])
        waiting = preservation.by_error(session)
        version = version_at(session, here.at)
    return page(
        here,
        "operator/show.html",
        troubles=found,
        seen=seen,
        frozen=frozen,
        waiting=waiting,
        version=version,
        meaning=lambda code: MEANING[Kind(code)].vietnamese,
        expiring_days=EXPIRING.days,
        worker=_worker(here),
        prefect=_prefect(here) if Role.ADMINISTRATOR in here.roles else "",
        action=ACTION,
        key=new_id(),
    )


def _worker(here: Visitor) -> dict[str, Any]:
    """Return what the worker last did, in words; nothing where it never ran."""
    home = here.office.settings.home
    try:
        facts = facts_of(home)
        done = [
            (FLOW_WORDS[flow], datetime.fromisoformat(facts[flow]), facts["errors"].get(flow, ""))
            for flow in FLOWS
            if flow in facts
        ]
        never = [
            (FLOW_WORDS.get(flow, flow), None, why)
            for flow, why in facts["errors"].items()
            if flow not in facts
        ]
        lacking = list(facts["lacking"])
    except (OSError, ValueError, KeyError, TypeError):
        return {"lives": False, "done": [], "lacking": [], "condition": Condition.STOPPED}
    lives = worker_lives(home)
    condition = Condition.RUNNING if lives else Condition.STOPPED
    return {"lives": lives, "done": done + never, "lacking": lacking, "condition": condition}


def _prefect(here: Visitor) -> str:
    """Return the address of Prefect's run view, on the server itself."""
    try:
        return World.load(here.office.settings.home.parent).prefect_url
    except (WorldMissing, KeyError, TypeError):
        return ""
