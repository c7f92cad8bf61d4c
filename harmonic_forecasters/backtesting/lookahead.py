"""Proof that forecasts did not see the future.

The model runs again while the sources of a task (the registry of datasets, the user's own dataset, the
generators of signals) give garbage behind an origin. This happens before any slicing, filling or scaling, and
whoever asks the sources gets it, the model itself included. If a forecast from that origin or an earlier one
moves, it has seen what it must not.

The proof does not cover a model that keeps the future from before the check or reads it by other means, such
as from the user's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters.backtesting.models import ModelSpec
from harmonic_forecasters.backtesting.rolling import WindowForecast, roll
from harmonic_forecasters.backtesting.series import TaskSeries
from harmonic_forecasters.backtesting.task import Task
from harmonic_forecasters.datasets.own import OwnDataset
from harmonic_forecasters.datasets.registry import altered
from harmonic_forecasters.signals import GENERATORS, Signals

# A task with more origins is checked at this many, evenly spread, the first and the last included.
_MOST_ORIGINS = 5


class LookAheadError(Exception):
    """A forecast changed when only the future did."""


def check_lookahead(
    task: Task,
    spec: ModelSpec,
    seed: int,
    job_seed: int,
    panel: Sequence[TaskSeries],
    forecasts: Sequence[WindowForecast],
) -> None:
    """Run the model again for each origin, or for five of them, with garbage behind it.

    seed : of the suite, for the task's signals.   job_seed : for the model.
    panel, forecasts : what :func:`.rolling.roll` was given and gave on the true series, with that job_seed.
    Raises LookAheadError that names the first forecast that moved, and by how much.
    """
    before = {(window.series, window.origin): window.forecast for window in forecasts}
    chosen = np.linspace(0, task.origins - 1, min(task.origins, _MOST_ORIGINS)).round().astype(int)
    for number in chosen.tolist():
        n_hidden = task.horizon + (task.origins - 1 - number) * task.step_between_origins
        with _garbage_at_the_end(task, n_hidden, np.random.default_rng([seed, number])):
            series = task.load(seed)
            again = roll(task, spec, job_seed, series, panel, n_origins=number + 1)
        for window in again:
            moved = window.forecast.largest_difference(before[window.series, window.origin])
            if moved > 0.0:
                one = series[window.series]
                raise LookAheadError(
                    f"model {spec.name!r} sees the future on task {task.name!r}: its forecast for "
                    f"{one.name!r} at origin {window.origin} moved by {moved:g} when the values from sample "
                    f"{len(one.values) - n_hidden} on were replaced"
                )


@contextmanager
def _garbage_at_the_end(task: Task, n_samples: int, rng: np.random.Generator) -> Iterator[None]:
    """Within the block, the last samples of each series that the task's source gives are garbage.

    Counted from the end, these samples are the same in the source and in the task.
    """
    if isinstance(task.dataset, OwnDataset):

        def alter_one(series: pd.Series) -> pd.Series:
            hidden = np.arange(len(series))[::-1] < n_samples
            (values,) = _with_garbage(series.to_numpy()[None], hidden, rng)
            return pd.Series(values, series.index, name=series.name)

        with task.dataset.altered(alter_one):
            yield
        return

    if task.signals is None:

        def alter(data: pd.DataFrame) -> pd.DataFrame:
            groups = data.groupby(level=0) if data.index.nlevels > 1 else data.groupby(np.zeros(len(data)))
            hidden = (groups.cumcount(ascending=False) < n_samples).to_numpy()
            values = _with_garbage(data.to_numpy(dtype=np.float64).T, hidden, rng).T
            return pd.DataFrame(values, data.index, data.columns)

        with altered(task.dataset, alter):
            yield
        return

    generate = GENERATORS[task.signals["kind"]]

    @wraps(generate)
    def generate_garbage(*args: Any, **kwargs: Any) -> Signals:
        made = generate(*args, **kwargs)
        hidden = np.arange(made.values.shape[1])[::-1] < n_samples
        return replace(
            made,
            values=_with_garbage(made.values, hidden, rng),
            clean=_with_garbage(made.clean, hidden, rng),
        )

    GENERATORS[task.signals["kind"]] = generate_garbage
    try:
        yield
    finally:
        GENERATORS[task.signals["kind"]] = generate


def _with_garbage(values: np.ndarray, hidden: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The values with noise far outside their range where they are hidden.

    values : (n_series, n_samples).   hidden : (n_samples,).
    """
    largest = np.nanmax(np.abs(values), axis=1, keepdims=True, initial=0.0)
    spread = 1000.0 * np.where(largest > 0.0, largest, 1.0)
    return np.where(hidden, rng.normal(size=values.shape) * spread, values)
