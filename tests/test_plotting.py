"""Pictures: what is drawn where, and what the axes say."""

import importlib
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from harmonic_forecasters.plotting import plot_forecast, plot_leakage, plot_spectrum
from harmonic_forecasters.spectral.dft import fit_dft
from harmonic_forecasters.spectral.lines import LineSpectrum

HISTORY, FORECAST, TRUTH = np.array([1.0, 3.0, 2.0, 5.0]), np.array([4.0, 6.0]), np.array([4.5, 5.5])


@pytest.fixture(autouse=True)
def figures():
    mpl.use("Agg")
    yield
    plt.close("all")


def drawn(ax):
    return {line.get_label(): line.get_xydata() for line in ax.lines}


def test_a_forecast_follows_its_history():
    ax = plot_forecast(HISTORY, FORECAST, TRUTH)
    curves = drawn(ax)
    np.testing.assert_array_equal(curves["observed"], np.stack([range(4), HISTORY], axis=1))
    np.testing.assert_array_equal(curves["forecast"], [[4, 4.0], [5, 6.0]])
    np.testing.assert_array_equal(curves["what followed"], [[4, 4.5], [5, 5.5]])
    assert ax.get_xlabel() == "time (samples)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(curves)


def test_without_the_truth_only_the_forecast_is_drawn():
    assert list(drawn(plot_forecast(HISTORY, FORECAST))) == ["observed", "forecast"]


def test_an_interval_is_a_band_from_bound_to_bound():
    ax = plot_forecast(HISTORY, FORECAST, interval=([0.0, -1.0], [3.0, 2.0]))
    (band,) = (each for each in ax.collections if each.get_label() == "interval")
    height = band.get_paths()[0].vertices[:, 1]
    assert (height.min(), height.max()) == (-1.0, 3.0)


def test_times_may_be_dates():
    time = np.arange("2024-01-01", "2024-01-07", dtype="datetime64[D]")
    ax = plot_forecast(HISTORY, FORECAST, TRUTH, time=time)
    assert ax.lines[0].get_xdata()[0] == time[0]
    assert ax.lines[-1].get_xdata()[-1] == time[-1]
    assert ax.get_xlabel() == ""


def test_a_spectrum_is_one_stem_a_line():
    lines = LineSpectrum(
        np.array([0.0, 0.25, 0.5]), np.array([[9.0, 9.0, 9.0], [3.0, 0.0, 1.0]]), np.zeros((2, 3))
    )
    ax = plot_spectrum(lines, series=1)
    stems = ax.collections[0].get_segments()
    np.testing.assert_array_equal(stems, [[[0.0, 0.0], [0.0, 3.0]], [[0.5, 0.0], [0.5, 1.0]]])
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0.0, 3.0], [0.5, 1.0]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("frequency (cycles per sample)", "amplitude")


def test_over_period_the_level_is_left_out():
    lines = LineSpectrum(np.array([0.0, 0.25]), np.array([[3.0, 2.0]]), np.zeros((1, 2)))
    ax = plot_spectrum(lines, over="period")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[4.0, 2.0]])
    assert (ax.get_xlabel(), ax.get_xscale()) == ("period (samples)", "log")


def test_leakage_shows_the_continuation_and_both_spectra():
    y = np.sin(2 * np.pi * np.arange(50) / 10.0)
    followed = np.sin(2 * np.pi * np.arange(50, 58) / 10.0)
    axes = plot_leakage(y, 8, followed)
    curves = drawn(axes[0])
    np.testing.assert_allclose(
        curves["forecast"], np.stack([np.arange(50, 58), followed], axis=1), atol=1e-12, rtol=0
    )
    np.testing.assert_allclose(curves["reconstruction"][:, 1], y, atol=1e-12, rtol=0)
    np.testing.assert_array_equal(curves["what followed"][:, 1], followed)
    table = fit_dft(y[None]).lines().columns(0)
    for ax, column in zip(axes[1:], ("frequency", "period"), strict=True):
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), table[column])
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), table["amplitude"])


def test_leakage_takes_the_options_of_the_transform():
    y = np.random.default_rng(0).normal(size=30)
    axes = plot_leakage(y, 3, window="hamming", n_components=2, trend="linear")
    assert len(axes[1].lines[0].get_xdata()) == 2


def test_everything_is_drawn_into_the_axes_given():
    _, grid = plt.subplots(3, 2)
    axes = plot_leakage(HISTORY, 2, axes=grid[:, 1])
    assert list(axes) == list(grid[:, 1])
    assert plot_forecast(HISTORY, FORECAST, ax=grid[0, 0]) is grid[0, 0]
    assert plot_spectrum(fit_dft(HISTORY[None]).lines(), ax=grid[1, 0]) is grid[1, 0]
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: plot_forecast([HISTORY], FORECAST),
            r"history must have one axis .*, got the shape \(1, 4\)",
        ),
        (
            lambda: plot_forecast(HISTORY, []),
            r"forecast must have .* at least one sample, got the shape \(0,\)",
        ),
        (lambda: plot_forecast(HISTORY, FORECAST, [1.0]), "truth must be as long as the forecast, 2, got 1"),
        (
            lambda: plot_forecast(HISTORY, FORECAST, interval=([1.0], [2.0, 3.0])),
            "interval must have bounds as long as the forecast, 2, got 1 and 2",
        ),
        (
            lambda: plot_forecast(HISTORY, FORECAST, time=[0, 1]),
            r"history and forecast, 6, got the shape \(2,\)",
        ),
        (lambda: plot_spectrum(fit_dft([HISTORY]).lines(), 1), r"series must be a row .*, 0\.\.0, got 1"),
        (lambda: plot_spectrum(fit_dft([HISTORY]).lines(), over="t"), "'frequency', 'period', got 't'"),
        (lambda: plot_leakage(HISTORY, 0), "n must be a whole number of at least 1, got 0"),
        (
            lambda: plot_leakage(HISTORY, 2, axes=plt.subplots(2)[1]),
            r"must be three .*, got the shape \(2,\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_rule_and_value(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.delitem(sys.modules, "harmonic_forecasters.plotting")
    with pytest.raises(ImportError, match=r"pip install .harmonic-forecasters\[plot\]"):
        importlib.import_module("harmonic_forecasters.plotting")
