"""The suite: which cases a face has, and a run of them."""

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from connectors.axis import Axis
from connectors.conformance import (
    edoc_cases,
    hostile,
    load,
    port,
    queue,
    sending,
    soap_cases,
    soap_versions,
    statuses,
    vxp_auth,
    vxp_cases,
)
from connectors.conformance.case import Case, Face, Undone, Verdict
from connectors.conformance.case import Failed as CaseFailed
from connectors.conformance.case import NotApplicable as CaseNotApplicable
from connectors.conformance.exchange import NoAnswer
from connectors.conformance.peer import Broken, TurnedAway
from connectors.conformance.report import Report, Result
from connectors.conformance.session import Session
from connectors.conformance.subject import Subject
from connectors.errors import AxisUnavailable

CHAPTERS = (
    vxp_auth.CHAPTER,
    vxp_cases.CHAPTER,
    soap_versions.CHAPTER,
    soap_cases.CHAPTER,
    edoc_cases.CHAPTER,
    sending.CHAPTER,
    queue.CHAPTER,
    statuses.CHAPTER,
    port.CHAPTER,
    load.CHAPTER,
    hostile.CHAPTER,
)
"""In the order in which they run: what may harm the system comes last."""


def cases(face: Face) -> Iterator[Case]:
    """Yield the cases that are tried on *face*."""
    for chapter in CHAPTERS:
        yield from (case for case in chapter.cases if face in case.faces)


def conform(
    subject: Subject,
    *,
    tls: ssl.SSLContext | None = None,
    seconds: float = 30.0,
    axis: Axis | None = None,
    burst: int = 200,
    only: Callable[[Case], bool] = lambda _: True,
    seen: Callable[[Result], None] = lambda _: None,
) -> Report:
    """Try every case on *subject* and clean up.

    Args:
        subject: what is tested; its url, agencies and credential.
        tls: what https trusts; None: what this machine does.
        seconds: the longest pause within an exchange.
        axis: the system through a connector; needed for faces that are not written by hand.
        burst: documents that are sent at once.
        only: which cases to try.
        seen: is told each result as it comes.

    Raises:
        AxisUnavailable: the system does not answer at all, or its queues cannot be listed.
        ValueError: the url is none.
    """
    session = Session(subject, tls, seconds, axis, burst)
    try:
        session.remember_queues()
    except (NoAnswer, Broken, TurnedAway) as why:
        raise AxisUnavailable(session.trace.redacted(f"{subject.url}: {why}")) from None
    results = []
    for case in cases(subject.face):
        if only(case):
            results.append(tried(case, session))
            seen(results[-1])
    session.trace.clear()
    left = [session.trace.redacted(line) for line in session.cleaned_up()]
    return Report(
        url=subject.url,
        face=str(subject.face),
        agencies=subject.agencies,
        tag=session.tag,
        began=session.began,
        ended=datetime.now(UTC),
        results=tuple(results),
        left=tuple(left),
    )


def tried(case: Case, session: Session) -> Result:
    """Try *case* and say what came of it; nothing is raised."""
    session.trace.clear()
    began = time.perf_counter()
    verdict, why = Verdict.PASSED, ""
    try:
        case.run(session)
    except CaseFailed as error:
        verdict, why = Verdict.FAILED, str(error)
    except CaseNotApplicable as error:
        verdict, why = Verdict.NOT_APPLICABLE, str(error)
    except Undone as error:
        verdict, why = Verdict.NOT_DECIDED, str(error)
    except TurnedAway as error:
        verdict, why = Verdict.FAILED, f"bị từ chối / it was refused: {error}"
    except (Broken, NoAnswer) as error:
        verdict, why = Verdict.FAILED, f"không phải trả lời đúng dạng / no proper answer: {error}"
    return Result(
        id=case.id,
        level=case.level,
        vietnamese=case.vietnamese,
        english=case.english,
        source=case.source,
        verdict=verdict,
        why=session.trace.redacted(why)[:1000],
        seconds=round(time.perf_counter() - began, 3),
        exchanges=tuple(session.trace.exchanges),
        requests=session.trace.count,
    )
