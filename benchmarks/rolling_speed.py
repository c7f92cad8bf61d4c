"""Rolling forecasts through the darts door: how much faster than darts' own FFT model.

    python benchmarks/rolling_speed.py [--output benchmarks/results/rolling_speed.csv]

Both models forecast 5 samples from the same 1,000 origins, each from the 100 samples before it, through
``historical_forecasts`` with no option beyond those that say so. DFTModel computes one batch; FFT is fitted
anew for every window, which is darts' default and the only way that it has. Repetitions take turns, so that a
busy machine slows both; the ratio is that of the fastest ones.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from darts import TimeSeries
from darts.models import FFT

from harmonic_forecasters.darts import DFTModel
from harmonic_forecasters.signals import harmonic_sums

WINDOWS, LOOKBACK, HORIZON = 1_000, 100, 5


def seconds(task: Callable[[], TimeSeries]) -> float:
    """Wall time of one call; it must return all the forecasts."""
    start = time.perf_counter()
    forecasts = task()
    elapsed = time.perf_counter() - start
    if len(forecasts) != WINDOWS:
        raise RuntimeError(f"expected {WINDOWS} forecasts, got {len(forecasts)}")
    return elapsed


def measure(repetitions: int) -> pd.DataFrame:
    """Columns model, repetition, seconds, windows_per_second."""
    length = LOOKBACK + WINDOWS + HORIZON - 1
    signals = harmonic_sums(1, length=length, n_components=(3, 6), periods=(2, 99), random_state=0)
    series = TimeSeries.from_values(signals.clean[0])
    dft = DFTModel(input_chunk_length=LOOKBACK).fit(series[:LOOKBACK])
    tasks: dict[str, Callable[[], TimeSeries]] = {
        "DFTModel": lambda: dft.historical_forecasts(series, forecast_horizon=HORIZON, retrain=False),
        "darts FFT": lambda: FFT().historical_forecasts(
            series, forecast_horizon=HORIZON, train_length=LOOKBACK, start=LOOKBACK
        ),
    }
    for task in tasks.values():
        task()  # imports and caches are not what is measured
    rows = [
        {"model": model, "repetition": repetition, "seconds": seconds(task)}
        for repetition in range(repetitions)
        for model, task in tasks.items()
    ]
    table = pd.DataFrame(rows)
    table["windows_per_second"] = WINDOWS / table["seconds"]
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Rolling forecasts: DFTModel against darts' FFT.")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--output", type=Path, help="a CSV file to write")
    options = parser.parse_args()
    table = measure(options.repetitions)
    fastest = table.groupby("model")["seconds"].min()
    for model, best in fastest.items():
        print(
            f"{model:10} {best:8.4f} s  {WINDOWS / best:12,.0f} windows/s  (fastest of {options.repetitions})"
        )
    print(f"DFTModel is {fastest['darts FFT'] / fastest['DFTModel']:.0f} times faster")
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(options.output, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
