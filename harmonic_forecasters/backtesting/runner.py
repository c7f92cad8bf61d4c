"""The loop of a run: every model on every task, in processes, each job kept as soon as it is done."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from harmonic_forecasters.backtesting.job import empty_record, fingerprint, run_job
from harmonic_forecasters.backtesting.models import ModelSpec
from harmonic_forecasters.backtesting.store import JobStore
from harmonic_forecasters.backtesting.suite import Suite
from harmonic_forecasters.backtesting.task import Task

try:
    import resource
except ImportError:  # not on Windows: peak memory stays unknown there
    resource = None  # type: ignore[assignment]

Job = tuple[Task, ModelSpec]
Record = dict[str, Any]


def jobs_to_do(suite: Suite, directory: Path, *, resume: bool, lookahead: bool = False) -> list[Job]:
    """The jobs of a suite that a directory does not hold, task by task, in the suite's order.

    With ``resume``, finished jobs are kept; failed ones and those of another task, model, seed or version are
    to be run again, with ``lookahead`` also those that were not checked for it. Without ``resume``, raises
    FileExistsError where the directory holds any jobs.
    """
    store = JobStore(directory)
    if not resume and not store.is_empty():
        raise FileExistsError(
            f"{directory} already holds jobs: resume that run (--resume), or choose an empty directory"
        )
    jobs = [(task, spec) for task in suite.tasks for spec in suite.models]
    return [
        job for job in jobs if not _is_done(store.load(job[0].name, job[1].name), job, suite.seed, lookahead)
    ]


def run_jobs(
    jobs: Sequence[Job],
    seed: int,
    directory: Path,
    *,
    n_jobs: int = 1,
    isolate: bool = False,
    lookahead: bool = False,
    on_start: Callable[[Job], None] | None = None,
    on_done: Callable[[Job, Record], None] | None = None,
) -> None:
    """Run jobs and keep each in the directory as soon as it is done.

    n_jobs : processes at a time; each computes on one thread, so results do not depend on it.
    isolate : give each job a process of its own, whose peak memory is measured.
    lookahead : also check that no forecast sees the future; a model that does is recorded as failed.
    on_start, on_done : called as jobs start and end; a job that must start again is started once more.
    """
    if n_jobs < 1:
        raise ValueError(f"n_jobs must be at least 1, got {n_jobs}")
    store = JobStore(directory)
    for job, record in _execute(jobs, seed, n_jobs, isolate, lookahead, on_start or (lambda _: None)):
        store.save(record)
        if on_done is not None:
            on_done(job, record)


def stored_records(suite: Suite, directory: Path) -> list[Record]:
    """The records of the suite's jobs that the directory holds, in the suite's order.

    Those of another task, model, seed or version under the same names are left out.
    """
    store = JobStore(directory)
    jobs = [(task, spec) for task in suite.tasks for spec in suite.models]
    found = [(job, store.load(job[0].name, job[1].name)) for job in jobs]
    return [
        record
        for job, record in found
        if record is not None and record["fingerprint"] == fingerprint(*job, suite.seed)
    ]


def _is_done(record: Record | None, job: Job, seed: int, lookahead: bool) -> bool:
    return (
        record is not None
        and record["status"] == "ok"
        and record["fingerprint"] == fingerprint(*job, seed)
        and (record["lookahead_checked"] or not lookahead)
    )


def _execute(
    jobs: Sequence[Job],
    seed: int,
    n_jobs: int,
    isolate: bool,
    lookahead: bool,
    on_start: Callable[[Job], None],
) -> Iterator[tuple[Job, Record]]:
    """Run jobs in processes, in the order in which they end.

    A process that dies takes the shared pool with it: the jobs that ran there get a process each, so that
    only the guilty one is recorded as failed.
    """
    waiting = deque((job, isolate) for job in jobs)
    running: dict[Future[Record], tuple[Job, bool, ProcessPoolExecutor]] = {}
    shared: ProcessPoolExecutor | None = None
    try:
        while waiting or running:
            while waiting and len(running) < n_jobs:
                job, alone = waiting.popleft()
                if alone:
                    pool = _process_pool(1)
                else:
                    pool = shared = shared or _process_pool(n_jobs)
                try:
                    future = pool.submit(_work, job, seed, lookahead, alone)
                except BrokenProcessPool:
                    # Another job has just taken the shared pool with it.
                    waiting.appendleft((job, alone))
                    shared = None
                    continue
                running[future] = (job, alone, pool)
                on_start(job)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job, alone, pool = running.pop(future)
                if alone:
                    pool.shutdown(wait=False)
                try:
                    yield job, future.result()
                except BrokenProcessPool as death:
                    if alone:
                        error = f"the process of this job ended before it was done: {death}"
                        yield job, empty_record(*job, seed) | {"status": "failed", "error": error}
                    else:
                        waiting.append((job, True))
                        shared = None if pool is shared else shared
    finally:
        for pool in {pool for _, _, pool in running.values()} | ({shared} if shared else set()):
            pool.shutdown(wait=False, cancel_futures=True)


def _process_pool(n_processes: int) -> ProcessPoolExecutor:
    # A forked child would inherit the threads' locks of torch and OpenMP.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(n_processes, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process with the one that started it, which else leaves its workers waiting forever."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(job: Job, seed: int, lookahead: bool, alone: bool) -> Record:
    """Run a job in a worker process, on one thread, without the frameworks' warnings."""
    # statsmodels switches its warnings on again while it is imported: filters would not hold.
    warnings.showwarning = lambda *_, **__: None
    logging.disable(logging.WARNING)
    # torch is imported later, by the first model that needs it, and then asks the environment.
    os.environ["OMP_NUM_THREADS"] = "1"
    with threadpool_limits(limits=1):
        record = run_job(*job, seed, lookahead=lookahead)
    if alone:
        record["peak_memory_mb"] = _peak_memory_mb()
    return record


def _peak_memory_mb() -> float | None:
    """The most memory that this process has held, MB; None where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # On Linux getrusage also counts what the parent held when it started this process.
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return float(lines["VmHWM"].split()[0]) / 1024
    if resource is None:
        return None
    # macOS counts in bytes.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
