"""Pictures: what is drawn where, and what the axes say."""

import importlib
import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from matplotlib import pyplot as plt

from harmonic_forecasters.darts import HarmonicModel
from harmonic_forecasters.plotting import plot_components, plot_forecast, plot_leakage, plot_spectrum
from harmonic_forecasters.sktime import HarmonicForecaster
from harmonic_forecasters.spectral import LineSpectrum, fit_components, fit_dft

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


def test_the_tail_of_a_long_history_can_be_drawn():
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


DATES = pd.date_range("2024-01-31", periods=6, freq="ME")
INDEXES = {
    "dates": DATES,
    "dates in UTC": DATES.tz_localize("UTC"),
    "periods": DATES.to_period("M"),
    "counted": pd.RangeIndex(10, 22, 2),
    "numbers": pd.Index([0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
}
BOTH = np.concatenate([HISTORY, FORECAST])
DATED = pd.Series(BOTH, index=DATES, name="x")


def times_of(index):
    """Where these times stand on the axis."""
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp().to_numpy()
    return (index.tz_localize(None) if getattr(index, "tz", None) else index).to_numpy()


def halves(kind, index):
    """History and forecast at these times, in one kind of container."""
    y = pd.Series(BOTH, index=index, name="x")
    if kind == "darts":
        series = TimeSeries.from_series(y)
        return series[:4], series[4:]
    y = y.to_frame() if kind == "frame" else y
    return y.iloc[:4], y.iloc[4:]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((kind, name) for kind in ("series", "frame") for name in INDEXES),
        ("darts", "dates"),
        ("darts", "counted"),
    ],
)
@pytest.mark.parametrize("own_times", [True, False])
def test_every_container_is_drawn_at_its_own_times(kind, name, own_times):
    drawn_at = times_of(INDEXES[name])
    history, forecast = halves(kind, INDEXES[name])
    ax = plot_forecast(history, forecast if own_times else FORECAST, forecast)
    curves = {line.get_label(): line for line in ax.lines}
    for label, part in (("observed", slice(0, 4)), ("forecast", slice(4, 6)), ("what followed", slice(4, 6))):
        np.testing.assert_array_equal(curves[label].get_xdata(orig=True), drawn_at[part])
        np.testing.assert_array_equal(curves[label].get_ydata(), BOTH[part])
    axes = plot_components(history, fit_dft([HISTORY]).lines(), horizon=2)
    np.testing.assert_array_equal(axes[0].lines[0].get_xdata(orig=True), drawn_at[:4])
    np.testing.assert_array_equal(axes[1].lines[1].get_xdata(orig=True), drawn_at[3:])
    axes = plot_leakage(history, 2, forecast)
    curves = {line.get_label(): line for line in axes[0].lines}
    np.testing.assert_array_equal(curves["reconstruction"].get_xdata(orig=True), drawn_at[:4])
    np.testing.assert_array_equal(curves["what followed"].get_xdata(orig=True), drawn_at[4:])


@pytest.mark.parametrize("as_column", [lambda y: y[:, None], pd.DataFrame], ids=["array", "frame"])
def test_one_column_is_drawn_as_the_values_in_it(as_column):
    def forecast(of):
        bounds = of(FORECAST - 1), of(FORECAST + 1)
        return plot_forecast(of(HISTORY), of(FORECAST), of(TRUTH), interval=bounds, time=of(np.arange(6.0)))

    lines = fit_dft([HISTORY]).lines()
    for draw in (
        forecast,
        lambda of: plot_components(of(HISTORY), lines)[0],
        lambda of: plot_leakage(of(HISTORY), 2)[0],
    ):
        actual, expected = draw(as_column), draw(lambda y: y)
        assert bands(actual) == bands(expected)
        for one, other in zip(actual.lines, expected.lines, strict=True):
            np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def bands(ax):
    """Label, least lower and greatest upper bound of every band."""
    areas = [each for each in ax.collections if "interval" in str(each.get_label())]
    heights = [each.get_paths()[0].vertices[:, 1] for each in areas]
    return [(each.get_label(), y.min(), y.max()) for each, y in zip(areas, heights, strict=True)]


def sktime_frame(columns, index=DATES[4:]):
    """The same values at every time, laid out as in sktime's frames."""
    rows = [list(columns.values())] * len(index)
    return pd.DataFrame(rows, index=index, columns=pd.MultiIndex.from_tuples(columns))


BOUNDS = {("x", c, side): v for c, side, v in [(0.8, "lower", 3.0), (0.8, "upper", 7.0), (0.9, "lower", 2.0)]}
BOUNDS["x", 0.9, "upper"] = 8.0
LEVELS = {("x", 0.05): 2.0, ("x", 0.1): 3.0, ("x", 0.5): 5.0, ("x", 0.9): 7.0, ("x", 0.95): 8.0}


@pytest.mark.parametrize("columns", [BOUNDS, LEVELS], ids=["predict_interval", "predict_quantiles"])
def test_intervals_of_sktime_are_nested_bands(columns):
    ax = plot_forecast(DATED[:4], DATED[4:], interval=sktime_frame(columns))
    assert bands(ax) == [("90 % interval", 2.0, 8.0), ("80 % interval", 3.0, 7.0)]


def test_quantiles_of_sktime_with_the_median_are_a_forecast():
    ax = plot_forecast(DATED[:4], sktime_frame(LEVELS))
    assert [label for label, _, _ in bands(ax)] == ["90 % interval", "80 % interval"]
    np.testing.assert_array_equal(drawn(ax)["forecast"][:, 1], [5.0, 5.0])


def darts_forecast(values, components):
    return TimeSeries(times=DATES[4:], values=np.asarray(values), components=components)


@pytest.mark.parametrize(
    ("series", "median", "band"),
    [
        (darts_forecast(np.arange(101.0) * np.ones((2, 1, 1)), ["x"]), 50.0, ("90 % interval", 5.0, 95.0)),
        (
            darts_forecast([[5.0, 3.0, 7.0]] * 2, ["x_q0.500", "x_q0.100", "x_q0.900"]),
            5.0,
            ("80 % interval", 3.0, 7.0),
        ),
        (darts_forecast([[5.0, 1.0]] * 2, ["x_mu", "x_sigma"]), 5.0, ("90 % interval", 3.35515, 6.64485)),
    ],
    ids=["samples", "quantiles", "normal"],
)
def test_distributions_of_darts_are_their_median_and_a_band(series, median, band):
    as_forecast = plot_forecast(TimeSeries.from_series(DATED[:4]), series)
    np.testing.assert_array_equal(drawn(as_forecast)["forecast"][:, 1], [median] * 2)
    for ax in (as_forecast, plot_forecast(DATED[:4], FORECAST, interval=series)):
        ((label, *ends),) = bands(ax)
        assert label == band[0]
        np.testing.assert_allclose(ends, band[1:], atol=1e-5)


def test_what_both_doors_forecast_can_be_drawn():
    t, noise = np.arange(60), np.random.default_rng(0).normal(0.0, 0.1, 60)
    index = pd.date_range("2020", periods=60, freq="MS")
    y = pd.Series(
        np.sin(2 * np.pi * t / 12) + noise, index=index, name="x_q0.500"
    )  # a name like a quantile's
    forecaster = HarmonicForecaster().fit(y, fh=[1, 3, 4])
    ax = plot_forecast(y, forecaster.predict(), interval=forecaster.predict_interval(coverage=[0.8, 0.9]))
    assert len(bands(ax)) == 2
    np.testing.assert_array_equal(
        ax.lines[-1].get_xdata(orig=True), np.array(["2025-01", "2025-03", "2025-04"], "datetime64[ns]")
    )
    series = TimeSeries.from_series(y)
    assert bands(plot_forecast(series, HarmonicModel().fit(series).predict(4))) == []
    for options in ({"likelihood": "gaussian"}, {"likelihood": "quantile", "quantiles": [0.05, 0.5, 0.95]}):
        model = HarmonicModel(**options).fit(series)
        for asked in ({"num_samples": 50}, {"predict_likelihood_parameters": True}):
            assert len(bands(plot_forecast(series, model.predict(4, **asked)))) == 1


def test_plotting_works_without_either_framework():
    code = (
        "import sys; sys.modules.update(darts=None, sktime=None); import pandas as pd; "
        "from harmonic_forecasters.plotting import plot_forecast; plot_forecast(pd.Series([1.0, 2.0]), [1.0])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "MPLBACKEND": "Agg"})


TWO = pd.DataFrame({"a": HISTORY, "b": HISTORY}, index=DATES[:4])


@pytest.mark.parametrize(
    "draw",
    [
        lambda y: plot_forecast(y, FORECAST),
        lambda y: plot_forecast(HISTORY, y),
        lambda y: plot_forecast(HISTORY, FORECAST, y),
        lambda y: plot_components(y, fit_dft([HISTORY]).lines()),
        lambda y: plot_leakage(y, 2),
    ],
    ids=["history", "forecast", "truth", "components", "leakage"],
)
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (TWO, r"must be one series, got 2 columns, 'a', 'b': choose one, such as y\['name'\]"),
        (TimeSeries.from_dataframe(TWO, freq="ME"), "got 2 components, 'a', 'b': choose one"),
        ([TimeSeries.from_values(HISTORY)] * 2, r"got a list of 2: choose one, such as series\[0\]"),
        (sktime_frame({("a", 0.5): 1.0, ("b", 0.5): 1.0}), "got the variables 'a', 'b': choose one"),
        (sktime_frame(BOUNDS), "got bounds only: pass them as interval="),
        (sktime_frame({("x", "low"): 1.0}), r"the columns of .*, got \('x', 'low'\)"),
        (
            pd.Series([1.0], index=pd.MultiIndex.from_tuples([("a", 1)])),
            r"got an index of 2 levels: choose one, such as y.loc\[key\]",
        ),
        (pd.Series([1.0], index=["a"]), "index of .* must hold dates, periods or numbers, got (object|str)"),
        (
            pd.Series([1.0, 2.0], index=DATES[[1, 0]]),
            "index of .* must increase, got 2024-01-31.* after 2024-02-29",
        ),
        (pd.Series([1.0, 2.0], index=[3, 3]), "index of .* must increase, got 3 after 3 at position 1"),
        (
            pd.Series([1.0, 2.0], index=pd.DatetimeIndex(["2024-01-31", None])),
            "no missing time, got NaT at position 1",
        ),
        (pd.Series([1.0, 2.0], index=[np.nan, 1.0]), "no missing time, got nan at position 0"),
        (pd.Series(["a"]), "must be numbers, .* got Series of"),
        (pd.Series(DATES), "must be numbers, .* got Series of datetime64"),
        (np.array([1j]), "must be numbers, .* got ndarray of complex128"),
        ("a.csv", "must be numbers, .* got str"),
        ({"a": 1.0}, "must be numbers, .* got dict"),
        (np.ones((2, 3)), r"got the shape \(2, 3\): choose one series, such as y\[0\]"),
        (pd.Series([], dtype=float), "at least one sample"),
    ],
)
def test_what_is_not_one_series_of_numbers_is_refused(draw, y, message):
    with pytest.raises(ValueError, match=message):
        draw(y)


@pytest.mark.parametrize(
    ("history", "forecast", "options", "message"),
    [
        (HISTORY, DATED[4:], {}, "must both have dates or both have numbers .*, got 3 and 2024"),
        (DATED[:4], DATED[3:], {}, "forecast must begin after the history's last time, 2024-04"),
        (pd.Series(HISTORY), pd.Series(FORECAST), {}, "last time, 3, got 0"),
        (DATED[:4], DATED[4:], {"truth": DATED[3:5]}, "truth must have the times of the forecast, 2024-05"),
        (DATED[:4], DATED[4:], {"truth": pd.Series(TRUTH)}, "truth must have the times .*, got 0 to 1"),
        (
            DATED[:4],
            DATED[4:],
            {"interval": sktime_frame(BOUNDS, DATES[:2])},
            "interval must have the times of the forecast, 2024-05-31.*, got 2024-01-31",
        ),
        (
            DATED[:4],
            DATED[4:5],
            {"interval": sktime_frame(BOUNDS)},
            "interval must have bounds as long as the forecast, 1, got 2",
        ),
        (DATED.iloc[[0, 1, 3]], FORECAST, {}, "history must have times in a regular step .* time="),
        (HISTORY, FORECAST, {"interval": 0.9}, "interval must be a pair .*, got float"),
        (HISTORY, FORECAST, {"interval": pd.Series(FORECAST)}, "at least two quantiles .*, got Series"),
    ],
)
def test_times_and_intervals_that_do_not_fit_are_refused(history, forecast, options, message):
    with pytest.raises(ValueError, match=message):
        plot_forecast(history, forecast, **options)


def test_a_spectrum_is_drawn_of_lines_only():
    with pytest.raises(ValueError, match="lines must be a LineSpectrum or the table of one, got ndarray"):
        plot_spectrum(HISTORY)


def test_a_spectrum_is_one_stem_per_line():
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


def test_a_long_window_is_cut_to_twenty_cycles_of_the_strongest_component():
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
            "interval must have bounds of one length, got 1 and 2",
        ),
        (
            lambda: plot_forecast(HISTORY, FORECAST, time=[0, 1]),
            r"history and forecast, 6, got the shape \(2,\)",
        ),
        (lambda: plot_spectrum(fit_dft([HISTORY]).lines(), 1), "series must be .* from 0 to 0 .*, got 1"),
        (
            lambda: plot_spectrum(fit_dft([HISTORY]).lines(), 0.0),
            r"series must be a whole number .*, got 0\.0",
        ),
        (lambda: plot_components(HISTORY, fit_dft([HISTORY]).lines(), 0.0), r"a whole number .*, got 0\.0"),
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
            lambda: plot_forecast(HISTORY, FORECAST, time=[0, 1, 2, 4, 3, 5]),
            "time must increase, got 3 after 4 at position 4",
        ),
        (
            lambda: plot_components(
                HISTORY, fit_dft([HISTORY]).lines(), time=DATES[:4].where(DATES[:4] > DATES[0])
            ),
            "time must hold no missing time, got NaT at position 0",
        ),
        (
            lambda: plot_components(HISTORY, fit_dft([HISTORY]).lines(), axes=plt.subplots(2)[1]),
            r"axes must be 4 in a row, got the shape \(2,\)",
        ),
        (lambda: plot_leakage(HISTORY, 0), "horizon must be a whole number of at least 1, got 0"),
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


def test_a_forecast_of_one_step_is_seen():
    ax = plot_forecast(HISTORY, [4.0], interval=([3.0], [6.0]))
    (line,) = (line for line in ax.lines if line.get_label() == "forecast")
    assert line.get_marker() == "o"
    (bar,) = (each for each in ax.collections if each.get_label() == "interval")
    np.testing.assert_array_equal(bar.get_segments(), [[[4.0, 3.0], [4.0, 6.0]]])
    assert bar.get_linewidth()[0] > 1.0
