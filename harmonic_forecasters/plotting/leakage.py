"""A window, its DFT, and how the DFT continues it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.plotting.forecast import plot_forecast
from harmonic_forecasters.plotting.series import read_values
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
    """A window continued by its DFT, and the amplitudes over frequency and over period.

    A sinusoid with whole cycles in the window is one line and is continued. A broken cycle leaks over many
    lines, and the continuation jumps back to the beginning of the window.

    Parameters
    ----------
    y : (n_samples,), any unit: a series as in :func:`plot_forecast`, drawn at its own times.
    horizon : samples to continue.
    truth : (horizon,), what followed, a series too, or None.
    window, n_components, trend : as in :func:`harmonic_forecasters.spectral.fit_dft`.
    axes : three of them, or None for a new figure.

    Raises
    ------
    ValueError : for unusable values, times, options or axes.

    Examples
    --------
    >>> axes = plot_leakage([0.0, 1.0, 0.0, -1.0] * 5, horizon=4)
    >>> len(axes)
    3
    """
    times, values, _ = read_values("y", y)
    check_whole_number("horizon", horizon, 1)
    n_samples = len(values)
    axes = plt.subplots(3, figsize=(8, 7), layout="constrained")[1] if axes is None else np.asarray(axes)
    if axes.shape != (3,):
        raise ValueError(f"axes must be three in a row, got the shape {axes.shape}")
    dft = fit_dft(values[None], window=window, n_components=n_components, trend=trend)
    continued = dft.evaluate(np.arange(n_samples + horizon))[0]
    plot_forecast(pd.Series(values, index=times), continued[n_samples:], truth, ax=axes[0])
    drawn_at = np.arange(n_samples) if times is None else times.to_numpy()
    axes[0].plot(drawn_at, continued[:n_samples], label="reconstruction", **RECONSTRUCTION)
    add_legend(axes[0], columns=4)
    plot_spectrum(dft.lines(), over="frequency", n_named=0, ax=axes[1])
    plot_spectrum(dft.lines(), over="period", n_named=0, ax=axes[2])
    return axes
