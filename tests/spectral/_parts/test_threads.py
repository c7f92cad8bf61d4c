"""Batches in threads: the same numbers, and never more threads than there may be."""

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral._parts import threads
from harmonic_forecasters.spectral._parts.threads import in_threads, n_threads
from harmonic_forecasters.spectral.harmonic import fit_harmonic


def test_blocks_are_put_together_in_their_order(monkeypatch):
    monkeypatch.setattr(threads, "BLOCK_VALUES", 7)
    first, second = np.arange(40.0).reshape(20, 2), np.arange(60.0).reshape(20, 3)
    together = in_threads(lambda a, b: a[:, :1] + b, first, second)
    np.testing.assert_array_equal(together, first[:, :1] + second)


def test_forecasts_do_not_depend_on_the_blocks(monkeypatch):
    windows = harmonic_sums(
        40, length=60, n_components=(2, 5), periods=(3, 40), noise=0.1, random_state=0
    ).values
    whole = fit_harmonic(windows).evaluate(np.arange(60, 70))
    monkeypatch.setattr(threads, "BLOCK_VALUES", 60 * 15)
    parts = in_threads(lambda rows: fit_harmonic(rows).evaluate(np.arange(60, 70)), windows)
    np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-9)


def test_what_fails_in_a_thread_fails():
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda _: 1 / 0, np.zeros((2, 2)))


def test_blocks_are_computed_side_by_side(monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: 2)
    monkeypatch.setattr(threads, "BLOCK_VALUES", 1)
    both = threading.Barrier(2, timeout=30)

    def work(rows):
        both.wait()  # one thread alone would wait here until the barrier breaks
        return rows

    in_threads(work, np.ones((2, 1)))


def test_no_more_threads_compute_than_there_may_be(monkeypatch):
    monkeypatch.setattr(threads, "BLOCK_VALUES", 1)
    workers = set()

    def work(rows):
        workers.add(threading.get_ident())
        time.sleep(0.01)
        return rows

    with threadpool_limits(limits=1, user_api="blas"):
        in_threads(work, np.ones((8, 1)))
    assert len(workers) == 1


def test_threads_are_as_many_as_linear_algebra_may_use(monkeypatch):
    pools = [{"user_api": "blas", "num_threads": 3}, {"user_api": "openmp", "num_threads": 8}]
    monkeypatch.setattr(threads, "threadpool_info", lambda: pools)
    assert n_threads() == 3


@pytest.mark.parametrize("limit", [1, 2])
def test_threads_obey_the_limit_of_linear_algebra(limit):
    with threadpool_limits(limits=limit, user_api="blas"):
        assert n_threads() <= limit


def test_a_worker_of_a_process_pool_uses_one_thread():
    with (
        threadpool_limits(limits=2, user_api="blas"),
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        assert pool.submit(n_threads).result() == 1


def test_callers_side_by_side_leave_the_limit_as_it_was(monkeypatch):
    monkeypatch.setattr(threads, "BLOCK_VALUES", 1)
    begun = threading.Event()

    def work(rows):
        begun.set()
        time.sleep(0.05 * rows[0, 0])
        return rows

    with threadpool_limits(limits=2, user_api="blas"):
        before = n_threads()
        short, long = (
            threading.Thread(target=in_threads, args=(work, value * np.ones((2, 1)))) for value in (1.0, 3.0)
        )
        short.start()
        begun.wait()
        long.start()
        short.join()
        long.join()
        assert n_threads() == before
