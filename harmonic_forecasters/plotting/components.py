"""The strongest components of a window, one below another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.plotting.forecast import check_time
from harmonic_forecasters.plotting.series import read_values
from harmonic_forecasters.plotting.spectrum import table_of
from harmonic_forecasters.plotting.style import (
    FORECAST,
    HISTORY,
    LINES,
    first_drawn,
    label_time,
)
from harmonic_forecasters.plotting.times import continue_times
from harmonic_forecasters.spectral import LineSpectrum

# A long window is cut to this many cycles of the strongest component.
CYCLES_SHOWN = 20


def plot_components(
    y: Any,
    lines: LineSpectrum | pd.DataFrame,
    series: int = 0,
    *,
    n_shown: int = 5,
    horizon: int = 0,
    last: int | None = None,
    time: ArrayLike | None = None,
    axes: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """A window, its strongest components one below another on one scale, and the rest.

    Lines in the same group of a table are drawn as one curve, their sum.

    Parameters
    ----------
    y : (n_samples,), the window that the lines were found in, any unit, NaN where a value is missing: a
        series as in :func:`plot_forecast`, drawn at its own times.
    lines, series : as in :func:`plot_spectrum`.
    n_shown : how many of the strongest components to draw; all if there are fewer.
    horizon : samples after the window to which the components are continued.
    last : draw only this many of the last samples of the window; None draws 20 cycles of the strongest.
    time : (n_samples + horizon,), numbers or datetime64, where to draw them. None takes the times of y,
        or counts samples from 0.
    axes : one per component drawn, and two more; None for a new figure.

    Raises
    ------
    ValueError : as :func:`plot_spectrum`; for lengths, times or axes that do not fit; for times that are
        missing or do not increase; for numbers too small.

    Examples
    --------
    >>> y = 3.0 + np.cos(2 * np.pi * np.arange(40) / 8)
    >>> axes = plot_components(y, LineSpectrum(np.array([0.125]), np.array([[1.0]]), np.zeros((1, 1))))
    >>> [ax.get_title(loc="left") for ax in axes]
    ['observed', 'period 8, amplitude 1, 100 % of the variance', 'the rest, under 0.1 % of the variance']
    """
    observed_at, y, _ = read_values("y", y)
    table = table_of(lines, series)
    check_whole_number("n_shown", n_shown, 1)
    check_whole_number("horizon", horizon, 0)
    n_samples = len(y)
    t = np.arange(n_samples + horizon)
    if time is not None:
        times = check_time(time, len(t), "window and horizon")
    elif observed_at is not None:
        times = observed_at.append(continue_times("y", observed_at, horizon)).to_numpy()
    else:
        times = t
    curves = [_curve(table, rows, t, n_samples, float(np.nanvar(y))) for rows in _strongest(table, n_shown)]
    rest = y - sum((values[:n_samples] for _, values in curves), np.zeros(n_samples))
    left = np.nanvar(rest) / max(np.nanvar(y), np.finfo(np.float64).tiny)
    if axes is None:
        n_axes = len(curves) + 2
        axes = plt.subplots(
            n_axes, figsize=(8, 1.0 + 1.1 * n_axes), sharex=True, squeeze=False, layout="constrained"
        )[1][:, 0]
    axes = np.asarray(axes)
    if axes.shape != (len(curves) + 2,):
        raise ValueError(f"axes must be {len(curves) + 2} in a row, got the shape {axes.shape}")
    if last is None and curves:
        strongest = table["period"][_strongest(table, 1)[0][0]]
        last = min(n_samples, int(np.ceil(CYCLES_SHOWN * strongest)))
    first = first_drawn(n_samples, last)
    titles = [
        "observed",
        *(title for title, _ in curves),
        f"the rest, {_percent(float(left))} of the variance",
    ]
    for ax, values, title in zip(axes, [y, *(values for _, values in curves), rest], titles, strict=True):
        inside = slice(first, n_samples)
        style = HISTORY if ax in (axes[0], axes[-1]) else LINES
        ax.plot(times[inside], values[inside], **style)
        if len(values) > n_samples:
            ax.plot(times[n_samples - 1 :], values[n_samples - 1 :], **FORECAST)
        if horizon:
            ax.axvspan(times[n_samples], times[-1], color="0.94", zorder=0)
        ax.set_title(title, loc="left", fontsize="small", pad=3.0)
    widest = max((np.abs(values[first:]).max() for _, values in curves), default=1.0)
    for ax in axes[1:-1]:
        ax.set_ylim(-1.1 * widest, 1.1 * widest)
    label_time(axes[-1], times, counted=time is None)
    return axes


def _strongest(table: dict[str, NDArray[Any]], n: int) -> list[NDArray[np.int64]]:
    """Rows of the strongest groups, or lines where there are no groups; the strongest line of each first."""
    order = np.argsort(-table["amplitude"], kind="stable")
    order = order[np.isfinite(table["period"][order])]
    if "group" not in table:
        return list(order[:n, None])
    return [order[table["group"][order] == group] for group in np.unique(table["group"])[:n]]


def _curve(
    table: dict[str, NDArray[Any]],
    rows: NDArray[np.int64],
    t: NDArray[np.int64],
    n_samples: int,
    variance: float,
) -> tuple[str, NDArray[np.float64]]:
    """The title of one component, and its values at the times t."""
    frequency, amplitude, phase = (table[name][rows] for name in ("frequency", "amplitude", "phase"))
    values = LineSpectrum(frequency, amplitude[None], phase[None]).evaluate(t)[0]
    power = 0.5 * amplitude[0] ** 2 if len(rows) == 1 else np.mean(values[:n_samples] ** 2)
    error = f" ± {table['amplitude_error'][rows[0]]:.1g}" if "amplitude_error" in table else ""
    seasonal = "season" in table and np.isfinite(table["season"][rows]).any()
    kind = "harmonics" if seasonal else "close to it"
    more = f" and {len(rows) - 1} {kind}" if len(rows) > 1 else ""
    share = power / max(variance, np.finfo(np.float64).tiny)
    title = f"period {table['period'][rows[0]]:.4g}{more}, amplitude {amplitude[0]:.3g}{error}"
    return f"{title}, {_percent(share)} of the variance", values


def _percent(share: float) -> str:
    if share < 0.001:
        return "under 0.1 %"
    return f"{100.0 * share:.2g} %" if share < 0.995 else f"{100.0 * share:.0f} %"
