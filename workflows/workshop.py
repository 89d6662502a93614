"""The workshop: worker processes for what is heavy on the CPU or fed by strangers.

A file that kills its process or takes longer than allowed costs that file its turn,
never the pouch: the others are done again, apart from everybody else's.
"""

import errno
import faulthandler
import multiprocessing
import os
import resource
import select
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from threading import Lock, Thread

from documents.errors import OfficeError, Refused, Unavailable
from workflows.jobs import Bench, Done, Job
from workflows.settings import Settings

MEMORY = 2 << 30
"""Bytes of data of one worker process; an honest file takes a tenth of it.

A file that wants more gets an answer, before the kernel ends whichever process is largest.
"""

TRIES_TO_START = 3
"""The first may meet what is left of a server of processes that was just killed."""


class FileTooHard(Refused):
    """A file killed its worker process, took longer than allowed, or was not to be handled."""

    code = "workshop.file_too_hard"
    vietnamese = "Tệp không xử lý được trong giới hạn thời gian, bộ nhớ ({0})"
    english = "the file could not be processed within its limits ({0})"
    remedy = "Kiểm tra tệp; đề nghị nơi gửi gửi lại / check the file; ask the sender for it anew"


class WorkshopBroken(Unavailable):
    """A worker process failed for a reason that is not the file's: the disk, open files."""

    code = "workshop.broken"
    vietnamese = "Tiến trình xử lý gặp sự cố: {0}"
    english = "a worker process failed: {0}"
    remedy = "Hệ thống sẽ tự thử lại / it is tried again by itself"


_bench: Bench | None = None


def _begin(settings: Settings, owner: int) -> None:
    """Set a worker process up; it ends when the process *owner* does."""
    global _bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    Thread(target=_end_with, args=(owner,), daemon=True).start()
    _bench = Bench(settings)


def _end_with(owner: int) -> None:
    """Wait for *owner* to end. It is no parent: forkserver's children outlive a killed owner."""
    try:
        select.select([os.pidfd_open(owner)], [], [])
    finally:
        os._exit(1)


def _do(job: Job) -> Done | OfficeError:
    """Do one job in a worker process; errors are answers."""
    assert _bench is not None  # noqa: S101  (set by _begin)
    # a thread without Python's lock: it ends even a process that is lost in native code
    with open(os.devnull, "wb") as nowhere:
        faulthandler.dump_traceback_later(_bench.settings.file_seconds, exit=True, file=nowhere)
        try:
            return _bench.do(job)
        except OfficeError as error:
            return error
        except OSError as error:
            return _own_trouble(error)
        except BaseException as error:
            # whatever a hostile file reaches in a library will be reached again; a panic in
            # Rust is no Exception
            return FileTooHard(_said(error))
        finally:
            faulthandler.cancel_dump_traceback_later()


def _own_trouble(error: OSError) -> OfficeError:
    """Return that something of ours is down, unless it is the file that wants too much."""
    # without a number it was a library that raised it, over the file
    of_the_file = error.errno in (None, errno.ENOMEM, errno.EFBIG)
    return (FileTooHard if of_the_file else WorkshopBroken)(_said(error))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _ready() -> None:
    """Do nothing: a process that does it is up."""


def _submitted(pool: ProcessPoolExecutor, job: Job) -> "Future[Done | OfficeError] | None":
    """Hand a job to the pool; None when the pool is broken or closed, or cannot start."""
    try:
        return pool.submit(_do, job)
    except (RuntimeError, OSError):
        return None


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
                    initargs=(self._settings, os.getpid()),
                )
                # all at the first job: a process started while the pool breaks is forgotten by
                # it and waited for without end (CPython 3.11, terminate_broken)
                self._pool._safe_to_dynamically_spawn_children = False  # type: ignore[attr-defined]
            return self._pool

    def warm(self) -> None:
        """Start every worker process now, so that the first document does not wait for them."""
        pool = self._started()
        for future in [pool.submit(_ready) for _ in range(self._settings.processes)]:
            future.result()

    def run(self, jobs: Sequence[Job]) -> list[Done | OfficeError]:
        """Do *jobs* in the pool and return an answer for each, in order; never raises for a job."""
        return list(self.each(jobs))

    def each(self, jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        """Do *jobs* in the pool and yield the answers in order while later jobs go on."""
        # one by one, where nobody else's file can break the pool: who breaks it now is the culprit
        apart = Workshop(self._settings.model_copy(update={"processes": 1}))
        try:
            for job, answer in zip(jobs, self._once(jobs), strict=True):
                yield answer or apart._alone(job)
        finally:
            apart.close()

    def _alone(self, job: Job) -> Done | OfficeError:
        """Do one job in a pool that was seen to work; only there is a death the file's fault."""
        for _ in range(TRIES_TO_START):
            if self._works():
                return next(self._once([job])) or FileTooHard("process died")
        return WorkshopBroken("không khởi động được / processes do not start")

    def _works(self) -> bool:
        """Return whether the pool, started if need be, does nothing well."""
        pool = self._started()
        try:
            pool.submit(_ready).result()
        except (CancelledError, RuntimeError, OSError):
            self._drop(pool)
            return False
        return True

    def _once(self, jobs: Sequence[Job]) -> Iterator[Done | OfficeError | None]:
        """Do jobs once; None for one that was lost with its pool."""
        pool = self._started()
        futures = [_submitted(pool, job) for job in jobs]
        for future in futures:
            answer = None
            try:
                answer = future.result() if future else None
            except (CancelledError, RuntimeError):  # the pool broke, by our jobs or another run's
                self._drop(pool)
            yield answer

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        """Give a broken pool up, unless another run did and started afresh."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the worker processes; a later job starts fresh ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
