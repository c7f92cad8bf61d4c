"""Tide gauges against UTide, which knows the astronomical frequencies and the latitude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import utide
from forecasters import FORECASTERS, FloatArray
from study_table import Bound, Row

from harmonic_forecasters.datasets import load
from harmonic_forecasters.spectral import fit_harmonic

LATITUDES = {"honolulu": 21.307, "mayport": 30.397}
HORIZON, ORIGINS = 14 * 24, 10
#: Days of history -> how many times the error of the better UTide is allowed.
DAYS = {30: 1.4, 90: 1.2, 200: 1.2}
CONSTITUENTS = ("M2", "S2", "K1", "O1")
#: The year and the half year: in a shorter record they fit whatever is slow, and lead astray behind it.
SLOW = ("SA", "SSA")


def tidal_fit(series: pd.Series, latitude: float, **options: Any) -> Any:
    """Ordinary least squares by UTide, no confidence limits."""
    return utide.solve(
        series.index.to_numpy(),
        series.to_numpy(),
        lat=latitude,
        method="ols",
        conf_int="none",
        verbose=False,
        **options,
    )


def utide_forecasts(history: pd.Series, ahead: pd.DatetimeIndex, latitude: float) -> dict[str, FloatArray]:
    """With the constituents that UTide chooses, and with those but the slow ones."""
    chosen = tidal_fit(history, latitude)
    kept = [name for name in chosen.name if name not in SLOW]
    fits = {
        "UTide": chosen,
        "UTide without SA, SSA": chosen
        if len(kept) == len(chosen.name)
        else tidal_fit(history, latitude, constit=kept),
    }
    return {
        name: np.asarray(utide.reconstruct(ahead.to_numpy(), fit, verbose=False).h)
        for name, fit in fits.items()
    }


def forecast_errors(gauge: str, days: int, methods: Sequence[str]) -> dict[str, float]:
    """Root mean squared error in metres over all origins, of our methods and both UTides.

    The origins are the same whatever the history: evenly spread behind the longest one.
    """
    series = load(gauge)
    squares: dict[str, list[FloatArray]] = {}
    for origin in np.linspace(24 * max(DAYS), len(series) - HORIZON, ORIGINS).astype(int):
        history, truth = series.iloc[origin - 24 * days : origin], series.iloc[origin : origin + HORIZON]
        made = utide_forecasts(history, truth.index, LATITUDES[gauge])
        for method in methods:
            made[method] = FORECASTERS[method](history.to_numpy()[None], HORIZON, (1,), "h").mean[0]
        for name, forecast in made.items():
            squares.setdefault(name, []).append((forecast - truth.to_numpy()) ** 2)
    return {name: float(np.sqrt(np.mean(parts))) for name, parts in squares.items()}


def amplitude_near(lines: Any, frequency: float, n_samples: int) -> float:
    """Of the strongest line within half the resolution of the record; 0 where there is none."""
    found = lines.columns(0)
    near = np.abs(found["frequency"] - frequency) < 0.5 / n_samples
    return float(found["amplitude"][near].max(initial=0.0))


def evaluate(methods: Sequence[str]) -> list[Row]:
    """Forecast errors of both gauges, and amplitudes from a year of Honolulu."""
    rows = []
    for gauge in LATITUDES:
        for days, allowed in DAYS.items():
            errors = forecast_errors(gauge, days, methods)
            task = f"tide {gauge}, {days} days"
            rows += [
                Row(task, name, "root mean squared error, m", value, cases=ORIGINS)
                for name, value in errors.items()
            ]
            best = min(value for name, value in errors.items() if name not in methods)
            rows += [
                Row(task, name, "ratio to UTide", errors[name] / best, Bound(allowed), Bound(1.0), ORIGINS)
                for name in methods
            ]
    year = load("honolulu")
    fitted = tidal_fit(year, LATITUDES["honolulu"], nodal=False)
    truth = {
        name: (fitted.A[i], fitted.aux.frq[i]) for i, name in enumerate(fitted.name) if name in CONSTITUENTS
    }
    spectra = {method: fit_harmonic(year.to_numpy()[None], method=method).lines() for method in methods}
    task = "tide honolulu, a year"
    for name, (amplitude, frequency) in truth.items():
        rows.append(Row(task, "UTide", f"amplitude of {name}, m", float(amplitude)))
        for method, lines in spectra.items():
            ours = amplitude_near(lines, frequency, len(year))
            difference = abs(ours / amplitude - 1.0)
            rows.append(Row(task, method, f"amplitude of {name}, m", ours))
            rows.append(Row(task, method, f"relative difference of {name}", difference, Bound(0.03)))
    return rows
