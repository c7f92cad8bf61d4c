"""Draw the figures of the documentation: ``python docs/make_figures.py`` writes docs/figures/*.png."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sktime.datasets import load_airline

from harmonic_forecasters.plotting import plot_forecast, plot_leakage
from harmonic_forecasters.spectral.dft import fit_dft

FIGURES = Path(__file__).parent / "figures"


def two_sines(periods: tuple[float, float], n_samples: int) -> np.ndarray:
    """sin(2 pi t / T_1) + 0.6 sin(2 pi t / T_2 + 1), shape (n_samples,)."""
    t = np.arange(n_samples)
    x: np.ndarray = np.sin(2 * np.pi * t / periods[0]) + 0.6 * np.sin(2 * np.pi * t / periods[1] + 1.0)
    return x


def leakage() -> Figure:
    """The same two sinusoids with whole cycles in the window, and with broken ones."""
    n_samples, horizon = 100, 40
    figure, axes = plt.subplots(3, 2, figsize=(11, 7.5), sharey="row", layout="constrained")
    columns = {
        "whole cycles: periods 25 and 10": (25.0, 10.0),
        "broken cycles: periods 28 and 11": (28.0, 11.0),
    }
    for column, (title, periods) in zip(axes.T, columns.items(), strict=True):
        x = two_sines(periods, n_samples + horizon)
        plot_leakage(x[:n_samples], horizon, truth=x[n_samples:], axes=column)
        column[0].set_title(title)
        column[0].set_ylim(-2.0, 2.9)  # room for the legend
        column[0].legend(loc="upper left", fontsize="x-small", ncols=4)
    for ax in axes[:, 1]:
        ax.set_ylabel("")
    return figure


def airline() -> Figure:
    """The last two years of airline passengers, forecast from whole years and with a broken one."""
    y, horizon = load_airline(), 24
    first_forecast = len(y) - horizon
    values, time = y.to_numpy(), y.index.to_timestamp().to_numpy()
    figure, axes = plt.subplots(2, figsize=(9, 5.4), sharex=True, sharey=True, layout="constrained")
    for ax, n_samples, title in (
        (axes[0], 48, "from 4 whole years: the season goes on"),
        (axes[1], 54, "from 4½ years: one cycle is broken off, the season is half a year late"),
    ):
        window = slice(first_forecast - n_samples, first_forecast)
        dft = fit_dft(values[None, window], trend="linear")
        forecast = dft.evaluate(np.arange(n_samples, n_samples + horizon))[0]
        truth = values[first_forecast:]
        plot_forecast(values[window], forecast, truth, time=time[window.start :], ax=ax)
        error = np.sqrt(np.mean((forecast - truth) ** 2))
        ax.set_title(f"{title} (root mean squared error {error:.0f})", fontsize="medium")
        ax.set_ylabel("thousand passengers")
        ax.set_ylim(150, 720)  # room for the legend
    return figure


def main() -> None:
    mpl.use("Agg")
    FIGURES.mkdir(exist_ok=True)
    for name, draw in {"dft_leakage": leakage, "forecast": airline}.items():
        # No software version inside: the same picture is the same file.
        draw().savefig(FIGURES / f"{name}.png", dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
