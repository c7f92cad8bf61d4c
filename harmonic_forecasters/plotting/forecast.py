"""A forecast after its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import ArrayLike

from harmonic_forecasters.plotting.series import Band, read_interval, read_values
from harmonic_forecasters.plotting.style import (
    BAND,
    FORECAST,
    HISTORY,
    TRUTH,
    add_legend,
    first_drawn,
    label_time,
)
from harmonic_forecasters.plotting.times import (
    check_after,
    check_increasing,
    check_same_times,
    continue_times,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Longer series are drawn without a mark at each sample; the marks would run together.
MOST_MARKED = 100
# Points of the bar that stands for the interval of a single step.
WIDTH_OF_ONE = 8.0


def plot_forecast(
    history: Any,
    forecast: Any,
    truth: Any = None,
    *,
    interval: Any = None,
    time: ArrayLike | None = None,
    last: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What was observed, what is forecast to follow, and what did follow.

    A series is an array, (n,) or (n, 1), a pandas Series, a DataFrame of one column, or a darts series of one
    component, and is drawn at its own times. Dates with a time zone are drawn in UTC.

    Parameters
    ----------
    history : (n_samples,), any unit.
    forecast, truth : (horizon,), unit of the history, after it. A forecast may also be a darts series with
        samples, drawn as median and 90 % band, or with likelihood parameters: quantiles, or mu and sigma of
        a normal distribution; or a frame of sktime's ``predict_quantiles`` with the quantile 0.5.
    interval : bands around the forecast: a pair of lower and upper bounds, (horizon,) each; a frame of
        sktime's ``predict_interval`` or ``predict_quantiles``; or a darts series with samples or parameters.
        None draws the bands that the forecast itself holds.
    time : (n_samples + horizon,), numbers or datetime64, where to draw everything instead. None draws series
        at their own times; a forecast without times continues those of the history, counted from 0 if it
        has none.
    last : draw only this many of the last samples of the history; None draws all.

    Raises
    ------
    ValueError : if an argument is not one series of numbers, if lengths or times do not fit, if times are
        missing or do not increase, if last < 1.

    Examples
    --------
    >>> ax = plot_forecast([1.0, 2.0, 1.0], [2.0, 1.0], truth=[2.0, 1.5])
    >>> [line.get_label() for line in ax.lines]
    ['observed', 'what followed', 'forecast']
    """
    observed_at, observed, _ = read_values("history", history)
    forecast_at, expected, bands = read_values("forecast", forecast)
    n_samples, horizon = len(observed), len(expected)
    if time is not None:
        times = pd.Index(check_time(time, n_samples + horizon, "history and forecast"))
        before, after = times[:n_samples], times[n_samples:]
    else:
        before = pd.RangeIndex(n_samples) if observed_at is None else observed_at
        after = continue_times("history", before, horizon) if forecast_at is None else forecast_at
        check_after("forecast", after, before)
    if interval is not None:
        bounds = read_interval(interval)
        bands = bounds.bands
        if bounds.n_samples != horizon:
            raise ValueError(
                f"interval must have bounds as long as the forecast, {horizon}, got {bounds.n_samples}"
            )
        if time is None:
            check_same_times("interval", bounds.times, after)
    if truth is not None:
        truth_at, followed, _ = read_values("truth", truth)
        if len(followed) != horizon:
            raise ValueError(f"truth must be as long as the forecast, {horizon}, got {len(followed)}")
        if time is None:
            check_same_times("truth", truth_at, after)
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    first = first_drawn(n_samples, last)
    ax.plot(before[first:].to_numpy(), observed[first:], label="observed", **HISTORY)
    drawn_at = after.to_numpy()
    if truth is not None:
        style = TRUTH if horizon <= MOST_MARKED else {**TRUTH, "marker": ""}
        ax.plot(drawn_at, followed, label="what followed", **style)
    # A line through one point, and a band without a width, show nothing.
    ax.plot(drawn_at, expected, label="forecast", marker="o" if horizon == 1 else "", **FORECAST)
    for band in bands:
        if horizon == 1:
            bar = BAND | {"linewidth": WIDTH_OF_ONE}
            ax.vlines(drawn_at, band.lower, band.upper, label=_name(band), **bar)
        else:
            ax.fill_between(drawn_at, band.lower, band.upper, label=_name(band), **BAND)
    ax.axvspan(drawn_at[0], drawn_at[-1], color="0.94", zorder=0)
    label_time(ax, drawn_at, counted=time is None)
    add_legend(ax, columns=3 + len(bands))
    return ax


def check_time(time: ArrayLike, n: int, of: str) -> np.ndarray:
    """The times as an array, (n,); raises ValueError for another shape, or times that do not increase."""
    times = np.asarray(time)
    if times.shape == (n, 1):
        times = times[:, 0]
    if times.shape != (n,):
        raise ValueError(f"time must have one entry per sample of {of}, {n}, got the shape {times.shape}")
    check_increasing("time", pd.Index(times))
    return times


def _name(band: Band) -> str:
    return "interval" if band.coverage is None else f"{100.0 * band.coverage:.3g} % interval"
