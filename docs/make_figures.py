"""Draw the figures of the documentation: ``python docs/make_figures.py`` writes docs/figures/*.png."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import torch
from darts import TimeSeries
from darts.utils.likelihood_models.torch import QuantileRegression
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sktime.datasets import load_airline

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.darts import GRUSeq2SeqModel, HarmonicModel, LSTMModel, MLPModel
from harmonic_forecasters.datasets import load
from harmonic_forecasters.networks.window_dft import amplitudes_and_phases
from harmonic_forecasters.plotting import (
    FORECAST,
    LINES,
    TRUTH,
    plot_components,
    plot_forecast,
    plot_leakage,
    plot_spectrum,
)
from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.harmonic import fit_harmonic
from harmonic_forecasters.spectral.methods.blend import fit_blend
from harmonic_forecasters.spectral.methods.dft import fit_dft
from harmonic_forecasters.spectral.methods.iaa import fit_iaa

FIGURES = Path(__file__).parent / "figures"
NOISE_FREE = Path(__file__).parents[1] / "benchmarks" / "results" / "noise_free_networks.csv"
#: Seasons that the calendar suggests for months and for hours.
MONTHS, HOURS = candidate_seasons("MS"), candidate_seasons("h")
#: Of every network here: one seed, on the CPU, nothing printed.
TRAINING: dict[str, Any] = {
    "random_state": 1,
    "optimizer_kwargs": {"lr": 3e-3},
    "pl_trainer_kwargs": {"accelerator": "cpu", "enable_progress_bar": False, "gradient_clip_val": 1.0},
}


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


def noisy_interval() -> Figure:
    """An MLP's median and 80 % interval of a noisy signal, one window, and how often the interval holds."""
    lookback, horizon, begin, end = 60, 20, 4000, 6000
    noise = np.random.default_rng(1).normal(0.0, 0.2, end)
    series = TimeSeries.from_values(two_sines((28.0, 11.0), end) + noise)
    likelihood = QuantileRegression([0.1, 0.5, 0.9])
    model = MLPModel(lookback, horizon, hidden_dim=64, likelihood=likelihood, n_epochs=10, **TRAINING)
    model.fit(series[:begin])
    rolling = model.historical_forecasts(
        series[begin - lookback :],
        forecast_horizon=horizon,
        stride=horizon,
        retrain=False,
        last_points_only=False,
        predict_likelihood_parameters=True,
    )
    quantiles = np.array([one.values() for one in rolling])
    truth = np.array([series.slice_intersect(one).values()[:, 0] for one in rolling])
    held = np.mean((quantiles[..., 0] <= truth) & (truth <= quantiles[..., 2]))
    window = series[begin - lookback : begin].values()[:, 0]
    figure, ax = plt.subplots(figsize=(9, 3.4), layout="constrained")
    interval = quantiles[0, :, 0], quantiles[0, :, 2]
    plot_forecast(window, quantiles[0, :, 1], truth[0], interval=interval, ax=ax)
    ax.set_ylim(-2.2, 2.9)  # room for the legend
    ax.legend(loc="upper left", fontsize="small", ncols=4)
    ax.set_title(
        f"of {truth.size:,} values to come, {100 * held:.0f} % lie in their 80 % intervals", fontsize="medium"
    )
    return figure


def lstm_drift() -> Figure:
    """One LSTM that forecasts one step: fed its own forecasts, and fed the truth."""
    lookback, horizon, length = 60, 200, 1200
    x = two_sines((28.0, 11.0), length + horizon)
    series = TimeSeries.from_values(x.astype(np.float32))
    model = LSTMModel(
        lookback, 1, hidden_dim=32, train_on="every position", n_epochs=60, batch_size=32, **TRAINING
    )
    model.fit(series[:length])
    own = model.predict(horizon).values()[:, 0]
    told = model.historical_forecasts(
        series[length - lookback :], forecast_horizon=1, retrain=False
    ).values()[:, 0]
    truth = x[length:]
    figure, (above, below) = plt.subplots(2, figsize=(9, 5.4), sharex=True, layout="constrained")
    plot_forecast(x[length - lookback : length], own, truth, ax=above)
    above.set_ylim(-1.9, 2.6)  # room for the legend
    above.set_xlabel("")
    above.set_title("trained to forecast one step, fed its own forecasts", fontsize="medium")
    steps = np.arange(lookback, lookback + horizon)
    below.plot(steps, abs(own - truth), label="fed its own forecasts", **FORECAST)
    below.plot(steps, abs(told - truth), label="fed the truth, one step ahead", **LINES)
    below.set_yscale("log")
    below.set_ylim(1e-5, 50)  # room for the legend
    below.set_xlabel("time (samples)")
    below.set_ylabel("absolute error")
    below.legend(loc="upper left", fontsize="small", ncols=2)
    return figure


def encoded_window() -> Figure:
    """What the encoder of the GRU seq2seq is given of a window, and the decoder's forecast."""
    lookback, horizon, n_epochs, n_tests = 100, 10, 8, 500
    options: dict[str, Any] = {"length": lookback + horizon, "n_components": (3, 6), "periods": (10, 99)}

    def series_of(rows: np.ndarray) -> list[TimeSeries]:
        return [TimeSeries.from_values(row.astype(np.float32)) for row in rows]

    model = GRUSeq2SeqModel(
        lookback,
        horizon,
        state_dim=64,
        teacher_forcing=0.0,
        n_epochs=n_epochs,
        batch_size=128,
        lr_scheduler_cls=torch.optim.lr_scheduler.LinearLR,
        lr_scheduler_kwargs={"start_factor": 1.0, "end_factor": 0.05, "total_iters": n_epochs},
        **TRAINING,
    )
    model.fit(series_of(harmonic_sums(30_000, **options, random_state=1).clean))
    signals = harmonic_sums(n_tests, **options, random_state=2).clean
    forecasts = np.array(
        [one.values()[:, 0] for one in model.predict(horizon, series_of(signals[:, :lookback]))]
    )
    error = np.mean((forecasts - signals[:, lookback:]) ** 2)
    zero = np.mean(signals[:, lookback:] ** 2)
    x, forecast = signals[0], forecasts[0]
    window = (x[:lookback] - x[:lookback].mean()) / x[:lookback].std()
    amplitude, phase = amplitudes_and_phases(torch.tensor(window)[None])[0].chunk(2)
    figure = plt.figure(figsize=(9, 5.4), layout="constrained")
    above, left, right = figure.subplot_mosaic([["x", "x"], ["amplitude", "phase"]]).values()
    plot_forecast(x[:lookback], forecast, x[lookback:], ax=above)
    above.set_ylim(-1.2, 1.6)  # room for the legend
    for ax, values, label in ((left, amplitude, "amplitude"), (right, phase, "phase (radians)")):
        ax.vlines(np.arange(len(values)), 0.0, values, **LINES)
        ax.plot(values, "o", markersize=3, color=LINES["color"])
        ax.set_xlabel("cycles in the window")
        ax.set_ylabel(label)
    above.set_title(
        f"the first of {n_tests} new signals (mean squared error of all {error:.1e}, of zero {zero:.1e})",
        fontsize="medium",
    )
    left.set_title("the window's amplitudes, in its own unit", fontsize="medium")
    right.set_title("the window's phases", fontsize="medium")
    return figure


def networks_by_step() -> Figure:
    """Squared error of each network over the horizon step, from benchmarks/noise_free_networks.py."""
    table = pd.read_csv(NOISE_FREE)
    styles: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
        ("mlp", "own forecasts fed in"): ("MLP", LINES | {"marker": "s"}),
        ("gru_seq2seq_mlp", "own forecasts fed in"): ("GRU seq2seq", {"color": "#009e73", "marker": "^"}),
        ("lstm_autoregressive", "own forecasts fed in"): (
            "LSTM, fed its own forecasts",
            FORECAST | {"marker": "o"},
        ),
        ("lstm_autoregressive", "truth fed in"): (
            "LSTM, fed the truth: always one step ahead",
            TRUTH | {"marker": "o"},
        ),
    }
    figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
    for (model, forecast), (label, style) in styles.items():
        rows = table[(table["model"] == model) & (table["forecast"] == forecast) & (table["step"] != "all")]
        ax.plot(rows["step"].astype(int), rows["mse"], label=label, **(style | {"markersize": 5}))
    ax.set_yscale("log")
    ax.set_xticks(range(1, 6))
    ax.set_xlabel("step after the window")
    ax.set_ylabel("mean squared error")
    ax.legend(fontsize="small")
    return figure


def harmonic_against_dft() -> Figure:
    """Broken cycles, clean and under noise, continued by the DFT, the adaptive spectrum, and the blend."""
    n_samples, horizon = 100, 40
    t = np.arange(n_samples, n_samples + horizon)
    clean = two_sines((28.0, 11.0), n_samples + horizon)
    noise = np.random.default_rng(1).normal(0.0, 0.3, n_samples)
    figure, axes = plt.subplots(3, 2, figsize=(11, 7.5), sharex=True, sharey=True, layout="constrained")
    windows = {"no noise": clean[:n_samples], "noise of deviation 0.3": clean[:n_samples] + noise}
    for column, (title, window) in zip(axes.T, windows.items(), strict=True):
        fits = {
            "DFT": fit_dft(window[None]),
            "adaptive spectrum": fit_iaa(window[None]),
            "blend, the default": fit_harmonic(window[None]),
        }
        for ax, (method, fit) in zip(column, fits.items(), strict=True):
            forecast = fit.evaluate(t)[0]
            plot_forecast(window, forecast, clean[n_samples:], ax=ax)
            error = np.sqrt(np.mean((forecast - clean[n_samples:]) ** 2))
            ax.set_title(f"{method}, {title}: root mean squared error {error:.1g}", fontsize="medium")
            ax.set_ylim(-2.4, 3.2)  # room for the legend
            ax.set_xlabel("")
    for ax in axes[-1]:
        ax.set_xlabel("time (samples)")
    return figure


def harmonic_airline() -> Figure:
    """The last two years of airline passengers with 95 % interval, given that the values are monthly."""
    y, horizon = load_airline(), 24
    n_samples = len(y) - horizon
    values, time = y.to_numpy(), y.index.to_timestamp().to_numpy()
    fit, t = fit_harmonic(values[None, :n_samples], candidates=MONTHS), np.arange(n_samples, len(y))
    forecast, deviation = fit.evaluate(t)[0], np.sqrt(fit.variance(t)[0])
    interval = forecast - 1.96 * deviation, forecast + 1.96 * deviation
    figure, ax = plt.subplots(figsize=(9, 3.4), layout="constrained")
    plot_forecast(values[:n_samples], forecast, values[n_samples:], interval=interval, time=time, ax=ax)
    error = np.sqrt(np.mean((forecast - values[n_samples:]) ** 2))
    ax.set_title(f"95 % interval, root mean squared error {error:.0f}", fontsize="medium")
    ax.set_ylabel("thousand passengers")
    return figure


def tide_spectrum() -> Figure:
    """A year of hourly tides in Honolulu, the strongest periods named, told nothing of the moon."""
    table = HarmonicModel().fit(TimeSeries.from_series(load("honolulu"))).spectrum()
    figure, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
    plot_spectrum(table, over="period", ax=ax)
    ax.set_ylabel("amplitude (m)")
    ax.set_xlabel("period (hours)")
    return figure


def tide_components() -> Figure:
    """The strongest components of that year, its last days and the next."""
    gauge = load("honolulu")
    table = HarmonicModel().fit(TimeSeries.from_series(gauge)).spectrum()
    time = pd.date_range(gauge.index[0], periods=len(gauge) + 72, freq="h").to_numpy()
    axes = plot_components(gauge.to_numpy(), table, horizon=72, time=time)
    axes[0].set_ylabel("m")
    figure: Figure = axes[0].figure
    return figure


def tide_forecast() -> Figure:
    """Two weeks of tides with 90 % interval, forecast from the 30 days before."""
    gauge, n_samples, horizon = load("honolulu"), 30 * 24, 14 * 24
    values, time = gauge.to_numpy()[: n_samples + horizon], gauge.index.to_numpy()[: n_samples + horizon]
    t = np.arange(n_samples, n_samples + horizon)
    fit = fit_harmonic(values[None, :n_samples], candidates=HOURS)
    forecast, deviation = fit.evaluate(t)[0], np.sqrt(fit.variance(t)[0])
    interval = forecast - 1.645 * deviation, forecast + 1.645 * deviation
    figure, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
    truth = values[n_samples:]
    plot_forecast(values[:n_samples], forecast, truth, interval=interval, time=time, last=7 * 24, ax=ax)
    held = np.mean((interval[0] <= truth) & (truth <= interval[1]))
    ax.set_title(f"90 % interval, which holds {100 * held:.0f} % of what followed", fontsize="medium")
    ax.set_ylabel("m")
    return figure


def harmonic_shares() -> Figure:
    """What the default is made of: the share of each family on six kinds of series."""
    t, noise = np.arange(120), np.random.default_rng(0).normal(size=120)
    tones = np.sin(2 * np.pi * t / 13.7) + np.sin(2 * np.pi * t / 8.3)
    series: dict[str, tuple[np.ndarray, Any]] = {
        "two sinusoids": (tones, None),
        "two sinusoids, noise of 0.3": (tones + 0.3 * noise, None),
        "white noise": (10.0 + noise, None),
        "airline passengers (months)": (load_airline().to_numpy(), MONTHS),
        "electricity demand (half-hours)": (load("taylor").to_numpy(), candidate_seasons("30min")),
        "tides, Honolulu (30 days of hours)": (load("honolulu").to_numpy()[:720], HOURS),
    }
    families = ("spectrum", "#0072b2"), ("linear prediction", "#56b4e9"), ("seasonal", "#d55e00")
    figure, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
    for row, (values, candidates) in enumerate(series.values()):
        mixture = fit_blend(values[None], candidates=candidates).mixture
        begin = 0.0
        for name, colour in families:
            own = [member.family.name == name for member in mixture.members]
            share = float(mixture.weights[own].sum())
            ax.barh(row, share, left=begin, color=colour, label=name if row == 0 else None)
            if share > 0.06:
                ax.text(begin + share / 2, row, f"{share:.0%}", ha="center", va="center", color="white")
            begin += share
    ax.set_yticks(range(len(series)), labels=list(series))
    ax.invert_yaxis()
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("share of the forecast")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, frameon=False)
    return figure


#: Name of the file -> what draws it.
DRAWINGS = {
    "dft_leakage": leakage,
    "forecast": airline,
    "harmonic_against_dft": harmonic_against_dft,
    "harmonic_airline": harmonic_airline,
    "harmonic_shares": harmonic_shares,
    "tide_spectrum": tide_spectrum,
    "tide_components": tide_components,
    "tide_forecast": tide_forecast,
    "mlp_interval": noisy_interval,
    "lstm_drift": lstm_drift,
    "gru_seq2seq_window": encoded_window,
    "networks_by_step": networks_by_step,
}


def main() -> None:
    mpl.use("Agg")
    torch.set_num_threads(1)  # sums in one order: the same picture on every run
    FIGURES.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        # No software version inside: the same picture is the same file.
        draw().savefig(FIGURES / f"{name}.png", dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
