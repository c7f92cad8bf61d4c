"""Large batches in blocks that fit a processor's cache, and the blocks in several threads."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from harmonic_forecasters.spectral._parts.block_sizes import BLOCK_VALUES
from harmonic_forecasters.spectral._parts.windows import FloatArray

_changing_limits = threading.Lock()


def in_threads(
    work: Callable[..., FloatArray], *arrays: FloatArray, block_values: int | None = None
) -> FloatArray:
    """work(*arrays), done in blocks of rows by :func:`n_threads` threads.

    work : takes the same rows of every array and gives an array with as many rows; it must not depend on
        which rows it is given together.
    arrays : with rows (series) on the first axis.
    block_values : values of the first array per block; None for ``block_sizes.BLOCK_VALUES``.

    Examples
    --------
    >>> in_threads(lambda rows: 2.0 * rows, np.ones((2, 1)))
    array([[2.],
           [2.]])
    """
    n_rows = len(arrays[0])
    n_blocks = min(n_rows, 1 + arrays[0].size // (block_values or BLOCK_VALUES))
    if n_blocks <= 1:
        return work(*arrays)
    n_workers = n_threads()
    # As many for each thread, so that none waits for the last one.
    n_blocks = min(n_rows, n_workers * -(-n_blocks // n_workers))
    blocks = [[array[rows] for array in arrays] for rows in np.array_split(np.arange(n_rows), n_blocks)]
    # The limit of linear algebra's threads is the process's: one caller at a time may change it, or the last
    # to leave would restore another one's. The others go on by themselves.
    if not _changing_limits.acquire(blocking=False):
        return np.concatenate([work(*block) for block in blocks])
    try:
        # Linear algebra on many small matrices gains nothing by threads of its own.
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(n_workers) as pool:
            return np.concatenate(list(pool.map(lambda block: work(*block), blocks)))
    finally:
        _changing_limits.release()


def n_threads() -> int:
    """As many threads as linear algebra may use, which is one in a worker of a process pool.

    So ``OMP_NUM_THREADS``, threadpoolctl and what pools of processes set hold here, too; and a process that
    another one has started leaves the other processors to its siblings.
    """
    if multiprocessing.parent_process() is not None:
        return 1
    return max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)
