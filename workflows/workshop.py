"""The workshop: worker processes for what is heavy on the CPU or fed by strangers.

A file that kills its process or takes longer than allowed costs that file its turn,
never the pouch: the others are done again in a fresh pool.
"""

import ctypes
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from threading import Lock

from documents.errors import OfficeError, Refused, Unavailable
from workflows.jobs import Bench, Done, Job
from workflows.settings import Settings

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, linux/prctl.h


class FileTooHard(Refused):
    """A file killed its worker process or took longer than allowed."""

    code = "workshop.file_too_hard"
    vietnamese = "Tệp không xử lý được trong giới hạn thời gian, bộ nhớ ({0})"
    english = "the file could not be processed within its limits ({0})"
    remedy = "Kiểm tra tệp; đề nghị nơi gửi gửi lại / check the file; ask the sender for it anew"


class WorkshopBroken(Unavailable):
    """A worker process failed for a reason that is not the file's."""

    code = "workshop.broken"
    vietnamese = "Tiến trình xử lý gặp sự cố: {0}"
    english = "a worker process failed: {0}"
    remedy = "Hệ thống sẽ tự thử lại / it is tried again by itself"


_bench: Bench | None = None


def _begin(settings: Settings) -> None:
    """Set a worker process up; it dies with the process that started it."""
    global _bench
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bench = Bench(settings)


def _do(job: Job) -> Done | OfficeError:
    """Do one job in a worker process; errors are answers."""
    assert _bench is not None  # noqa: S101  (set by _begin)
    try:
        return _bench.do(job)
    except OfficeError as error:
        return error
    except Exception as error:
        return WorkshopBroken(f"{type(error).__name__}: {error}"[:500])


def _ready() -> None:
    """Do nothing: a process that does it is up."""


class Workshop:
    """A pool of worker processes, started at the first job, renewed when one breaks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(["workflows.jobs"])
                self._pool = ProcessPoolExecutor(
                    self._settings.processes,
                    mp_context=context,
                    initializer=_begin,
                    initargs=(self._settings,),
                )
            return self._pool

    def warm(self) -> None:
        """Start every worker process now, so that the first document does not wait for them."""
        pool = self._started()
        for future in [pool.submit(_ready) for _ in range(self._settings.processes)]:
            future.result()

    def run(self, jobs: Sequence[Job]) -> list[Done | OfficeError]:
        """Do *jobs* in the pool and return an answer for each, in order; never raises for a job."""
        answers: dict[int, Done | OfficeError] = {}
        for index, answer in self._round(dict(enumerate(jobs))).items():
            # alone in a fresh pool: the file that breaks it again is the culprit
            again = self._round({index: jobs[index]}) if answer is None else {}
            answers[index] = answer or again.get(index) or FileTooHard("process died")
        return [answers[index] for index in range(len(jobs))]

    def _round(self, jobs: dict[int, Job]) -> dict[int, Done | OfficeError | None]:
        """Do jobs once; None for one that was lost with its pool."""
        answers: dict[int, Done | OfficeError | None] = dict.fromkeys(jobs)
        try:
            pool = self._started()
            futures = {index: pool.submit(_do, job) for index, job in jobs.items()}
            for index, future in futures.items():
                answers[index] = self._answer(future)
        except BrokenProcessPool:
            self.close()
        return answers

    def _answer(self, future: "Future[Done | OfficeError]") -> Done | OfficeError:
        try:
            return future.result(timeout=self._settings.file_seconds)
        except FutureTimeout:
            self.close(kill=True)
            return FileTooHard(f"{self._settings.file_seconds:g} s")

    def close(self, *, kill: bool = False) -> None:
        """End the worker processes; a later job starts fresh ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is None:
            return
        if kill:
            for process in list((pool._processes or {}).values()):
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)
