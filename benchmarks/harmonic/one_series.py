"""Fit and forecast one series in a process of its own: prints seconds and peak memory in MiB.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/one_series.py METHOD N_SAMPLES [REPETITIONS]

Seconds are processor time of the fastest repetition. Memory is the largest resident set of the process, the
interpreter and its libraries included, as Linux counts it: importing them takes the second number printed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.harmonic import fit_harmonic

HORIZON = 48


def peak_memory() -> float:
    """Largest resident set of this process so far, MiB."""
    # Not getrusage: there a child starts with the peak of its parent.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    method, n_samples = sys.argv[1], int(sys.argv[2])
    repetitions = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    signals = harmonic_sums(
        1, length=n_samples, n_components=(20, 20), periods=(4, 400), noise=0.1, random_state=n_samples
    )
    # All values are positive, as those of most real series: a method may have more to try on them.
    y = 2.0 + signals.values
    fit_harmonic(y[:, :50], method=method)  # imports and caches are not what is measured
    imported, seconds = peak_memory(), []
    for _ in range(repetitions):
        started = time.process_time()
        fitted = fit_harmonic(y, method=method)
        ahead = n_samples + np.arange(HORIZON)
        fitted.evaluate(ahead), fitted.variance(ahead)
        seconds.append(time.process_time() - started)
    print(min(seconds), peak_memory(), imported)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
