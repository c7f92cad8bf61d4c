"""Pictures: what is drawn where, and what the axes say."""

import importlib
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from matplotlib import pyplot as plt

from harmonic_forecasters.plotting import plot_components, plot_forecast, plot_leakage, plot_spectrum
from harmonic_forecasters.spectral.components import fit_components
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.dft import fit_dft

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


def test_of_a_long_history_the_tail_can_be_drawn():
    observed = drawn(plot_forecast(HISTORY, FORECAST, last=2))["observed"]
    np.testing.assert_array_equal(observed, [[2, 2.0], [3, 5.0]])
    assert len(drawn(plot_forecast(HISTORY, FORECAST, last=9))["observed"]) == 4


def test_the_legend_stands_above_the_curves():
    ax = plot_forecast(HISTORY, FORECAST, interval=([0.0, -1.0], [3.0, 7.0]))
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert ax.transData.inverted().transform((box.x0, box.y0))[1] > 7.0


def test_times_may_be_dates():
    time = np.arange("2024-01-01", "2024-01-07", dtype="datetime64[D]")
    ax = plot_forecast(HISTORY, FORECAST, TRUTH, time=time)
    assert ax.lines[0].get_xdata()[0] == time[0]
    assert ax.lines[-1].get_xdata()[-1] == time[-1]
    assert ax.get_xlabel() == ""


DAYS = pd.date_range("2024-01-30", periods=6, freq="D")


def in_pandas(index):
    series = pd.Series(np.r_[HISTORY, FORECAST], index)
    return series[:4], series[4:]


def in_darts():
    series = TimeSeries.from_series(pd.Series(np.r_[HISTORY, FORECAST], DAYS))
    return series[:4], series[4:]


@pytest.mark.parametrize(
    ("history", "forecast"),
    [
        in_pandas(DAYS),
        in_pandas(DAYS.to_period("D")),
        in_pandas(DAYS.tz_localize("Europe/Berlin")),
        tuple(series.to_frame() for series in in_pandas(DAYS)),
        in_darts(),
        (in_pandas(DAYS)[0], in_darts()[1]),
        (in_pandas(DAYS)[0], FORECAST),
        (in_darts()[0], list(FORECAST)),
    ],
    ids=["dates", "periods", "time zone", "frames", "darts", "pandas and darts", "and array", "and list"],
)
def test_every_kind_of_series_keeps_its_time_axis(history, forecast):
    ax = plot_forecast(history, forecast, truth=forecast)
    for name, times, values in (("observed", DAYS[:4], HISTORY), ("forecast", DAYS[4:], FORECAST)):
        (line,) = (line for line in ax.lines if line.get_label() == name)
        np.testing.assert_array_equal(np.asarray(line.get_xdata(), "datetime64[ns]"), times.to_numpy())
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert ax.get_xlabel() == ""
    (month,) = plot_leakage(history, 2)[0].lines[0].get_xdata()[:1]
    assert np.datetime64(month, "D") == np.datetime64("2024-01-30")


def test_steps_of_an_index_of_numbers_are_kept():
    history, forecast = in_pandas(pd.Index([10, 15, 20, 25, 30, 35]))
    for ahead in (forecast, FORECAST):
        np.testing.assert_array_equal(drawn(plot_forecast(history, ahead))["forecast"][:, 0], [30, 35])


LOW, HIGH = FORECAST - 1.0, FORECAST + 3.0
NORMAL = np.stack([FORECAST, [1.0, 2.0]], axis=1)
INTERVALS = pd.DataFrame(
    np.stack([FORECAST, FORECAST, LOW, HIGH], axis=1),
    DAYS[4:],
    pd.MultiIndex.from_product([["y"], [0.5, 0.9], ["lower", "upper"]]),
)
QUANTILES = pd.DataFrame(
    np.stack([LOW, FORECAST, HIGH], axis=1), DAYS[4:], pd.MultiIndex.from_product([["y"], [0.1, 0.5, 0.9]])
)


def darts_forecast(values, columns):
    return TimeSeries.from_times_and_values(DAYS[4:], values, columns=columns)


@pytest.mark.parametrize(
    ("forecast", "interval", "low", "high"),
    [
        (FORECAST, (LOW, HIGH), LOW, HIGH),
        (in_pandas(DAYS)[1], INTERVALS, LOW, HIGH),
        (INTERVALS, None, LOW, HIGH),
        (QUANTILES, None, LOW, HIGH),
        (in_darts()[1], QUANTILES, LOW, HIGH),
        (darts_forecast(QUANTILES.to_numpy(), ["y_q0.100", "y_q0.500", "y_q0.900"]), None, LOW, HIGH),
        (
            darts_forecast(NORMAL, ["y_mu", "y_sigma"]),
            None,
            FORECAST - [1.96, 3.92],
            FORECAST + np.array([1.96, 3.92]),
        ),
        (darts_forecast(np.linspace(LOW, HIGH, 101).T[:, None], ["y"]), None, LOW + 0.2, HIGH - 0.2),
    ],
    ids=["bounds", "intervals", "of them alone", "quantiles", "beside", "parameters", "normal", "samples"],
)
def test_what_holds_an_interval_is_drawn_with_its_band(forecast, interval, low, high):
    ax = plot_forecast(in_pandas(DAYS)[0], forecast, interval=interval)
    (band,) = (each for each in ax.collections if each.get_label() == "interval")
    heights = band.get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [low.min(), high.max()], atol=0.01)
    assert "forecast" in drawn(ax)


def test_components_of_dated_series_are_drawn_over_dates():
    y, table = tide_table(400)
    hours = pd.date_range("2024-03-01", periods=400, freq="h")
    for given in (pd.Series(y, hours), TimeSeries.from_series(pd.Series(y, hours))):
        axes = plot_components(given, table, n_shown=1, horizon=24)
        ahead = axes[1].lines[1].get_xdata()
        assert np.datetime64(ahead[-1]) == hours[-1] + pd.Timedelta("24h")


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


def tide_table(n_samples=2000):
    """A window with lines as close as those of tides, and its table, as a door would give it."""
    period = np.array([12.42, 23.93, 25.82, 12.0, 24.07, 12.66, 11.97, 300.0])
    amplitude = np.array([[0.18, 0.16, 0.09, 0.05, 0.04, 0.035, 0.02, 0.05]])
    lines = LineSpectrum(1.0 / period, amplitude, np.zeros((1, 8)))
    y = lines.evaluate(np.arange(n_samples)) + np.random.default_rng(0).normal(0.0, 0.05, (1, n_samples))
    table = pd.DataFrame(fit_components(y, lines).columns(0))
    table.insert(0, "component", "tide")
    return y[0], table


@pytest.mark.parametrize("over", ["frequency", "period"])
def test_names_of_peaks_hide_neither_each_other_nor_a_peak(over):
    _, table = tide_table()
    ax = plot_spectrum(table, over=over)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) >= 5
    assert ax.texts[0].get_text() == {"frequency": "1/12.42", "period": "12.42"}[over]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        for x, top in ax.transData.transform(ax.lines[0].get_xydata()):
            assert not (box.x0 < x < box.x1 and top > box.y0)
        assert ax.bbox.x0 < box.x0 < box.x1 < ax.bbox.x1
        assert box.y1 < ax.bbox.y1


def test_so_many_peaks_are_named_as_asked_for():
    _, table = tide_table()
    assert [text.get_text() for text in plot_spectrum(table, n_named=2).texts] == ["1/12.42", "1/23.93"]
    assert not plot_spectrum(table, n_named=0).texts


def test_a_table_draws_what_its_spectrum_does_and_the_component_asked_for():
    _, table = tide_table()
    frequency, amplitude, phase = (table[name].to_numpy() for name in ("frequency", "amplitude", "phase"))
    lines = LineSpectrum(frequency, amplitude[None], phase[None])
    both = pd.concat([table.assign(component="other", amplitude=1.0), table], ignore_index=True)
    for over in ("frequency", "period"):
        expected = plot_spectrum(lines, over=over).lines[0].get_xydata()
        np.testing.assert_array_equal(plot_spectrum(table, over=over).lines[0].get_xydata(), expected)
        np.testing.assert_array_equal(plot_spectrum(both, 1, over=over).lines[0].get_xydata(), expected)


def test_components_and_the_rest_add_up_to_the_window():
    y, table = tide_table()
    axes = plot_components(y, table, n_shown=3, horizon=30, last=200)
    assert len(axes) == 5
    curves = [ax.lines[0].get_xydata() for ax in axes]
    for curve in curves:
        np.testing.assert_array_equal(curve[:, 0], np.arange(1800, 2000))
    np.testing.assert_allclose(curves[0][:, 1], y[-200:])
    np.testing.assert_allclose(sum(curve[:, 1] for curve in curves[1:]), y[-200:])
    ahead = axes[1].lines[1].get_xydata()
    np.testing.assert_array_equal(ahead[:, 0], np.arange(1999, 2030))
    row = table.iloc[0]
    wave = row.amplitude * np.cos(2 * np.pi * row.frequency * ahead[:, 0] + row.phase)
    np.testing.assert_allclose(ahead[:, 1], wave, atol=1e-9)
    assert axes[1].get_title(loc="left").startswith("period 12.42, amplitude 0.179 ± ")
    assert axes[1].get_title(loc="left").endswith(f"{100 * row.share:.2g} % of the variance")


def test_of_a_long_window_twenty_cycles_of_the_strongest_component_are_drawn():
    y, table = tide_table()
    axes = plot_components(y, table)
    assert len(axes[0].lines[0].get_xdata()) == np.ceil(20 * table.period[0])


def test_lines_of_one_group_are_one_curve():
    y, table = tide_table()
    table["group"] = [0, 0, *range(1, 7)]
    axes = plot_components(y, table, n_shown=2, last=100)
    assert len(axes) == 4
    t = axes[1].lines[0].get_xdata()
    two = table.iloc[:2]
    wave = sum(r.amplitude * np.cos(2 * np.pi * r.frequency * t + r.phase) for r in two.itertuples())
    np.testing.assert_allclose(axes[1].lines[0].get_ydata(), wave, atol=1e-9)
    assert "and 1 close to it" in axes[1].get_title(loc="left")


def test_components_of_a_constant_are_none():
    table = pd.DataFrame({name: [] for name in ("component", "frequency", "period", "amplitude", "phase")})
    assert len(plot_components(np.full(9, 2.0), table, horizon=2)) == 2


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
        (lambda: plot_forecast(HISTORY, FORECAST, last=0), "last must be .* at least 1, got 0"),
        (lambda: plot_spectrum(fit_dft([HISTORY]).lines(), n_named=-1), "n_named must be .* 0, got -1"),
        (
            lambda: plot_spectrum(pd.DataFrame({"period": [2.0]})),
            r"a table without \['amplitude', 'component', 'frequency', 'phase'\]",
        ),
        (lambda: plot_components(HISTORY, fit_dft([HISTORY]).lines(), n_shown=0), "n_shown .* 1, got 0"),
        (
            lambda: plot_components(HISTORY, fit_dft([HISTORY]).lines(), horizon=2, time=HISTORY),
            r"window and horizon, 6, got the shape \(4,\)",
        ),
        (
            lambda: plot_components(HISTORY, fit_dft([HISTORY]).lines(), axes=plt.subplots(2)[1]),
            r"axes must be 4 in a row, got the shape \(2,\)",
        ),
        (
            lambda: plot_forecast(pd.DataFrame({"a": HISTORY, "b": HISTORY}), FORECAST),
            r"history must have one component, got 2: 'a', 'b'; choose one, such as history\['a'\]",
        ),
        (
            lambda: plot_forecast(HISTORY, darts_forecast(NORMAL, ["a", "b"])),
            "forecast must have one component, got 2: 'a', 'b'",
        ),
        (
            lambda: plot_forecast(in_pandas(DAYS)[0], in_pandas(range(6))[1]),
            "both have dates or both have numbers, got datetime64.* and int64",
        ),
        (lambda: plot_forecast(HISTORY, in_pandas(DAYS)[1]), "history must have an index where the forecast"),
        (
            lambda: plot_forecast(pd.Series(HISTORY, DAYS[[0, 1, 3, 4]]), FORECAST),
            "history must have a regular index .* pass time=",
        ),
        (
            lambda: plot_forecast(pd.Series(HISTORY, list("abcd")), FORECAST),
            "history must have an index of dates, periods or numbers, got object",
        ),
        (lambda: plot_forecast(["a", "b"], FORECAST), "history must hold numbers, got list"),
        (
            lambda: plot_forecast(HISTORY, FORECAST, interval=FORECAST),
            "interval must be a pair of bounds or hold intervals, got a single series",
        ),
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


@pytest.mark.parametrize("absent", ["darts", "sktime"])
def test_pictures_need_no_framework(absent):
    code = (
        f"import sys; sys.modules[{absent!r}] = None; import pandas as pd; import matplotlib; "
        "matplotlib.use('Agg'); from harmonic_forecasters.plotting import plot_forecast; "
        "plot_forecast(pd.Series([1.0, 2.0]), [3.0])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.delitem(sys.modules, "harmonic_forecasters.plotting")
    with pytest.raises(ImportError, match=r"pip install .harmonic-forecasters\[plot\]"):
        importlib.import_module("harmonic_forecasters.plotting")
