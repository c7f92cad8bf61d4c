"""Fit and forecast one series in a process of its own: prints seconds and peak memory in MiB.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/one_series.py METHOD N_SAMPLES LEVEL [REPETITIONS]

Seconds are processor time of the fastest repetition: fit and mean, then the same with the variance. Memory is
the largest resident set of the process, the interpreter and its libraries included, as Linux counts it:
importing them takes the last number printed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral import fit_harmonic

HORIZON = 48


def peak_memory() -> float:
    """Largest resident set of this process so far, MiB."""
    # Not getrusage: there a child starts with the peak of its parent.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    method, n_samples = sys.argv[1], int(sys.argv[2])
    level, repetitions = float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1
    signals = harmonic_sums(
        1, length=n_samples, n_components=(20, 20), periods=(4, 400), noise=0.1, random_state=n_samples
    )
    y = level + signals.values
    fit_harmonic(y[:, :50], method=method)  # imports and caches are not what is measured
    imported, means, both = peak_memory(), [], []
    ahead = n_samples + np.arange(HORIZON)
    for _ in range(repetitions):
        started = time.process_time()
        fitted = fit_harmonic(y, method=method)
        fitted.evaluate(ahead)
        means.append(time.process_time() - started)
        fitted.variance(ahead)
        both.append(time.process_time() - started)
    print(min(means), min(both), peak_memory(), imported)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
