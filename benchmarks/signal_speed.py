"""Signals a second, on one core: 110 samples, 3 to 44 components, periods of 10 to 99 samples.

    python benchmarks/signal_speed.py --output benchmarks/results/signal_speed.csv

Every row is the median of several repetitions, each of another seed, after one that does not count.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import harmonic_forecasters
from harmonic_forecasters.signals import harmonic_sums

TASK: dict[str, Any] = {"length": 110, "n_components": (3, 44), "periods": (10, 99)}
VARIANTS: dict[str, dict[str, Any]] = {
    "integer periods": {},
    "integer periods, noise": {"noise": 0.1},
    "continuous periods": {"integer_periods": False},
    "continuous periods, noise": {"integer_periods": False, "noise": 0.1},
    "modulated": {"modulated": True},
}


def signals_a_second(n_signals: int, repetitions: int, options: dict[str, Any]) -> list[float]:
    """Signals a second of each repetition, in the order they ran."""
    rates = []
    for seed in range(repetitions + 1):
        started = time.perf_counter()
        harmonic_sums(n_signals, **TASK, **options, random_state=seed)
        rates.append(n_signals / (time.perf_counter() - started))
    return rates[1:]


def measure(n_signals: int, repetitions: int) -> pd.DataFrame:
    """One row a variant: median, slowest and fastest repetition, in signals a second."""
    rows = []
    for variant, options in VARIANTS.items():
        rates = signals_a_second(n_signals, repetitions, options)
        rows.append(
            {
                "variant": variant,
                "median_per_second": round(statistics.median(rates)),
                "slowest_per_second": round(min(rates)),
                "fastest_per_second": round(max(rates)),
                "n_signals": n_signals,
                "repetitions": repetitions,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "harmonic_forecasters": harmonic_forecasters.__version__,
                "machine": platform.machine(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--signals", type=int, default=20_000, help="signals a repetition")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--output", type=Path, help="write the table to this CSV file, too")
    arguments = parser.parse_args()
    with threadpool_limits(limits=1):
        table = measure(arguments.signals, arguments.repetitions)
    print(table.iloc[:, :6].to_string(index=False))
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(arguments.output, index=False)


if __name__ == "__main__":
    main()
