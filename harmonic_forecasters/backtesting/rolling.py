"""Forecasts of one model from the rolling origins of one task, none of which sees beyond its origin."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harmonic_forecasters.backtesting.doors import Door, Forecast, open_door
from harmonic_forecasters.backtesting.models import ModelSpec, build
from harmonic_forecasters.backtesting.series import TaskSeries
from harmonic_forecasters.backtesting.task import Task


@dataclass(frozen=True, eq=False)
class WindowForecast:
    """A forecast from one origin of one series.

    series : index into the task's series.   origin : samples before the forecast.
    forecast : in the unit of the series.
    """

    series: int
    origin: int
    forecast: Forecast


@dataclass
class Stopwatch:
    """Seconds spent in fit and in predict."""

    fit: float = 0.0
    predict: float = 0.0


def roll(
    task: Task,
    spec: ModelSpec,
    seed: int,
    series: Sequence[TaskSeries],
    panel: Sequence[TaskSeries],
    *,
    n_origins: int | None = None,
    stopwatch: Stopwatch | None = None,
) -> list[WindowForecast]:
    """Forecast every series from every origin.

    series : what to forecast, :meth:`.task.Task.load`.
    panel : what global models train on; where empty, each series up to its first origin.
    seed : for models that take a random_state, and for the process-wide generators of random, numpy and
        torch, which some models use without asking; these are seeded anew for each fit and forecast.
    n_origins : number of first origins of each series whose forecasts are returned; None for all.

    Returns forecasts series by series, the earliest origin first.
    Raises ValueError where a forecast is not finite or of the wrong length, and what the model raises.
    """
    watch = stopwatch if stopwatch is not None else Stopwatch()
    n_origins = task.origins if n_origins is None else n_origins
    door = open_door(build(spec, task, seed), task.horizon, task.quantiles)
    windows = [
        (index, number, origin)
        for index, one in enumerate(series)
        for number, origin in enumerate(task.origins_of(len(one.values)))
    ]
    if spec.scope == "global" and not door.is_global:
        raise ValueError(
            f"model {spec.name!r}: scope is global, but {spec.class_path} fits one series at a time"
        )
    trained_once = door.is_global and spec.scope != "local"
    if trained_once:
        # All windows make one batch even where few are asked for: sums of floats depend on a batch's shape.
        rolled = _roll_global(task, spec, door, seed, series, panel, windows, watch)
        forecasts = [
            forecast for forecast, (_, number, _) in zip(rolled, windows, strict=True) if number < n_origins
        ]
    else:
        windows = [window for window in windows if window[1] < n_origins]
        forecasts = list(_roll_local(task, spec, door, seed, series, windows, watch))
    for window in forecasts:
        _check_forecast(window, task, spec, series)
    return forecasts


def _roll_global(
    task: Task,
    spec: ModelSpec,
    door: Door,
    seed: int,
    series: Sequence[TaskSeries],
    panel: Sequence[TaskSeries],
    windows: Sequence[tuple[int, int, int]],
    watch: Stopwatch,
) -> Iterator[WindowForecast]:
    past = [one.values for one in panel] or [
        one.values.iloc[: task.origins_of(len(one.values))[0]] for one in series
    ]
    _seed_globals(seed)
    with _Timed(watch, "fit"):
        door.fit([_View(history, spec).values for history in past])
    _seed_globals(seed)
    views = [_View(_history(series[index], origin, task), spec) for index, _, origin in windows]
    with _Timed(watch, "predict"):
        forecasts = door.predict([view.values for view in views], since_fit=0)
    for (index, _, origin), view, forecast in zip(windows, views, forecasts, strict=True):
        yield WindowForecast(index, origin, view.restore(forecast))


def _roll_local(
    task: Task,
    spec: ModelSpec,
    door: Door,
    seed: int,
    series: Sequence[TaskSeries],
    windows: Sequence[tuple[int, int, int]],
    watch: Stopwatch,
) -> Iterator[WindowForecast]:
    fitted_at = 0
    scale: _View | None = None
    for index, number, origin in windows:
        history = _history(series[index], origin, task)
        refit = number == 0 or (task.refit_every > 0 and number % task.refit_every == 0)
        # Between fits the model keeps the scale that it was fitted on.
        view = _View(history, spec, scale=None if refit else scale)
        _seed_globals(int(np.random.SeedSequence([seed, index, number]).generate_state(1)[0]))
        if refit:
            fitted_at, scale = origin, view
            with _Timed(watch, "fit"):
                door.fit([view.values])
        with _Timed(watch, "predict"):
            (forecast,) = door.predict([view.values], since_fit=origin - fitted_at)
        yield WindowForecast(index, origin, view.restore(forecast))


def _seed_globals(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _history(one: TaskSeries, origin: int, task: Task) -> pd.Series:
    start = 0 if task.window is None else max(0, origin - task.window)
    return one.values.iloc[start:origin]


class _View:
    """A history as the model sees it: a copy without gaps, standardized if the model asks for it.

    Gaps are filled by linear interpolation inside the history, so nothing behind its end can seep in, and the
    copy shares no memory with what follows.
    """

    def __init__(self, history: pd.Series, spec: ModelSpec, scale: _View | None = None) -> None:
        filled = history.astype(np.float64).copy()
        if filled.hasnans:
            filled = filled.interpolate(limit_direction="both")
        self.level, self.deviation = 0.0, 1.0
        if scale is not None:
            self.level, self.deviation = scale.level, scale.deviation
        elif spec.standardize:
            # A constant history has no deviation to divide by.
            self.level, self.deviation = float(filled.mean()), float(filled.std(ddof=0)) or 1.0
        self.values = (filled - self.level) / self.deviation if spec.standardize else filled

    def restore(self, forecast: Forecast) -> Forecast:
        quantiles = forecast.quantiles
        return Forecast(
            forecast.mean * self.deviation + self.level,
            None if quantiles is None else quantiles * self.deviation + self.level,
        )


class _Timed:
    """Adds the seconds of a with block to one field of a stopwatch."""

    def __init__(self, watch: Stopwatch, name: str) -> None:
        self.watch, self.name = watch, name

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        elapsed = time.perf_counter() - self.start
        setattr(self.watch, self.name, getattr(self.watch, self.name) + elapsed)


def _check_forecast(
    window: WindowForecast, task: Task, spec: ModelSpec, series: Sequence[TaskSeries]
) -> None:
    expected = {
        "values": (window.forecast.mean, (task.horizon,)),
        "quantiles": (window.forecast.quantiles, (len(task.quantiles), task.horizon)),
    }
    for what, (values, shape) in expected.items():
        if values is None:
            continue
        if values.shape != shape or not np.isfinite(values).all():
            raise ValueError(
                f"model {spec.name!r} must forecast finite {what} of shape {shape}, got shape {values.shape} "
                f"with {values.size - np.isfinite(values).sum()} that are not finite "
                f"for {series[window.series].name!r} at origin {window.origin}"
            )
