"""What regressors in the mean are worth.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/regressors.py [--method blend] [--series 250]

Simulated: series of 100 samples, three sinusoids of periods from 4 to 60, noise of 0.3, and a regressor whose
effect is one to two of its deviations; ten samples ahead, mean squared error against what is observed. Each
is forecast blind, given the regressor, and with its true effect removed; and, without any effect, blind and
given it. Real: hourly demand of Victoria from windows of 42 days, 48 hours ahead, 14 origins over three
years, given heat above 20 degrees, cold below 16, and public holidays, as measured: mean absolute error, MW.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from forecasters import FloatArray
from scipy.signal import lfilter
from study_table import RESULTS, Row, report
from threadpoolctl import threadpool_limits

from harmonic_forecasters.datasets import load
from harmonic_forecasters.spectral import METHODS, fit_harmonic

WINDOW, HORIZON, NOISE, SEED = 100, 10, 0.3, 2026
DAYS, HOURS_AHEAD, ORIGINS = 42, 48, 14
HEAT_ABOVE, COLD_BELOW = 20.0, 16.0

Regressor = Callable[[tuple[int, int], np.random.Generator], FloatArray]


def holidays(shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """0 or 1, six in a hundred; at least one in the window and one ahead."""
    x = 1.0 * (rng.random(shape) < 0.06)
    x[:, [10, WINDOW + 2]] = 1.0
    return x


def temperatures(shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """A daily wave and weather, an autoregression."""
    day = np.cos(2.0 * np.pi * np.arange(shape[1]) / 24.0 + rng.uniform(0.0, 2.0 * np.pi, (shape[0], 1)))
    return np.asarray(day + lfilter([1.0], [1.0, -0.8], 0.5 * rng.normal(size=shape), axis=1))


def walks(shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """Random walks."""
    return np.cumsum(rng.normal(size=shape), axis=1)


#: Name -> the regressor with an effect, and how many random walks without any stand beside it.
REGRESSORS: dict[str, tuple[Regressor, int]] = {
    "holidays": (holidays, 0),
    "temperature": (temperatures, 0),
    "random walk": (walks, 0),
    "temperature, three useless": (temperatures, 3),
}


def simulated(name: str, method: str, n_series: int) -> list[Row]:
    """Errors of the five forecasts, and the share of true effects inside 95 % intervals."""
    rng = np.random.default_rng(SEED)
    shape, (regressor, n_useless) = (n_series, WINDOW + HORIZON), REGRESSORS[name]
    x = np.stack([regressor(shape, rng), *(walks(shape, rng) for _ in range(n_useless))], axis=1)
    effect = rng.uniform(1.0, 2.0, n_series) * rng.choice([-1.0, 1.0], n_series) / x[:, 0].std(axis=1)
    period, amplitude = rng.uniform(4.0, 60.0, (n_series, 3, 1)), rng.uniform(0.3, 1.0, (n_series, 3, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, (n_series, 3, 1))
    waves = 5.0 + (amplitude * np.cos(2.0 * np.pi * np.arange(shape[1]) / period + phase)).sum(axis=1)
    without = waves + NOISE * rng.normal(size=shape)
    series = without + effect[:, None] * x[:, 0]
    ahead = np.arange(WINDOW, shape[1])

    def blind(values: FloatArray) -> FloatArray:
        return fit_harmonic(values[:, :WINDOW], method=method).evaluate(ahead) - values[:, WINDOW:]

    fit, useless = (fit_harmonic(v[:, :WINDOW], x[..., :WINDOW], method=method) for v in (series, without))
    known, useless = (each.given(ahead, x[..., WINDOW:]) for each in (fit, useless))
    errors = {
        "squared error, blind": blind(series),
        "squared error, given": known.evaluate(ahead) - series[:, WINDOW:],
        "squared error, effect taken out": blind(without),
        "squared error without effect, given": useless.evaluate(ahead) - without[:, WINDOW:],
    }
    values = {measure: float(np.mean(error**2)) for measure, error in errors.items()}
    off = np.abs(fit.effects.coefficients[:, 0] - effect) / np.sqrt(fit.effects.covariance[:, 0, 0])
    values["coverage of effects by 95% intervals"] = float(np.mean(off < 1.96))
    return [Row(f"regressors, {name}", method, *value, cases=n_series) for value in values.items()]


def victoria(method: str) -> list[Row]:
    """Mean absolute error and coverage of 80 % intervals, with and without regressors."""
    data = load("victoria").resample("1h").mean()
    demand, temperature = (data[name].to_numpy(dtype=np.float64) for name in ("demand", "temperature"))
    heat, cold = np.maximum(temperature - HEAT_ABOVE, 0.0), np.maximum(COLD_BELOW - temperature, 0.0)
    x = np.stack([heat, cold, data["holiday"].to_numpy(dtype=np.float64)])
    length = 24 * DAYS
    t = np.arange(length, length + HOURS_AHEAD)
    errors: dict[str, list[FloatArray]] = {"blind": [], "given": []}
    inside: dict[str, list[FloatArray]] = {"blind": [], "given": []}
    for origin in np.linspace(length, len(demand) - HOURS_AHEAD, ORIGINS).astype(int):
        window, future = slice(origin - length, origin), slice(origin, origin + HOURS_AHEAD)
        plain = fit_harmonic(demand[None, window], method=method)
        given = fit_harmonic(demand[None, window], x[:, window], method=method).given(t, x[:, future])
        for name, fit in (("blind", plain), ("given", given)):
            error = np.abs(fit.evaluate(t) - demand[future])
            errors[name].append(error)
            inside[name].append(error < 1.2816 * np.sqrt(fit.variance(t)))
    rows = []
    for name in errors:
        values = np.mean(errors[name]), np.mean(inside[name])
        for measure, value in zip(("MAE", "coverage of 80% intervals"), values, strict=True):
            rows.append(Row("Victoria, 48 hours", method, f"{measure}, {name}", float(value), cases=ORIGINS))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--method", choices=METHODS, default="blend")
    parser.add_argument("--series", type=int, default=250)
    parser.add_argument("--output", type=Path, default=RESULTS / "harmonic_regressors.csv")
    options = parser.parse_args()
    with threadpool_limits(limits=1):
        rows = [row for name in REGRESSORS for row in simulated(name, options.method, options.series)]
        report(rows + victoria(options.method), options.output)


if __name__ == "__main__":
    main()
