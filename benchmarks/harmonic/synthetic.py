"""Accuracy on synthetic signals whose continuation is known.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/synthetic.py [--method blend] [--signals 1000] [--seed 2026]

Windows of 100 samples of sums of sinusoids, each multiplied by a random factor, log-uniform in 0.1 .. 10,
before the method sees it; the forecast is divided by it again. The error of a signal is the squared error
against its clean continuation, averaged over the horizon. Under noise the mean is quoted relative to Burg's
method of order 40 on the same signals, with the standard error of that ratio, and the share of the noisy
observations that the intervals cover. The growing series is forecast 200 samples ahead, from every 200th
sample of its last third, each time from all samples before. A few signals are enough to try something: send
those to another ``--output``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from forecasters import FloatArray, Forecast, harmonic
from scoring import mean_scores
from study_table import RESULTS, Bound, Row, report
from threadpoolctl import threadpool_limits

from harmonic_forecasters.signals import growing_series, harmonic_sums
from harmonic_forecasters.spectral import METHODS
from harmonic_forecasters.spectral.methods.burg import fit_burg

WINDOW, BURG_ORDER = 100, 40
SMALL: dict[str, Any] = {"n_components": (3, 6), "periods": (2, 99)}
LARGE: dict[str, Any] = {"n_components": (3, 44), "periods": (10, 99)}
GEOMETRIC, TAIL, MEAN, RATIO = "geometric mean", "99th percentile", "mean", f"ratio to Burg({BURG_ORDER})"
COVERAGES = {0.80: Bound(0.83, low=0.77), 0.95: Bound(0.97, low=0.92)}
LEARN, STRIDE = 0.67, 200

Bounds = tuple[float, float]


def unaltered(windows: FloatArray, _rng: np.random.Generator) -> FloatArray:
    return windows


def rounded(windows: FloatArray, _rng: np.random.Generator) -> FloatArray:
    """The windows as single precision holds them."""
    return windows.astype(np.float32).astype(np.float64)


def with_gaps(windows: FloatArray, rng: np.random.Generator) -> FloatArray:
    """20 % of the samples of each window missing, anywhere."""
    rank = rng.random(windows.shape).argsort(axis=1).argsort(axis=1)
    return np.where(rank < 0.2 * windows.shape[1], np.nan, windows)


@dataclass(frozen=True)
class Task:
    """Signals, how far to forecast them, what is done to the windows, and (must, aim) of the measures."""

    signals: dict[str, Any]
    horizon: int
    bounds: dict[str, Bounds]
    alter: Callable[[FloatArray, np.random.Generator], FloatArray] = field(default=unaltered)

    @property
    def noisy(self) -> bool:
        return "noise" in self.signals


TASKS = {
    "small-noisy": Task(SMALL | {"noise": 0.1}, 5, {RATIO: (0.60, 0.43)}),
    "large-noisy": Task(LARGE | {"noise": 0.1}, 10, {RATIO: (0.92, 0.76)}),
    "small": Task(SMALL, 5, {GEOMETRIC: (1e-25, 1e-28), TAIL: (1e-18, 1e-23)}),
    "large": Task(LARGE, 10, {GEOMETRIC: (1e-14, 1e-16), TAIL: (1e-8, 1e-11)}),
    "small, continuous periods": Task(
        SMALL | {"integer_periods": False}, 5, {GEOMETRIC: (1e-25, 1e-28), TAIL: (1e-16, 1e-22)}
    ),
    "large, rounded to float32": Task(LARGE, 10, {MEAN: (4e-6, 4e-7)}, rounded),
    "small, 20 % missing": Task(SMALL, 5, {TAIL: (1e-6, 1e-12)}, with_gaps),
}
GROWING = "growing series"
GROWING_BOUNDS: dict[str, Bounds] = {MEAN: (3e-4, 1e-5)}


def random_factors(n_signals: int, rng: np.random.Generator) -> FloatArray:
    """(n_signals, 1), log-uniform in 0.1 .. 10."""
    return np.exp(rng.uniform(np.log(0.1), np.log(10.0), size=(n_signals, 1)))


def forecast(method: str, windows: FloatArray, horizon: int, factor: FloatArray) -> Forecast:
    """The forecast of windows that were multiplied by a factor, divided by it."""
    mean, deviation = harmonic(method)(windows, horizon, (1,), "")
    return Forecast(mean / factor, None if deviation is None else deviation / factor)


def ratio_of_means(errors: FloatArray, reference: FloatArray) -> tuple[float, float]:
    """mean(errors) / mean(reference), and its standard error, the two being paired."""
    ratio = errors.mean() / reference.mean()
    # The delta method: the ratio moves as the mean of errors - ratio reference, over the mean of reference.
    deviation = np.std(errors - ratio * reference, ddof=1)
    return float(ratio), float(deviation / np.sqrt(len(errors)) / reference.mean())


def averages(errors: FloatArray) -> dict[str, float]:
    """Averages of the squared errors of signals; an error of zero counts as the smallest number."""
    return {
        GEOMETRIC: float(np.exp(np.log(np.maximum(errors, np.finfo(float).tiny)).mean())),
        TAIL: float(np.percentile(errors, 99)),
        MEAN: float(errors.mean()),
    }


def fixed_windows(method: str, task: Task, n_signals: int, rng: np.random.Generator) -> dict[str, float]:
    """Measure -> value of a method on a task of sums of sinusoids."""
    signals = harmonic_sums(n_signals, length=WINDOW + task.horizon, **task.signals, random_state=rng)
    factor = random_factors(n_signals, rng)
    windows = task.alter(signals.values[:, :WINDOW] * factor, rng)
    truth, observed = signals.clean[:, WINDOW:], signals.values[:, WINDOW:]
    ours = forecast(method, windows, task.horizon, factor)
    errors = np.mean((ours.mean - truth) ** 2, axis=1)
    values = averages(errors)
    if task.noisy:
        burg = fit_burg(windows, order=BURG_ORDER).evaluate(WINDOW + np.arange(task.horizon))
        reference = np.mean((burg / factor - truth) ** 2, axis=1)
        values[RATIO], values[f"{RATIO}, standard error"] = ratio_of_means(errors, reference)
        each = [Forecast(*(part[i : i + 1] for part in ours)) for i in range(n_signals)]
        scores = mean_scores(each, observed, windows, metrics=[], seasonality=1)
        for coverage in COVERAGES:
            values[coverage_name(coverage)] = scores[f"coverage_{100 * coverage:.0f}"]
    return values


def growing(method: str, n_series: int, rng: np.random.Generator) -> dict[str, float]:
    """Measure -> value over all forecasts of realisations of the growing series."""
    made = [growing_series(random_state=rng) for _ in range(n_series)]
    values, clean = (np.concatenate([getattr(one, part) for one in made]) for part in ("values", "clean"))
    factor = random_factors(n_series, rng)
    origins = range(round(LEARN * values.shape[1]), values.shape[1] - STRIDE + 1, STRIDE)
    errors = []
    for origin in origins:
        ours = forecast(method, values[:, :origin] * factor, STRIDE, factor)
        errors.append(np.mean((ours.mean - clean[:, origin : origin + STRIDE]) ** 2, axis=1))
    return averages(np.concatenate(errors))


def coverage_name(coverage: float) -> str:
    return f"coverage of {coverage:.0%} intervals"


def rows_of(
    task: str, method: str, values: dict[str, float], bounds: dict[str, Bounds], cases: int
) -> list[Row]:
    """The values as rows, each beside its bounds."""
    asked = {name: (Bound(must), Bound(aim)) for name, (must, aim) in bounds.items()}
    covered = {coverage_name(coverage): (bound, None) for coverage, bound in COVERAGES.items()}
    return [
        Row(task, method, name, value, *(asked | covered).get(name, (None, None)), cases=cases)
        for name, value in values.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--method", choices=METHODS, default="blend")
    parser.add_argument("--tasks", nargs="+", choices=[*TASKS, GROWING], default=[*TASKS, GROWING])
    parser.add_argument("--signals", type=int, default=1_000, help="signals a task")
    parser.add_argument("--growing", type=int, default=5, help="realisations of the growing series")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--output", type=Path, default=RESULTS / "harmonic_synthetic.csv")
    options = parser.parse_args()
    with threadpool_limits(limits=1):
        for number, name in enumerate([*TASKS, GROWING]):
            if name not in options.tasks:
                continue
            rng, started = np.random.default_rng([options.seed, number]), time.perf_counter()
            if name == GROWING:
                values, bounds = growing(options.method, options.growing, rng), GROWING_BOUNDS
                cases = options.growing
            else:
                values = fixed_windows(options.method, TASKS[name], options.signals, rng)
                bounds, cases = TASKS[name].bounds, options.signals
            report(rows_of(name, options.method, values, bounds, cases), options.output)
            print(f"{name}: {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
