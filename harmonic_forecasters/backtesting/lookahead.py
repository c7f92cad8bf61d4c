"""Proof that forecasts did not see the future.

The model runs again on series whose raw values behind an origin are garbage, put in before any slicing,
filling or scaling. A forecast from that origin or an earlier one that moves has seen what it must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from harmonic_forecasters.backtesting.models import ModelSpec
from harmonic_forecasters.backtesting.rolling import WindowForecast, roll
from harmonic_forecasters.backtesting.task import Task, TaskSeries


class LookAheadError(Exception):
    """A forecast changed when only the future did."""


def check_lookahead(
    task: Task,
    spec: ModelSpec,
    seed: int,
    series: Sequence[TaskSeries],
    panel: Sequence[TaskSeries],
    forecasts: Sequence[WindowForecast],
) -> None:
    """Run the model once more each for the first, the middle and the last origin, with garbage behind it.

    forecasts : what :func:`.rolling.roll` gave on the true series with the same seed.
    Raises LookAheadError that names the first forecast that moved, and by how much.
    """
    for number in sorted({0, task.origins // 2, task.origins - 1}):
        origins = [task.origins_of(len(one.values))[number] for one in series]
        corrupted = [
            _with_garbage(one, origin, rng=np.random.default_rng([seed, number, index]))
            for index, (one, origin) in enumerate(zip(series, origins, strict=True))
        ]
        for before, after in zip(forecasts, roll(task, spec, seed, corrupted, panel), strict=True):
            if before.origin > origins[before.series]:
                continue
            moved = _largest_difference(before.forecast.mean, after.forecast.mean)
            if before.forecast.quantiles is not None and after.forecast.quantiles is not None:
                moved = max(moved, _largest_difference(before.forecast.quantiles, after.forecast.quantiles))
            if moved > 0.0:
                raise LookAheadError(
                    f"model {spec.name!r} sees the future on task {task.name!r}: its forecast for "
                    f"{series[before.series].name!r} at origin {before.origin} moved by {moved:g} when the "
                    f"values from sample {origins[before.series]} on were replaced"
                )


def _with_garbage(one: TaskSeries, origin: int, rng: np.random.Generator) -> TaskSeries:
    """The series with noise far outside its range behind the origin."""
    values = one.values.to_numpy(dtype=np.float64, copy=True)
    spread = float(np.nanmax(np.abs(values))) or 1.0
    values[origin:] = rng.normal(0.0, 1000.0 * spread, size=len(values) - origin)
    return replace(one, values=pd.Series(values, one.values.index, name=one.name))


def _largest_difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max())
