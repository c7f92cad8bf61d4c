"""A forecast after its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import ArrayLike

from harmonic_forecasters.plotting.style import (
    BAND,
    FORECAST,
    HISTORY,
    TRUTH,
    add_legend,
    as_series,
    first_drawn,
    label_time,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From so many samples on, a mark at each would be a blur.
MOST_MARKED = 100


def plot_forecast(
    history: ArrayLike,
    forecast: ArrayLike,
    truth: ArrayLike | None = None,
    *,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    time: ArrayLike | None = None,
    last: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What was observed, what is forecast to follow, and what did follow.

    Parameters
    ----------
    history : (n_samples,), any unit.
    forecast, truth : (horizon,), unit of the history; they begin one sample after it.
    interval : lower and upper bounds of the forecast, (horizon,) each, drawn as a band.
    time : (n_samples + horizon,), numbers or datetime64, where to draw them; None counts samples from 0.
    last : draw only so many of the last samples of the history; None draws all.

    Raises
    ------
    ValueError : where an argument has other than one axis, or a length that does not fit, or last is below 1.

    Examples
    --------
    >>> ax = plot_forecast([1.0, 2.0, 1.0], [2.0, 1.0], truth=[2.0, 1.5])
    >>> [line.get_label() for line in ax.lines]
    ['observed', 'what followed', 'forecast']
    """
    history, forecast = as_series("history", history), as_series("forecast", forecast)
    n_samples, horizon = len(history), len(forecast)
    times = np.arange(n_samples + horizon) if time is None else np.asarray(time)
    if times.shape != (n_samples + horizon,):
        raise ValueError(
            f"time must have one entry a sample of history and forecast, {n_samples + horizon}, "
            f"got the shape {times.shape}"
        )
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    drawn = slice(first_drawn(n_samples, last), n_samples)
    ax.plot(times[drawn], history[drawn], label="observed", **HISTORY)
    if truth is not None:
        truth = as_series("truth", truth)
        if len(truth) != horizon:
            raise ValueError(f"truth must be as long as the forecast, {horizon}, got {len(truth)}")
        style = TRUTH if horizon <= MOST_MARKED else {**TRUTH, "marker": ""}
        ax.plot(times[n_samples:], truth, label="what followed", **style)
    ax.plot(times[n_samples:], forecast, label="forecast", **FORECAST)
    if interval is not None:
        lower, upper = (as_series("interval", bound) for bound in interval)
        if not len(lower) == len(upper) == horizon:
            raise ValueError(
                f"interval must have bounds as long as the forecast, {horizon}, "
                f"got {len(lower)} and {len(upper)}"
            )
        ax.fill_between(times[n_samples:], lower, upper, label="interval", **BAND)
    ax.axvspan(times[n_samples], times[-1], color="0.94", zorder=0)
    label_time(ax, times, counted=time is None)
    add_legend(ax, columns=4)
    return ax
