"""The DFT of a window, its continuation and its leakage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.plotting.forecast import plot_forecast
from harmonic_forecasters.plotting.given import read
from harmonic_forecasters.plotting.spectrum import plot_spectrum
from harmonic_forecasters.plotting.style import RECONSTRUCTION, add_legend
from harmonic_forecasters.spectral import fit_dft


def plot_leakage(
    y: Any,
    horizon: int,
    truth: Any = None,
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
    y : (n_samples,), any unit; an array, pandas or a darts TimeSeries, drawn over its own time axis.
    horizon : samples to continue.
    truth : (horizon,), what followed, or None.
    window, n_components, trend : as in :func:`harmonic_forecasters.spectral.methods.dft.fit_dft`.
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
    given = read("y", y)
    y = given.values
    check_whole_number("n", horizon, 1)
    axes = plt.subplots(3, figsize=(8, 7), layout="constrained")[1] if axes is None else np.asarray(axes)
    if axes.shape != (3,):
        raise ValueError(f"axes must be three in a row, got the shape {axes.shape}")
    dft = fit_dft(y[None], window=window, n_components=n_components, trend=trend)
    continued = dft.evaluate(np.arange(len(y) + horizon))[0]
    history = y if given.index is None else pd.Series(y, given.index)
    plot_forecast(history, continued[len(y) :], truth, ax=axes[0])
    axes[0].plot(axes[0].lines[0].get_xdata(), continued[: len(y)], label="reconstruction", **RECONSTRUCTION)
    add_legend(axes[0], columns=4)
    plot_spectrum(dft.lines(), over="frequency", n_named=0, ax=axes[1])
    plot_spectrum(dft.lines(), over="period", n_named=0, ax=axes[2])
    return axes
