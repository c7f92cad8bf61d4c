"""Pictures of forecasts and spectra. Needs the extra ``plot``; nothing else in the package imports this.

Every function draws into the axes it is given, or into those of a new figure, and returns them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral.dft import fit_dft
from harmonic_forecasters.spectral.inputs import check_horizon
from harmonic_forecasters.spectral.lines import LineSpectrum

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        "harmonic_forecasters.plotting needs matplotlib: pip install 'harmonic-forecasters[plot]'"
    ) from error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by people who do not see all colours, and by line style in print.
HISTORY: dict[str, Any] = {"color": "0.35", "linewidth": 1.2}
TRUTH: dict[str, Any] = {"color": "0.35", "linewidth": 1.2, "linestyle": ":", "marker": ".", "markersize": 4}
FORECAST: dict[str, Any] = {"color": "#d55e00", "linewidth": 1.6}
BAND: dict[str, Any] = {"color": "#d55e00", "alpha": 0.2, "linewidth": 0}
RECONSTRUCTION: dict[str, Any] = {"color": "#0072b2", "linewidth": 1.6, "linestyle": "--"}
LINES: dict[str, Any] = {"color": "#0072b2", "linewidth": 1.2}

AXIS_LABELS = {"frequency": "frequency (cycles per sample)", "period": "period (samples)"}


def plot_forecast(
    history: ArrayLike,
    forecast: ArrayLike,
    truth: ArrayLike | None = None,
    *,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    time: ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What was observed, what is forecast to follow, and what did follow.

    Parameters
    ----------
    history : (n_samples,), any unit.
    forecast, truth : (horizon,), unit of the history; they begin one sample after it.
    interval : lower and upper bounds of the forecast, (horizon,) each, drawn as a band.
    time : (n_samples + horizon,), numbers or datetime64, where to draw them; None counts samples from 0.

    Raises
    ------
    ValueError : where an argument has other than one axis, or a length that does not fit.

    Examples
    --------
    >>> ax = plot_forecast([1.0, 2.0, 1.0], [2.0, 1.0], truth=[2.0, 1.5])
    >>> [line.get_label() for line in ax.lines]
    ['observed', 'what followed', 'forecast']
    """
    history, forecast = _series("history", history), _series("forecast", forecast)
    n_samples, horizon = len(history), len(forecast)
    times = np.arange(n_samples + horizon) if time is None else np.asarray(time)
    if times.shape != (n_samples + horizon,):
        raise ValueError(
            f"time must have one entry a sample of history and forecast, {n_samples + horizon}, "
            f"got the shape {times.shape}"
        )
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    ax.plot(times[:n_samples], history, label="observed", **HISTORY)
    if truth is not None:
        truth = _series("truth", truth)
        if len(truth) != horizon:
            raise ValueError(f"truth must be as long as the forecast, {horizon}, got {len(truth)}")
        ax.plot(times[n_samples:], truth, label="what followed", **TRUTH)
    ax.plot(times[n_samples:], forecast, label="forecast", **FORECAST)
    if interval is not None:
        lower, upper = (_series("interval", bound) for bound in interval)
        if not len(lower) == len(upper) == horizon:
            raise ValueError(
                f"interval must have bounds as long as the forecast, {horizon}, "
                f"got {len(lower)} and {len(upper)}"
            )
        ax.fill_between(times[n_samples:], lower, upper, label="interval", **BAND)
    ax.axvspan(times[n_samples], times[-1], color="0.94", zorder=0)
    if time is None:
        ax.set_xlabel("time (samples)")
    ax.legend(loc="upper left", fontsize="small", ncols=3)
    return ax


def plot_spectrum(
    lines: LineSpectrum, series: int = 0, *, over: str = "frequency", ax: Axes | None = None
) -> Axes:
    """Amplitudes of one series of a line spectrum, over frequency or over period.

    over : ``"frequency"`` (cycles per sample) or ``"period"`` (samples, on a logarithmic axis; the level,
        whose period is infinite, is left out).
    Raises ValueError for any other axis, or for a series that the spectrum does not have.

    Examples
    --------
    >>> ax = plot_spectrum(fit_dft([[1.0, -1.0, 1.0, -1.0]]).lines(), over="period")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('period (samples)', 'amplitude')
    """
    if over not in AXIS_LABELS:
        raise ValueError(f"over must be one of {', '.join(map(repr, AXIS_LABELS))}, got {over!r}")
    if not 0 <= series < len(lines.amplitude):
        raise ValueError(f"series must be a row of the spectrum, 0..{len(lines.amplitude) - 1}, got {series}")
    table = lines.columns(series)
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    shown = np.isfinite(table[over])
    position, amplitude = table[over][shown], table["amplitude"][shown]
    ax.vlines(position, 0.0, amplitude, **LINES)
    ax.plot(position, amplitude, "o", markersize=3, color=LINES["color"])
    ax.set_ylim(bottom=0.0)
    if over == "period":
        ax.set_xscale("log")
    ax.set_xlabel(AXIS_LABELS[over])
    ax.set_ylabel("amplitude")
    return ax


def plot_leakage(
    y: ArrayLike,
    horizon: int,
    truth: ArrayLike | None = None,
    *,
    window: Any = "boxcar",
    n_components: int | None = None,
    trend: str | None = "constant",
    axes: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """A window and what its DFT makes of it: the continuation, and amplitudes over frequency and over period.

    A sinusoid of whole cycles is one line, and is continued; a broken cycle leaks over many lines, and the
    continuation jumps back to the beginning of the window.

    Parameters
    ----------
    y : (n_samples,), any unit.
    horizon : samples to continue.
    truth : (horizon,), what followed, or None.
    window, n_components, trend : as in :func:`harmonic_forecasters.spectral.dft.fit_dft`.
    axes : three of them, or None for a new figure.

    Raises
    ------
    ValueError : for unusable values, options or axes.

    Examples
    --------
    >>> axes = plot_leakage([0.0, 1.0, 0.0, -1.0] * 5, horizon=4)
    >>> len(axes)
    3
    """
    y = _series("y", y)
    check_horizon(horizon)
    axes = plt.subplots(3, figsize=(8, 7), layout="constrained")[1] if axes is None else np.asarray(axes)
    if axes.shape != (3,):
        raise ValueError(f"axes must be three in a row, got the shape {axes.shape}")
    dft = fit_dft(y[None], window=window, n_components=n_components, trend=trend)
    continued = dft.evaluate(np.arange(len(y) + horizon))[0]
    plot_forecast(y, continued[len(y) :], truth, ax=axes[0])
    axes[0].plot(continued[: len(y)], label="reconstruction", **RECONSTRUCTION)
    axes[0].legend(loc="upper left", fontsize="small", ncols=4)
    plot_spectrum(dft.lines(), over="frequency", ax=axes[1])
    plot_spectrum(dft.lines(), over="period", ax=axes[2])
    return axes


def _series(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must have one axis and at least one sample, got the shape {array.shape}")
    return array
