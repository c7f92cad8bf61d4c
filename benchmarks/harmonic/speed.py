"""Time and memory: one series of growing length, many windows at once, rolling forecasts.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/speed.py [--method blend] [--long]

One series: fit, mean and variance of 48 samples, each length in a process of its own; `--long` adds 20,000
to 100,000 samples. Many windows: 10,000 of 100 samples in one call. Rolling: 1,000 windows of 100 samples,
5 ahead, against darts' own FFT model in its default loop and against AutoARIMA, timed on a few windows and
scaled. All in one run and one thread, in seconds of processor time: those of the wall on a machine that has
nothing else to do. Draws docs/figures/harmonic_speed.png.
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
from threadpoolctl import threadpool_limits

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.harmonic import METHODS

FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "harmonic_speed.png"
#: Samples -> repetitions.
LENGTHS = {100: 9, 200: 9, 400: 9, 700: 9, 1_400: 5, 2_800: 3, 5_600: 2, 8_760: 2}
LONG = {20_000: 1, 50_000: 1, 100_000: 1}
SECONDS: dict[int, tuple[Bound, Bound | None]] = {
    100: (Bound(0.010), None),
    700: (Bound(0.100), None),
    8_760: (Bound(4.0), Bound(1.0)),
    100_000: (Bound(120.0), None),
}
MEMORY = {100_000: Bound(1024.0)}
#: Shorter series cost mostly what every call costs, and would flatter the slope.
SLOPE_FROM = 700
WINDOW, HORIZON, ROLLING, MANY, ARIMA_WINDOWS = 100, 5, 1_000, 10_000, 20
#: A method may have more to try, such as logarithms, where all values are positive.
LEVELS = {"about zero": 0.0, "positive": 2.0}


def one_series(method: str, lengths: dict[int, int]) -> tuple[list[Row], dict[int, float]]:
    """Rows of every length and of the slope; seconds by length."""
    rows, seconds = [], {}
    for n_samples, repetitions in lengths.items():
        script = Path(__file__).with_name("one_series.py")
        command = [sys.executable, str(script), method, str(n_samples), str(repetitions)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds[n_samples], peak, imported = map(float, printed.split())
        task, bounds = f"one series, {n_samples} samples", SECONDS.get(n_samples, (None, None))
        rows += [
            Row(task, method, "seconds", seconds[n_samples], *bounds, cases=repetitions),
            Row(task, method, "peak memory, MiB", peak, MEMORY.get(n_samples), cases=repetitions),
            Row(task, method, "of it before the fit, MiB", imported, cases=repetitions),
        ]
    slope = log_log_slope(seconds)
    rows.append(
        Row(
            "one series",
            method,
            f"log-log slope from {SLOPE_FROM} samples",
            slope,
            Bound(2.0),
            None,
            len(seconds),
        )
    )
    return rows, seconds


def log_log_slope(seconds: dict[int, float]) -> float:
    """The exponent p of seconds ~ samples^p, by least squares."""
    samples, times = np.log([(n, s) for n, s in seconds.items() if n >= SLOPE_FROM]).T
    return float(np.polyfit(samples, times, 1)[0])


def timed(task: Callable[[], Any], repetitions: int) -> float:
    """Processor seconds of the fastest call."""
    seconds = []
    for _ in range(repetitions):
        started = time.process_time()
        task()
        seconds.append(time.process_time() - started)
    return min(seconds)


def sums(n_signals: int, length: int) -> FloatArray:
    """Noisy sums of a few sinusoids, (n_signals, length)."""
    options: dict[str, Any] = {"n_components": (3, 6), "periods": (2, 99), "noise": 0.1}
    return harmonic_sums(n_signals, length=length, **options, random_state=0).values


def many_windows(method: str, level: str) -> list[Row]:
    """Seconds for windows that are all known at once."""
    windows = LEVELS[level] + sums(MANY, WINDOW)
    seconds = timed(lambda: FORECASTERS[method](windows, HORIZON, (1,)), 1)
    task = f"{MANY} windows of {WINDOW} samples, {level}"
    return [Row(task, method, "seconds", seconds, Bound(20.0), cases=MANY)]


def rolling(method: str, level: str) -> list[Row]:
    """Seconds for all windows of one series, and ratios to the other models.

    Ours are one call of the method on the windows, darts' FFT its default loop, AutoARIMA is statsforecast's.
    """
    length = WINDOW + ROLLING + HORIZON - 1
    values = LEVELS[level] + sums(1, length)[0]
    series = TimeSeries.from_values(values)
    windows = np.lib.stride_tricks.sliding_window_view(values[:-HORIZON], WINDOW)
    few = windows[:: ROLLING // ARIMA_WINDOWS]
    FORECASTERS["AutoARIMA"](windows[:1], HORIZON, (1,))  # compiles
    seconds = {
        method: timed(lambda: FORECASTERS[method](windows, HORIZON, (1,)), 2),
        "darts FFT": timed(
            lambda: FFT().historical_forecasts(
                series, forecast_horizon=HORIZON, train_length=WINDOW, start=WINDOW, verbose=False
            ),
            2,
        ),
        "AutoARIMA": timed(lambda: FORECASTERS["AutoARIMA"](few, HORIZON, (1,)), 1) * ROLLING / len(few),
    }
    task = f"rolling, {ROLLING} windows of {WINDOW} samples, {level}"
    rows = [Row(task, name, "seconds", value, cases=ROLLING) for name, value in seconds.items()]
    for other, bound in (("darts FFT", Bound(1.0)), ("AutoARIMA", Bound(1 / 50))):
        ratio = seconds[method] / seconds[other]
        rows.append(Row(task, method, f"seconds over those of {other}", ratio, bound, cases=ROLLING))
    return rows


def draw(method: str, seconds: dict[int, float]) -> None:
    """Seconds against samples, both logarithmic, with the fitted line and what is asked."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
    lengths, slope = np.array(list(seconds)), log_log_slope(seconds)
    ax.loglog(lengths, list(seconds.values()), "o-", label=f"{method}, one thread")
    fitted = lengths[lengths >= SLOPE_FROM]
    centre = np.exp(np.mean([np.log(seconds[n]) - slope * np.log(n) for n in fitted.tolist()]))
    ax.loglog(fitted, centre * fitted**slope, "--", color="0.4", label=f"exponent {slope:.2f}")
    asked = {n: must.high for n, (must, _) in SECONDS.items() if n in seconds}
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
    rows, seconds = one_series(options.method, LENGTHS | (LONG if options.long else {}))
    with threadpool_limits(limits=1):
        for level in LEVELS:
            rows += many_windows(options.method, level) + rolling(options.method, level)
    report(rows, options.output)
    draw(options.method, seconds)


if __name__ == "__main__":
    main()
