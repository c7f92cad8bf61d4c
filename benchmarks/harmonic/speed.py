"""Time and memory: one series of growing length, many windows at once, rolling forecasts.

    python benchmarks/harmonic/speed.py [--method blend] [--long]

One series: fit and mean of 48 samples, and with their variance, each length in processes of its own, one
thread, processor seconds; `--long` adds 20,000 to 100,000 samples. Many series: 10,000 of 100 samples, 5
ahead, through darts' door. Rolling: 1,000 windows of 100 samples, 5 ahead, against darts' own FFT model in
its default loop and against AutoARIMA, timed on a few windows and scaled; these in seconds of the wall, with
as many threads as there are cores. All in one run, and the fastest of several tries that are spread over it,
so that a minute in which the machine was busy does not decide. Draws docs/figures/harmonic_speed.png.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from darts import TimeSeries
from darts.models import FFT
from forecasters import FORECASTERS, FloatArray
from matplotlib import pyplot as plt
from study_table import RESULTS, Bound, Row, report

from harmonic_forecasters.darts import HarmonicModel
from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral import METHODS
from harmonic_forecasters.spectral.harmonic import LONGEST_WINDOW

SCRIPT = Path(__file__).with_name("one_series.py")
FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "harmonic_speed.png"
#: Samples -> repetitions a round.
LENGTHS = {100: 33, 200: 17, 400: 9, 700: 7, 1_400: 3, 2_800: 2, 5_600: 1, 8_760: 1}
LONG = {20_000: 1, 50_000: 1, 100_000: 1}
ROUNDS = 3
SECONDS: dict[int, tuple[Bound, Bound | None]] = {
    100: (Bound(0.025), Bound(0.010)),
    700: (Bound(0.25), Bound(0.1)),
    8_760: (Bound(4.0), Bound(1.5)),
    100_000: (Bound(120.0), None),
}
MEMORY = {100_000: Bound(1024.0)}
#: Shorter series cost mostly what every call costs, and of longer ones the last part is used: both flatter.
SLOPE_RANGE = 700, LONGEST_WINDOW
WINDOW, HORIZON, ROLLING, MANY, ARIMA_WINDOWS = 100, 5, 1_000, 10_000, 20
#: Where all values are positive there are logarithms to try, too.
LEVELS = {"about zero": 0.0, "positive": 2.0}


def one_series(method: str, lengths: dict[int, int], level: str) -> tuple[list[Row], dict[int, float]]:
    """Rows of every length and of the slope; seconds by length."""
    rows, seconds = [], {}
    printed: dict[int, list[list[float]]] = {n_samples: [] for n_samples in lengths}
    for _ in range(ROUNDS):
        for n_samples, repetitions in lengths.items():
            command = [sys.executable, SCRIPT, method, str(n_samples), str(LEVELS[level]), str(repetitions)]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            printed[n_samples].append([float(number) for number in output.split()])
    for n_samples, repetitions in lengths.items():
        seconds[n_samples], both, _, _ = np.min(printed[n_samples], axis=0).tolist()
        _, _, peak, imported = np.max(printed[n_samples], axis=0).tolist()
        task, bounds = f"one series, {n_samples} samples, {level}", SECONDS.get(n_samples, (None, None))
        cases = ROUNDS * repetitions
        rows += [
            Row(task, method, "seconds", seconds[n_samples], *bounds, cases=cases),
            Row(task, method, "seconds, with variances", both, cases=cases),
            Row(task, method, "peak memory, MiB", peak, MEMORY.get(n_samples), cases=cases),
            Row(task, method, "of it before the fit, MiB", imported, cases=cases),
        ]
    measure = f"log-log slope, {SLOPE_RANGE[0]} to {SLOPE_RANGE[1]} samples"
    cases = len(slope_lengths(seconds))
    rows.append(Row(f"one series, {level}", method, measure, log_log_slope(seconds), Bound(2.0), cases=cases))
    return rows, seconds


def log_log_slope(seconds: dict[int, float]) -> float:
    """The exponent p of seconds ~ samples^p, by least squares."""
    lengths = slope_lengths(seconds)
    return float(np.polyfit(np.log(lengths), np.log([seconds[n] for n in lengths]), 1)[0])


def slope_lengths(seconds: dict[int, float]) -> list[int]:
    """Lengths that the slope is fitted to."""
    return [n for n in seconds if SLOPE_RANGE[0] <= n <= SLOPE_RANGE[1]]


def timed(tasks: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, float]:
    """Seconds of the fastest call of each task, called in turn."""
    seconds = dict.fromkeys(tasks, np.inf)
    for _ in range(repetitions):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    return seconds


def sums(n_signals: int, length: int) -> FloatArray:
    """Noisy sums of a few sinusoids, (n_signals, length)."""
    options: dict[str, Any] = {"n_components": (3, 6), "periods": (2, 99), "noise": 0.1}
    return harmonic_sums(n_signals, length=length, **options, random_state=0).values


def many_series(method: str, level: str) -> list[Row]:
    """Seconds for a fit and a forecast of many series."""
    series = [TimeSeries.from_values(values) for values in LEVELS[level] + sums(MANY, WINDOW)]
    task = f"{MANY} series of {WINDOW} samples, {level}"
    seconds = timed({task: lambda: HarmonicModel(method=method).fit(series).predict(HORIZON, series)}, 2)
    return [Row(task, method, "seconds", seconds[task], Bound(20.0), Bound(8.0), cases=MANY)]


def rolling(method: str, level: str) -> list[Row]:
    """Seconds for all windows of one series, and ratios to the other models; AutoARIMA is statsforecast's."""
    values = LEVELS[level] + sums(1, WINDOW + ROLLING + HORIZON - 1)[0]
    series = TimeSeries.from_values(values)
    few = np.lib.stride_tricks.sliding_window_view(values[:-HORIZON], WINDOW)[:: ROLLING // ARIMA_WINDOWS]
    FORECASTERS["AutoARIMA"](few[:1], HORIZON, (1,), "")  # compiles
    model, options = (
        HarmonicModel(WINDOW, method=method).fit(series),
        {"forecast_horizon": HORIZON, "verbose": False},
    )
    models = {
        method: lambda: model.historical_forecasts(series, retrain=False, **options),
        "darts FFT": lambda: FFT().historical_forecasts(series, train_length=WINDOW, start=WINDOW, **options),
        "AutoARIMA": lambda: FORECASTERS["AutoARIMA"](few, HORIZON, (1,), ""),
    }
    seconds = timed(models, 5)
    seconds["AutoARIMA"] *= ROLLING / len(few)
    task = f"rolling, {ROLLING} windows of {WINDOW} samples, {level}"
    rows = [Row(task, name, "seconds", value, cases=ROLLING) for name, value in seconds.items()]
    for other, bound in (("darts FFT", Bound(2.0)), ("AutoARIMA", Bound(1 / 50))):
        ratio = seconds[method] / seconds[other]
        rows.append(Row(task, method, f"seconds over those of {other}", ratio, bound, cases=ROLLING))
    return rows


def draw(method: str, seconds: dict[str, dict[int, float]]) -> None:
    """Seconds against samples, both logarithmic, with the fitted line and what is asked."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
    for colour, (level, of_level) in zip(("tab:blue", "tab:orange"), seconds.items(), strict=True):
        lengths, slope = np.array(list(of_level)), log_log_slope(of_level)
        ax.loglog(lengths, list(of_level.values()), "o-", color=colour, label=f"{method}, {level}")
        fitted = np.array(slope_lengths(of_level))
        centre = np.exp(np.mean([np.log(of_level[n]) - slope * np.log(n) for n in fitted.tolist()]))
        ax.loglog(fitted, centre * fitted**slope, "--", color=colour, label=f"exponent {slope:.2f}")
    asked = {n: must.high for n, (must, _) in SECONDS.items() if n in of_level}
    ax.loglog(list(asked), list(asked.values()), "v", color="tab:red", label="to stay below")
    ax.set(xlabel="samples in the series", ylabel="processor seconds, fit and forecast")
    ax.grid(which="major", alpha=0.3)
    ax.legend()
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--method", choices=METHODS, default="blend")
    parser.add_argument("--long", action="store_true", help="up to 100,000 samples, too")
    parser.add_argument("--output", type=Path, default=RESULTS / "harmonic_speed.csv")
    options = parser.parse_args()
    rows, seconds = [], {}
    for level in LEVELS:
        of_one, seconds[level] = one_series(options.method, LENGTHS | (LONG if options.long else {}), level)
        rows += of_one + many_series(options.method, level) + rolling(options.method, level)
    report(rows, options.output)
    draw(options.method, seconds)


if __name__ == "__main__":
    main()
