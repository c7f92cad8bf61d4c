"""One job: one model on one task, scored. A failure is a result too."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from hashlib import sha256
from json import dumps
from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters import __version__
from harmonic_forecasters.backtesting.lookahead import check_lookahead
from harmonic_forecasters.backtesting.models import ModelSpec
from harmonic_forecasters.backtesting.rolling import Stopwatch, WindowForecast, roll
from harmonic_forecasters.backtesting.scores import WINDOW, quantile_column, score_windows
from harmonic_forecasters.backtesting.series import TaskSeries, stable_hash
from harmonic_forecasters.backtesting.task import Task

# Windows whose forecasts a job keeps for the report, and the past shown before each.
_EXAMPLES = 3
_SHOWN_HORIZONS = 6


def fingerprint(task: Task, spec: ModelSpec, seed: int) -> str:
    """A text that changes with the task, the model, the seed and the version of the package."""
    content = dumps([task.as_record(), spec.as_record(), seed, __version__], sort_keys=True, default=str)
    return sha256(content.encode()).hexdigest()


def empty_record(task: Task, spec: ModelSpec, seed: int) -> dict[str, Any]:
    """The record of a job before it has run."""
    return {
        "task": task.name,
        "model": spec.name,
        "fingerprint": fingerprint(task, spec, seed),
        "status": "ok",
        "error": None,
        "traceback": None,
        "fit_seconds": None,
        "predict_seconds": None,
        "peak_memory_mb": None,
        "lookahead_checked": False,
        "scores": [],
        "examples": [],
    }


def run_job(task: Task, spec: ModelSpec, seed: int, *, lookahead: bool = False) -> dict[str, Any]:
    """Run one model on one task.

    lookahead : also run :func:`.lookahead.check_lookahead`, which takes up to five more runs.

    Returns a record of plain values. Keys: task, model, fingerprint, status ("ok" or "failed"), error,
    traceback, fit_seconds, predict_seconds, peak_memory_mb (None: only a process of its own can tell),
    lookahead_checked, scores (a list of series, origin, metric, value) and examples (windows with their
    history, truth and forecast). What the model raises is recorded, never passed on.
    """
    record = empty_record(task, spec, seed)
    # Two tasks, or two models, share no random numbers, whatever order jobs run in.
    sequence = np.random.SeedSequence([seed, stable_hash(task.name), stable_hash(spec.name)])
    job_seed = int(sequence.generate_state(1)[0]) // 2
    watch = Stopwatch()
    try:
        series, panel = task.load(seed), task.training_panel(seed)
        forecasts = roll(task, spec, job_seed, series, panel, stopwatch=watch)
        if lookahead:
            check_lookahead(task, spec, seed, job_seed, panel, forecasts)
        # All at once: a job that fails half way has no scores.
        record |= {
            "scores": _scores(task, series, forecasts),
            "examples": [_example(task, series, window) for window in _spread(forecasts, _EXAMPLES)],
            "fit_seconds": watch.fit,
            "predict_seconds": watch.predict,
            "lookahead_checked": lookahead,
        }
    except (Exception, SystemExit) as error:
        # Any model may fail in any way: the run goes on, and the report shows the traceback.
        record["status"] = "failed"
        record["error"] = f"{type(error).__name__}: {error}"
        record["traceback"] = traceback.format_exc()
    return record


def _scores(
    task: Task, series: Sequence[TaskSeries], forecasts: Sequence[WindowForecast]
) -> list[dict[str, Any]]:
    ahead, past = [], []
    for number, window in enumerate(forecasts):
        one = series[window.series]
        truth = slice(window.origin, window.origin + task.horizon)
        columns = {
            WINDOW: number,
            "step": np.arange(task.horizon),
            "y": one.values.to_numpy(dtype=np.float64)[truth] / one.unit,
            "clean": np.nan if one.clean is None else one.clean[truth] / one.unit,
            "mean": window.forecast.mean / one.unit,
        }
        if window.forecast.quantiles is not None:
            for level, values in zip(task.quantiles, window.forecast.quantiles, strict=True):
                columns[quantile_column(level)] = values / one.unit
        ahead.append(pd.DataFrame(columns))
        observed = one.values.to_numpy(dtype=np.float64)[: window.origin] / one.unit
        past.append(pd.DataFrame({WINDOW: number, "step": np.arange(window.origin), "y": observed}))
    table = score_windows(
        pd.concat(ahead, ignore_index=True),
        pd.concat(past, ignore_index=True),
        metrics=task.metrics,
        quantiles=task.quantiles,
        seasonality=task.season,
    )
    return [
        {
            "series": series[forecasts[number].series].name,
            "origin": forecasts[number].origin,
            "metric": metric,
            "value": float(value),
        }
        for number, metric, value in table.itertuples(index=False)
    ]


def _spread(forecasts: Sequence[WindowForecast], most: int) -> list[WindowForecast]:
    """The last window of at most ``most`` series, spread evenly from the first to the last."""
    last_of_series = {window.series: window for window in forecasts}
    chosen = np.linspace(0, len(last_of_series) - 1, min(most, len(last_of_series))).round().astype(int)
    return [list(last_of_series.values())[i] for i in chosen]


def _example(task: Task, series: Sequence[TaskSeries], window: WindowForecast) -> dict[str, Any]:
    one = series[window.series]
    start = max(0, window.origin - _SHOWN_HORIZONS * max(task.horizon, task.season))
    stop = window.origin + task.horizon
    shown = one.values.iloc[start:stop]
    stamped = isinstance(shown.index, pd.DatetimeIndex)
    quantiles = window.forecast.quantiles
    return {
        "series": one.name,
        "origin": window.origin - start,
        "time": [str(stamp) for stamp in shown.index] if stamped else [int(label) for label in shown.index],
        "values": (shown.to_numpy(dtype=np.float64) / one.unit).tolist(),
        "mean": (window.forecast.mean / one.unit).tolist(),
        "low": None if quantiles is None else (quantiles[0] / one.unit).tolist(),
        "high": None if quantiles is None else (quantiles[-1] / one.unit).tolist(),
    }
