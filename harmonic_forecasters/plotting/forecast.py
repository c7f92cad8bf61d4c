"""A forecast after its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.plotting.given import Given, extended, read
from harmonic_forecasters.plotting.style import (
    BAND,
    FORECAST,
    HISTORY,
    TRUTH,
    add_legend,
    first_drawn,
    label_time,
)
from harmonic_forecasters.spectral import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Longer forecasts get no mark at each sample: they would run together.
MOST_MARKED = 100


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

    Each series is an array, a pandas Series, a DataFrame of one column, or a darts TimeSeries, and keeps its
    time axis. Without an index, samples are counted, and those after an indexed history continue its index.

    Parameters
    ----------
    history : (n_samples,), any unit.
    forecast, truth : (horizon,), unit of the history. A forecast of samples, quantiles or likelihood
        parameters (darts), or a table of intervals or quantiles (sktime), is drawn with its band.
    interval : the band of the forecast: lower and upper bounds, (horizon,) each, or a table or series as for
        ``forecast``; of several intervals the widest.
    time : (n_samples + horizon,), numbers or datetime64, where to draw them, in place of every index.
    last : number of last samples of the history to draw; None draws all.

    Raises
    ------
    ValueError : for several components, lengths that do not fit, dates beside numbers, or last below 1.

    Examples
    --------
    >>> ax = plot_forecast([1.0, 2.0, 1.0], [2.0, 1.0], truth=[2.0, 1.5])
    >>> [line.get_label() for line in ax.lines]
    ['observed', 'what followed', 'forecast']
    """
    past, ahead = read("history", history), read("forecast", forecast)
    n_samples, horizon = len(past.values), len(ahead.values)
    band = ahead.band if interval is None else _bounds(interval, horizon)
    times = np.concatenate(_times(past, ahead)) if time is None else np.asarray(time)
    if times.shape != (n_samples + horizon,):
        raise ValueError(
            f"time must have one entry per sample of history and forecast, {n_samples + horizon}, "
            f"got the shape {times.shape}"
        )
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    drawn = slice(first_drawn(n_samples, last), n_samples)
    ax.plot(times[drawn], past.values[drawn], label="observed", **HISTORY)
    if truth is not None:
        followed = read("truth", truth).values
        if len(followed) != horizon:
            raise ValueError(f"truth must be as long as the forecast, {horizon}, got {len(followed)}")
        style = TRUTH if horizon <= MOST_MARKED else {**TRUTH, "marker": ""}
        ax.plot(times[n_samples:], followed, label="what followed", **style)
    ax.plot(times[n_samples:], ahead.values, label="forecast", **FORECAST)
    if band is not None:
        ax.fill_between(times[n_samples:], *band, label="interval", **BAND)
    ax.axvspan(times[n_samples], times[-1], color="0.94", zorder=0)
    label_time(ax, times, counted=time is None and past.index is None and ahead.index is None)
    add_legend(ax, columns=4)
    return ax


def _times(past: Given, ahead: Given) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where to draw history and forecast."""
    n_samples, horizon = len(past.values), len(ahead.values)
    if past.index is None and ahead.index is None:
        return np.arange(n_samples), np.arange(n_samples, n_samples + horizon)
    if past.index is None:
        raise ValueError("history must have an index where the forecast has one, got an array: pass time=")
    if ahead.index is None:
        whole = extended("history", past.index, horizon)
        return whole[:n_samples].to_numpy(), whole[n_samples:].to_numpy()
    if isinstance(past.index, pd.DatetimeIndex) != isinstance(ahead.index, pd.DatetimeIndex):
        raise ValueError(
            f"history and forecast must both have dates or both have numbers, got {past.index.dtype} and "
            f"{ahead.index.dtype}"
        )
    return past.index.to_numpy(), ahead.index.to_numpy()


def _bounds(interval: Any, horizon: int) -> tuple[FloatArray, FloatArray]:
    if isinstance(interval, tuple):
        lower, upper = (read("interval", bound).values for bound in interval)
    else:
        band = read("interval", interval).band
        if band is None:
            raise ValueError("interval must be a pair of bounds or hold intervals, got a single series")
        lower, upper = band
    if not len(lower) == len(upper) == horizon:
        raise ValueError(
            f"interval must have bounds as long as the forecast, {horizon}, got {len(lower)} and {len(upper)}"
        )
    return lower, upper
