"""The loop of a run: every model on every task, in processes, each job kept as soon as it is done."""

from __future__ import annotations

import logging
import multiprocessing
import sys
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


def jobs_to_do(suite: Suite, directory: Path, *, resume: bool) -> list[Job]:
    """The jobs of a suite that a directory does not hold, task by task, in the suite's order.

    With ``resume``, finished jobs are kept; failed ones and those of another task, model, seed or version are
    to be run again. Without it, raises FileExistsError where the directory holds any jobs.
    """
    store = JobStore(directory)
    if not resume and not store.is_empty():
        raise FileExistsError(
            f"{directory} already holds jobs: resume that run, or choose an empty directory"
        )
    jobs = [(task, spec) for task in suite.tasks for spec in suite.models]
    return [job for job in jobs if not _is_done(store.load(job[0].name, job[1].name), job, suite.seed)]


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
    on_start, on_done : called as jobs start and end.
    """
    if n_jobs < 1:
        raise ValueError(f"n_jobs must be at least 1, got {n_jobs}")
    store = JobStore(directory)
    for job, record in _execute(jobs, seed, n_jobs, isolate, lookahead, on_start or (lambda _: None)):
        store.save(record)
        if on_done is not None:
            on_done(job, record)


def stored_records(suite: Suite, directory: Path) -> list[Record]:
    """The records of the suite's jobs that the directory holds, in the suite's order."""
    store = JobStore(directory)
    found = (store.load(task.name, spec.name) for task in suite.tasks for spec in suite.models)
    return [record for record in found if record is not None]


def _is_done(record: Record | None, job: Job, seed: int) -> bool:
    return (
        record is not None and record["status"] == "ok" and record["fingerprint"] == fingerprint(*job, seed)
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
                running[pool.submit(_work, job, seed, lookahead, alone)] = (job, alone, pool)
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
                        shared = None
    finally:
        for pool in {pool for _, _, pool in running.values()} | ({shared} if shared else set()):
            pool.shutdown(wait=False, cancel_futures=True)


def _process_pool(n_processes: int) -> ProcessPoolExecutor:
    # A forked child would inherit the threads' locks of torch and OpenMP.
    return ProcessPoolExecutor(n_processes, mp_context=multiprocessing.get_context("spawn"))


def _work(job: Job, seed: int, lookahead: bool, alone: bool) -> Record:
    """Run a job in a worker process, on one thread, with the frameworks' chatter off."""
    # statsmodels switches its warnings on again while it is imported: filters would not hold.
    warnings.showwarning = lambda *_, **__: None
    logging.disable(logging.WARNING)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    with threadpool_limits(limits=1):
        record = run_job(*job, seed, lookahead=lookahead)
    if alone and resource is not None:
        # Linux counts in kibibytes, macOS in bytes.
        unit = 1024**2 if sys.platform == "darwin" else 1024
        record["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return record
